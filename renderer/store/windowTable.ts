import { microsToMs, readStream, type StreamColumn } from '#shared/arrow/readStream.ts'
import type { BatchRecord, FileRead, QueryName } from '#shared/contract/run.ts'
import { openKeySums, type KeySums } from './keySums.ts'

/** As the guide's glyphs and words, and the SQL column `state`, call it. */
export type WindowState = 'open' | 'closing' | 'closed' | 'late drops'

/** One window of a query. Milliseconds since 1970. */
export interface WindowSpan {
  readonly startMs: number
  readonly endMs: number
}

export interface WindowEntry extends WindowSpan {
  state: WindowState
  rows: number
  keys: number
  /** Keys with an anomaly: countries over the limit. */
  keysOver: number
  /** Rows that came after it had closed. */
  droppedRows: number
  /** The batch that closed it; null while it is not written. */
  closedBatch: number | null
  /** What it holds by key; undefined where only the sums are kept. */
  cells: WindowCells | undefined
  /** Grows when anything of the window changes, beyond that of every other window of the table. */
  revision: number
}

/** A window by key, in the order of gold. Arrays of one length. */
export interface WindowCells {
  readonly keys: readonly (string | null)[]
  readonly rows: Float64Array
  /** Altitude and velocity anomalies; zeros for phase counts. */
  readonly anomalies: Float64Array
  /** NaN where there is none. */
  readonly avgAltitude: Float64Array
  readonly avgVelocity: Float64Array
}

/** The windows of a query, as far as the workbench knows them. Sums are kept for all of them, cells for the newest. */
export interface WindowTable {
  /** By start, ascending; the arrays and entries are the table's own and change from frame to frame. */
  readonly all: readonly WindowEntry[]
  find(startMs: number): WindowEntry | undefined
  /** Windows that overlap a range. */
  within(startMs: number, endMs: number): readonly WindowEntry[]
  /** The window `step` places after the one that starts at or last before a time; the outermost ones at the ends. */
  beside(startMs: number, step: number): WindowEntry | undefined
  /** Windows that are not written yet, by start. */
  unwritten(): readonly WindowEntry[]
  /** Files that were not read, the newest 1,000. */
  readonly setAside: readonly FileRead[]
  readonly watermarkMs: number | undefined
  readonly closedRows: number
  readonly counts: Readonly<Record<WindowState, number>>
  /** Rows dropped from at least one window. */
  readonly lateRows: number
  /** Running sums by key. */
  readonly sums: KeySums
}

/** The newest windows that are kept; what is said of all of them, such as counts, goes on counting the others. */
export const keptWindows = 100_000

/** Rows of gold whose cells are kept; of older windows only the sums. */
export const keptCells = 1_000_000

export interface MutableWindowTable extends WindowTable {
  addBatch(batch: BatchRecord): void
  /** Closed rows of gold, as a stream. */
  addRows(rows: Uint8Array): void
  /** All open windows, as a stream; they replace those before. */
  setOpen(rows: Uint8Array, watermarkMs: number): void
  /** Newest event time of the run: open windows that it has passed are closing. */
  passNewest(newestMs: number): void
}

