import { describe, expect, test } from 'vitest'
import type { Drawing, Mark } from '#renderer/chart/drawing.ts'
import { timeScale } from '#renderer/chart/timeScale.ts'
import { riverBars, riverMarks } from '#renderer/panels/River/riverBars.ts'
import { boxOf, laneOf, lanesOf, windowAt } from '#renderer/panels/River/riverLanes.ts'
import { closingSentence, nextClose, windowFacts, windowWords } from '#renderer/panels/River/riverWords.ts'
import { minute, palette, sliding, tumbling, windowOf } from './windows.ts'

const queries = { flight_phase_counts: tumbling, anomaly_alerts: sliding }
const lanes = lanesOf(queries)
const alertLanes = lanes.anomaly_alerts
/** 28 pixels a minute, from minute 0 at pixel 116. */
const scale = timeScale({ startMs: 0, endMs: 20 * minute }, 116 + 560 + 128)

const rectsOf = (drawing: Drawing, look: Partial<Extract<Mark, { kind: 'rects' }>>) => drawing.filter((mark) => mark.kind === 'rects' && Object.entries(look).every(([key, value]) => mark[key as 'fill'] === value)).flatMap((mark) => ('at' in mark ? mark.at : []))
const trianglesOf = (drawing: Drawing, fill: string) => drawing.flatMap((mark) => (mark.kind === 'triangles' && mark.fill === fill ? mark.at : []))
const textsOf = (drawing: Drawing) => drawing.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []))

describe('lanes', () => {
  test('are one of windows that tumble, and one for each that overlaps of windows that slide', () => {
    expect({ phases: lanes.flight_phase_counts, alerts: alertLanes, height: lanes.height }).toEqual({ phases: { top: 19, count: 1, pitch: 20, barHeight: 20 }, alerts: { top: 58, count: 5, pitch: 17, barHeight: 15 }, height: 160 })
  })

  test('leave no room for a query that is not run', () => {
    expect(lanesOf({ anomaly_alerts: sliding }).anomaly_alerts.top).toBe(19)
  })

  test('hold windows that tile end to end, also before 1970', () => {
    expect([0, 1, 4, 5, -1, -5].map((start) => laneOf(start * minute, sliding, alertLanes))).toEqual([0, 1, 4, 0, 4, 0])
  })

  test('find the window at a point, and where it lies', () => {
    const windows = [windowOf(0, 'closed', {}, 5), windowOf(1, 'closed', {}, 5), windowOf(5, 'open', {}, 5)]
    const found = windowAt(windows, sliding, alertLanes, 5.5 * minute, alertLanes.top + 20)
    expect(found).toBe(windows[1])
    expect(boxOf(windows[1]!, sliding, alertLanes, scale)).toEqual({ x: 144, y: 75, width: 139, height: 15 })
    expect(windowAt(windows, sliding, alertLanes, 5.5 * minute, alertLanes.top - 5)).toBeUndefined()
  })
})

describe('bars', () => {
  const draw = (windows: Parameters<typeof riverBars>[0], newest = 10) => riverMarks(riverBars(windows, tumbling, lanes.flight_phase_counts, scale.pxPerMs), lanes.flight_phase_counts, scale, newest * minute, palette)

  test('are an outline that fills as time passes while open', () => {
    const drawing = draw([windowOf(9, 'open')], 9.5)
    expect(rectsOf(drawing, { stroke: 'open' })).toEqual([368.5, 19.5, 26, 19])
    expect(rectsOf(drawing, { fill: 'open', opacity: 0.28 })).toEqual([369, 20, 13, 18])
  })

  test('are hatched while closing, solid when closed', () => {
    expect(rectsOf(draw([windowOf(3, 'closing')]), { fill: 'hatch on hatch-bg' })).toEqual([200, 19, 27, 20])
    expect(rectsOf(draw([windowOf(3)]), { fill: 'closed-fill' })).toEqual([200, 19, 27, 20])
  })

  test('have a corner cut when rows were dropped, and say how many from 20 on', () => {
    const drawing = draw([windowOf(3, 'late drops', { droppedRows: 19 }), windowOf(4, 'late drops', { droppedRows: 20 })])
    expect(trianglesOf(drawing, 'late')).toHaveLength(12)
    expect(textsOf(drawing)).toEqual(['20'])
  })

  test('say how many countries are over the limit, once that is final', () => {
    const windows = [windowOf(0, 'closed', { keysOver: 43 }, 5), windowOf(5, 'closing', { keysOver: 40 }, 5)]
    const drawing = riverMarks(riverBars(windows, sliding, alertLanes, scale.pxPerMs), alertLanes, scale, undefined, palette)
    expect(textsOf(drawing)).toEqual(['43'])
    expect(trianglesOf(drawing, 'alert-text')).toHaveLength(6)
  })

  test('leave text out that has no room', () => {
    const narrow = timeScale({ startMs: 0, endMs: 40 * minute }, 116 + 560 + 128)
    expect(textsOf(riverMarks(riverBars([windowOf(0, 'late drops', { droppedRows: 1234 })], tumbling, lanes.flight_phase_counts, narrow.pxPerMs), lanes.flight_phase_counts, narrow, 0, palette))).toEqual([])
  })
})

