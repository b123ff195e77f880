import { isoOfMillis } from '#shared/time/formatTime.ts'
import { chartImage } from '#renderer/chart/chartImage.ts'

/** A panel as it stands on the screen, at least twice as fine: its chart, and what lies around it as text and small shapes. Controls are left out. */
export async function panelImage(panel: HTMLElement): Promise<Blob> {
  const around = panel.getBoundingClientRect()
  const ratio = Math.max(2, devicePixelRatio)
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(around.width * ratio)
  canvas.height = Math.round(around.height * ratio)
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('this window cannot draw images')
  pen.scale(ratio, ratio)
  pen.translate(-around.left, -around.top)
  pen.fillStyle = getComputedStyle(panel).getPropertyValue('--panel')
  pen.fillRect(around.left, around.top, around.width, around.height)
  for (const chart of panel.querySelectorAll<HTMLElement>('.echart')) {
    const { left, top, width, height } = chart.getBoundingClientRect()
    const drawn = chartImage(chart, ratio)
    if (drawn) pen.drawImage(drawn, left, top, width, height)
  }
  for (const shape of panel.querySelectorAll<SVGGraphicsElement>('svg path, svg rect')) if (!isLeftOut(shape)) drawShape(pen, shape)
  const texts = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT)
  for (let text = texts.nextNode(); text; text = texts.nextNode()) if (text.parentElement && !isLeftOut(text.parentElement)) drawText(pen, text, text.parentElement)
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the image is too large for this window'))), 'image/png'))
}

const isLeftOut = (element: Element): boolean => element.closest('button, .segments, .visually-hidden, .time-tooltip, .hover-frame') !== null

function drawShape(pen: CanvasRenderingContext2D, shape: SVGGraphicsElement): void {
  const matrix = shape.getScreenCTM()
  const { fill, stroke, strokeWidth } = getComputedStyle(shape)
  if (!matrix) return
  const path = shape instanceof SVGRectElement ? new Path2D(`M${shape.x.baseVal.value} ${shape.y.baseVal.value}h${shape.width.baseVal.value}v${shape.height.baseVal.value}h${-shape.width.baseVal.value}z`) : new Path2D(shape.getAttribute('d') ?? '')
  pen.save()
  pen.transform(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
  if (fill !== 'none') {
    pen.fillStyle = fill
    pen.fill(path)
  }
  if (stroke !== 'none') {
    pen.strokeStyle = stroke
    pen.lineWidth = parseFloat(strokeWidth)
    pen.stroke(path)
  }
  pen.restore()
}

function drawText(pen: CanvasRenderingContext2D, text: Node, parent: Element): void {
  const words = text.textContent?.replaceAll(/\s+/g, ' ') ?? ''
  if (words.trim() === '') return
  const range = document.createRange()
  range.selectNodeContents(text)
  const { left, top, height } = range.getBoundingClientRect()
  const { color, fill, font } = getComputedStyle(parent)
  pen.font = font
  pen.fillStyle = parent instanceof SVGElement ? fill : color
  pen.textBaseline = 'middle'
  // Text that is cut short on the screen is cut at the same place.
  const clip = parent instanceof HTMLElement && getComputedStyle(parent).overflow === 'hidden' ? parent.getBoundingClientRect() : undefined
  pen.save()
  if (clip) {
    pen.beginPath()
    pen.rect(clip.left, clip.top, clip.width, clip.height)
    pen.clip()
  }
  pen.fillText(words, left, top + height / 2 + 0.5)
  pen.restore()
}

/** As a browser saves a file, named after the panel. */
export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** "window-river-20250123T1310Z.png". */
export const fileName = (panel: string, startMs: number, ending: string): string => `${panel.toLowerCase().replaceAll(' ', '-')}-${isoOfMillis(startMs).replace(/:\d\d\.\d+Z$/, '').replaceAll(/[-+:]/g, '')}Z.${ending}`