export function openWindowTable(query: QueryName): MutableWindowTable {
  const byStart = new Map<number, WindowEntry>()
  let sorted: WindowEntry[] = []
  let isSorted = true
  const seen = new Set<number>()
  let cellRows = 0
  let watermarkMs: number | undefined
  let newestMs = -Infinity
  let closedRows = 0
  let lateRows = 0
  const withCells: WindowEntry[] = []
  const sums = openKeySums()
  const setAside: FileRead[] = []
  /** Closed windows that start before are not kept any more. */
  let forgottenMs = -Infinity
  let revision = 0
  const counts = { open: 0, closing: 0, closed: 0, 'late drops': 0 }
  /** Of every window; 0 until one is known from its start to its end. */
  let sizeMs = 0
  /** Windows that rows came too late for before that. */
  let unsized: WindowEntry[] = []
  /** Few, however many windows there are. */
  const unwritten = new Set<WindowEntry>()

  /** To be called after every change of a window. */
  function changed(window: WindowEntry): void {
    counts[window.state] -= 1
    window.state = stateOf(window)
    counts[window.state] += 1
    if (window.closedBatch !== null) unwritten.delete(window)
    window.revision = ++revision
  }

  function learnSize(size: number): void {
    sizeMs = size
    for (const window of unsized) Object.assign(window, { endMs: window.startMs + size, revision: ++revision })
    unsized = []
  }

  function entry(startMs: number, endMs: number): WindowEntry {
    if (sizeMs === 0 && endMs > startMs) learnSize(endMs - startMs)
    const known = byStart.get(startMs)
    if (known) return known
    const made: WindowEntry = { startMs, endMs, state: 'open', rows: 0, keys: 0, keysOver: 0, droppedRows: 0, closedBatch: null, cells: undefined, revision: ++revision }
    byStart.set(startMs, made)
    counts.open += 1
    unwritten.add(made)
    if (sorted.length > 0 && sorted.at(-1)!.startMs > startMs) isSorted = false
    sorted.push(made)
    if (sizeMs === 0) unsized.push(made)
    return made
  }

  function order(): WindowEntry[] {
    if (!isSorted) sorted.sort((a, b) => a.startMs - b.startMs)
    isSorted = true
    return sorted
  }

  const stateOf = ({ endMs, closedBatch, droppedRows }: WindowEntry): WindowState => (closedBatch !== null ? (droppedRows > 0 ? 'late drops' : 'closed') : newestMs >= endMs ? 'closing' : 'open')

  function addBatch(batch: BatchRecord): void {
    if (seen.has(batch.batchId)) return // Done again after a crash: the same as before.
    seen.add(batch.batchId)
    watermarkMs = batch.watermarkMs
    lateRows += batch.late.reduce((sum, { rows }) => sum + rows, 0)
    for (const file of batch.files) if (file.setAside !== undefined) setAside.push(file)
    if (setAside.length > 1000) setAside.splice(0, setAside.length - 1000)
    for (const { startMs, endMs, rows, keys, keysOver } of batch.closed) {
      const window = entry(startMs, endMs)
      sums.closeWindow(keysOver)
      Object.assign(window, { rows, keys, keysOver, closedBatch: batch.batchId })
      changed(window)
    }
    if (sorted.length > keptWindows * 1.05) forgetOldest()
    for (const { startMs, rows } of batch.dropped) {
      if (startMs < forgottenMs) continue
      const window = entry(startMs, startMs + sizeMs)
      window.droppedRows += rows
      // Only closed windows drop rows, also one that no row had reached in time.
      window.closedBatch ??= batch.batchId
      changed(window)
    }
  }

  function forgetOldest(): void {
    const all = order()
    for (const window of all.slice(0, all.length - keptWindows)) if (window.closedBatch !== null) byStart.delete(window.startMs)
    forgottenMs = all[all.length - keptWindows]!.startMs
    sorted = all.filter(({ startMs }) => byStart.has(startMs))
  }

  function addCells(rows: Uint8Array, each: (span: WindowSpan, cells: WindowCells) => void): number {
    const { columns, length } = readStream(rows)
    const starts = microsToMs(bigints(columns[0]))
    const ends = microsToMs(bigints(columns[1]))
    for (let from = 0; from < length; ) {
      let to = from + 1
      while (to < length && starts[to] === starts[from]) to++
      each({ startMs: starts[from]!, endMs: ends[from]! }, cellsOf(query, columns, from, to))
      from = to
    }
    return length
  }

  return {
    get all() {
      return order()
    },
    find: (startMs) => byStart.get(startMs),
    within(startMs, endMs) {
      const all = order()
      let low = lowerBound(all, startMs - sizeMs)
      const found: WindowEntry[] = []
      for (; low < all.length && all[low]!.startMs < endMs; low++) if (all[low]!.endMs > startMs) found.push(all[low]!)
      return found
    },
    beside(startMs, step) {
      const all = order()
      const at = lowerBound(all, startMs + 1) - 1
      return all[Math.max(0, Math.min(all.length - 1, at + step))]
    },
    unwritten: () => [...unwritten].sort((a, b) => a.startMs - b.startMs),
    setAside,
    get watermarkMs() {
      return watermarkMs
    },
    get closedRows() {
      return closedRows
    },
    get lateRows() {
      return lateRows
    },
    get counts() {
      return counts
    },
    sums,
    addBatch,
    addRows(rows) {
      closedRows += addCells(rows, (span, cells) => {
        sums.addClosed(span, cells)
        if (span.startMs < forgottenMs) return
        const window = entry(span.startMs, span.endMs)
        window.cells = cells
        changed(window)
        withCells.push(window)
        cellRows += cells.keys.length
      })
      while (cellRows > keptCells && withCells.length > 1) {
        const oldest = withCells.shift()!
        cellRows -= oldest.cells?.keys.length ?? 0
        oldest.cells = undefined
      }
    },
    setOpen(rows, mark) {
      watermarkMs = mark
      const open = new Set<WindowEntry>()
      addCells(rows, ({ startMs, endMs }, cells) => {
        if (startMs < forgottenMs) return
        const window = entry(startMs, endMs)
        if (window.closedBatch !== null) return
        open.add(window)
        window.cells = cells
        window.rows = sum(cells.rows)
        window.keys = cells.keys.length
        window.keysOver = cells.anomalies.reduce((count, anomalies) => count + (anomalies > 0 ? 1 : 0), 0)
        changed(window)
      })
      sums.replaceOpen(open)
      // What is neither open any more nor closed has never been written: the run was opened anew.
      const gone = [...unwritten].filter((window) => !open.has(window))
      if (gone.length === 0) return
      for (const window of gone) {
        byStart.delete(window.startMs)
        unwritten.delete(window)
        counts[window.state] -= 1
      }
      sorted = sorted.filter((window) => byStart.get(window.startMs) === window)
    },
    passNewest(newest) {
      if (newest <= newestMs) return
      newestMs = newest
      for (const window of unwritten) if (window.state !== stateOf(window)) changed(window)
    }
  }
}

