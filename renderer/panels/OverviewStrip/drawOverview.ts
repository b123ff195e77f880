import { token } from '#renderer/theme/theme.ts'
import { barsOf, type Overview } from './overviewMarks.ts'

/** Pixels from the top: triangles above the volume, labels of times below it. */
export const overviewRows = { volumeTop: 12, volumeBottom: 28, height: 30 } as const

/** Draws everything but what can be taken hold of. Gives the pixel of a time. */
export function drawOverview(canvas: HTMLCanvasElement, width: number, overview: Overview | undefined): void {
  const scale = window.devicePixelRatio
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(overviewRows.height * scale)
  const context = canvas.getContext('2d')
  if (!context) return
  context.scale(scale, scale)
  const { volumeTop, volumeBottom } = overviewRows
  context.fillStyle = token('bg')
  context.fillRect(0, volumeTop, width, volumeBottom - volumeTop)
  if (!overview) return
  const xOf = (ms: number) => ((ms - overview.startMs) / (overview.endMs - overview.startMs)) * width
  drawVolume(context, width, overview, xOf)
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
    for (const ms of apart(overview.alerts.map(({ atMs }) => atMs), xOf, 6)) {
      const x = xOf(ms)
      context.moveTo(x - 4.5, volumeTop - 2)
      context.lineTo(x + 4.5, volumeTop - 2)
      context.lineTo(x, volumeTop - 10)
    }
  })
  if (overview.newestMs !== undefined) drawPlayhead(context, Math.round(xOf(overview.newestMs)))
}

/** Read parts are solid, unread ones a tick at the foot. */
function drawVolume(context: CanvasRenderingContext2D, width: number, { volume, startMs, endMs, newestMs }: Overview, xOf: (ms: number) => number): void {
  const { volumeTop, volumeBottom } = overviewRows
  const columns = Math.max(1, Math.floor(width / 3))
  const bars = barsOf(volume, columns, volumeBottom - volumeTop)
  const read = newestMs === undefined ? 0 : xOf(newestMs)
  const pitch = width / columns
  for (const [solid, colour] of [[true, 'bar'], [false, 'line2']] as const) {
    context.fillStyle = token(colour)
    for (const [column, height] of bars.entries()) {
      const x = column * pitch
      if (height === 0 || x + pitch / 2 <= read !== solid) continue
      const drawn = solid ? height : 3
      context.fillRect(Math.round(x), volumeBottom - drawn, 2, drawn)
    }
  }
  if (bars.every((height) => height === 0) && endMs > startMs) {
    context.fillStyle = token('bar')
    context.fillRect(0, volumeBottom - 4, read, 4)
  }
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
