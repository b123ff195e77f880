import { Fault } from '#shared/engine/fault.ts'
import { compareText } from '#shared/engine/combine.ts'
import type { Clock } from '../host/clock.ts'
import type { Storage, StorageEntry } from '../storage/storage.ts'
import { isHiddenData, isHiddenPath, isTemporaryName } from './dataFileNames.ts'
import { fileKind } from './fileKind.ts'
import { inTurn } from './inTurn.ts'
import { leftOutProblems, type LeftOut } from './leftOut.ts'
import { refuseGone } from './refuseGone.ts'
import { openSinkLog, type IsCommitted } from './sinkLog.ts'
import { openTableWatch } from './tableWatch.ts'
import type { SourceProblem } from './source.ts'

/** What to do with files that are not whole: `wait` for them (watch), or `refuse` them (replay). */
export interface Patience {
  readonly unfinished: 'wait' | 'refuse'
  /** Give them out in the end, so that reading sets them aside. */
  readonly quarantine: boolean
}

/** A folder of Parquet files that others write to. SPEC O10, O11 */
export interface ParquetFolder {
  /** Files that are there and whole, by (time, path). */
  files(): readonly StorageEntry[]
  /** Files that wait, and since when nothing happens to them: those are problems. Then files that are not read, counted. */
  problems(): readonly SourceProblem[]
  refresh(signal: AbortSignal): Promise<void>
}

/** A file, and for how many polls it has stayed as it is. */
interface Watched {
  readonly entry: StorageEntry
  readonly polls: number
  readonly polledMs: number
}

/** A file younger than this may still be growing. */
const settledAfterMs = 2000
const stuckAfterPolls = 3
const filesAtOnce = 64
/** Two queries look in turn, and an interval may be short: looks that are closer together are one poll. */
const pollMs = 500

