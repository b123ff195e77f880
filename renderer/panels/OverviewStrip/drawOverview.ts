import { token } from '#renderer/theme/theme.ts'
import { heightsOf, type Overview } from './overviewMarks.ts'

/** Pixels from the top: triangles above the volume, labels of times below it. */
export const overviewRows = { volumeTop: 12, volumeBottom: 28, height: 30 } as const

/** Room left and right for marks that stand at an end. */
const insetPx = 6

/** Draws everything but what can be taken hold of. `width`: of the recording, without what marks need beside it. */
export function drawOverview(canvas: HTMLCanvasElement, width: number, overview: Overview | undefined): void {
  const scale = window.devicePixelRatio
  canvas.width = Math.round((width + 2 * insetPx) * scale)
  canvas.height = Math.round(overviewRows.height * scale)
  const context = canvas.getContext('2d')
  if (!context) return
  context.scale(scale, scale)
  context.translate(insetPx, 0)
  const { volumeTop, volumeBottom } = overviewRows
  context.fillStyle = token('bg')
  context.fillRect(0, volumeTop, width, volumeBottom - volumeTop)
  if (!overview) return
  const xOf = (ms: number) => ((ms - overview.startMs) / (overview.endMs - overview.startMs)) * width
  drawVolume(context, width, overview)
  const mark = (colour: string, draw: () => void) => {
    context.fillStyle = colour
    context.beginPath()
    draw()
    context.fill()
  }
  for (const ms of apart(overview.setAsideMs, xOf, 5)) {
    const x = Math.round(xOf(ms))
    context.fillStyle = token('panel')
    context.fillRect(x - 2, volumeTop, 4, volumeBottom - volumeTop)
    context.strokeStyle = token('tx1')
    context.strokeRect(x - 3.5, volumeTop - 9.5, 7, 7)
    context.beginPath()
    context.moveTo(x - 2, volumeTop - 8)
    context.lineTo(x + 2, volumeTop - 4)
    context.moveTo(x + 2, volumeTop - 8)
    context.lineTo(x - 2, volumeTop - 4)
    context.stroke()
  }
  mark(token('late'), () => {
    for (const ms of apart(overview.lateMs, xOf, 3)) {
      const x = xOf(ms)
      context.moveTo(x - 4, volumeTop)
      context.lineTo(x + 4, volumeTop)
      context.lineTo(x, volumeTop + 6)
    }
  })
  mark(token('alert'), () => {
    for (const ms of apart(overview.alertsMs, xOf, 6)) {
      const x = xOf(ms)
      context.moveTo(x - 4.5, volumeTop - 2)
      context.lineTo(x + 4.5, volumeTop - 2)
      context.lineTo(x, volumeTop - 10)
    }
  })
  if (overview.newestMs !== undefined) drawPlayhead(context, Math.round(xOf(overview.newestMs)))
}

/** What was read stands solid, what is there besides is a tick at the foot. */
function drawVolume(context: CanvasRenderingContext2D, width: number, { read, there }: Overview): void {
  const { volumeTop, volumeBottom } = overviewRows
  const pitch = width / read.length
  const heights = heightsOf(read, volumeBottom - volumeTop - 1)
  const bar = (colour: string, heightOf: (part: number) => number) => {
    context.fillStyle = colour
    for (let part = 0; part < read.length; part++) {
      const height = heightOf(part)
      if (height > 0) context.fillRect(Math.round(part * pitch), volumeBottom - height, 2, height)
    }
  }
  bar(token('bar'), (part) => heights[part]!)
  bar(token('line2'), (part) => (heights[part] === 0 && there[part] === true ? 3 : 0))
}

function drawPlayhead(context: CanvasRenderingContext2D, x: number): void {
  const { volumeTop, volumeBottom } = overviewRows
  context.fillStyle = token('tx1')
  context.fillRect(x - 0.5, volumeTop - 6, 1.5, volumeBottom - volumeTop + 6)
  context.beginPath()
  context.moveTo(x - 4, volumeTop - 11)
  context.lineTo(x + 4, volumeTop - 11)
  context.lineTo(x, volumeTop - 4)
  context.fill()
}

/** Of marks that would lie on one another, the first: at most one every `px` pixels. */
function apart(times: readonly number[], xOf: (ms: number) => number, px: number): number[] {
  const taken = new Set<number>()
  return times.filter((ms) => {
    const place = Math.round(xOf(ms) / px)
    return taken.has(place) ? false : taken.add(place)
  })
}
