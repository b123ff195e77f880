import type { WindowFacts } from '#shared/contract/silver.ts'
import { openLooks, type Drawing, type Mark } from '#renderer/chart/drawing.ts'
import type { Palette } from '#renderer/chart/palette.ts'
import { formatDistance, formatShort } from '#renderer/format/format.ts'
import { ceiling } from './fileMarks.ts'

const left = 36
const right = 12
const top = 34
const bottom = 20

export interface DelayLine {
  readonly atMs: number
  readonly words: string
}

/** Late rows by delay: hollow where both queries count them, solid where one has dropped them. `lines`: the delays of the watermarks. */
export function delayMarks({ partMs, rows, droppedByAny }: WindowFacts['delays'], lines: readonly DelayLine[], width: number, height: number, palette: Palette): Drawing {
  const spanMs = Math.max(rows.length * partMs, ...lines.map(({ atMs }) => atMs + 60_000), 60_000)
  const pxPerMs = (width - left - right) / spanMs
  const baseline = height - bottom
  const most = ceiling(Math.max(1, ...rows))
  const scale = (baseline - top) / most
  const x = (ms: number): number => Math.round(left + ms * pxPerMs)
  const text = (at: number, y: number, words: string, role: string, align: 'left' | 'right' | 'center'): Mark => ({ kind: 'text', x: at, y, text: words, fill: palette.of(role), align })
  const looks = openLooks()
  const words: Mark[] = [text(left - 8, baseline, '0', 'tx3', 'right'), text(left - 8, top, formatShort(most), 'tx3', 'right')]
  rows.forEach((count, part) => {
    if (count === 0) return
    const from = x(part * partMs)
    const barWidth = Math.max(2, x((part + 1) * partMs) - from - 1)
    const tall = Math.max(2, Math.round(count * scale))
    const dropped = Math.round((droppedByAny[part] ?? 0) * scale)
    looks.fill(palette.of('late'), from, baseline - dropped, barWidth, dropped)
    if (tall > dropped) looks.outline(palette.of('late'), from, baseline - tall, barWidth, tall)
  })
  const stepMs = delayStep(pxPerMs)
  const labels = Math.floor(spanMs / stepMs)
  for (let i = 0; i <= labels; i++) if (x(i * stepMs) <= width - 16) words.push(text(x(i * stepMs), height - 8, formatDistance(i * stepMs), 'tx3', 'center'))
  const marks: Mark[] = []
  lines.forEach(({ atMs, words: own }, i) => {
    marks.push({ kind: 'lines', at: [x(atMs), 10 + i * 13, x(atMs), baseline], stroke: palette.of('tx1'), lineWidth: 2 })
    const isRoomy = x(atMs) > own.length * 6.2 + 8
    words.push(text(x(atMs) + (isRoomy ? -6 : 6), 8 + i * 13, own, 'tx1', isRoomy ? 'right' : 'left'))
  })
  return [{ kind: 'lines', at: [left, top + 0.5, width - right, top + 0.5], stroke: palette.of('grid'), lineWidth: 1 }, ...looks.marks, { kind: 'lines', at: [left, baseline + 0.5, width - right, baseline + 0.5], stroke: palette.of('line2'), lineWidth: 1 }, ...marks, ...words]
}

const dayMs = 86_400_000

/** From a minute to millions of days, at least as far apart as labels are wide. */
function delayStep(pxPerMs: number): number {
  const days = Array.from({ length: 10 }, (_, zeros) => [1, 2, 5].map((each) => each * 10 ** zeros * dayMs)).flat()
  const steps = [60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, ...days]
  // The label at the far end is the longest.
  const leastPx = (step: number) => Math.max(44, formatDistance(step * 20).length * 6.6)
  return steps.find((step) => step * pxPerMs >= leastPx(step)) ?? steps.at(-1)!
}
