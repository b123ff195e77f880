import type { Drawing, Mark } from '#renderer/chart/drawing.ts'
import type { Palette } from '#renderer/chart/palette.ts'
import { stepOf, tickText as timeText, ticksOf } from '#renderer/chart/timeRange.ts'
import type { ResultColumn } from '#renderer/duckdb/sqlResult.ts'
import { formatInstant, formatShort } from '#renderer/format/format.ts'
import { numberOf, type CellValue } from '#renderer/grid/gridColumn.ts'
import type { Units } from '#renderer/store/viewStore.ts'
import type { ChartCells, ChartPoints, ChosenColumns } from './chartRows.ts'
import { isNumber, shownText } from './resultColumns.ts'

export interface ChartFrame {
  readonly width: number
  readonly height: number
  readonly palette: Palette
  readonly units: Pick<Units, 'zone'>
}

const barPx = 20
const axisPx = 22
const namesPx = 118
const gutter = { left: 56, right: 16, top: 10 }

/** Bars that there is room for. */
export const barsIn = (height: number): number => Math.max(1, Math.floor((height - axisPx - 4) / barPx))

/** The rows of an answer as marks. `marked`: the row that is chosen in the grid; its bar or point is framed. */
export function quickChart(data: ChartPoints | ChartCells, chosen: ChosenColumns, frame: ChartFrame, marked = -1): Drawing {
  if (frame.width < 120 || frame.height < 80) return []
  if (data.kind === 'cells') return heat(data, chosen, frame)
  return chosen.kind === 'bar' ? bars(data, chosen, frame, marked) : plane(data, chosen, frame, marked)
}

function bars({ x, y, rows }: ChartPoints, chosen: ChosenColumns, { width, height, palette, units }: ChartFrame, marked: number): Drawing {
  const values = x.map(numberOf)
  const finite = values.filter(Number.isFinite)
  const scale = lineScale(Math.min(0, ...finite), Math.max(0, ...finite), namesPx, width - 52, 70)
  const bottom = Math.min(height - axisPx, y.length * barPx + 4)
  const at: number[] = []
  const outline: number[] = []
  const texts: Mark[] = []
  for (const [i, value] of values.entries()) {
    const top = 4 + i * barPx
    texts.push({ kind: 'text', x: namesPx - 8, y: top + 8, text: short(shownText(chosen.y, y[i]!, units) || '(none)', 18), fill: palette.of('tx2'), align: 'right' })
    if (!Number.isFinite(value)) continue
    const [from, to] = [scale.at(Math.min(0, value)), scale.at(Math.max(0, value))]
    const box = [from, top + 2, Math.max(1, to - from), 13]
    at.push(...box)
    if (rows[i] === marked) outline.push(box[0]! + 0.5, box[1]! + 0.5, box[2]! - 1, box[3]! - 1)
    texts.push({ kind: 'text', x: to + 6, y: top + 8, text: short(numberText(value), 9), fill: palette.of('tx2'), align: 'left' })
  }
  return [
    { kind: 'lines', at: scale.ticks.flatMap((tick) => [scale.at(tick) + 0.5, 0, scale.at(tick) + 0.5, bottom]), stroke: palette.of('grid'), lineWidth: 1 },
    { kind: 'rects', at, fill: palette.of('bar') },
    ...(outline.length > 0 ? [{ kind: 'rects' as const, at: outline, stroke: palette.of('accent'), lineWidth: 1 }] : []),
    ...texts,
    ...scale.ticks.map((tick): Mark => ({ kind: 'text', x: scale.at(tick), y: bottom + 11, text: tickText(tick), fill: palette.of('tx3'), align: 'center' }))
  ]
}

function plane({ x, y, rows }: ChartPoints, chosen: ChosenColumns, frame: ChartFrame, marked: number): Drawing {
  const { width, height, palette } = frame
  const xs = x.map(numberOf)
  const ys = y.map(numberOf)
  const finite = ys.filter(Number.isFinite)
  const [right, bottom] = [width - gutter.right, height - axisPx]
  const across = measuredScale(chosen.x, least(xs), most(xs), gutter.left, right, frame)
  const down = lineScale(chosen.kind === 'line' ? Math.min(0, least(finite)) : least(finite), most(finite), bottom, gutter.top, 36)
  const marks: Mark[] = [...grid(across, down, frame, gutter.left, right, bottom)]
  const points = xs.flatMap((value, i) => (Number.isFinite(value) && Number.isFinite(ys[i]) ? [[across.at(value), down.at(ys[i]!)] as const] : [null]))
  if (chosen.kind === 'line') {
    const at: number[] = []
    // A gap is a gap, never joined.
    for (let i = 1; i < points.length; i++) if (points[i] && points[i - 1]) at.push(...points[i - 1]!, ...points[i]!)
    const alone = points.flatMap((point, i) => (point && !points[i - 1] && !points[i + 1] ? [point[0] - 1.5, point[1] - 1.5, 3, 3] : []))
    marks.push({ kind: 'lines', at, stroke: palette.of('tx2'), lineWidth: 1.5 }, { kind: 'rects', at: alone, fill: palette.of('tx2') })
  } else marks.push({ kind: 'rects', at: points.flatMap((point) => (point ? [point[0] - 1.5, point[1] - 1.5, 3, 3] : [])), fill: palette.of('tx2'), opacity: 0.7 })
  const point = points[rows.indexOf(marked)]
  if (point) marks.push({ kind: 'rects', at: [point[0] - 4, point[1] - 4, 8, 8], stroke: palette.of('accent'), lineWidth: 2 })
  return marks
}

/** Steps of one colour: the ramp of rates is for rates alone. */
const shades = 8

