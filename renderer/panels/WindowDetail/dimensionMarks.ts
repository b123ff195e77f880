import { openLooks, type Drawing, type Mark } from '#renderer/chart/drawing.ts'
import { stepOf, tickText, ticksOf } from '#renderer/chart/timeRange.ts'
import type { Palette } from '#renderer/chart/palette.ts'
import { formatDistance, formatInstant, formatShort } from '#renderer/format/format.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'
import type { ViewState } from '#renderer/store/viewStore.ts'
import { spanWords } from './closingWords.ts'
import type { PaneRow } from './detailFacts.ts'
import { shortFile } from './shortFile.ts'
import type { WindowClosing } from './windowClosing.ts'

export const dimensionHeight = 150

export interface DimensionParts {
  readonly window: Pick<WindowEntry, 'startMs' | 'endMs' | 'state'>
  readonly panes: readonly PaneRow[]
  readonly closing: WindowClosing
  readonly zone: ViewState['zone']
  readonly width: number
}

/** Room for the words behind the line of the needed event. */
const wordsPx = 176
const left = 16

const axisY = 10
const bar = { top: 32, height: 26 } as const
const delayY = 76
const shortY = 100
const filesY = 122

/** The sentence as a dimension line: the window, its delay, the event that is needed and how far the newest one is from it, and the files between. */
export function dimensionMarks({ window, panes, closing, zone, width }: DimensionParts, palette: Palette): Drawing {
  const { startMs, endMs } = window
  const { neededMs } = closing
  const beforeMs = startMs - (endMs - startMs) / 5
  const plot = Math.max(200, width - left - 16)
  const pxPerMs = Math.max(1, plot - wordsPx) / (neededMs - beforeMs)
  const right = left + plot
  const x = (ms: number): number => Math.round(left + (ms - beforeMs) * pxPerMs)
  const isSeen = (ms: number | undefined): ms is number => ms !== undefined && x(ms) >= left && x(ms) <= right
  const text = (at: number, y: number, words: string, role: string, align: 'left' | 'right' | 'center' = 'left'): Mark => ({ kind: 'text', x: at, y, text: words, fill: palette.of(role), align })
  const line = (role: string, at: readonly number[], lineWidth = 1): Mark => ({ kind: 'lines', at, stroke: palette.of(role), lineWidth })
  const looks = openLooks()
  const words: Mark[] = []
  const lines: Mark[] = []

  const seen = { startMs: beforeMs, endMs: beforeMs + (right - left) / pxPerMs }
  const stepMs = stepOf(seen, right - left, 64)
  const ticks: number[] = []
  for (const at of ticksOf(seen, stepMs, zone)) {
    ticks.push(x(at) + 0.5, axisY + 12, x(at) + 0.5, dimensionHeight - 4)
    if (x(at) > left + 16 && x(at) < right - 16) words.push(text(x(at), axisY, tickText(at, stepMs, zone), 'tx3', 'center'))
  }
  lines.push(line('grid', ticks), line('line2', [left, axisY + 12.5, right, axisY + 12.5]))

  for (const pane of panes) {
    const from = x(pane.startMs)
    const paneWidth = x(pane.endMs) - from - 1
    paneLook(looks, window.state, palette, from, paneWidth, pane, closing.newestMs, x)
    if (pane.facts && paneWidth > 40) words.push(text(from + paneWidth / 2, bar.top + bar.height / 2, formatShort(pane.facts.counted), window.state === 'closed' || window.state === 'late drops' ? 'on-closed' : 'tx1', 'center'))
  }
  const end = x(endMs)
  const needed = x(neededMs)
  lines.push(line('tx2', [end + 0.5, bar.top + bar.height, end + 0.5, delayY + 6]))

  const { watermarkMs, newestMs } = closing
  const isWritten = !closing.prediction
  if (!isWritten && isSeen(watermarkMs)) lines.push(line('tx1', [x(watermarkMs), bar.top - 6, x(watermarkMs), bar.top + bar.height + 4], 2))
  if (!isWritten && watermarkMs !== undefined) words.push(text(end - 6, bar.top + bar.height + 12, `watermark ${formatInstant(watermarkMs, zone, { mark: false })}`, 'tx1', 'right'))

  const delayWords = `${spanWords(closing.delayMs)} delay`
  if (needed - end > 24) lines.push(...arrow(end + 1, needed - 1, delayY, delayWords.length * 6 + 12, (at) => line('tx2', at)))
  const delayPx = delayWords.length * 6 + 12
  // The line of the newest event may pass here.
  const masks: Mark[] = needed - end > delayPx ? [{ kind: 'rects', at: [(end + needed - delayPx) / 2, delayY - 8, delayPx, 16], fill: palette.of('panel') }] : []
  if (needed - end > 24) words.push(text((end + needed) / 2, delayY, delayWords, 'tx1', 'center'))

  lines.push(line('accent', [needed + 0.5, axisY + 13, needed + 0.5, dimensionHeight - 4]))
  triggerWords(closing).forEach((each, i) => words.push(text(needed + 8, bar.top + 12 + i * 30, each, i === 0 ? 'accent' : 'tx2')))

  if (!isWritten && isSeen(newestMs)) {
    const at = x(newestMs)
    lines.push(line('tx1', [at, axisY + 13, at, dimensionHeight - 4], 2))
    const isRoomy = at - left > 120
    words.push(text(isRoomy ? at - 8 : at + 8, isRoomy ? shortY + 2 : shortY + 14, `newest ${formatInstant(newestMs, zone, { mark: false })}`, 'tx1', isRoomy ? 'right' : 'left'))
    const shortMs = neededMs - newestMs
    const shortWords = `${formatDistance(Math.ceil(shortMs / 1000) * 1000)} short`
    if (shortMs > 0 && needed - at > shortWords.length * 6 + 28) {
      lines.push(...dimension(at + 1, needed, shortY, shortWords.length * 6 + 12, (points) => line('closing', points)))
      words.push(text((at + needed) / 2, shortY, shortWords, 'closing', 'center'))
    }
  }
  files(closing, looks, words, palette, x, right, needed, text)
  return [...lines.slice(0, 2), ...looks.marks, ...lines.slice(2), ...masks, ...words]
}

