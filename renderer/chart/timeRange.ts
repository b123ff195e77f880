import { dayInMonth, formatInstant, monthNames, partsIn } from '#renderer/format/format.ts'
import { cycleDays, daysOf, yearText } from '#shared/time/calendar.ts'
import { localOffsetMs, utcParts } from '#shared/time/formatTime.ts'

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

const dayMs = 1440 * minuteMs
/** The mean month of the calendar. Steps of 28 days or more are so many of it, and stand at the beginnings of months. */
const monthMs = (cycleDays / 4800) * dayMs

const monthsOf = (stepMs: number): number => (stepMs < 28 * dayMs ? 0 : Math.max(1, Math.round(stepMs / monthMs)))

/** Steps that read well on a clock and on a calendar: from a second to a million years. */
const steps: readonly number[] = [
  ...[1 / 60, 1 / 12, 1 / 6, 1 / 2, 1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7 * 1440, 14 * 1440].map((minutes) => minutes * minuteMs),
  ...[1, 3, 6].map((months) => months * monthMs),
  ...[0, 1, 2, 3, 4, 5].flatMap((zeros) => [1, 2, 5].map((years) => years * 10 ** zeros * 12 * monthMs)),
  12e6 * monthMs
]

/** The shortest step that keeps `leastPx` pixels between two labels, more where they are longer than usual. */
export function stepOf(range: TimeRange, plotPx: number, leastPx: number): number {
  const pxPerMs = plotPx / spanOf(range)
  const years = Math.max(4, ...[range.startMs, range.endMs].map((ms) => yearWords(utcParts(ms).year).length))
  return steps.find((step) => step * pxPerMs >= Math.max(leastPx, widestTick(step, years) * figurePx + betweenPx)) ?? steps.at(-1)!
}

/** Pixels of a character of an axis at most, and between two labels at least. */
const figurePx = 6.6
const betweenPx = 6

/** Characters of the longest label at a step, of years with so many: "13:29:00Z", "23 Jan", "2026"; "Jan 2026", and one more for short months. */
function widestTick(stepMs: number, years: number): number {
  if (stepMs < 28 * dayMs) return stepMs < minuteMs ? 9 : 6
  return monthsOf(stepMs) < 12 ? years + 5 : years
}

/** "2026", "10000", "−0044". */
const yearWords = (year: number): string => yearText(year).replace(/^\+/, '').replace('-', '\u2212')

/**
 * Times in a range at which a step stands: multiples of it, from a day on by the calendar of a zone. As many as the range has steps,
 * however long it is.
 */
export function ticksOf({ startMs, endMs }: TimeRange, stepMs: number, zone: 'UTC' | 'local' = 'UTC'): number[] {
  const ticks: number[] = []
  const months = monthsOf(stepMs)
  if (months === 0 && (stepMs < dayMs || zone === 'UTC')) {
    const first = Math.ceil(startMs / stepMs)
    for (let i = 0; (first + i) * stepMs < endMs; i++) ticks.push((first + i) * stepMs)
    return ticks
  }
  const { year, month } = utcParts(startMs - dayMs)
  const first = months === 0 ? Math.floor((startMs - dayMs) / stepMs) : Math.floor((year * 12 + month - 1) / months)
  for (let i = first; ; i++) {
    const localMs = months === 0 ? i * stepMs : daysOf(Math.floor((i * months) / 12), ((((i * months) % 12) + 12) % 12) + 1, 1) * dayMs
    const at = zone === 'UTC' ? localMs : instantOf(localMs)
    if (at >= endMs) return ticks
    if (at >= startMs) ticks.push(at)
  }
}

/** When this machine's clock shows a local time, or would but for a change of clocks. */
const instantOf = (localMs: number): number => localMs - localOffsetMs(localMs - localOffsetMs(localMs))

/** A label of an axis: a clock, with the day in place of midnight; days, months or years where steps are as long. `mark`: the first says the zone. */
export function tickText(ms: number, stepMs: number, zone: 'UTC' | 'local', mark = false): string {
  const parts = partsIn(zone, ms)
  const months = monthsOf(stepMs)
  const year = yearWords(parts.year)
  if (months >= 12) return year
  if (months > 0) return `${monthNames[parts.month - 1]} ${year}`
  if (stepMs >= dayMs || (parts.hour === 0 && parts.minute === 0 && parts.second === 0)) return dayInMonth(parts)
  return formatInstant(ms, zone, { seconds: stepMs < minuteMs, mark })
}

/** Where vertical gridlines stand: every five minutes at close range, fewer further out. */
export const gridStepOf = (range: TimeRange, plotPx: number): number => Math.max(5 * minuteMs, stepOf(range, plotPx, 56))