describe('bars too narrow to be seen', () => {
  const pxPerMs = 1 / minute
  const merged = riverBars([windowOf(0), windowOf(1, 'late drops', { droppedRows: 3, keysOver: 2 }), windowOf(2, 'closing'), windowOf(3), windowOf(4), windowOf(5, 'closed', { keysOver: 7 })], tumbling, lanes.flight_phase_counts, pxPerMs)

  test('are merged, and show the least final state', () => {
    expect(merged.map(({ startMs, endMs, state, keysOver, droppedRows, windows }) => [startMs / minute, endMs / minute, state, keysOver, droppedRows, windows])).toEqual([[0, 4, 'closing', 2, 3, 4], [4, 6, 'closed', 7, 0, 2]])
  })

  test('are cut at the same times wherever a range begins', () => {
    const later = riverBars([windowOf(3), windowOf(4), windowOf(5)], tumbling, lanes.flight_phase_counts, pxPerMs)
    expect(later.map(({ startMs }) => startMs / minute)).toEqual([3, 4])
  })

  test('stay within 4,000 shapes for a month of windows', () => {
    const month = Array.from({ length: 43_200 }, (_, i) => windowOf(i, i % 7 === 0 ? 'late drops' : 'closed', i % 7 === 0 ? { droppedRows: 30 } : {}, 5))
    const all = timeScale({ startMs: 0, endMs: 43_200 * minute }, 1440)
    const drawing = riverMarks(riverBars(month, sliding, alertLanes, all.pxPerMs), alertLanes, all, undefined, palette)
    const shapes = drawing.reduce((count, mark) => count + (mark.kind === 'rects' ? mark.at.length / 4 : mark.kind === 'triangles' ? mark.at.length / 6 : 1), 0)
    expect(shapes).toBeLessThan(4_001)
    expect(trianglesOf(drawing, 'late').length).toBeGreaterThan(0)
  })
})

describe('what closes next', () => {
  const table = (watermark: number | undefined, ...unwritten: ReturnType<typeof windowOf>[]) => ({ watermarkMs: watermark === undefined ? undefined : watermark * minute, unwritten: () => unwritten })

  test('closes at the trigger after the last one when the watermark has passed it', () => {
    const phase = nextClose('flight_phase_counts', table(29.5, windowOf(28, 'closing'), windowOf(29, 'closing')), 83)!
    const alerts = nextClose('anomaly_alerts', table(25.5, windowOf(20, 'closing', {}, 5), windowOf(21, 'closing', {}, 5)), 83)!
    expect(closingSentence([phase, alerts], 'UTC')).toBe('closing at trigger 84: phase 00:28–00:29, alerts 00:20–00:25')
  })

  test('names what a trigger closes beside the first, and each trigger where they differ', () => {
    const phase = nextClose('flight_phase_counts', table(30, windowOf(28, 'closing'), windowOf(29, 'closing')), 83)!
    const alerts = nextClose('anomaly_alerts', table(24, windowOf(20, 'closing', {}, 5)), 83)!
    expect(closingSentence([phase, alerts], 'UTC')).toBe('closing next: phase 00:28–00:29 and 1 more at trigger 84, alerts 00:20–00:25')
  })

  test('says so when nothing is open', () => {
    expect(nextClose('anomaly_alerts', table(5), 3)).toBeUndefined()
    expect(closingSentence([], 'UTC')).toBe('no window is open')
  })
})

test('numbers that may grow are said to be so far', () => {
  expect(windowFacts(windowOf(0, 'open', { rows: 1234 }), 'anomaly_alerts')).toEqual([['rows so far', '1,234'], ['countries over the limit so far', '0'], ['rows dropped', '0']])
  expect(windowFacts(windowOf(0, 'late drops', { rows: 5, droppedRows: 2 }), 'flight_phase_counts')).toEqual([['rows', '5'], ['rows dropped', '2']])
})

test('windows are named by size and slide', () => {
  expect([windowWords(tumbling), windowWords(sliding), windowWords({ sizeUs: 90e6, slideUs: 90e6 })]).toEqual(['1 min tumbling', '5 min by 1 min', '90 s tumbling'])
})
