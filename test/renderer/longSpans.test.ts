import { describe, expect, test } from 'vitest'
import { backdrop, type Mark } from '#renderer/chart/drawing.ts'
import {
  followRange,
  gridStepOf,
  panRange,
  stepOf,
  ticksOf,
  tickText,
  zoomRange,
  type TimeExtent
} from '#renderer/chart/timeRange.ts'
import { timeScale } from '#renderer/chart/timeScale.ts'
import { formatDate, formatDay, formatEvent, formatInstant, formatWindow } from '#renderer/format/format.ts'
import { instantText } from '#renderer/grid/tsv.ts'
import { countryMarks } from '#renderer/panels/CountryRates/countryRows.ts'
import { overviewOf } from '#renderer/panels/OverviewStrip/overviewMarks.ts'
import { outlierWords } from '#renderer/panels/OverviewStrip/outlierWords.ts'
import { phaseMarks, phaseScale, phaseStacks } from '#renderer/panels/PhaseChart/phaseStacks.ts'
import { riverBars, riverMarks } from '#renderer/panels/River/riverBars.ts'
import { lanesOf } from '#renderer/panels/River/riverLanes.ts'
import { shownText } from '#renderer/panels/Sql/resultColumns.ts'
import { openColumns } from '#renderer/panels/TimePanels/columns.ts'
import { isoOf } from '#renderer/panels/TimePanels/csv.ts'
import { extentOf, isOverDays } from '#renderer/panels/TimePanels/extentOf.ts'
import { fileName } from '#renderer/panels/TimePanels/panelImage.ts'
import { delayMarks } from '#renderer/panels/WindowDetail/delayMarks.ts'
import { sqlOf } from '#renderer/panels/WindowDetail/detailFacts.ts'
import { openBatchMarks } from '#renderer/store/batchMarks.ts'
import { outliersOfRun } from '#renderer/store/outliers.ts'
import { openWindowTable, type WindowEntry } from '#renderer/store/windowTable.ts'
import { inTimeZone } from '#test/support/timeZone.ts'
import { cellsOf, minute, palette, sliding, tumbling, windowOf } from './windows.ts'

const year = 31_556_952_000

/** What a timestamp of 64 bits can hold, in milliseconds. */
const [leastMs, mostMs] = [-9.2233720224e15, 9.223372036854775e15]

const lengths = [
  1e3,
  6e4,
  36e5,
  864e5,
  7 * 864e5,
  31 * 864e5,
  year,
  10 * year,
  100 * year,
  8000 * year,
  28_000 * year,
  290_000 * year
]

const spans: readonly (readonly [string, number, number])[] = [
  ...lengths.flatMap((span) =>
    [0, Date.parse('2026-01-23T12:05:07Z'), leastMs + 5, mostMs - span]
      .filter((start) => start + span <= mostMs)
      .map((start) => [`${span / 1000} s from ${start}`, start, start + span] as const)
  ),
  ['everything', leastMs, mostMs]
]

const widths = [60, 120, 320, 476, 800, 1440, 3840]

describe.each(['UTC', 'local'] as const)('an axis in %s', (zone) => {
  test.each(spans)(
    'over %s has as many labels as fit, none over another, at the beginnings of what they name',
    (_, startMs, endMs) => {
      inTimeZone('America/New_York', () => {
        for (const width of widths) {
          const range = { startMs, endMs }
          const step = stepOf(range, width, 52)
          const ticks = ticksOf(range, step, zone)
          expect(ticks.length).toBeLessThanOrEqual(width / 46 + 1)
          const boxes = ticks.map((at, i) => {
            const text = tickText(at, step, zone, i === 0)
            expect(text).not.toMatch(/NaN|Invalid|undefined/)
            const x = ((at - startMs) / (endMs - startMs)) * width
            return { text, left: x - (text.length * 6.6) / 2, right: x + (text.length * 6.6) / 2 }
          })
          for (const [i, box] of boxes.entries())
            if (i > 0)
              expect(box.left, `${boxes[i - 1]!.text} and ${box.text} on ${width} pixels`).toBeGreaterThan(
                boxes[i - 1]!.right
              )
          // Hours come again every day.
          if (step >= 864e5)
            expect(new Set(boxes.map(({ text }) => text)).size, boxes.map(({ text }) => text).join(' ')).toBe(
              boxes.length
            )
        }
      })
    }
  )

  test.each(spans.filter(([, startMs, endMs]) => endMs - startMs >= 6e4))(
    'over %s has labels where there is room for two',
    (_, startMs, endMs) => {
      const range = { startMs, endMs }
      expect(ticksOf(range, stepOf(range, 480, 52), zone).length).toBeGreaterThanOrEqual(2)
    }
  )
})

