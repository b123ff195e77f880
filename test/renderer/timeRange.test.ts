import { describe, expect, test } from 'vitest'
import { followRange, gridStepOf, panRange, rangeShowing, stepOf, ticksOf, zoomRange, type TimeExtent } from '#renderer/chart/timeRange.ts'
import { timeScale } from '#renderer/chart/timeScale.ts'
import { minute } from './windows.ts'

const hour: TimeExtent = { firstMs: 0, newestMs: 31.5 * minute, lastMs: 60 * minute, unitMs: minute }
const minutes = ({ startMs, endMs }: { startMs: number; endMs: number }) => [startMs / minute, endMs / minute]
const tenMinutesPx = 280

describe('the range that follows the newest event', () => {
  test('ends two minutes after it, at a whole one, 28 pixels a minute', () => {
    expect(minutes(followRange(hour, tenMinutesPx))).toEqual([24, 34])
  })

  test('moves by whole minutes', () => {
    const at = (newest: number) => minutes(followRange({ ...hour, newestMs: newest * minute }, tenMinutesPx))
    expect([at(31.1), at(31.9), at(32.1)]).toEqual([[24, 34], [24, 34], [25, 35]])
  })

  test('begins no earlier than the recording, and shows what is to come instead', () => {
    expect(minutes(followRange({ ...hour, firstMs: 0.4 * minute, newestMs: 3 * minute }, tenMinutesPx))).toEqual([0, 10])
  })

  test('has a place before anything is known', () => {
    expect(minutes(followRange({ firstMs: undefined, newestMs: undefined, lastMs: undefined, unitMs: minute }, tenMinutesPx))).toEqual([-8, 2])
  })

  test('takes the shortest slide as its unit', () => {
    expect(minutes(followRange({ ...hour, unitMs: minute / 6 }, tenMinutesPx))).toEqual([31.5 + 2 / 6 - 10 / 6, 31.5 + 2 / 6].map((at) => expect.closeTo(at, 9)))
  })
})

describe('moving a range', () => {
  const range = { startMs: 20 * minute, endMs: 30 * minute }

  test('goes as far as a tenth of it still shows the recording', () => {
    expect(minutes(panRange(range, 3 * minute, hour))).toEqual([23, 33])
    expect(minutes(panRange(range, -1e9, hour))).toEqual([-9, 1])
    expect(minutes(panRange(range, 1e9, hour))).toEqual([61, 71])
  })

  test('keeps what is zoomed around at its pixel', () => {
    const zoomed = zoomRange(range, 0.8, 25 * minute, tenMinutesPx, hour)
    expect(minutes(zoomed)).toEqual([21, 29])
  })

  test('zooms in to 48 pixels a minute, and out to the recording and no farther', () => {
    expect(minutes(zoomRange(range, 0.001, 25 * minute, 480, hour))).toEqual([20, 30])
    const [start, end] = minutes(zoomRange(range, 1000, 25 * minute, tenMinutesPx, hour))
    expect(end! - start!).toBeCloseTo(62 * 1.04)
    expect(start).toBeLessThanOrEqual(0)
    expect(end).toBeGreaterThanOrEqual(62)
  })

  test('moves as little as shows a window, and not at all for one that is seen', () => {
    expect(rangeShowing(range, { startMs: 21 * minute, endMs: 22 * minute }, minute)).toBe(range)
    expect(minutes(rangeShowing(range, { startMs: 12 * minute, endMs: 13 * minute }, minute))).toEqual([11, 21])
    expect(minutes(rangeShowing(range, { startMs: 33 * minute, endMs: 38 * minute }, minute))).toEqual([29, 39])
  })
})

describe('the axis', () => {
  test('has labels at round times, as close as they may stand', () => {
    const range = { startMs: 20.5 * minute, endMs: 30.5 * minute }
    expect(ticksOf(range, stepOf(range, tenMinutesPx, 48)).map((at) => at / minute)).toEqual([22, 24, 26, 28, 30])
  })

  test('reaches from seconds to months', () => {
    expect([minute, 60 * minute, 86_400_000, 90 * 86_400_000].map((span) => stepOf({ startMs: 0, endMs: span }, 1000, 50) / 1000)).toEqual([5, 300, 7200, 604_800])
  })

  test('has gridlines every five minutes at close range', () => {
    expect(gridStepOf({ startMs: 0, endMs: 10 * minute }, 280) / minute).toBe(5)
    expect(gridStepOf({ startMs: 0, endMs: 600 * minute }, 1000) / minute).toBe(60)
  })
})

describe('the scale', () => {
  const scale = timeScale({ startMs: 0, endMs: 10 * minute }, 116 + 280 + 128)

  test('puts times at whole pixels and takes them back', () => {
    expect([scale.left, scale.right, scale.x(minute), scale.x(minute + 1)]).toEqual([116, 396, 144, 144])
    expect(scale.timeAt(144)).toBe(minute)
  })

  test('leaves a pixel between bars, cuts at the edges of the plot, and gives nothing beyond', () => {
    expect([scale.span(minute, 2 * minute), scale.span(-minute, minute), scale.span(9 * minute, 12 * minute), scale.span(20 * minute, 21 * minute), scale.span(-3 * minute, -minute)]).toEqual([{ x: 144, width: 27 }, { x: 116, width: 27 }, { x: 368, width: 28 }, undefined, undefined])
  })
})