function heat({ x, y, cells }: ChartCells, chosen: ChosenColumns, { width, height, palette, units }: ChartFrame): Drawing {
  const [left, right, bottom] = [namesPx, width - gutter.right, height - axisPx]
  const cellWidth = (right - left) / Math.max(1, x.length)
  const cellHeight = Math.min(24, (bottom - gutter.top) / Math.max(1, y.length))
  const values = cells.filter((_, i) => i % 3 === 2 && Number.isFinite(cells[i]))
  const [low, high] = [chosen.value ? Math.min(0, least(values)) : 0, most(values)]
  const byShade = Array.from({ length: shades }, (): number[] => [])
  for (let i = 0; i < cells.length; i += 3) {
    const value = cells[i + 2]!
    if (!Number.isFinite(value)) continue
    const shade = Math.min(shades - 1, Math.floor(((value - low) / (high - low || 1)) * shades))
    const [from, to] = [Math.round(left + cells[i]! * cellWidth), Math.round(left + (cells[i]! + 1) * cellWidth)]
    const [top, end] = [Math.round(gutter.top + cells[i + 1]! * cellHeight), Math.round(gutter.top + (cells[i + 1]! + 1) * cellHeight)]
    byShade[Math.max(0, shade)]!.push(from, top, Math.max(1, to - from - 1), Math.max(1, end - top - 1))
  }
  const name = (column: ResultColumn, value: CellValue): string => (isNumber(column) ? tickText(numberOf(value)) : column.kind === 'instant' && !column.manyDays ? formatInstant(Number(value) / 1000, units.zone, { seconds: false, mark: false }) : shownText(column, value, units))
  const everyX = Math.max(1, Math.ceil(58 / cellWidth))
  const everyY = Math.max(1, Math.ceil(13 / cellHeight))
  const end = gutter.top + y.length * cellHeight
  return [
    ...byShade.flatMap((at, shade): Mark[] => (at.length === 0 ? [] : [{ kind: 'rects', at, fill: palette.of('tx2'), opacity: (shade + 1) / shades }])),
    ...x.flatMap((value, i): Mark[] => (i % everyX === 0 ? [{ kind: 'text', x: left + (i + 0.5) * cellWidth, y: end + 11, text: short(name(chosen.x, value), 9), fill: palette.of('tx3'), align: 'center' }] : [])),
    ...y.flatMap((value, i): Mark[] => (i % everyY === 0 ? [{ kind: 'text', x: left - 8, y: gutter.top + (i + 0.5) * cellHeight, text: short(name(chosen.y, value), 18), fill: palette.of('tx2'), align: 'right' }] : []))
  ]
}

interface Scale {
  at(value: number): number
  readonly ticks: readonly number[]
  readonly label?: (tick: number) => string
}

function grid(across: Scale, down: Scale, { palette }: ChartFrame, left: number, right: number, bottom: number): Mark[] {
  return [
    { kind: 'lines', at: down.ticks.flatMap((tick) => [left, down.at(tick) + 0.5, right, down.at(tick) + 0.5]), stroke: palette.of('grid'), lineWidth: 1 },
    ...down.ticks.map((tick): Mark => ({ kind: 'text', x: left - 8, y: down.at(tick), text: tickText(tick), fill: palette.of('tx3'), align: 'right' })),
    ...across.ticks.map((tick): Mark => ({ kind: 'text', x: across.at(tick), y: bottom + 11, text: (across.label ?? tickText)(tick), fill: palette.of('tx3'), align: 'center' }))
  ]
}

/** Between two pixels, `to` may lie above `from`; round values about `apart` pixels from each other. */
function lineScale(low: number, high: number, from: number, to: number, apart: number): Scale {
  const [least, most] = Number.isFinite(low) && Number.isFinite(high) ? (low === high ? [low - 0.5, high + 0.5] : [low, high]) : [0, 1]
  const step = roundStep((most - least) / Math.max(1, Math.floor(Math.abs(to - from) / apart)))
  const ticks: number[] = []
  for (let i = Math.ceil(least / step - 1e-9); i <= Math.floor(most / step + 1e-9); i++) ticks.push(i * step)
  return { at: (value) => from + Math.round(((value - least) / (most - least)) * (to - from)), ticks }
}

function measuredScale(column: ResultColumn, low: number, high: number, left: number, right: number, { units }: ChartFrame): Scale {
  const scale = lineScale(low, high, left, right, 72)
  if (column.kind !== 'instant' && column.kind !== 'date') return scale
  const toMs = column.kind === 'instant' ? 1 / 1000 : 86_400_000
  const range = { startMs: low * toMs, endMs: high * toMs }
  if (!(range.endMs > range.startMs)) return { at: scale.at, ticks: [] }
  const every = stepOf(range, right - left, 56)
  const ticks = ticksOf(range, every, units.zone).map((ms) => ms / toMs)
  return { at: scale.at, ticks, label: (tick) => timeText(tick * toMs, every, units.zone) }
}

function roundStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return power * ([1, 2, 2.5, 5].find((step) => step * power >= value * (1 - 1e-9)) ?? 10)
}

const least = (values: readonly number[]): number => values.reduce((least, value) => (value < least ? value : least), Infinity)

const most = (values: readonly number[]): number => values.reduce((most, value) => (value > most ? value : most), -Infinity)

/** "0.440", "13.1k". */
const numberText = (value: number): string => (value === 0 ? '0' : Math.abs(value) >= 1000 || Number.isInteger(value) ? formatShort(value) : Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(Math.abs(value) < 10 ? 3 : 1)).replaceAll('-', '−')

/** "0.2": as few digits as tell it from its neighbours. */
const tickText = (tick: number): string => (Math.abs(tick) >= 1000 ? formatShort(tick) : String(Number(tick.toPrecision(6))).replaceAll('-', '−'))

const short = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)
