import { describe, expect, test } from 'vitest'
import type { Recording } from '#shared/contract/run.ts'
import { heightsOf, movedRange, overviewOf, resampled } from '#renderer/panels/OverviewStrip/overviewMarks.ts'
import { openBatchMarks } from '#renderer/store/batchMarks.ts'
import { openWindowTable } from '#renderer/store/windowTable.ts'

const minute = 60_000

function store(recording: Recording | null) {
  const windows = { flight_phase_counts: openWindowTable('flight_phase_counts'), anomaly_alerts: openWindowTable('anomaly_alerts') }
  return { recording, windows, newestEventMs: 3 * minute, marks: openBatchMarks() }
}

const batch = { query: 'flight_phase_counts', batchId: 0, finishedMs: 0, progress: {} as never, maxEventMs: 3 * minute, watermarkMs: 0, closedMs: 0, late: [] } as const

describe('the overview', () => {
  test('is of the recording as the log of silver tells it', () => {
    const own = store({ files: 4, bytes: 1, minEventMs: 0, maxEventMs: 10 * minute, volume: [1, 2, 0, 0, 0, 0, 3, 4, 5, 6] })
    expect(overviewOf(own, 5)).toEqual({ startMs: 0, endMs: 10 * minute, read: [0, 0, 0, 0, 0], there: [true, false, false, true, true], newestMs: 3 * minute, alertsMs: [], lateMs: [], setAsideMs: [] })
  })

  test('is of the windows so far where the log tells nothing', () => {
    const own = store(null)
    own.windows.flight_phase_counts.addBatch({ ...batch, files: [], dropped: [], closed: [0, 1, 3].map((start) => ({ startMs: start * minute, endMs: (start + 1) * minute, rows: start + 5, keys: 1, keysOver: 0 })) })
    expect(overviewOf(own, 4)).toMatchObject({ startMs: 0, endMs: 4 * minute, read: [5, 6, 0, 8] })
    expect(overviewOf(store(null), 4)).toBeUndefined()
  })

  test('marks windows that many rows came too late for, and files that were set aside', () => {
    const own = store({ files: 4, bytes: 1, minEventMs: 0, maxEventMs: 10 * minute, volume: [] })
    const aside = { path: 'b.parquet', sizeBytes: 1, rows: 0, minEventMs: null, maxEventMs: null, lateRows: 0, setAside: 'it is cut off' }
    own.marks.add({ ...batch, files: [], closed: [], dropped: [{ startMs: minute, rows: 12 }, { startMs: 2 * minute, rows: 19 }] })
    own.marks.add({ ...batch, query: 'anomaly_alerts', files: [], closed: [], dropped: [{ startMs: 2 * minute, rows: 19 }] })
    own.marks.add({ ...batch, files: [], closed: [], dropped: [{ startMs: minute, rows: 12 }] })
    own.marks.add({ ...batch, batchId: 1, maxEventMs: null, files: [aside], closed: [], dropped: [{ startMs: minute, rows: 8 }] })
    expect(overviewOf(own, 4)).toMatchObject({ lateMs: [minute], setAsideMs: [3 * minute] })
  })
})

test('parts of another width hold the same sums', () => {
  expect(resampled([4, 8], 4)).toEqual([2, 2, 4, 4])
  expect(resampled([3, 3, 6, 0], 2)).toEqual([6, 6])
  expect(resampled([6, 6, 6], 2)).toEqual([9, 9])
  expect(resampled([], 2)).toEqual([0, 0])
})

test('bars are as high as their rows, and what has rows is seen', () => {
  expect(heightsOf([20, 0, 10, 0.1], 20)).toEqual([20, 0, 10, 1])
  expect(heightsOf([0, 0], 20)).toEqual([0, 0])
})

test('a range moves by whole seconds and stays over the recording', () => {
  const overview = { startMs: 0, endMs: 100 * minute }
  const range = { startMs: 10 * minute, endMs: 30 * minute }
  expect(movedRange(range, 1234, overview)).toEqual({ startMs: 10 * minute + 1000, endMs: 30 * minute + 1000 })
  expect(movedRange(range, -1e9, overview)).toEqual({ startMs: -10 * minute, endMs: 10 * minute })
  expect(movedRange(range, 1e9, overview)).toEqual({ startMs: 90 * minute, endMs: 110 * minute })
})
