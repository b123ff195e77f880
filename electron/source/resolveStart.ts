import { Fault } from '#shared/engine/fault.ts'
import { micros, microsToMillis } from '#shared/engine/time.ts'
import { parseTime } from '#shared/time/parseTime.ts'
import { commitTimeMs, listLog, readCommit } from '../delta/log.ts'
import type { Storage } from '../storage/storage.ts'

/** Where a fresh stream starts instead of at a snapshot. Both null: a snapshot. SPEC O7 */
export interface StartOptions {
  readonly startingVersion: number | 'latest' | null
  /** ISO 8601; without a zone it is UTC. */
  readonly startingTimestamp: string | null
}

/** First version to read; undefined for a snapshot. Faults when the version or time is not in the log. */
export async function resolveStart(storage: Storage, latestVersion: number, { startingVersion, startingTimestamp }: StartOptions): Promise<number | undefined> {
  if (startingVersion === 'latest') return latestVersion + 1
  const { commits } = await listLog(storage)
  const versions = [...commits].sort((a, b) => a - b)
  if (startingVersion !== null) {
    if (commits.has(startingVersion)) return startingVersion
    throw new Fault('notFound', `[DELTA_VERSION_NOT_FOUND] silver.startingVersion is ${startingVersion}, and ${storage.root} has versions ${versions[0] ?? 'none'} to ${latestVersion}`)
  }
  if (startingTimestamp === null) return undefined
  const wanted = parseTimestamp(startingTimestamp)
  // Commit times are made to ascend, as Delta's history does, so that a clock that stepped back hides nothing.
  let before = -Infinity
  for (const version of versions) {
    before = Math.max(await commitTimeMs(storage, await readCommit(storage, version)), before + 1)
    if (before >= wanted) return version
  }
  throw new Fault('notFound', `[DELTA_TIMESTAMP_GREATER_THAN_COMMIT] silver.startingTimestamp ${startingTimestamp} is later than the last commit of ${storage.root}${versions.length > 0 ? ` (${new Date(before).toISOString()})` : ''}`)
}

/** Milliseconds, cut off below as Spark does. */
function parseTimestamp(text: string): number {
  const time = parseTime(text)
  if ('us' in time) return microsToMillis(micros(time.us))
  const why = time.fault === '' ? '' : ` (${time.fault})`
  throw new Fault('usage', `silver.startingTimestamp is "${text}", which is not a time${why}: write it as 2026-01-23T12:00:00Z`)
}
