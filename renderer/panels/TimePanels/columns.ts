import type { WindowCells, WindowEntry } from '#renderer/store/windowTable.ts'

/** Neighbouring windows that a chart draws as one column: one window at close range, more where they would be narrower than can be seen. */
export interface Column {
  readonly startMs: number
  readonly endMs: number
  readonly windows: readonly WindowEntry[]
  /** All of them are written. */
  readonly isFinal: boolean
  readonly cells: ColumnCells | undefined
}

/** Of the windows of a column, by key. Arrays of one length. */
export interface ColumnCells {
  readonly keys: readonly (string | null)[]
  /** Sums. */
  readonly rows: readonly number[]
  readonly anomalies: readonly number[]
  /** The highest rate of one window: a merged column hides no alert. */
  readonly peakRate: readonly number[]
  /** Weighted by rows; NaN where there is none. */
  readonly avgAltitude: readonly number[]
  readonly avgVelocity: readonly number[]
}

/** Narrower bars are merged. Pixels. */
export const narrowestPx = 3

/** Windows a column: the least power of two that makes it `narrowestPx` wide. `stepMs`: from the start of a bar to the next beside it. */
export function windowsAColumn(stepMs: number, pxPerMs: number): number {
  let count = 1
  while (count * stepMs * pxPerMs < narrowestPx && count < 2 ** 60) count *= 2
  return count
}

interface Kept {
  readonly of: readonly WindowEntry[]
  readonly cells: readonly (WindowCells | undefined)[]
  readonly merged: ColumnCells | undefined
}

const mostKept = 8192

/** Columns of windows by start, for windows `slideMs` apart. What was added up of cells is kept while these are the same objects. */
export function openColumns(): (windows: readonly WindowEntry[], slideMs: number, pxPerMs: number) => readonly Column[] {
  let kept = new Map<number, Kept>()
  let keptWidth = 0
  return (windows, slideMs, pxPerMs) => {
    const widthMs = windowsAColumn(slideMs, pxPerMs) * slideMs
    if (widthMs !== keptWidth || kept.size > mostKept) kept = new Map()
    keptWidth = widthMs
    const columns: Column[] = []
    for (let from = 0; from < windows.length; ) {
      const place = Math.floor(windows[from]!.startMs / widthMs)
      let to = from + 1
      while (to < windows.length && Math.floor(windows[to]!.startMs / widthMs) === place) to++
      columns.push(columnOf(windows.slice(from, to), place, kept))
      from = to
    }
    return columns
  }
}

function columnOf(windows: readonly WindowEntry[], place: number, kept: Map<number, Kept>): Column {
  const before = kept.get(place)
  let merged = before?.merged
  if (!before || !isSame(before, windows)) {
    merged = mergeCells(windows)
    kept.set(place, { of: windows, cells: windows.map(({ cells }) => cells), merged })
  }
  return { startMs: windows[0]!.startMs, endMs: windows.at(-1)!.endMs, windows, isFinal: windows.every(({ closedBatch }) => closedBatch !== null), cells: merged }
}

/** Cells that were let go since, of windows long written, are as good as the same. */
function isSame({ of, cells }: Kept, windows: readonly WindowEntry[]): boolean {
  return of.length === windows.length && windows.every((window, i) => window === of[i] && (window.cells === cells[i] || (window.cells === undefined && window.closedBatch !== null)))
}

function mergeCells(windows: readonly WindowEntry[]): ColumnCells | undefined {
  const parts = windows.flatMap(({ cells }) => (cells ? [cells] : []))
  if (parts.length === 0) return undefined
  const places = new Map<string | null, number>()
  const keys: (string | null)[] = []
  const [rows, anomalies, peakRate, altitude, altitudeRows, velocity, velocityRows]: number[][] = [[], [], [], [], [], [], []]
  for (const part of parts) {
    for (let i = 0; i < part.keys.length; i++) {
      const key = part.keys[i]!
      let at = keys[i] === key ? i : places.get(key)
      if (at === undefined) {
        places.set(key, (at = keys.length))
        keys.push(key)
        for (const list of [rows, anomalies, peakRate, altitude, altitudeRows, velocity, velocityRows]) list!.push(0)
      }
      const own = part.rows[i]!
      rows![at]! += own
      anomalies![at]! += part.anomalies[i]!
      peakRate![at] = Math.max(peakRate![at]!, own > 0 ? part.anomalies[i]! / own : 0)
      if (!Number.isNaN(part.avgAltitude[i]!)) {
        altitude![at]! += part.avgAltitude[i]! * own
        altitudeRows![at]! += own
      }
      if (!Number.isNaN(part.avgVelocity[i]!)) {
        velocity![at]! += part.avgVelocity[i]! * own
        velocityRows![at]! += own
      }
    }
  }
  return { keys, rows: rows!, anomalies: anomalies!, peakRate: peakRate!, avgAltitude: divided(altitude!, altitudeRows!), avgVelocity: divided(velocity!, velocityRows!) }
}

const divided = (sums: readonly number[], counts: readonly number[]): number[] => sums.map((sum, i) => sum / counts[i]!)
