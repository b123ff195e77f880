import type { CustomSeriesOption } from 'echarts/charts'
import type { ComposeOption } from 'echarts/core'
import type { Drawing, Fill, Mark } from './drawing.ts'

/** What the charts of the workbench are made of. */
export type ChartOption = ComposeOption<CustomSeriesOption>

type Element = Exclude<ReturnType<NonNullable<CustomSeriesOption['renderItem']>>, null | undefined>

/** A drawing as one custom series of one item: no animation, nothing that listens. Text lies above all shapes. */
export function chartOption(drawing: Drawing): ChartOption {
  // Without `$mergeChildren: false` ECharts leaves the children of before in a group that has none now.
  const group = (marks: Drawing) => ({ type: 'group', children: marks.map(elementOf), ...(marks.length === 0 && { $mergeChildren: false }) })
  // Two groups: ECharts takes elements over by their place in a group, and those of one kind are cheaper to take over.
  const children = [group(drawing.filter(({ kind }) => kind !== 'text')), group(drawing.filter(({ kind }) => kind === 'text'))]
  return {
    animation: false,
    // A function of its own each time: ECharts would keep the old one's drawing.
    series: [{ id: 'drawing', type: 'custom', coordinateSystem: 'none', silent: true, animation: false, progressive: 0, data: [0], renderItem: () => ({ type: 'group', children }) as Element }]
  }
}

/** As `shapes.ts` registers them. Every property is given, place and opacity too: an element that takes another's place inherits what is not. */
function elementOf(mark: Mark): unknown {
  switch (mark.kind) {
    case 'rects':
      return shape(mark.kind, mark.at, mark.fill ?? 'none', mark.stroke ?? 'none', mark.lineWidth ?? 0, mark.opacity)
    case 'triangles':
      return shape(mark.kind, mark.at, mark.fill, 'none', 0)
    case 'lines':
      return shape(mark.kind, mark.at, 'none', mark.stroke, mark.lineWidth)
    case 'text':
      return { type: 'text', x: mark.x, y: mark.y, style: { text: mark.text, fill: mark.fill, align: mark.align, verticalAlign: 'middle', fontSize: 11 } }
  }
}

const shape = (type: string, at: readonly number[], fill: Fill, stroke: string, lineWidth: number, opacity = 1): unknown => ({ type, x: 0, y: 0, shape: { at }, style: { fill, stroke, lineWidth, opacity } })
