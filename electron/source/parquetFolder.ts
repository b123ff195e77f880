import { Fault } from '#shared/engine/fault.ts'
import { compareText } from '#shared/engine/combine.ts'
import type { Clock } from '../host/clock.ts'
import type { Storage, StorageEntry } from '../storage/storage.ts'
import { inTurn } from './inTurn.ts'
import { isWholeParquet } from './isWholeParquet.ts'
import { refuseGone } from './refuseGone.ts'
import type { SourceProblem } from './source.ts'

/** What to do with files that are not whole: `wait` for them (watch), or `refuse` them (replay). */
export interface Patience {
  readonly unfinished: 'wait' | 'refuse'
  /** Give them out in the end, so that reading sets them aside. */
  readonly quarantine: boolean
}

/** A folder of Parquet files that others write to. SPEC O10 */
export interface ParquetFolder {
  /** Files that are there and whole, by (time, path). */
  files(): readonly StorageEntry[]
  /** Files that wait, and since when nothing happens to them: those are problems. */
  problems(): readonly SourceProblem[]
  refresh(signal: AbortSignal): Promise<void>
}

/** A file younger than this may still be growing. */
const settledAfterMs = 2000
const stuckAfterPolls = 3
const filesAtOnce = 64
/** Two queries look in turn, and an interval may be short: looks that are closer together are one poll. */
const pollMs = 500

export function openParquetFolder(storage: Storage, clock: Clock, patience: Patience): ParquetFolder {
  const whole = new Map<string, StorageEntry>()
  const waiting = new Map<string, { entry: StorageEntry; polls: number; polledMs: number }>()
  /** Given out though they are not whole. Whoever finishes one makes it a new file. */
  const givenUp = new Map<string, StorageEntry>()
  let files: readonly StorageEntry[] = []

  async function refresh(signal: AbortSignal): Promise<void> {
    let found = await listDataFiles()
    if (found.length === 0) await refuseGone(storage, '')
    if (patience.unfinished === 'refuse' && !storage.isRemote) {
      const youngest = found.reduce((newest, entry) => (isKnown(entry) ? newest : Math.max(newest, entry.modifiedMs)), -Infinity)
      const waitMs = youngest + settledAfterMs - clock.nowMs()
      if (waitMs > 0) {
        // Once, and only for what was there: a folder that is written to all the time, or a clock that is ahead, must not hold a replay up.
        await clock.sleep(Math.min(waitMs, settledAfterMs), signal)
        const paths = new Set(found.map((entry) => entry.path))
        found = (await listDataFiles()).filter((entry) => paths.has(entry.path))
      }
    }
    const taken: StorageEntry[] = []
    for (let start = 0; start < found.length; start += filesAtOnce) {
      const some = found.slice(start, start + filesAtOnce)
      const ready = await Promise.all(some.map(isReady))
      taken.push(...some.filter((_, i) => ready[i]))
    }
    const there = new Set(found.map((entry) => entry.path))
    for (const gone of [whole, waiting, givenUp]) for (const path of gone.keys()) if (!there.has(path)) gone.delete(path)
    files = taken.sort((a, b) => a.modifiedMs - b.modifiedMs || compareText(a.path, b.path))
  }

  async function listDataFiles(): Promise<StorageEntry[]> {
    const shown = (await storage.listDeep('')).filter((entry) => !isHidden(entry.path))
    const outside = shown.find((entry) => entry.isFolderOutside)
    if (outside) throw new Fault('storage', `${storage.root}/${outside.path} is a link to a folder outside ${storage.root}, and what it holds would be missing: copy the files into the folder, or remove the link`)
    return shown.filter((entry) => /\.(parquet|parq|pq)$/i.test(entry.path))
  }
  const isKnown = (entry: StorageEntry): boolean => isSame(whole.get(entry.path), entry) || isSame(givenUp.get(entry.path), entry)

  async function isReady(entry: StorageEntry): Promise<boolean> {
    if (isKnown(entry)) return true
    const nowMs = clock.nowMs()
    const before = waiting.get(entry.path)
    const unchanged = before !== undefined && isSame(before.entry, entry)
    const settled = unchanged || patience.unfinished === 'refuse' || nowMs - entry.modifiedMs >= settledAfterMs
    // Objects of a bucket appear whole, and looking at each would cost requests.
    if (storage.isRemote || (settled && (await isWholeParquet(storage, entry)))) {
      waiting.delete(entry.path)
      whole.set(entry.path, entry)
      return true
    }
    if (!unchanged) waiting.set(entry.path, { entry, polls: 0, polledMs: nowMs })
    else if (Math.abs(nowMs - before.polledMs) >= pollMs) waiting.set(entry.path, { entry, polls: before.polls + 1, polledMs: nowMs })
    if (patience.unfinished === 'refuse' && !patience.quarantine) {
      throw new Fault('corrupt', `${storage.root}/${entry.path} is not a whole Parquet file (${entry.sizeBytes} bytes, no footer): wait until its writer is done, remove it, or set silver.onBadFile to "quarantine" to go on without it`)
    }
    if (!patience.quarantine || (patience.unfinished === 'wait' && waiting.get(entry.path)!.polls < stuckAfterPolls)) return false
    waiting.delete(entry.path)
    givenUp.set(entry.path, entry)
    return true
  }

  return {
    files: () => files,
    problems: () =>
      [...waiting.values()].map(({ entry, polls }) => ({
        path: entry.path,
        stuck: polls >= stuckAfterPolls,
        message: polls >= stuckAfterPolls ? `${entry.path} has no Parquet footer and has not changed for ${polls} polls: its writer may have died; remove it or finish it` : `${entry.path} is not finished yet`
      })),
    refresh: inTurn(refresh)
  }
}

const isSame = (a: StorageEntry | undefined, b: StorageEntry): boolean => a !== undefined && a.sizeBytes === b.sizeBytes && a.modifiedMs === b.modifiedMs && a.etag === b.etag

/** Names that begin with `_` or `.` are hidden at any level, as Spark has it. Other endings are temporary files or not data. */
const isHidden = (path: string): boolean => path.split('/').some((name) => name.startsWith('_') || name.startsWith('.'))