export function openParquetFolder(storage: Storage, clock: Clock, patience: Patience): ParquetFolder {
  const whole = new Map<string, StorageEntry>()
  const waiting = new Map<string, Watched>()
  /** Given out though they are not whole. Whoever finishes one makes it a new file. */
  const givenUp = new Map<string, StorageEntry>()
  const foreign = new Map<string, StorageEntry>()
  /** Never read, for their names. */
  const passedOver = new Map<string, Watched>()
  const tables = openTableWatch(storage)
  const sinkLog = openSinkLog(storage)
  let isCommitted: IsCommitted = () => true
  let files: readonly StorageEntry[] = []

  async function refresh(signal: AbortSignal): Promise<void> {
    let entries = await listFiles()
    let found = entries.filter(isWanted)
    if (found.length === 0) await refuseGone(storage, '')
    if (patience.unfinished === 'refuse' && !storage.isRemote) {
      const youngest = found.reduce((newest, entry) => (isKnown(entry) ? newest : Math.max(newest, entry.modifiedMs)), -Infinity)
      const waitMs = youngest + settledAfterMs - clock.nowMs()
      if (waitMs > 0) {
        // Once, and only for what was there: a folder that is written to all the time, or a clock that is ahead, must not hold a replay up.
        await clock.sleep(Math.min(waitMs, settledAfterMs), signal)
        const paths = new Set(found.map((entry) => entry.path))
        entries = await listFiles()
        found = entries.filter((entry) => paths.has(entry.path) && isWanted(entry))
      }
    }
    const taken: StorageEntry[] = []
    for (let start = 0; start < found.length; start += filesAtOnce) {
      const some = found.slice(start, start + filesAtOnce)
      const ready = await Promise.all(some.map(isReady))
      taken.push(...some.filter((_, i) => ready[i]))
    }
    for (const entry of entries) if (isPassedOver(entry) || (isCandidate(entry) && !isWanted(entry))) passedOver.set(entry.path, again(passedOver.get(entry.path), entry))
    const there = new Set(entries.map((entry) => entry.path))
    for (const gone of [whole, waiting, givenUp, foreign, passedOver]) for (const path of gone.keys()) if (!there.has(path)) gone.delete(path)
    files = taken.sort((a, b) => a.modifiedMs - b.modifiedMs || compareText(a.path, b.path))
  }

  async function listFiles(): Promise<StorageEntry[]> {
    const entries = await storage.listDeep('')
    await tables.refuse(entries)
    isCommitted = (await sinkLog.read(entries)) ?? (() => true)
    const outside = entries.find((entry) => entry.isFolderOutside && !isHiddenPath(entry.path))
    if (outside) throw new Fault('storage', `${storage.root}/${outside.path} is a link to a folder outside ${storage.root}, and what it holds would be missing: copy the files into the folder, or remove the link`)
    return entries
  }
  const isWanted = (entry: StorageEntry): boolean => isCandidate(entry) && isCommitted(entry.path)
  const isKnown = (entry: StorageEntry): boolean => isSame(whole.get(entry.path), entry) || isSame(givenUp.get(entry.path), entry)

  function again(before: Watched | undefined, entry: StorageEntry): Watched {
    const polledMs = clock.nowMs()
    if (before === undefined || !isSame(before.entry, entry)) return { entry, polls: 0, polledMs }
    return Math.abs(polledMs - before.polledMs) >= pollMs ? { entry, polls: before.polls + 1, polledMs } : before
  }

  async function isReady(entry: StorageEntry): Promise<boolean> {
    if (isKnown(entry)) return true
    if (isSame(foreign.get(entry.path), entry)) return false
    const before = waiting.get(entry.path)
    const unchanged = before !== undefined && isSame(before.entry, entry)
    const settled = unchanged || storage.isRemote || patience.unfinished === 'refuse' || clock.nowMs() - entry.modifiedMs >= settledAfterMs
    // An object stays what it is, and another look would be a request.
    const kind = settled && !(unchanged && storage.isRemote) ? await fileKind(storage, entry) : 'unfinished'
    if (kind !== 'unfinished') {
      waiting.delete(entry.path)
      ;(kind === 'whole' ? whole : foreign).set(entry.path, entry)
      return kind === 'whole'
    }
    const waits = again(before, entry)
    waiting.set(entry.path, waits)
    if (patience.unfinished === 'refuse' && !patience.quarantine) {
      throw new Fault('corrupt', `${storage.root}/${entry.path} is not a whole Parquet file (${entry.sizeBytes} bytes, no footer): wait until its writer is done, remove it, or set silver.onBadFile to "quarantine" to go on without it`)
    }
    if (!patience.quarantine || (patience.unfinished === 'wait' && waits.polls < stuckAfterPolls)) return false
    waiting.delete(entry.path)
    givenUp.set(entry.path, entry)
    return true
  }

  /** A watch gives the writer of a temporary file some time to give it its name. */
  function leftOut(): LeftOut[] {
    const lasting = [...passedOver.values()].filter(({ polls }) => patience.unfinished === 'refuse' || polls >= stuckAfterPolls).map(({ entry }) => entry.path)
    return [
      { why: 'foreign', paths: [...foreign.keys()] },
      { why: 'temporary', paths: lasting.filter((path) => !isHiddenPath(path) && isTemporaryName(path)) },
      { why: 'hidden', paths: lasting.filter(isHiddenPath) },
      { why: 'uncommitted', paths: lasting.filter((path) => !isHiddenPath(path) && !isTemporaryName(path)) }
    ]
  }

  return {
    files: () => files,
    problems: () => [
      ...[...waiting.values()].map(({ entry, polls }) => ({
        path: entry.path,
        stuck: polls >= stuckAfterPolls,
        message: polls >= stuckAfterPolls ? `${entry.path} has no Parquet footer and has not changed for ${polls} polls: its writer may have died; remove it or finish it` : `${entry.path} is not finished yet`
      })),
      ...leftOutProblems(leftOut())
    ],
    refresh: inTurn(refresh)
  }
}

const isSame = (a: StorageEntry | undefined, b: StorageEntry): boolean => a !== undefined && a.sizeBytes === b.sizeBytes && a.modifiedMs === b.modifiedMs && a.etag === b.etag

/** Hadoop's way to say that there is a folder. */
const isFolderMark = ({ path, sizeBytes }: StorageEntry): boolean => sizeBytes === 0 && path.endsWith('_$folder$')

/** Whether it may be a data file: its bytes will tell. */
const isCandidate = (entry: StorageEntry): boolean => !isHiddenPath(entry.path) && !isTemporaryName(entry.path) && !isFolderMark(entry)

/** Whether somebody may miss it. */
const isPassedOver = ({ path }: StorageEntry): boolean => (isHiddenPath(path) ? isHiddenData(path) : isTemporaryName(path))
