import { Fault } from './fault.ts'
import { copyLane, growLane, type Lane } from './lane.ts'
import type { QuerySpec } from './querySpec.ts'
import { laneLayoutsOf } from './slots.ts'
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
  readonly lanes: readonly Lane[]
}

/** Panes by start, keys in their order of arrival: the same state gives the same snapshot. */
export function snapshot(spec: QuerySpec, state: EngineState): StateSnapshot {
  const panes = sortedPanes(state.panes)
  const length = panes.reduce((sum, [, table]) => sum + table.keys.length, 0)
  const pane = new BigInt64Array(length)
  const key: (string | null)[] = []
  const lanes = emptyTable(laneLayoutsOf(spec)).lanes.map(copyLane)
  for (const lane of lanes) growLane(lane, length)
  for (const [start, table] of panes) {
    pane.fill(start, key.length, key.length + table.keys.length)
    lanes.forEach((lane, i) => copyValues(table.lanes[i], lane, table.keys.length, key.length))
    for (const name of table.keys) key.push(name)
  }
  return { watermarkMs: state.watermarkMs, closedMs: state.closedMs, length, pane, key, lanes }
}

/** The state that a snapshot was taken of. Fault `checkpoint` when its lanes are not those of the query. */
export function restore(spec: QuerySpec, saved: StateSnapshot): EngineState {
  const layouts = laneLayoutsOf(spec)
  if (layouts.length !== saved.lanes.length || layouts.some((layout, i) => layout.store !== saved.lanes[i]?.store)) {
    throw new Fault('checkpoint', `the saved state of ${spec.name} holds other measures than the query asks for: start with a new checkpoint`)
  }
  const panes = new Map<Micros, Table>()
  for (let i = 0; i < saved.length; i++) {
    const start = micros(saved.pane[i]!)
    let table = panes.get(start)
    if (!table) panes.set(start, (table = emptyTable(layouts)))
    const row = rowOf(table, saved.key[i]!)
    table.lanes.forEach((lane, l) => copyValue(saved.lanes[l], i, lane, row))
  }
  return { watermarkMs: saved.watermarkMs, closedMs: saved.closedMs, panes }
}

export function sortedPanes(panes: ReadonlyMap<Micros, Table>): [Micros, Table][] {
  return [...panes].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

function copyValues(from: Lane | undefined, to: Lane, count: number, offset: number): void {
  for (let i = 0; i < count; i++) copyValue(from, i, to, offset + i)
}

function copyValue(from: Lane | undefined, fromRow: number, to: Lane, toRow: number): void {
  if (from?.store !== to.store) throw new Error(`a ${from?.store} lane where ${to.store} was expected`)
  to.values[toRow] = from.values[fromRow]!
}
