import type { WindowSettings } from '#shared/contract/run.ts'
import { openLooks, type Drawing, type Mark } from '#renderer/chart/drawing.ts'
import type { Palette } from '#renderer/chart/palette.ts'
import type { TimeScale } from '#renderer/chart/timeScale.ts'
import { formatShort } from '#renderer/format/format.ts'
import { windowsAColumn } from '#renderer/panels/TimePanels/columns.ts'
import type { WindowEntry, WindowState } from '#renderer/store/windowTable.ts'
import { laneOf, type Lanes } from './riverLanes.ts'

/** A bar of a lane: one window, or several that would be too narrow to be seen. */
export interface RiverBar {
  readonly startMs: number
  readonly endMs: number
  readonly lane: number
  /** The least final one of its windows: a bar is solid when all are. */
  readonly state: WindowState
  /** The most of one window; 0 while the state is not final. */
  readonly keysOver: number
  readonly droppedRows: number
  readonly windows: number
}

const finality: Readonly<Record<WindowState, number>> = { closed: 0, 'late drops': 1, closing: 2, open: 3 }

/** One bar a window, or one a power of two of them that makes it wide enough, always cut at the same times. */
export function riverBars(windows: readonly WindowEntry[], settings: WindowSettings, lanes: Lanes, pxPerMs: number): readonly RiverBar[] {
  const sizeMs = settings.sizeUs / 1000
  const merged = windowsAColumn(sizeMs, pxPerMs)
  if (merged === 1) return windows.map((window) => barOf(window, laneOf(window.startMs, settings, lanes)))
  const widthMs = merged * sizeMs
  const growing: (Growing | undefined)[] = Array.from({ length: lanes.count }, () => undefined)
  // Where a lane's bar ends: numbers of their own, since months of windows go through here.
  const ends = new Float64Array(lanes.count).fill(-Infinity)
  const bars: RiverBar[] = []
  for (const window of windows) {
    const lane = laneOf(window.startMs, settings, lanes)
    const before = growing[lane]
    if (before && window.startMs < ends[lane]!) {
      join(before, window)
      continue
    }
    ends[lane] = (Math.floor(window.startMs / widthMs) + 1) * widthMs
    const bar = barOf(window, lane)
    growing[lane] = bar
    bars.push(bar)
  }
  return bars
}

type Growing = { -readonly [Key in keyof RiverBar]: RiverBar[Key] }

const barOf = ({ startMs, endMs, state, keysOver, droppedRows, closedBatch }: WindowEntry, lane: number): Growing => ({ startMs, endMs, lane, state, keysOver: closedBatch === null ? 0 : keysOver, droppedRows, windows: 1 })

function join(bar: Growing, window: WindowEntry): void {
  bar.endMs = window.endMs
  if (window.state !== bar.state && finality[window.state] > finality[bar.state]) bar.state = window.state
  if (window.closedBatch !== null && window.keysOver > bar.keysOver) bar.keysOver = window.keysOver
  bar.droppedRows += window.droppedRows
  bar.windows += 1
}

/** From this many rows on, their number stands beside the notch. */
const leastDroppedShown = 20

/** State shows by shape and text as well: an outline that fills is open, hatched is closing, solid is closed, a cut corner has dropped rows, a triangle has countries over the limit. */
export function riverMarks(bars: readonly RiverBar[], lanes: Lanes, scale: TimeScale, newestMs: number | undefined, palette: Palette): Drawing {
  const looks = openLooks()
  const notches: number[] = []
  const triangles: number[] = []
  const texts: Mark[] = []
  const onClosed = palette.of('on-closed')
  for (const { startMs, endMs, lane, state, keysOver, droppedRows, windows } of bars) {
    const span = scale.span(startMs, endMs)
    if (!span) continue
    const { x, width } = span
    const y = lanes.top + lane * lanes.pitch
    const height = lanes.barHeight
    if (state === 'open') {
      looks.fill(palette.of('bg'), x, y, width, height)
      const filled = newestMs === undefined ? undefined : scale.span(startMs, Math.min(newestMs, endMs))
      if (filled && newestMs! > startMs) looks.fill(palette.of('open'), x + 1, y + 1, Math.min(filled.width, width - 2), height - 2, 0.28)
      looks.outline(palette.of('open'), x, y, width, height)
      continue
    }
    if (state === 'closing') {
      looks.fill(palette.hatch(palette.of('hatch'), palette.of('hatch-bg')), x, y, width, height)
      looks.outline(palette.of('closing'), x, y, width, height)
      continue
    }
    looks.fill(palette.of('closed-fill'), x, y, width, height)
    if (width > 4) looks.outline(palette.of('closed'), x, y, width, height)
    const middle = y + height / 2
    if (droppedRows > 0) {
      const side = Math.min(8, width)
      notches.push(x + width - side, y, x + width, y, x + width, y + side)
    }
    if (windows > 1) continue
    let left = x + 4
    if (keysOver > 0 && width >= 14) {
      triangles.push(left, middle + 3.5, left + 8, middle + 3.5, left + 4, middle - 3.5)
      left += 12
      const text = String(keysOver)
      if (left + widthOf(text) <= x + width - 2) {
        texts.push({ kind: 'text', x: left, y: middle, text, fill: onClosed, align: 'left' })
        left += widthOf(text) + 6
      }
    }
    const dropped = droppedRows >= leastDroppedShown ? formatShort(droppedRows) : ''
    const right = x + width - (width > 40 ? 12 : 3)
    if (dropped !== '' && left + widthOf(dropped) - 1 <= right) texts.push({ kind: 'text', x: right, y: middle, text: dropped, fill: onClosed, align: 'right' })
  }
  return [...looks.marks, { kind: 'triangles', at: notches, fill: palette.of('late') }, { kind: 'triangles', at: triangles, fill: palette.of('alert-text') }, ...texts]
}

/** Pixels of figures at 11 px, in the widest of the fonts. */
const widthOf = (text: string): number => text.length * 6.6
