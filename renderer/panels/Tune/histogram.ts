import type { Distribution, Measure } from '#shared/contract/whatIf.ts'
import type { Drawing, Mark } from '#renderer/chart/drawing.ts'
import type { Palette } from '#renderer/chart/palette.ts'
import { formatLimitNumber, formatShort } from '#renderer/format/format.ts'
import type { HistogramSpan } from '#renderer/store/whatIfStore.ts'

/** What a histogram shows before anything is known of the values; metres, and km/h. */
const usual: Readonly<Record<Measure, readonly [number, number]>> = { altitude: [-500, 14_500], velocity: [0, 1300] }

/** Widths of bars: round numbers. */
const widths: Readonly<Record<Measure, readonly number[]>> = { altitude: [10, 20, 50, 100, 200, 500, 1000, 2000, 5000], velocity: [1, 2, 5, 10, 20, 50, 100, 200, 500] }

interface Edges {
  readonly min: number
  readonly max: number
}

/**
 * The span of a histogram: nearly all rows, and the current limits where they are not far from them; a few rows beyond are told by their number. Ends on
 * whole bars, each at least `barPx` wide.
 */
export function spanOf(measure: Measure, distribution: Pick<Distribution, 'min' | 'max' | 'percentiles'> | undefined, current: Edges, widthPx: number, barPx = 4): HistogramSpan & { readonly width: number } {
  const [low, high] = reach(measure, distribution, current)
  const most = Math.max(8, Math.floor(widthPx / barPx))
  const width = widths[measure].find((each) => (high - low) / each <= most) ?? niceAbove((high - low) / most)
  const from = Math.floor(low / width) * width
  const to = Math.max(from + width, Math.ceil(high / width) * width)
  return { from, to, bins: Math.round((to - from) / width), width }
}

function reach(measure: Measure, distribution: Pick<Distribution, 'min' | 'max' | 'percentiles'> | undefined, current: Edges): readonly [number, number] {
  const at = (percent: number) => distribution?.percentiles.find((each) => each.percent === percent)?.value
  const [least, most] = [distribution?.min ?? usual[measure][0], distribution?.max ?? usual[measure][1]]
  const [low, high] = [at(0.1) ?? least, at(99.9) ?? most]
  const span = Math.max(high - low, widths[measure][0]! * 10)
  const own = [Math.max(least, low - span * 0.15), Math.min(most, high + span * 0.15)] as const
  const pad = (own[1] - own[0] || span) * 0.03
  const near = (limit: number) => limit > own[0] - span && limit < own[1] + span
  return [Math.min(own[0], near(current.min) ? current.min : own[0]) - pad, Math.max(own[1], near(current.max) ? current.max : own[1]) + pad]
}

function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= value) ?? 10 * power
}

export interface HistogramParts {
  readonly distribution: Distribution | undefined
  /** Of the distribution that is drawn. */
  readonly span: HistogramSpan
  readonly proposed: Edges
  readonly current: Edges
  readonly plot: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
  readonly palette: Palette
  /** Labels of rows at the left. */
  readonly axis: boolean
  /** From the unit of silver to the one that is shown. */
  readonly perUnit: number
  readonly unit: string
}

/** Where a value lies; may be outside of the plot. */
export const xOf = (value: number, span: HistogramSpan, plot: { readonly left: number; readonly width: number }): number => plot.left + ((value - span.from) / (span.to - span.from)) * plot.width

/** Rows by value on a log scale that begins at one: an empty bar is no bar. What lies outside the proposed limits is in the colour of alerts. */
export function histogramDrawing({ distribution, span, proposed, current, plot, palette, axis, perUnit, unit }: HistogramParts): Drawing {
  const marks: Mark[] = []
  const bottom = plot.top + plot.height
  const counts = distribution?.counts ?? []
  const most = Math.max(10, ...counts)
  const heightOf = (count: number) => (count <= 0 ? 0 : Math.max(1, Math.round(((Math.log10(count) + 0.3) / (Math.log10(most) + 0.3)) * plot.height)))
  if (axis) {
    const lines: number[] = []
    for (let rows = 1; rows <= most; rows *= 10) {
      const y = bottom - heightOf(rows) + 0.5
      lines.push(plot.left, y, plot.left + plot.width, y)
      marks.push({ kind: 'text', x: plot.left - 8, y, text: formatShort(rows).replace('.0k', 'k').replace('.0M', 'M'), fill: palette.of('tx3'), align: 'right' })
    }
    marks.unshift({ kind: 'lines', at: lines, stroke: palette.of('grid'), lineWidth: 1 })
  }
  const inside: number[] = []
  const outside: number[] = []
  const width = (span.to - span.from) / Math.max(1, counts.length)
  for (const [i, count] of counts.entries()) {
    const height = heightOf(count)
    if (height === 0) continue
    const from = span.from + i * width
    const left = Math.round(xOf(from, span, plot))
    const right = Math.max(left + 1, Math.round(xOf(from + width, span, plot)) - 1)
    // A bar that a limit goes through is outside from its middle on: handles move in steps as wide, or finer.
    const middle = from + width / 2
    const at = middle > proposed.max || middle < proposed.min ? outside : inside
    at.push(left, bottom - height, right - left, height)
  }
  if (axis) marks.push(...beyond(proposed, span, plot, palette))
  marks.push({ kind: 'rects', at: inside, fill: palette.of('bar') }, { kind: 'rects', at: outside, fill: palette.of('alert') })
  marks.push({ kind: 'lines', at: [plot.left, bottom + 0.5, plot.left + plot.width, bottom + 0.5], stroke: palette.of('line2'), lineWidth: 1 })
  marks.push(...dashes([current.min, current.max], span, plot, palette))
  const [first, last] = [span.from * perUnit, span.to * perUnit]
  const step = niceAbove(((last - first) * (axis ? 90 : 64)) / plot.width)
  for (let value = Math.ceil(first / step) * step; value <= last; value += step) {
    const x = xOf(value / perUnit, span, plot)
    const isLast = value + step > last
    marks.push({ kind: 'text', x, y: bottom + 14, text: isLast && axis ? `${formatLimitNumber(value)} ${unit}` : formatLimitNumber(value), fill: palette.of('tx3'), align: 'center' })
  }
  return marks
}

/** The ground beyond the proposed limits. */
function beyond({ min, max }: Edges, span: HistogramSpan, plot: HistogramParts['plot'], palette: Palette): Mark[] {
  const end = plot.left + plot.width
  const low = Math.round(Math.min(end, Math.max(plot.left, xOf(min, span, plot))))
  const high = Math.round(Math.min(end, Math.max(plot.left, xOf(max, span, plot))))
  return [{ kind: 'rects', at: [plot.left, plot.top, low - plot.left, plot.height, high, plot.top, end - high, plot.height], fill: palette.of('alert'), opacity: 0.08 }]
}

/** The current limits. */
function dashes(limits: readonly number[], span: HistogramSpan, plot: HistogramParts['plot'], palette: Palette): Mark[] {
  const at: number[] = []
  for (const limit of limits) {
    const x = Math.round(xOf(limit, span, plot)) + 0.5
    if (x < plot.left || x > plot.left + plot.width) continue
    for (let y = plot.top; y < plot.top + plot.height; y += 6) at.push(x, y, x, Math.min(y + 3, plot.top + plot.height))
  }
  return [{ kind: 'lines', at, stroke: palette.of('tx3'), lineWidth: 1 }]
}
