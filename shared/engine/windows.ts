import { combine, compareText } from './combine.ts'
import { lowering, outputStore, outputType, type Value } from './lower.ts'
import type { Output, QuerySpec } from './querySpec.ts'
import { sortedPanes, type EngineState } from './state.ts'
import { slotLayoutOf } from './slots.ts'
import { clearTable, emptyTable, rowOf, type Table } from './table.ts'
import { micros, millisToMicros } from './time.ts'
import type { ValueType } from './valueType.ts'
import { firstWindowOf, lastCountingWindow, lastWindowEndingBy, windowStart, type WindowNumber, type WindowSpec } from './windowSpec.ts'

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
  /** Longs and decimals (unscaled) as bigints, strings, everything else as numbers. Read them with `valueAt`. */
  readonly values: Float64Array | readonly (bigint | string | null)[]
  /** Of numbers: 1 where there is no value. */
  readonly nulls: Uint8Array
}

export function valueAt({ values, nulls }: WindowColumn, row: number): Value {
  return nulls[row] === 1 ? null : (values[row] ?? null)
}

/** Windows from `first` to `last` (both included), lowered from the panes of the state. Windows without rows are not there. */
export function lowerWindows(spec: QuerySpec, panes: EngineState['panes'], first: WindowNumber, last: WindowNumber): WindowRows {
  const layout = slotLayoutOf(spec)
  const lower = lowering(spec)
  const start: bigint[] = []
  const keys: (string | null)[] = []
  const columns = spec.outputs.map(columnBuilder)
  const sums = emptyTable(layout)
  for (const window of windowsOver(spec.window, panes, first, last)) {
    clearTable(layout, sums)
    for (const pane of panesOf(spec.window, panes, window)) {
      for (let row = 0; row < pane.keys.length; row++) combine(layout.slots, sums.measures, rowOf(layout, sums, pane.keys[row]!), pane.measures, row)
    }
    for (const key of [...sums.keys].sort(compareKeys)) {
      const values = lower(sums.measures, rowOf(layout, sums, key))
      columns.forEach((column, i) => column.add(values[i]!))
      start.push(windowStart(spec.window, window))
      keys.push(key)
    }
  }
  const starts = BigInt64Array.from(start)
  return { length: keys.length, start: starts, end: starts.map((from) => from + spec.window.size), key: keys, columns: columns.map((column) => column.build()) }
}

/** Grows a column row by row; `build` once. */
function columnBuilder({ name, measure }: Output): { add(value: Value): void; build(): WindowColumn } {
  const type = outputType(measure)
  if (outputStore(measure) !== 'number') {
    const values: (bigint | string | null)[] = []
    return { add: (value) => values.push(value as bigint | string | null), build: () => ({ name, type, values, nulls: new Uint8Array(0) }) }
  }
  let numbers = new Float64Array(0)
  const nulls: number[] = []
  let length = 0
  return {
    add(value) {
      if (length === numbers.length) {
        const grown = new Float64Array(Math.max(64, length * 2))
        grown.set(numbers)
        numbers = grown
      }
      if (value === null) nulls.push(length)
      else numbers[length] = value as number // as `outputStore` says
      length += 1
    },
    build() {
      const isNull = new Uint8Array(length)
      for (const row of nulls) isNull[row] = 1
      return { name, type, values: numbers.subarray(0, length), nulls: isNull }
    }
  }
}

/** Windows in the range that have at least one pane, ascending. */
function windowsOver(spec: WindowSpec, panes: EngineState['panes'], first: WindowNumber, last: WindowNumber): WindowNumber[] {
  const windows = new Set<WindowNumber>()
  for (const pane of panes.keys()) {
    const from = firstWindowOf(spec, pane)
    const to = lastCountingWindow(spec, pane)
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
  return lowerWindows(spec, state.panes, from > closed ? from : closed + 1n, lastCountingWindow(spec.window, last[0]))
}

/** Null first, then by code point. */
export function compareKeys(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  return compareText(a, b)
}
