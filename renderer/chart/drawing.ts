import { gridStepOf, ticksOf } from './timeRange.ts'
import type { TimeScale } from './timeScale.ts'
import type { Palette } from './palette.ts'

/** A tile that repeats, for what is provisional. */
export interface Hatch {
  readonly image: HTMLCanvasElement
  readonly repeat: 'repeat'
  readonly scaleX: number
  readonly scaleY: number
}

export type Fill = string | Hatch

/**
 * What a chart draws, in pixels of it: shapes of one look are one mark, however many there are, so that a chart costs a few paths and not one a bar.
 * `at` holds them one after the other: x, y, width, height of rectangles; three points of triangles; two of lines.
 */
export type Mark =
  | { readonly kind: 'rects'; readonly at: readonly number[]; readonly fill?: Fill; readonly stroke?: string; readonly lineWidth?: number; readonly opacity?: number }
  | { readonly kind: 'triangles'; readonly at: readonly number[]; readonly fill: string }
  | { readonly kind: 'lines'; readonly at: readonly number[]; readonly stroke: string; readonly lineWidth: number }
  | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly text: string; readonly fill: string; readonly align: 'left' | 'right' | 'center' }

/** The later lies above. */
export type Drawing = readonly Mark[]

/** A box of a drawing. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Rectangles and outlines by look, in the order in which a look was first asked for. */
export interface Looks {
  fill(fill: Fill, x: number, y: number, width: number, height: number, opacity?: number): void
  /** A line within the edges of the box. */
  outline(stroke: string, x: number, y: number, width: number, height: number, lineWidth?: number): void
  readonly marks: Mark[]
}

export function openLooks(): Looks {
  const marks: Mark[] = []
  const byLook = new Map<unknown, Map<string, number[]>>()
  function listOf(colour: Fill, look: string, make: (at: number[]) => Mark): number[] {
    let looks = byLook.get(colour)
    if (!looks) byLook.set(colour, (looks = new Map()))
    let at = looks.get(look)
    if (!at) {
      looks.set(look, (at = []))
      marks.push(make(at))
    }
    return at
  }
  return {
    marks,
    fill(fill, x, y, width, height, opacity = 1) {
      if (width <= 0 || height <= 0) return
      listOf(fill, `fill ${opacity}`, (at) => ({ kind: 'rects', at, fill, ...(opacity !== 1 && { opacity }) })).push(x, y, width, height)
    },
    outline(stroke, x, y, width, height, lineWidth = 1) {
      // A box as thin as its outline is all outline.
      if (width <= 2 * lineWidth || height <= 2 * lineWidth) return this.fill(stroke, x, y, width, height)
      listOf(stroke, `outline ${lineWidth}`, (at) => ({ kind: 'rects', at, stroke, lineWidth })).push(x + lineWidth / 2, y + lineWidth / 2, width - lineWidth, height - lineWidth)
    }
  }
}

/** What lies behind every chart on the time axis: the future, and the gridlines of time. */
export function backdrop(scale: TimeScale, newestMs: number | undefined, height: number, palette: Palette): Mark[] {
  const from = newestMs === undefined ? scale.left : Math.max(scale.left, scale.x(newestMs))
  const at = ticksOf(scale.range, gridStepOf(scale.range, scale.right - scale.left)).flatMap((ms) => [scale.x(ms) + 0.5, 0, scale.x(ms) + 0.5, height])
  return [...(from < scale.right ? [{ kind: 'rects' as const, at: [from, 0, scale.right - from, height], fill: palette.of('bg') }] : []), { kind: 'lines', at, stroke: palette.of('grid'), lineWidth: 1 }]
}

/** The newest event, over all of a chart. */
export function newestLine(scale: TimeScale, newestMs: number | undefined, height: number, palette: Palette): Mark[] {
  const x = newestMs === undefined ? NaN : scale.x(newestMs)
  return x >= scale.left && x <= scale.right ? [{ kind: 'lines', at: [x + 0.5, 0, x + 0.5, height], stroke: palette.of('tx1'), lineWidth: 1 }] : []
}
