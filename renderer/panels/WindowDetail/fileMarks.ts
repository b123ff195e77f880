import type { FileFacts } from '#shared/contract/silver.ts'
import { openLooks, type Drawing, type Mark } from '#renderer/chart/drawing.ts'
import type { Palette } from '#renderer/chart/palette.ts'
import { formatShort } from '#renderer/format/format.ts'
import { shortFile } from './shortFile.ts'

const left = 48
const right = 16
const top = 10
const bottom = 22

/** Rows of a window by the file that brought them: on time above the line, late below it: hollow where they are counted, solid where they were dropped. */
export function fileMarks(files: readonly FileFacts[], width: number, height: number, palette: Palette): Drawing {
  const plot = width - left - right
  if (plot < 60 || height < 60 || files.length === 0) return []
  const mostAbove = Math.max(1, ...files.map(({ onTime }) => onTime))
  const mostBelow = Math.max(...files.map(({ lateCounted, dropped }) => lateCounted + dropped))
  const room = height - top - bottom
  const below = mostBelow === 0 ? 0 : Math.round(room * 0.42)
  const baseline = top + room - below
  const scaleAbove = (baseline - top) / ceiling(mostAbove)
  const scaleBelow = mostBelow === 0 ? 0 : (below - 16) / ceiling(mostBelow)
  const text = (x: number, y: number, words: string, role: string, align: 'left' | 'right' | 'center'): Mark => ({ kind: 'text', x, y, text: words, fill: palette.of(role), align })
  const looks = openLooks()
  const words: Mark[] = [text(left - 8, baseline, '0', 'tx3', 'right')]
  const grid: number[] = []
  for (const part of [0.5, 1]) {
    const above = Math.round(baseline - ceiling(mostAbove) * part * scaleAbove)
    grid.push(left, above + 0.5, width - right, above + 0.5)
    words.push(text(left - 8, above, formatShort(ceiling(mostAbove) * part), 'tx3', 'right'))
    if (mostBelow > 0 && below > 60 && (part === 1 || ceiling(mostBelow) > 1)) {
      const under = Math.round(baseline + 4 + ceiling(mostBelow) * part * scaleBelow)
      grid.push(left, under + 0.5, width - right, under + 0.5)
      words.push(text(left - 8, under, formatShort(ceiling(mostBelow) * part), 'tx3', 'right'))
    }
  }
  const pitch = Math.min(48, plot / files.length)
  const labelEvery = Math.max(1, Math.ceil(84 / pitch))
  files.forEach(({ path, onTime, lateCounted, dropped }, i) => {
    const x = Math.round(left + i * pitch)
    const barWidth = Math.max(1, Math.round(left + (i + 1) * pitch) - x - 1)
    const tall = Math.max(onTime > 0 ? 1 : 0, Math.round(onTime * scaleAbove))
    looks.fill(palette.of('bar'), x, baseline - tall, barWidth, tall)
    const counted = lateCounted === 0 ? 0 : Math.max(2, Math.round(lateCounted * scaleBelow))
    if (counted > 0) looks.outline(palette.of('late'), x, baseline + 4, barWidth, counted)
    const gone = dropped === 0 ? 0 : Math.max(2, Math.round(dropped * scaleBelow))
    if (gone > 0) looks.fill(palette.of('late'), x, baseline + 4 + counted, barWidth, gone)
    const late = lateCounted + dropped
    if (late >= ceiling(mostBelow) * 0.4 && pitch >= 24) words.push(text(x + barWidth / 2, baseline + 4 + counted + gone + 8, formatShort(late), 'late-text', 'center'))
    if (i % labelEvery === 0) words.push(text(x, height - 8, shortFile(path), 'tx3', 'left'))
  })
  return [{ kind: 'lines', at: grid, stroke: palette.of('grid'), lineWidth: 1 }, ...looks.marks, { kind: 'lines', at: [left, baseline + 0.5, width - right, baseline + 0.5], stroke: palette.of('line2'), lineWidth: 1 }, ...words]
}

/** Up to the next round number: 1, 2 or 5 and zeros. */
export function ceiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)))
  return [1, 2, 4, 5, 8, 10].map((step) => step * power).find((round) => round >= value) ?? value
}
