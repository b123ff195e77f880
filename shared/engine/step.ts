import { combine } from './combine.ts'
import { countGroups } from './groups.ts'
import { numbersOf } from './lane.ts'
import type { Batch, Partials } from './partials.ts'
import type { QuerySpec } from './querySpec.ts'
import { laneLayoutsOf, slotsOf } from './slots.ts'
import { sortedPanes, type EngineState } from './state.ts'
import { copyTable, emptyTable, rowOf, type Table } from './table.ts'
import { micros, millisToMicros, type Micros, type Millis } from './time.ts'
import { advanceWatermark } from './watermark.ts'
import { lowerWindows, type WindowRows } from './windows.ts'
import { firstWindowOf, lastWindowEndingBy, lastWindowOf, type WindowNumber } from './windowSpec.ts'

/** What one micro-batch did. */
export interface Step {
  readonly state: EngineState
  /** Windows that closed in this batch: final, for gold. */
  readonly closed: WindowRows
  readonly late: LateGroups
  readonly metrics: StepMetrics
}

/** Partials of the batch that were dropped from at least one window, one entry per (file, pane, key). */
export interface LateGroups {
  readonly length: number
  readonly file: Uint32Array
  readonly pane: BigInt64Array
  readonly key: readonly (string | null)[]
  readonly rows: Float64Array
  /** Windows of the pane that had closed; the rows were counted in its other windows. */
  readonly missedWindows: Uint32Array
}

/** Spark's counters of the stateful operator; all but `lateRows` count (window, key) groups. SPEC C1 to C4 */
export interface StepMetrics {
  readonly numRowsTotal: number
  readonly numRowsUpdated: number
  readonly numRowsRemoved: number
  readonly numRowsDroppedByWatermark: number
  /** Rows that missed at least one window. */
  readonly lateRows: number
  /** What this batch evicted with. */
  readonly watermarkMs: Millis
}

/**
 * One micro-batch: add what is not late, close what the watermark has passed, then let the batch's own event times move the watermark.
 * A batch is judged by the watermark of the batch before it, and evicts with its own. SPEC L1, E1, T1
 */
export function step(spec: QuerySpec, state: EngineState, batch: Batch): Step {
  const lateUpTo = lastWindowEndingBy(spec.window, millisToMicros(state.closedMs))
  const closeUpTo = lastWindowEndingBy(spec.window, millisToMicros(state.watermarkMs))
  const { panes, late } = accept(spec, state.panes, batch.partials, lateUpTo)
  const closed = lowerWindows(spec, panes, lateUpTo + 1n, closeUpTo)
  const groups = countGroups(spec.window, panesOfBatch(batch.partials), lateUpTo)
  for (const pane of panes.keys()) if (lastWindowOf(spec.window, pane) <= closeUpTo) panes.delete(pane)
  const kept = countGroups(spec.window, entriesOf(panes), closeUpTo)
  return {
    state: { watermarkMs: advanceWatermark(state.watermarkMs, batch.eventTime, spec.delayMs), closedMs: state.watermarkMs, panes },
    closed,
    late,
    metrics: {
      numRowsTotal: kept.after,
      numRowsUpdated: groups.after,
      numRowsRemoved: closed.length,
      numRowsDroppedByWatermark: groups.upTo,
      lateRows: late.rows.reduce((sum, rows) => sum + rows, 0),
      watermarkMs: state.watermarkMs
    }
  }
}

/** SPEC L2: lateness belongs to a (window, key) group; a pane late for all its windows is not kept, one late for some is. */
function accept(spec: QuerySpec, before: EngineState['panes'], partials: Partials, lateUpTo: WindowNumber): { panes: Map<Micros, Table>; late: LateGroups } {
  const layouts = slotsOf(spec)
  const laneLayouts = laneLayoutsOf(spec)
  const panes = new Map(before)
  const own = new Set<Micros>()
  const lateEntries: number[] = []
  const missed: number[] = []
  for (let i = 0; i < partials.length; i++) {
    const pane = micros(partials.pane[i]!)
    const first = firstWindowOf(spec.window, pane)
    const last = lastWindowOf(spec.window, pane)
    if (first <= lateUpTo) {
      lateEntries.push(i)
      missed.push(Number((last < lateUpTo ? last : lateUpTo) - first + 1n))
    }
    if (last <= lateUpTo) continue
    if (!own.has(pane)) {
      const table = before.get(pane)
      panes.set(pane, table ? copyTable(table) : emptyTable(laneLayouts))
      own.add(pane)
    }
    const table = panes.get(pane)!
    combine(layouts, table.lanes, rowOf(table, keyOf(partials, i)), partials.lanes, i)
  }
  const rows = numbersOf(partials.lanes, 0)
  const late: LateGroups = {
    length: lateEntries.length,
    file: Uint32Array.from(lateEntries, (i) => partials.file[i]!),
    pane: BigInt64Array.from(lateEntries, (i) => partials.pane[i]!),
    key: lateEntries.map((i) => keyOf(partials, i)),
    rows: Float64Array.from(lateEntries, (i) => rows[i]!),
    missedWindows: Uint32Array.from(missed)
  }
  return { panes, late }
}

function keyOf(partials: Partials, entry: number): string | null {
  const key = partials.keys[partials.key[entry]!]
  if (key === undefined) throw new Error(`partial ${entry} names key ${partials.key[entry]} of ${partials.keys.length}`)
  return key
}

function panesOfBatch(partials: Partials): [Micros, Set<string | null>][] {
  const panes = new Map<Micros, Set<string | null>>()
  for (let i = 0; i < partials.length; i++) {
    const pane = micros(partials.pane[i]!)
    let keys = panes.get(pane)
    if (!keys) panes.set(pane, (keys = new Set()))
    keys.add(keyOf(partials, i))
  }
  return [...panes].sort(([a], [b]) => (a < b ? -1 : 1))
}

function entriesOf(panes: ReadonlyMap<Micros, Table>): [Micros, (string | null)[]][] {
  return sortedPanes(panes).map(([pane, table]) => [pane, table.keys])
}