function lowerBound(all: readonly WindowEntry[], startMs: number): number {
  let low = 0
  let high = all.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (all[middle]!.startMs < startMs) low = middle + 1
    else high = middle
  }
  return low
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)

function cellsOf(query: QueryName, columns: readonly StreamColumn[], from: number, to: number): WindowCells {
  const [, , key] = columns
  const numbers = (name: string): Float64Array => numbersOf(columns.find((column) => column.name === name), from, to)
  const keys = Array.from({ length: to - from }, (_, i) => textAt(key, from + i))
  const anomalies = query === 'anomaly_alerts' ? added(numbers('altitude_anomalies'), numbers('velocity_anomalies')) : new Float64Array(to - from)
  return { keys, rows: numbers(query === 'anomaly_alerts' ? 'total_observations' : 'flight_count'), anomalies, avgAltitude: numbers('avg_altitude'), avgVelocity: numbers('avg_velocity') }
}

const added = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + b[i]!)

/** Any column as numbers: NaN where there is no value, and where a text is none. */
function numbersOf(column: StreamColumn | undefined, from: number, to: number): Float64Array {
  const values = new Float64Array(to - from).fill(NaN)
  if (!column) return values
  for (let row = from; row < to; row++) if (column.nulls?.[row] !== 1 && column.values[row] !== null) values[row - from] = Number(column.values[row])
  return values
}

function bigints(column: StreamColumn | undefined): BigInt64Array {
  if (column?.kind !== 'bigints') throw new Error('gold has no window_start and window_end')
  return column.values
}

function textAt(column: StreamColumn | undefined, row: number): string | null {
  return !column || column.nulls?.[row] === 1 || column.values[row] === null || column.values[row] === undefined ? null : String(column.values[row])
}
