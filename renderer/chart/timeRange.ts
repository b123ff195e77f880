/** A stretch of event time, half open. Milliseconds since 1970. */
export interface TimeRange {
  readonly startMs: number
  readonly endMs: number
}

/** What there is to look at. */
export interface TimeExtent {
  /** Begin of the recording; undefined where nothing is known of it. */
  readonly firstMs: number | undefined
  /** Newest event read. */
  readonly newestMs: number | undefined
  /** End of the recording, read or not. */
  readonly lastMs: number | undefined
  /** The shortest slide of the queries: a bar is at most 48 pixels a slide. */
  readonly unitMs: number
}

const minuteMs = 60_000

/** Pixels of a unit when the newest event is followed, and at most. */
const followPx = 28
const closestPx = 48
/** Units right of the newest event: where the windows are that are still open. */
const unitsAhead = 2

const spanOf = ({ startMs, endMs }: TimeRange): number => endMs - startMs

/** The time that fits into `plotPx` pixels and ends a little after the newest event. It moves by whole units, and begins no earlier than the recording. */
export function followRange({ firstMs, newestMs = firstMs ?? 0, unitMs }: TimeExtent, plotPx: number): TimeRange {
  const span = (plotPx / followPx) * unitMs
  const endMs = Math.ceil((newestMs + unitsAhead * unitMs) / unitMs) * unitMs
  const startMs = Math.max(endMs - span, firstMs === undefined ? -Infinity : Math.floor(firstMs / unitMs) * unitMs)
  return { startMs, endMs: startMs + span }
}

/** Moved by a time, but never so far that nothing of the recording is left. */
export function panRange(range: TimeRange, byMs: number, extent: TimeExtent): TimeRange {
  const span = spanOf(range)
  const [first, last] = boundsOf(extent)
  const startMs = Math.max(first - span * 0.9, Math.min(last - span * 0.1, range.startMs + byMs))
  return { startMs, endMs: startMs + span }
}

/** Shorter (`factor` below 1) or longer, with `aroundMs` at the same pixel: from 48 pixels a unit to the whole recording. */
export function zoomRange(range: TimeRange, factor: number, aroundMs: number, plotPx: number, extent: TimeExtent): TimeRange {
  const [first, last] = boundsOf(extent)
  const shortest = (plotPx / closestPx) * extent.unitMs
  const longest = Math.max((plotPx / followPx) * extent.unitMs, (last - first) * 1.04)
  const span = Math.max(shortest, Math.min(longest, spanOf(range) * factor))
  if (span === spanOf(range)) return range
  const part = (aroundMs - range.startMs) / spanOf(range)
  const startMs = aroundMs - part * span
  // Zoomed out, a range has the recording in view and not what lies beside it.
  const within = factor > 1 ? Math.max(first - span * 0.02, Math.min(startMs, last - span * 0.98)) : startMs
  return panRange({ startMs: within, endMs: within + span }, 0, extent)
}

/** Moved as little as needed for `window` to be seen, with a unit beside it; the same object where it is seen already. */
export function rangeShowing(range: TimeRange, window: TimeRange, unitMs: number): TimeRange {
  if (window.startMs >= range.startMs && window.endMs <= range.endMs) return range
  const byMs = window.startMs < range.startMs ? window.startMs - unitMs - range.startMs : window.endMs + unitMs - range.endMs
  return { startMs: range.startMs + byMs, endMs: range.endMs + byMs }
}

function boundsOf({ firstMs, newestMs, lastMs, unitMs }: TimeExtent): readonly [number, number] {
  const first = firstMs ?? newestMs ?? 0
  return [first, Math.max(first, lastMs ?? first, newestMs ?? first) + unitsAhead * unitMs]
}

/** Steps that read well on a clock, in milliseconds. */
const steps = [1 / 60, 1 / 12, 1 / 6, 1 / 2, 1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7 * 1440, 14 * 1440, 28 * 1440].map((minutes) => minutes * minuteMs)

/** The shortest step that keeps `leastPx` pixels between two labels. */
export function stepOf(range: TimeRange, plotPx: number, leastPx: number): number {
  const pxPerMs = plotPx / spanOf(range)
  return steps.find((step) => step * pxPerMs >= leastPx) ?? steps.at(-1)!
}

/** Multiples of a step in a range. */
export function ticksOf({ startMs, endMs }: TimeRange, stepMs: number): number[] {
  const ticks: number[] = []
  for (let at = Math.ceil(startMs / stepMs) * stepMs; at < endMs; at += stepMs) ticks.push(at)
  return ticks
}

/** Where vertical gridlines stand: every five minutes at close range, fewer further out. */
export const gridStepOf = (range: TimeRange, plotPx: number): number => Math.max(5 * minuteMs, stepOf(range, plotPx, 56))
