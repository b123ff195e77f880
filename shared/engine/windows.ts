import { combine, compareText } from './combine.ts'
import { lowering, outputType, type Value } from './lower.ts'
import type { QuerySpec } from './querySpec.ts'
import { sortedPanes, type EngineState } from './state.ts'
import { laneLayoutsOf, slotsOf } from './slots.ts'
import { emptyTable, rowOf, type Table } from './table.ts'
import { micros, millisToMicros } from './time.ts'
import type { ValueType } from './valueType.ts'
import { firstWindowOf, lastWindowEndingBy, lastWindowOf, windowStart, type WindowNumber, type WindowSpec } from './windowSpec.ts'

/** Results of windows, one entry per (window, key), sorted by window and key; the null key comes first. */
export interface WindowRows {
  readonly length: number
  /** Microseconds. */
  readonly start: BigInt64Array
  readonly end: BigInt64Array
  readonly key: readonly (string | null)[]
  /** One per output of the query. */
  readonly columns: readonly WindowColumn[]
}

export interface WindowColumn {
  readonly name: string
  readonly type: ValueType
  readonly values: readonly Value[]
}

/** Windows from `first` to `last` (both included), lowered from the panes of the state. Windows without rows are not there. */
export function lowerWindows(spec: QuerySpec, panes: EngineState['panes'], first: WindowNumber, last: WindowNumber): WindowRows {
  const layouts = slotsOf(spec)
  const laneLayouts = laneLayoutsOf(spec)
  const lower = lowering(spec)
  const start: bigint[] = []
  const keys: (string | null)[] = []
  const columns = spec.outputs.map(({ name, measure }) => ({ name, type: outputType(measure), values: [] as Value[] }))
  for (const window of windowsOver(spec.window, panes, first, last)) {
    const sums = emptyTable(laneLayouts)
    for (const pane of panesOf(spec.window, panes, window)) {
      for (let row = 0; row < pane.keys.length; row++) combine(layouts, sums.lanes, rowOf(sums, pane.keys[row]!), pane.lanes, row)
    }
    for (const key of [...sums.keys].sort(compareKeys)) {
      start.push(windowStart(spec.window, window))
      keys.push(key)
      const values = lower(sums.lanes, rowOf(sums, key))
      columns.forEach((column, i) => column.values.push(values[i]!))
    }
  }
  const starts = BigInt64Array.from(start)
  return { length: keys.length, start: starts, end: starts.map((from) => from + spec.window.size), key: keys, columns }
}

/** Windows in the range that have at least one pane, ascending. */
function windowsOver(spec: WindowSpec, panes: EngineState['panes'], first: WindowNumber, last: WindowNumber): WindowNumber[] {
  const windows = new Set<WindowNumber>()
  for (const pane of panes.keys()) {
    const from = firstWindowOf(spec, pane)
    const to = lastWindowOf(spec, pane)
    for (let window = from > first ? from : first; window <= to && window <= last; window++) windows.add(window)
  }
  return [...windows].sort((a, b) => (a < b ? -1 : 1))
}

/** Panes of a window that hold rows, ascending: the order in which floats are added. */
function* panesOf(spec: WindowSpec, panes: EngineState['panes'], window: WindowNumber): Generator<Table> {
  const start = windowStart(spec, window)
  for (let pane = start; pane < start + spec.size; pane = micros(pane + spec.pane)) {
    const table = panes.get(pane)
    if (table) yield table
  }
}

/** Results so far of the windows that are still open. SPEC E4 */
export function openWindows(spec: QuerySpec, state: EngineState): WindowRows {
  const starts = sortedPanes(state.panes)
  const first = starts[0]
  const last = starts.at(-1)
  if (!first || !last) return lowerWindows(spec, state.panes, 1n, 0n)
  const closed = lastWindowEndingBy(spec.window, millisToMicros(state.closedMs))
  const from = firstWindowOf(spec.window, first[0])
  return lowerWindows(spec, state.panes, from > closed ? from : closed + 1n, lastWindowOf(spec.window, last[0]))
}

/** Null first, then by code point. */
export function compareKeys(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  return compareText(a, b)
}
