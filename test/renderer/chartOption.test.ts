import { describe, expect, test } from 'vitest'
import { chartOption } from '#renderer/chart/chartOption.ts'
import { backdrop, newestLine, openLooks, type Drawing } from '#renderer/chart/drawing.ts'
import { timeScale } from '#renderer/chart/timeScale.ts'
import { minute, palette } from './windows.ts'

/** What ECharts is told to draw. */
function drawn(drawing: Drawing): unknown {
  const { series } = chartOption(drawing) as { series: [{ renderItem: () => unknown }] }
  return series[0].renderItem()
}

describe('the option of a chart', () => {
  test('has shapes of a look as one path, and text above them', () => {
    expect(drawn([{ kind: 'text', x: 5, y: 6, text: '43', fill: 'grey', align: 'left' }, { kind: 'rects', at: [1, 2, 3, 4, 5, 6, 7, 8], fill: 'red', opacity: 0.28 }, { kind: 'lines', at: [0, 0, 9, 9], stroke: 'blue', lineWidth: 2 }])).toEqual({
      type: 'group',
      children: [
        {
          type: 'group',
          children: [
            { type: 'rects', x: 0, y: 0, shape: { at: [1, 2, 3, 4, 5, 6, 7, 8] }, style: { fill: 'red', stroke: 'none', lineWidth: 0, opacity: 0.28 } },
            { type: 'lines', x: 0, y: 0, shape: { at: [0, 0, 9, 9] }, style: { fill: 'none', stroke: 'blue', lineWidth: 2, opacity: 1 } }
          ]
        },
        { type: 'group', children: [{ type: 'text', x: 5, y: 6, style: { text: '43', fill: 'grey', align: 'left', verticalAlign: 'middle', fontSize: 11 } }] }
      ]
    })
  })

  test('takes away what was drawn before where nothing is drawn now', () => {
    expect(drawn([])).toEqual({ type: 'group', children: [{ type: 'group', children: [], $mergeChildren: false }, { type: 'group', children: [], $mergeChildren: false }] })
  })
})

test('boxes of one look are one mark, and one as thin as its outline is all outline', () => {
  const looks = openLooks()
  looks.fill('red', 0, 0, 5, 5)
  looks.fill('blue', 0, 0, 5, 5)
  looks.fill('red', 10, 0, 5, 5)
  looks.outline('red', 20, 0, 2, 5)
  looks.outline('red', 30, 0, 5, 5)
  looks.fill('red', 0, 0, 0, 5)
  expect(looks.marks).toEqual([
    { kind: 'rects', at: [0, 0, 5, 5, 10, 0, 5, 5, 20, 0, 2, 5], fill: 'red' },
    { kind: 'rects', at: [0, 0, 5, 5], fill: 'blue' },
    { kind: 'rects', at: [30.5, 0.5, 4, 4], stroke: 'red', lineWidth: 1 }
  ])
})

test('the future is right of the newest event, which is a line where it is in view', () => {
  const scale = timeScale({ startMs: 0, endMs: 10 * minute }, 116 + 280 + 128)
  expect(backdrop(scale, 7 * minute, 100, palette)).toEqual([
    { kind: 'rects', at: [312, 0, 84, 100], fill: 'bg' },
    { kind: 'lines', at: [116.5, 0, 116.5, 100, 256.5, 0, 256.5, 100], stroke: 'grid', lineWidth: 1 }
  ])
  expect([newestLine(scale, 7 * minute, 100, palette), newestLine(scale, 11 * minute, 100, palette), newestLine(scale, undefined, 100, palette)]).toEqual([[{ kind: 'lines', at: [312.5, 0, 312.5, 100], stroke: 'tx1', lineWidth: 1 }], [], []])
})
