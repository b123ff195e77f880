import { combine } from './combine.ts'
import { countGroups } from './groups.ts'
import type { Batch, EventTimeStats, Partials } from './partials.ts'
import type { QuerySpec } from './querySpec.ts'
import { slotLayoutOf } from './slots.ts'
import { sortedPanes, type EngineState } from './state.ts'
import { copyTable, emptyTable, rowOf, type Table } from './table.ts'
import { micros, millisToMicros, type Micros, type Millis } from './time.ts'
import { advanceWatermark } from './watermark.ts'
import { lowerWindows, type WindowRows } from './windows.ts'
import { firstWindowOf, lastCountingWindow, lastWindow, lastWindowEndingBy, lastWindowOf, type WindowNumber } from './windowSpec.ts'

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
  /** Windows of the pane that did not count the rows: the first ones, which had closed, and the last ones, which never can (SPEC W7). */
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

/** A micro-batch whose partials come one part after the other, so that they need not all be held at once. */
export interface OpenStep {
  /** In the order of the files: partials are merged in the order in which they are added. Nothing of `partials` is kept. */
  add(partials: Partials): void
  /** Once, after the last part. */
  finish(eventTime: EventTimeStats | undefined): Step
}

/**
 * One micro-batch: add what is not late, close what the watermark has passed, then let the batch's own event times move the watermark.
 * A batch is judged by the watermark of the batch before it, and evicts with its own. SPEC L1, E1, T1
 */
export function step(spec: QuerySpec, state: EngineState, batch: Batch): Step {
  const open = beginStep(spec, state)
  open.add(batch.partials)
  return open.finish(batch.eventTime)
}

/** `step`, part by part. The state that is given stays as it is. */
export function beginStep(spec: QuerySpec, state: EngineState): OpenStep {
  const lateUpTo = lastWindowEndingBy(spec.window, millisToMicros(state.closedMs))
  const closeUpTo = lastWindowEndingBy(spec.window, millisToMicros(state.watermarkMs))
  const accepting = acceptor(spec, state.panes, lateUpTo)
  const groups = new Map<Micros, Set<string | null>>()
  return {
    add(partials) {
      accepting.add(partials)
      addGroups(groups, partials)
    },
    finish(eventTime) {
      const { panes } = accepting
      const late = accepting.late()
      const closed = lowerWindows(spec, panes, lateUpTo + 1n, closeUpTo)
      const reached = countGroups(spec.window, sortedEntries(groups), lateUpTo)
      for (const pane of panes.keys()) if (lastCountingWindow(spec.window, pane) <= closeUpTo) panes.delete(pane)
      const kept = countGroups(spec.window, entriesOf(panes), closeUpTo)
      return {
        state: { watermarkMs: advanceWatermark(state.watermarkMs, eventTime, spec.delayMs), closedMs: state.watermarkMs, panes },
        closed,
        late,
        metrics: {
          numRowsTotal: kept.open,
          numRowsUpdated: reached.open,
          numRowsRemoved: closed.length,
          numRowsDroppedByWatermark: reached.closed,
          lateRows: late.rows.reduce((sum, rows) => sum + rows, 0),
          watermarkMs: state.watermarkMs
        }
      }
    }
  }
}

interface Acceptor {
  readonly panes: Map<Micros, Table>
  add(partials: Partials): void
  late(): LateGroups
}

/** SPEC L2, W7: lateness belongs to a (window, key) group; a pane late for all its windows is not kept, one late for some is. */
function acceptor(spec: QuerySpec, before: EngineState['panes'], lateUpTo: WindowNumber): Acceptor {
  const layout = slotLayoutOf(spec)
  const lastEver = lastWindow(spec.window)
  const panes = new Map(before)
  const own = new Set<Micros>()
  const late = { file: [] as number[], pane: [] as bigint[], key: [] as (string | null)[], rows: [] as number[], missed: [] as number[] }

  /** The state's tables are shared with the state before: a pane is copied when the batch first touches it. */
  function ownTable(pane: Micros): Table {
    const table = panes.get(pane)
    if (table && own.has(pane)) return table
    const mine = table ? copyTable(table) : emptyTable(layout)
    panes.set(pane, mine)
    own.add(pane)
    return mine
  }

  function add(partials: Partials): void {
    const { numbers, stride } = partials.measures
    for (let i = 0; i < partials.length; i++) {
      const pane = micros(partials.pane[i]!)
      const first = firstWindowOf(spec.window, pane)
      const last = lastWindowOf(spec.window, pane)
      const counting = countWindows(first > lateUpTo ? first : lateUpTo + 1n, last < lastEver ? last : lastEver)
      const missed = countWindows(first, last) - counting
      if (missed > 0n) {
        late.file.push(partials.file[i]!)
        late.pane.push(pane)
        late.key.push(keyOf(partials, i))
        late.rows.push(numbers[i * stride]!)
        late.missed.push(Number(missed))
      }
      if (counting === 0n) continue
      const table = ownTable(pane)
      combine(layout.slots, table.measures, rowOf(layout, table, keyOf(partials, i)), partials.measures, i)
    }
  }

  return {
    panes,
    add,
    late: () => ({
      length: late.file.length,
      file: Uint32Array.from(late.file),
      pane: BigInt64Array.from(late.pane),
      key: late.key,
      rows: Float64Array.from(late.rows),
      missedWindows: Uint32Array.from(late.missed)
    })
  }
}

const countWindows = (first: WindowNumber, last: WindowNumber): bigint => (last < first ? 0n : last - first + 1n)

function keyOf(partials: Partials, entry: number): string | null {
  const key = partials.keys[partials.key[entry]!]
  if (key === undefined) throw new Error(`partial ${entry} names key ${partials.key[entry]} of ${partials.keys.length}`)
  return key
}

function addGroups(groups: Map<Micros, Set<string | null>>, partials: Partials): void {
  for (let i = 0; i < partials.length; i++) {
    const pane = micros(partials.pane[i]!)
    let keys = groups.get(pane)
    if (!keys) groups.set(pane, (keys = new Set()))
    keys.add(keyOf(partials, i))
  }
}

function sortedEntries(groups: ReadonlyMap<Micros, Set<string | null>>): [Micros, Set<string | null>][] {
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
}

function entriesOf(panes: ReadonlyMap<Micros, Table>): [Micros, (string | null)[]][] {
  return sortedPanes(panes).map(([pane, table]) => [pane, table.keys])
}
