import type { CustomSeriesOption } from 'echarts/charts'
import type { ComposeOption } from 'echarts/core'
import type { Drawing, Mark } from './drawing.ts'

/** What the charts of the workbench are made of. */
export type ChartOption = ComposeOption<CustomSeriesOption>

type Element = Exclude<ReturnType<NonNullable<CustomSeriesOption['renderItem']>>, null | undefined>

/** A drawing as one custom series of one item: no animation, nothing that listens. */
export function chartOption(drawing: Drawing): ChartOption {
  // A function of its own each time: ECharts would keep the old one's drawing.
  return {
    animation: false,
    series: [{ id: 'drawing', type: 'custom', coordinateSystem: 'none', silent: true, animation: false, progressive: 0, data: [0], renderItem: () => ({ type: 'group', children: drawing.map(elementOf) }) as Element }]
  }
}

/** As `shapes.ts` registers them. */
function elementOf(mark: Mark): unknown {
  switch (mark.kind) {
    case 'rects':
      return { type: 'rects', shape: { at: mark.at }, style: { fill: mark.fill ?? 'none', stroke: mark.stroke ?? 'none', lineWidth: mark.lineWidth ?? 0, opacity: mark.opacity ?? 1 } }
    case 'triangles':
      return { type: 'triangles', shape: { at: mark.at }, style: { fill: mark.fill, stroke: 'none' } }
    case 'lines':
      return { type: 'lines', shape: { at: mark.at }, style: { fill: 'none', stroke: mark.stroke, lineWidth: mark.lineWidth } }
    case 'text':
      return { type: 'text', x: mark.x, y: mark.y, style: { text: mark.text, fill: mark.fill, align: mark.align, verticalAlign: 'middle', fontSize: 11 } }
  }
}