test('steps go on from days to the calendar: months, quarters, years, decades and more', () => {
  const labels = (from: string, to: string, width: number) => {
    const range = { startMs: Date.parse(from), endMs: Date.parse(to) }
    const step = stepOf(range, width, 52)
    return ticksOf(range, step).map((at) => tickText(at, step, 'UTC'))
  }
  expect(labels('2026-01-20T00:00:00Z', '2026-05-10T00:00:00Z', 260)).toEqual([
    'Feb 2026',
    'Mar 2026',
    'Apr 2026',
    'May 2026'
  ])
  expect(labels('2025-11-20T00:00:00Z', '2027-02-10T00:00:00Z', 360)).toEqual([
    'Jan 2026',
    'Apr 2026',
    'Jul 2026',
    'Oct 2026',
    'Jan 2027'
  ])
  expect(labels('2019-06-01T00:00:00Z', '2026-01-23T00:00:00Z', 400)).toEqual([
    '2020',
    '2021',
    '2022',
    '2023',
    '2024',
    '2025',
    '2026'
  ])
  expect(labels('1601-01-01T00:00:00Z', '2026-01-23T00:00:00Z', 480)).toEqual([
    '1650',
    '1700',
    '1750',
    '1800',
    '1850',
    '1900',
    '1950',
    '2000'
  ])
  expect(labels('2026-01-23T00:00:00Z', '9999-12-31T23:59:59Z', 480)).toEqual([
    '3000',
    '4000',
    '5000',
    '6000',
    '7000',
    '8000',
    '9000'
  ])
  expect(labels('0001-01-01T00:00:00Z', '2026-01-23T00:00:00Z', 320)).toEqual(['0500', '1000', '1500', '2000'])
  expect(labels('-040000-01-01T00:00:00Z', '+040000-01-01T00:00:00Z', 320)).toEqual([
    '−40000',
    '−20000',
    '0000',
    '20000'
  ])
})

test('days of a zone begin at its midnights, on either side of a change of clocks', () => {
  inTimeZone('America/New_York', () => {
    const range = { startMs: Date.parse('2026-03-06T00:00:00Z'), endMs: Date.parse('2026-03-12T00:00:00Z') }
    const step = stepOf(range, 400, 52)
    expect(
      ticksOf(range, step, 'local').map((at) => [tickText(at, step, 'local'), new Date(at).toISOString()])
    ).toEqual([
      ['6 Mar', '2026-03-06T05:00:00.000Z'],
      ['7 Mar', '2026-03-07T05:00:00.000Z'],
      ['8 Mar', '2026-03-08T05:00:00.000Z'],
      ['9 Mar', '2026-03-09T04:00:00.000Z'],
      ['10 Mar', '2026-03-10T04:00:00.000Z'],
      ['11 Mar', '2026-03-11T04:00:00.000Z']
    ])
  })
})

/** Numbers that a drawing gives to the canvas. */
const drawn = (marks: readonly Mark[]): number =>
  marks.reduce((sum, mark) => sum + (mark.kind === 'text' ? 1 : mark.at.length), 0)

const outlier = (ms: number): WindowEntry => ({
  ...windowOf(0, 'open'),
  startMs: Math.floor(ms / minute) * minute,
  endMs: Math.floor(ms / minute) * minute + minute,
  rows: 1,
  keys: 1,
  cells: cellsOf(['CRUISE', 1])
})

