import type { TimeRange } from './timeRange.ts'

/** Of every panel on the time axis, to the pixel: names at the left, values at the right, the plot between. */
export const gutters = { left: 116, right: 128 } as const

/** Event time to pixels of a panel and back; the same in all panels of one width. */
export interface TimeScale {
  readonly range: TimeRange
  readonly width: number
  /** Edges of the plot. */
  readonly left: number
  readonly right: number
  readonly pxPerMs: number
  /** A whole pixel, also outside the plot. */
  x(ms: number): number
  timeAt(x: number): number
  /** Pixels from a start to an end, one left free for the gap to the next bar; undefined outside the plot. */
  span(startMs: number, endMs: number): { readonly x: number; readonly width: number } | undefined
}

export function timeScale(range: TimeRange, width: number): TimeScale {
  const left = gutters.left
  const right = Math.max(left + 120, width - gutters.right)
  const pxPerMs = (right - left) / (range.endMs - range.startMs)
  const x = (ms: number): number => left + Math.round((ms - range.startMs) * pxPerMs)
  return {
    range,
    width,
    left,
    right,
    pxPerMs,
    x,
    timeAt: (px) => range.startMs + (px - left) / pxPerMs,
    span(startMs, endMs) {
      const from = Math.max(left, x(startMs))
      const to = Math.min(right, x(endMs) - 1)
      if (to < left || from > right) return undefined
      return { x: from, width: Math.max(1, to - from) }
    }
  }
}
