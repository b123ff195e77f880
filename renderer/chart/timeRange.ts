import type { TimeRange } from './chartOption.ts'

const minuteMs = 60_000

/** Pixels of a minute when the newest event is followed. */
const followPx = 28

/** The time that fits into `plotPx` pixels and ends a little after the newest event, where the windows are that are still open. Whole minutes. */
export function followRange(newestMs: number | undefined, aheadMs: number, plotPx: number): TimeRange {
  const minutes = Math.max(4, Math.floor(plotPx / followPx))
  const endMs = Math.ceil(((newestMs ?? 0) + aheadMs) / minuteMs) * minuteMs
  return { startMs: endMs - minutes * minuteMs, endMs }
}

/** Where labels stand on an axis: at least 48 pixels apart, at round times. */
export function ticksOf({ startMs, endMs }: TimeRange, plotPx: number): number[] {
  const perMinute = (plotPx * minuteMs) / (endMs - startMs)
  const steps = [1 / 6, 1 / 2, 1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440]
  const step = (steps.find((minutes) => minutes * perMinute >= 48) ?? 10_080) * minuteMs
  const ticks: number[] = []
  for (let at = Math.ceil(startMs / step) * step; at < endMs; at += step) ticks.push(at)
  return ticks
}