describe.each([
  leastMs + minute,
  Date.parse('0001-01-01'),
  Date.parse('1970-01-01'),
  Date.parse('9999-12-31'),
  Date.parse('+030000-01-01'),
  mostMs - minute
])('one row at %d ms beside an hour of 2026', (ms) => {
  const bulkMs = Date.parse('2026-01-23T12:00:00Z')
  const hour = Array.from({ length: 60 }, (_, i) => ({
    ...windowOf(0),
    startMs: bulkMs + i * minute,
    endMs: bulkMs + (i + 1) * minute,
    rows: 100,
    keys: 1,
    cells: cellsOf(['CRUISE', 100])
  }))
  const windows = [...hour, outlier(ms)].sort((a, b) => a.startMs - b.startMs)
  const range = { startMs: Math.min(bulkMs, ms) - minute, endMs: Math.max(bulkMs + 60 * minute, ms + minute) }
  const scale = timeScale(range, 1000)

  test('costs the panels what its windows cost, not its years', () => {
    const lanes = lanesOf({ flight_phase_counts: tumbling, anomaly_alerts: sliding })
    const columns = openColumns()(windows, minute, scale.pxPerMs)
    expect(columns.length).toBeLessThanOrEqual(3)
    const stacks = phaseStacks(columns, 'count', [])
    const marks = [
      ...backdrop(scale, ms, 200, palette),
      ...riverMarks(
        riverBars(windows, tumbling, lanes.flight_phase_counts, scale.pxPerMs),
        lanes.flight_phase_counts,
        scale,
        ms,
        palette
      ),
      ...phaseMarks(stacks, 'count', phaseScale(stacks, 200), scale, palette),
      ...countryMarks(['CRUISE'], columns, minute, scale, palette)
    ]
    expect(drawn(marks)).toBeLessThan(400)
    expect(marks.flatMap((mark) => (mark.kind === 'text' ? [mark.x] : [...mark.at])).every(Number.isFinite)).toBe(true)
    expect(ticksOf(range, gridStepOf(range, 756)).length).toBeLessThan(20)
  })

  test('is moved and zoomed to either end and back', () => {
    const extent: TimeExtent = {
      firstMs: Math.min(ms, bulkMs),
      newestMs: Math.max(ms, bulkMs + 60 * minute),
      lastMs: undefined,
      unitMs: minute
    }
    let seen = followRange(extent, 756)
    for (let i = 0; i < 200; i++) seen = zoomRange(seen, 1.5, (seen.startMs + seen.endMs) / 2, 756, extent)
    expect(seen.startMs).toBeLessThanOrEqual(extent.firstMs!)
    expect(seen.endMs).toBeGreaterThanOrEqual(extent.newestMs!)
    for (let i = 0; i < 200; i++) seen = zoomRange(seen, 1 / 1.5, bulkMs, 756, extent)
    expect(seen.endMs - seen.startMs).toBeGreaterThan(0)
    expect(Number.isFinite(panRange(seen, 1e16, extent).startMs)).toBe(true)
  })
})

function storeOf(ms: number) {
  const bulkMs = Date.parse('2026-01-23T12:00:00Z')
  const table = openWindowTable('flight_phase_counts')
  const closed = [
    ...Array.from({ length: 60 }, (_, i) => ({
      startMs: bulkMs + i * minute,
      endMs: bulkMs + (i + 1) * minute,
      rows: 100,
      keys: 1,
      keysOver: 0
    })),
    { startMs: ms, endMs: ms + minute, rows: 1, keys: 1, keysOver: 0 }
  ]
  table.addBatch({
    query: 'flight_phase_counts',
    batchId: 0,
    finishedMs: 0,
    progress: {} as never,
    maxEventMs: Math.max(ms, bulkMs + 60 * minute - 1),
    watermarkMs: 0,
    closedMs: 0,
    late: [],
    files: [],
    dropped: [],
    closed
  } as never)
  const windows = { flight_phase_counts: table, anomaly_alerts: openWindowTable('anomaly_alerts') }
  return {
    bulkMs,
    recording: null,
    windows,
    run: undefined,
    newestEventMs: Math.max(ms, bulkMs + 60 * minute - 1),
    marks: openBatchMarks()
  }
}

