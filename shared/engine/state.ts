import { Fault } from './fault.ts'
import { emptyMeasures, objectLane, type Measures } from './measures.ts'
import type { QuerySpec } from './querySpec.ts'
import { slotLayoutOf } from './slots.ts'
import { emptyTable, rowOf, type Table } from './table.ts'
import { micros, type Micros, type Millis } from './time.ts'
import { initialWatermark } from './watermark.ts'

/** What a query remembers between batches. A value: `step` returns a new one and leaves the old one as it was. */
export interface EngineState {
  /** Where the watermark stands: what the next batch evicts with. */
  readonly watermarkMs: Millis
  /** What the last batch evicted with: every window that ends at or before it is closed, and late for the next batch. SPEC L1 */
  readonly closedMs: Millis
  /** Panes that some open window needs, by start. */
  readonly panes: ReadonlyMap<Micros, Table>
}

export const initialState: EngineState = { watermarkMs: initialWatermark, closedMs: initialWatermark, panes: new Map() }

/** The state as plain columns, one entry per (pane, key): what a checkpoint stores. */
export interface StateSnapshot {
  readonly watermarkMs: Millis
  readonly closedMs: Millis
  readonly length: number
  readonly pane: BigInt64Array
  readonly key: readonly (string | null)[]
  readonly measures: Measures
}

/** Panes by start, keys in their order of arrival: the same state gives the same snapshot. */
export function snapshot(spec: QuerySpec, state: EngineState): StateSnapshot {
  const panes = sortedPanes(state.panes)
  const length = panes.reduce((sum, [, table]) => sum + table.keys.length, 0)
  const pane = new BigInt64Array(length)
  const key: (string | null)[] = []
  const measures = emptyMeasures(slotLayoutOf(spec), length)
  for (const [start, table] of panes) {
    const { numbers, stride, objects } = table.measures
    pane.fill(start, key.length, key.length + table.keys.length)
    measures.numbers.set(numbers.subarray(0, table.keys.length * stride), key.length * stride)
    objects.forEach((lane, l) => lane.slice(0, table.keys.length).forEach((value, row) => (objectLane(measures, l)[key.length + row] = value)))
    for (const name of table.keys) key.push(name)
  }
  return { watermarkMs: state.watermarkMs, closedMs: state.closedMs, length, pane, key, measures }
}

/** The state that a snapshot was taken of. Fault `checkpoint` when its measures are not those of the query. */
export function restore(spec: QuerySpec, saved: StateSnapshot): EngineState {
  const layout = slotLayoutOf(spec)
  const { numbers, stride, objects } = saved.measures
  if (stride !== layout.empty.length || objects.length !== layout.objectLanes) {
    throw new Fault('checkpoint', `the saved state of ${spec.name} holds other measures than the query asks for: start with a new checkpoint`)
  }
  const panes = new Map<Micros, Table>()
  for (let i = 0; i < saved.length; i++) {
    const start = micros(saved.pane[i]!)
    let table = panes.get(start)
    if (!table) panes.set(start, (table = emptyTable(layout)))
    const row = rowOf(layout, table, saved.key[i]!)
    table.measures.numbers.set(numbers.subarray(i * stride, (i + 1) * stride), row * stride)
    for (const [l, lane] of objects.entries()) objectLane(table.measures, l)[row] = lane[i] ?? null
  }
  return { watermarkMs: saved.watermarkMs, closedMs: saved.closedMs, panes }
}

export function sortedPanes(panes: ReadonlyMap<Micros, Table>): [Micros, Table][] {
  return [...panes].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}