type Text = (at: number, y: number, words: string, role: string, align?: 'left' | 'right' | 'center') => Mark

/** Files that come next, each over its time; the one that carries the event is filled. */
function files(closing: WindowClosing, looks: ReturnType<typeof openLooks>, words: Mark[], palette: Palette, x: (ms: number) => number, right: number, needed: number, text: Text): void {
  const carrier = carrierOf(closing)
  let first = Infinity
  // Late rows of a file reach far back: a file is drawn where it is newer than those before it.
  let before = closing.newestMs ?? -Infinity
  for (const { minEventMs, maxEventMs } of closing.prediction ? closing.ahead : []) {
    const from = Math.max(left, x(Math.max(minEventMs, before)))
    const to = Math.min(right, x(maxEventMs))
    before = Math.max(before, maxEventMs)
    if (to - from < 2) continue
    first = Math.min(first, from)
    looks.outline(palette.of('line2'), from, filesY, Math.max(3, to - from - 1), 7)
  }
  if (first < Infinity && needed - left > 110) words.push(text(Math.min(first - 8, needed - 8) > left + 100 ? first - 8 : left + 100, filesY + 18, 'files still to read', 'tx3', 'right'))
  if (carrier === undefined) return
  looks.fill(palette.of('accent'), needed, filesY - 1, 10, 10)
  words.push(text(needed + 2, filesY + 18, `file ${shortFile(carrier)}`, 'accent'))
}

/** The file that has, or will have, moved the watermark past the window's end. */
const carrierOf = ({ prediction, passedBy, closedBy }: WindowClosing): string | undefined => (prediction?.kind === 'planned' ? prediction.file : prediction ? passedBy?.file : (closedBy?.file ?? undefined))

function triggerWords({ prediction, passedBy, closedBy }: WindowClosing): readonly string[] {
  if (!prediction) return closedBy ? [`trigger ${closedBy.readBy} read it`, `trigger ${closedBy.writtenBy} wrote the rows`] : []
  if (prediction.kind === 'planned') return [`trigger ${prediction.readBy} reads it`, prediction.writtenBy === undefined ? 'nothing writes the rows' : `trigger ${prediction.writtenBy} writes the rows`]
  if (prediction.kind === 'passed') return [...(passedBy ? [`trigger ${passedBy.readBy} read it`] : []), prediction.writtenBy === undefined ? 'nothing writes the rows' : `trigger ${prediction.writtenBy} writes the rows`]
  return prediction.kind === 'never' ? ['no file carries it'] : []
}

/** As the river draws states. */
function paneLook(looks: ReturnType<typeof openLooks>, state: WindowEntry['state'], palette: Palette, x: number, width: number, pane: PaneRow, newestMs: number | undefined, at: (ms: number) => number): void {
  const { top, height } = bar
  if (state === 'open') {
    looks.fill(palette.of('bg'), x, top, width, height)
    const filled = newestMs === undefined ? 0 : Math.min(width - 2, at(Math.min(newestMs, pane.endMs)) - x - 2)
    looks.fill(palette.of('open'), x + 1, top + 1, filled, height - 2, 0.28)
    return looks.outline(palette.of('open'), x, top, width, height)
  }
  if (state === 'closing') {
    looks.fill(palette.hatch(palette.of('hatch'), palette.of('hatch-bg')), x, top, width, height)
    if (width > 40) looks.fill(palette.of('hatch-bg'), x + width / 2 - 20, top + 6, 40, height - 12)
    return looks.outline(palette.of('closing'), x, top, width, height)
  }
  looks.fill(palette.of('closed-fill'), x, top, width, height)
  looks.outline(palette.of('closed'), x, top, width, height)
  if (pane.facts && pane.facts.dropped > 0) looks.fill(palette.of('late'), x + width - 6, top, 6, 6)
}

/** A line between two edges with a gap for words in its middle, and arrows at its ends. */
function arrow(from: number, to: number, y: number, gap: number, line: (at: readonly number[]) => Mark): Mark[] {
  return [line([...shaft(from, to, y, gap), from, y + 0.5, from + 6, y - 3, from, y + 0.5, from + 6, y + 4, to, y + 0.5, to - 6, y - 3, to, y + 0.5, to - 6, y + 4])]
}

const dimension = (from: number, to: number, y: number, gap: number, line: (at: readonly number[]) => Mark): Mark[] => [line([...shaft(from, to, y, gap), from + 0.5, y - 4, from + 0.5, y + 5])]

function shaft(from: number, to: number, y: number, gap: number): number[] {
  const middle = (from + to) / 2
  return to - from <= gap ? [] : [from, y + 0.5, middle - gap / 2, y + 0.5, middle + gap / 2, y + 0.5, to, y + 0.5]
}
