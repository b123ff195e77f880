import { isFar, type Outliers } from '#renderer/store/outliers.ts'
import type { RunStore } from '#renderer/store/runStore.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'

/** The whole recording as the overview draws it. Times are milliseconds since 1970. */
export interface Overview {
  readonly startMs: number
  readonly endMs: number
  /** Rows in windows so far, by equal parts of the time. */
  readonly read: readonly number[]
  /** Of the same parts: whether the log of silver tells of rows there. */
  readonly there: readonly boolean[]
  readonly newestMs: number | undefined
  /** Where a country first passed 10 %. */
  readonly alertsMs: readonly number[]
  /** Windows that many rows came too late for. */
  readonly lateMs: readonly number[]
  /** How far the run was when it set a file aside. */
  readonly setAsideMs: readonly number[]
}

type Parts = Pick<RunStore, 'recording' | 'windows' | 'newestEventMs' | 'marks'>

/**
 * In so many parts. undefined while there is nothing to draw. Where the log of silver has no statistics, the recording is what was read of it so far.
 * `without`: outliers that are out of view.
 */
export function overviewOf(store: Parts, parts: number, without?: Outliers): Overview | undefined {
  const { recording } = store
  const whole = wholeSpan(store)
  const span = whole && without ? nearSpan(whole, without.bulk) : whole
  if (!span || !(span.endMs > span.startMs)) return undefined
  const isSeen = (ms: number): boolean => !without || (ms >= span.startMs && ms <= span.endMs)
  const alertsMs = store.windows.anomaly_alerts.sums.firstOver.map(({ endMs }) => endMs).filter(isSeen)
  const newestMs = store.newestEventMs !== undefined && !isSeen(store.newestEventMs) ? span.endMs : store.newestEventMs
  return {
    ...span,
    read: rowsOf(tilingOf(store), span, parts),
    there: volumeIn(recording?.volume ?? [], whole!, span, parts).map((rows) => rows > 0),
    newestMs,
    alertsMs,
    lateMs: [...store.marks.late].flatMap(({ startMs, rows }) => (rows >= notableLateRows && isSeen(startMs) ? [startMs] : [])),
    setAsideMs: [...store.marks.setAside.values()].filter(isSeen)
  }
}

/** As the river prints the count from here on: a few late rows are everyday. */
const notableLateRows = 20

interface Span {
  readonly startMs: number
  readonly endMs: number
}

/** Windows that hold each observation once, where there are such. */
const tilingOf = ({ windows }: Pick<RunStore, 'windows'>): readonly WindowEntry[] => (windows.flight_phase_counts.all.length > 0 ? windows.flight_phase_counts.all : windows.anomaly_alerts.all)

function wholeSpan(store: Parts): Span | undefined {
  const { recording } = store
  if (recording === null || recording.minEventMs === null || recording.maxEventMs === null) return spanOfWindows(store)
  return { startMs: recording.minEventMs, endMs: recording.maxEventMs }
}

/** As much of a span as is not far from the bulk. */
function nearSpan({ startMs, endMs }: Span, bulk: Span): Span {
  return { startMs: isFar(startMs, bulk) ? bulk.startMs : startMs, endMs: isFar(endMs, bulk) ? bulk.endMs : endMs }
}

function spanOfWindows(store: Pick<RunStore, 'windows' | 'newestEventMs'>): Span | undefined {
  const all = tilingOf(store)
  return all.length === 0 ? undefined : { startMs: all[0]!.startMs, endMs: Math.max(store.newestEventMs ?? -Infinity, all.at(-1)!.endMs) }
}

/** Rows of windows, spread evenly over their time. */
function rowsOf(windows: readonly WindowEntry[], { startMs, endMs }: Span, parts: number): number[] {
  const rows = new Array<number>(parts).fill(0)
  const placeOf = (ms: number) => ((ms - startMs) / (endMs - startMs)) * parts
  for (const window of windows) spread(rows, placeOf(window.startMs), placeOf(window.endMs), window.rows)
  return rows
}

/** The same sums by another number of parts. */
export const resampled = (volume: readonly number[], parts: number): number[] => volumeIn(volume, { startMs: 0, endMs: 1 }, { startMs: 0, endMs: 1 }, parts)

/** Sums by equal parts of one span, by so many parts of another. */
function volumeIn(volume: readonly number[], of: Span, span: Span, parts: number): number[] {
  const rows = new Array<number>(parts).fill(0)
  const placeOf = (part: number) => ((of.startMs + (part / volume.length) * (of.endMs - of.startMs) - span.startMs) / (span.endMs - span.startMs)) * parts
  for (const [part, sum] of volume.entries()) spread(rows, placeOf(part), placeOf(part + 1), sum)
  return rows
}

/** Adds a sum to the parts from one place to another, each by its share; what lies outside is left out. */
function spread(parts: number[], from: number, to: number, sum: number): void {
  for (let part = Math.max(0, Math.floor(from)); part < Math.min(parts.length, to); part++) {
    const share = (Math.min(part + 1, to) - Math.max(part, from)) / (to - from)
    parts[part]! += sum * share
  }
}

/** Heights of bars, 0 to `height`; what has rows is one pixel at least. */
export function heightsOf(rows: readonly number[], height: number): number[] {
  const most = rows.reduce((a, b) => Math.max(a, b), 0)
  return rows.map((each) => (each === 0 ? 0 : Math.max(1, Math.round((each / most) * height))))
}

/** The range moved by `byMs`, kept so that it overlaps the recording. */
export function movedRange({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }, byMs: number, overview: Pick<Overview, 'startMs' | 'endMs'>): { readonly startMs: number; readonly endMs: number } {
  const spanMs = endMs - startMs
  // Whole seconds: windows begin at such, and so do labels.
  const wanted = Math.round((startMs + byMs) / 1000) * 1000
  const to = Math.max(overview.startMs - spanMs / 2, Math.min(overview.endMs - spanMs / 2, wanted))
  return { startMs: to, endMs: to + spanMs }
}
