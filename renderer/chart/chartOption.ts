import type { CustomSeriesOption } from 'echarts/charts'
import type { GridComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'

/** What the charts of the workbench are made of. */
export type ChartOption = ComposeOption<CustomSeriesOption | GridComponentOption>

/** Panels that share the time axis share these, to the pixel. */
export const gutters = { left: 116, right: 128 } as const

export interface TimeRange {
  readonly startMs: number
  readonly endMs: number
}

/** A rectangle of a drawing: times in x, pixels in y. */
export interface Bar {
  readonly startMs: number
  readonly endMs: number
  /** Pixels from the top of the drawing. */
  readonly top: number
  readonly height: number
  readonly fill: string | { readonly image: HTMLCanvasElement; readonly repeat: 'repeat' }
  readonly stroke?: string
  readonly lineWidth?: number
  readonly text?: string
  readonly textFill?: string
  /** A corner cut from the top right: rows were dropped. */
  readonly notch?: string
}

/** Draws bars on a time axis: no animation, nothing that listens. `width`: of the whole drawing. */
export function barsOption(bars: readonly Bar[], range: TimeRange, lines: readonly Line[] = []): ChartOption {
  return {
    animation: false,
    grid: { left: gutters.left, right: gutters.right, top: 0, bottom: 0 },
    xAxis: { type: 'value', min: range.startMs, max: range.endMs, show: false },
    yAxis: { type: 'value', min: 0, max: 1, show: false },
    series: [
      {
        id: 'bars',
        type: 'custom',
        silent: true,
        clip: true,
        animation: false,
        progressive: 0,
        encode: { x: [0, 1] },
        data: bars.map(({ startMs, endMs }) => [startMs, endMs]),
        renderItem(params, api) {
          const bar = bars[params.dataIndex]
          if (!bar) return null
          const left = Math.round(api.coord([bar.startMs, 0])[0]!)
          const right = Math.round(api.coord([bar.endMs, 0])[0]!) - 1
          const width = Math.max(1, right - left)
          const { top, height } = bar
          const inset = (bar.lineWidth ?? 1) / 2
          return {
            type: 'group',
            children: [
              { type: 'rect', shape: { x: left, y: top, width, height }, style: { fill: bar.fill as string } },
              ...(bar.stroke === undefined ? [] : [{ type: 'rect' as const, shape: { x: left + inset, y: top + inset, width: Math.max(1, width - 2 * inset), height: height - 2 * inset }, style: { fill: 'none', stroke: bar.stroke, lineWidth: bar.lineWidth ?? 1 } }]),
              ...(bar.notch === undefined ? [] : [{ type: 'polygon' as const, shape: { points: [[left + width - 8, top], [left + width, top], [left + width, top + 8]] }, style: { fill: bar.notch } }]),
              ...(bar.text === undefined || width < 7 * bar.text.length + 8 ? [] : [{ type: 'text' as const, x: left + 5, y: top + height / 2, style: { text: bar.text, fill: bar.textFill ?? '#000', fontSize: 11, verticalAlign: 'middle' as const } }])
            ]
          }
        }
      },
      {
        id: 'lines',
        type: 'custom',
        silent: true,
        clip: true,
        animation: false,
        encode: { x: 0 },
        data: lines.map(({ atMs }) => [atMs]),
        renderItem(params, api) {
          const line = lines[params.dataIndex]
          if (!line) return null
          const x = Math.round(api.coord([line.atMs, 0])[0]!) + 0.5
          return {
            type: 'group',
            children: [
              { type: 'line', shape: { x1: x, y1: line.top, x2: x, y2: line.bottom }, style: { stroke: line.stroke, lineWidth: line.width } },
              ...(line.flag === undefined ? [] : [{ type: 'text' as const, x: line.side === 'left' ? x - 5 : x + 5, y: line.top + 5, style: { text: line.flag, fill: line.stroke, fontSize: 11, align: line.side === 'left' ? ('right' as const) : ('left' as const), verticalAlign: 'middle' as const } }])
            ]
          }
        }
      }
    ]
  }
}

export interface Line {
  readonly atMs: number
  readonly top: number
  readonly bottom: number
  readonly stroke: string
  readonly width: number
  readonly flag?: string
  /** Of the line, where its flag stands. */
  readonly side?: 'left' | 'right'
}

/** A hatch of 3 px pitch, for what is provisional. */
export function hatch(stroke: string, background: string): Bar['fill'] {
  const image = document.createElement('canvas')
  image.width = image.height = 6
  const pen = image.getContext('2d')
  if (!pen) return background
  pen.fillStyle = background
  pen.fillRect(0, 0, 6, 6)
  pen.strokeStyle = stroke
  pen.lineWidth = 1
  for (const from of [-3, 0, 3, 6]) {
    pen.beginPath()
    pen.moveTo(from, 6)
    pen.lineTo(from + 6, 0)
    pen.stroke()
  }
  return { image, repeat: 'repeat' }
}
