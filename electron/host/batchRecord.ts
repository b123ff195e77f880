import type { BatchProgress, BatchRecord, FileRead, LateGroup, QueryName, WindowSummary } from '#shared/contract/run.ts'
import type { Partials } from '#shared/engine/partials.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import type { LateGroups, OpenStep, Step } from '#shared/engine/step.ts'
import { micros, millisOf } from '#shared/engine/time.ts'
import { valueAt, type WindowRows } from '#shared/engine/windows.ts'
import { firstWindowOf, lastWindow, lastWindowOf, windowStart } from '#shared/engine/windowSpec.ts'
import type { Progress } from './progress.ts'
import type { ReadBatch } from './readBatch.ts'

/** What partials tell of the files they came from: rows with an event time, and the panes they reach over. By position in the batch's list of files. */
export interface FileTally {
  readonly rows: number[]
  readonly firstPane: bigint[]
  readonly lastPane: bigint[]
}

export const emptyTally = (): FileTally => ({ rows: [], firstPane: [], lastPane: [] })

/** A step that counts what is added by file. */
export function tallied(open: OpenStep, tally: FileTally): OpenStep {
  return {
    ...open,
    add(partials) {
      open.add(partials)
      count(tally, partials)
    }
  }
}

function count({ rows, firstPane, lastPane }: FileTally, { length, file, pane, measures: { numbers, stride } }: Partials): void {
  for (let i = 0; i < length; i++) {
    const at = file[i]!
    const start = pane[i]!
    rows[at] = (rows[at] ?? 0) + numbers[i * stride]!
    const first = firstPane[at]
    const last = lastPane[at]
    if (first === undefined || start < first) firstPane[at] = start
    if (last === undefined || start > last) lastPane[at] = start
  }
}

export interface RecordParts {
  readonly spec: QuerySpec
  readonly batchId: number
  readonly finishedMs: number
  readonly progress: Progress
  readonly read: ReadBatch
  readonly tally: FileTally
  readonly stepped: Step
}

/** A batch as a run's journal keeps it. */
export function batchRecord({ spec, batchId, finishedMs, progress, read, tally, stepped }: RecordParts): BatchRecord {
  const { late, closed, state } = stepped
  return {
    query: spec.name as QueryName, // The two built-in queries are all there are.
    batchId,
    finishedMs,
    progress: progress as unknown as BatchProgress, // Its name is the query's.
    maxEventMs: read.eventTime?.maxMs ?? null,
    watermarkMs: state.watermarkMs,
    closedMs: state.closedMs,
    files: filesOf(spec, read, tally, late),
    closed: summariesOf(spec, closed),
    dropped: droppedOf(spec, late),
    late: lateGroupsOf(late, read)
  }
}

function filesOf({ window }: QuerySpec, { files, setAside }: ReadBatch, { rows, firstPane, lastPane }: FileTally, late: LateGroups): FileRead[] {
  const lateRows = new Map<number, number>()
  for (let i = 0; i < late.length; i++) lateRows.set(late.file[i]!, (lateRows.get(late.file[i]!) ?? 0) + late.rows[i]!)
  const reasons = new Map(setAside.map(({ position, message }) => [position, message]))
  return files.map(({ path, sizeBytes }, position) => {
    const first = firstPane[position]
    const last = lastPane[position]
    const reason = reasons.get(position)
    return {
      path,
      sizeBytes,
      rows: rows[position] ?? 0,
      minEventMs: first === undefined ? null : millisOf(first),
      maxEventMs: last === undefined ? null : millisOf(last + window.pane),
      lateRows: lateRows.get(position) ?? 0,
      ...(reason !== undefined && { setAside: reason })
    }
  })
}

/** Rows of windows, one summary a window; they come sorted by window. */
function summariesOf(spec: QuerySpec, rows: WindowRows): WindowSummary[] {
  const counts = columnOf(spec, rows, 'count')
  const rates = columnOf(spec, rows, 'rate')
  const summaries: { startMs: number; endMs: number; rows: number; keys: number; keysOver: number }[] = []
  let start: bigint | undefined
  for (let row = 0; row < rows.length; row++) {
    if (rows.start[row] !== start) {
      start = rows.start[row]!
      summaries.push({ startMs: millisOf(start), endMs: millisOf(rows.end[row]!), rows: 0, keys: 0, keysOver: 0 })
    }
    const summary = summaries.at(-1)!
    summary.rows += Number((counts && valueAt(counts, row)) ?? 0)
    summary.keys += 1
    if (rates && Number(valueAt(rates, row)) > 0) summary.keysOver += 1
  }
  return summaries
}

function columnOf({ outputs }: QuerySpec, rows: WindowRows, kind: 'count' | 'rate'): WindowRows['columns'][number] | undefined {
  return rows.columns[outputs.findIndex(({ measure }) => measure.kind === kind)]
}

/** Closed windows and keys with an anomaly. */
export const alertsIn = (closed: readonly WindowSummary[]): number => closed.reduce((sum, { keysOver }) => sum + keysOver, 0)

/** SPEC L2, W7: a late pane misses the first of its windows, which have closed, and the last ones where they never can. */
function droppedOf({ window }: QuerySpec, late: LateGroups): { startMs: number; rows: number }[] {
  const byStart = new Map<number, number>()
  const lastEver = lastWindow(window)
  for (let i = 0; i < late.length; i++) {
    const pane = micros(late.pane[i]!)
    const first = firstWindowOf(window, pane)
    const last = lastWindowOf(window, pane)
    const behind = last <= lastEver ? 0n : last - (first > lastEver ? first - 1n : lastEver)
    const closed = BigInt(late.missedWindows[i]!) - behind
    for (let number = first; number <= last; number++) {
      if (number >= first + closed && number <= last - behind) continue
      const startMs = millisOf(windowStart(window, number))
      byStart.set(startMs, (byStart.get(startMs) ?? 0) + late.rows[i]!)
    }
  }
  return [...byStart].sort(([a], [b]) => a - b).map(([startMs, rows]) => ({ startMs, rows }))
}

/** A record must stay below what a message holds. */
export const mostLateGroups = 100_000

function lateGroupsOf(late: LateGroups, { files }: ReadBatch): LateGroup[] {
  return Array.from({ length: Math.min(late.length, mostLateGroups) }, (_, i) => ({ file: files[late.file[i]!]?.path ?? '', paneMs: millisOf(late.pane[i]!), key: late.key[i] ?? null, rows: late.rows[i]!, missedWindows: late.missedWindows[i]! }))
}