describe('outliers of a run', () => {
  test('are told with their day', () => {
    expect(
      ['9999-12-31', '0001-01-01', '+030000-06-01'].map((day) =>
        outlierWords(outliersOfRun(storeOf(Date.parse(`${day}T00:00:00Z`)))!, 'UTC')
      )
    ).toEqual(['1 row at 9999-12-31', '1 row at 0001-01-01', '1 row at +30000-06-01'])
    expect(
      outlierWords(
        {
          bulk: { startMs: 0, endMs: 1 },
          rows: 2100,
          firstMs: Date.parse('0001-01-01'),
          lastMs: Date.parse('9999-12-31'),
          earlier: true,
          later: true
        },
        'UTC'
      )
    ).toBe('2,100 rows from 0001-01-01 to 9999-12-31')
  })

  test.each([
    Date.parse('9999-12-31T00:00:00Z'),
    Date.parse('0001-01-01T00:00:00Z'),
    Date.parse('1970-01-01T00:00:00Z')
  ])('are in view at first, and out of view when they are left out: %d', (ms) => {
    const store = storeOf(ms)
    const end = store.bulkMs + 60 * minute
    expect(isOverDays(store)).toBe(true)
    expect(extentOf(store)).toMatchObject({ firstMs: Math.min(ms, store.bulkMs), newestMs: store.newestEventMs })
    const newestMs = ms > end ? end : store.newestEventMs
    expect(extentOf(store, true)).toMatchObject({ firstMs: store.bulkMs, newestMs, lastMs: newestMs })
    const whole = overviewOf(store, 100)!
    expect([whole.startMs, whole.endMs]).toEqual([Math.min(ms, store.bulkMs), Math.max(ms + minute, end)])
    const bulk = overviewOf(store, 60, outliersOfRun(store))!
    expect(bulk).toMatchObject({ startMs: store.bulkMs, endMs: end, newestMs })
    expect(bulk.read.map(Math.round)).toEqual(new Array(60).fill(100))
  })

  test('leave what the log of silver tells of the rest of the recording where it is', () => {
    const store = storeOf(Date.parse('9999-12-31T00:00:00Z'))
    const recording = {
      files: 2,
      bytes: 1,
      minEventMs: store.bulkMs,
      maxEventMs: store.bulkMs + 120 * minute,
      volume: [1, 1, 1, 1]
    }
    expect(extentOf({ ...store, recording }, true)).toMatchObject({
      firstMs: store.bulkMs,
      lastMs: store.bulkMs + 120 * minute
    })
    expect(overviewOf({ ...store, recording }, 4, outliersOfRun(store))).toMatchObject({
      endMs: store.bulkMs + 120 * minute,
      there: [true, true, true, true]
    })
  })

  test('are none where there are none, and nothing is left out', () => {
    const store = storeOf(Date.parse('2026-01-23T13:00:00Z'))
    expect(outliersOfRun(store)).toBeUndefined()
    expect(extentOf(store, true)).toEqual(extentOf(store))
    expect(isOverDays(store)).toBe(false)
  })
})

describe.each([leastMs, -8.65e15, Date.parse('0001-01-01'), -1, 0, 8.65e15, mostMs])('at %d ms', (ms) => {
  test('every text of a time is one', () => {
    // A number has no more digits: the last one would be infinity.
    const us = ms === mostMs ? 2n ** 63n - 2n : BigInt(Math.round(ms)) * 1000n
    for (const zone of ['UTC', 'local'] as const) {
      const texts = [
        formatInstant(ms, zone),
        formatDate(ms, zone),
        formatEvent(ms, zone, true),
        formatWindow(ms, ms + minute, zone),
        formatDay(ms),
        shownText({ kind: 'instant', manyDays: true, total: null }, us, { zone })
      ]
      for (const text of texts) expect(text).toMatch(/\d\d/)
      for (const text of texts) expect(text).not.toMatch(/NaN|Invalid|undefined|∞/)
    }
    expect(isoOf(ms)).toMatch(/^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(fileName('Window river', ms, 'png')).toMatch(/^window-river-\d{8,10}T\d{4}Z\.png$/)
    expect(instantText(us)).toMatch(/^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
    expect(sqlOf('anomaly_alerts', { startMs: ms, closedBatch: 1 })).toMatch(
      /TIMESTAMP '\d{4}-|make_timestamp\(-?\d+\)/
    )
  })
})

test('times are written as JavaScript writes them, wherever it can', () => {
  for (const iso of [
    '0001-01-01T00:00:00.000Z',
    '1969-12-31T23:59:59.999Z',
    '2026-01-23T12:05:07.123Z',
    '9999-12-31T23:59:59.999Z'
  ])
    expect(isoOf(Date.parse(iso))).toBe(iso)
})

test('delays of thousands of years have labels that do not overlap', () => {
  for (const delayMs of [6e4, 36e5, 864e5, 100 * 864e5, 8000 * year]) {
    const marks = delayMarks(
      { partMs: 15_000, rows: [1, 2], droppedByAny: [0, 0] },
      [{ atMs: delayMs, words: 'watermark' }],
      600,
      200,
      palette
    )
    const labels = marks.flatMap((mark) => (mark.kind === 'text' && mark.y === 192 ? [mark] : []))
    expect(labels.length).toBeLessThan(20)
    for (const [i, label] of labels.entries())
      if (i > 0)
        expect(label.x - labels[i - 1]!.x).toBeGreaterThan((label.text.length + labels[i - 1]!.text.length) * 3.3)
  }
})
