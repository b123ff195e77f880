import { describe, expect, test } from 'vitest'
import { arrowStream } from '#shared/arrow/arrowStream.ts'
import type { BatchRecord, WindowSummary } from '#shared/contract/run.ts'
import { keptWindows, openWindowTable } from '#renderer/store/windowTable.ts'

const minute = 60_000
const summary = (start: number, rows: number, keysOver = 0): WindowSummary => ({ startMs: start * minute, endMs: (start + 1) * minute, rows, keys: 1, keysOver })

function batch(batchId: number, more: Partial<BatchRecord> = {}): BatchRecord {
  return { query: 'flight_phase_counts', batchId, finishedMs: 0, progress: {} as BatchRecord['progress'], maxEventMs: null, watermarkMs: 0, closedMs: 0, files: [], closed: [], dropped: [], late: [], ...more }
}

/** Rows of flight_phase_counts: start in minutes, phase, count. */
function phaseRows(...rows: readonly (readonly [number, string | null, number])[]): Uint8Array {
  const us = (minutes: number) => BigInt(minutes * minute) * 1000n
  return arrowStream(
    [
      { name: 'window_start', type: { kind: 'timestamp' }, values: rows.map(([start]) => us(start)) },
      { name: 'window_end', type: { kind: 'timestamp' }, values: rows.map(([start]) => us(start + 1)) },
      { name: 'flight_phase', type: { kind: 'string' }, values: rows.map(([, phase]) => phase) },
      { name: 'flight_count', type: { kind: 'long' }, values: rows.map(([, , count]) => BigInt(count)) },
      { name: 'avg_altitude', type: { kind: 'double' }, values: rows.map(() => null) },
      { name: 'avg_velocity', type: { kind: 'double' }, values: rows.map(() => 500) }
    ],
    rows.length
  )
}

const statesOf = (table: ReturnType<typeof openWindowTable>) => table.all.map(({ startMs, state, rows }) => [startMs / minute, state, rows])

describe('the state of a window', () => {
  test('is open, closing once the newest event has passed its end, closed once it is written', () => {
    const table = openWindowTable('flight_phase_counts')
    table.setOpen(phaseRows([0, 'CRUISE', 3], [0, null, 2], [1, 'CRUISE', 4]), 0)
    expect(statesOf(table)).toEqual([[0, 'open', 5], [1, 'open', 4]])
    table.passNewest(minute)
    expect(statesOf(table)).toEqual([[0, 'closing', 5], [1, 'open', 4]])
    table.addBatch(batch(0, { closed: [summary(0, 6)] }))
    table.setOpen(phaseRows([1, 'CRUISE', 9]), 0)
    expect(statesOf(table)).toEqual([[0, 'closed', 6], [1, 'open', 9]])
    expect(table.counts).toEqual({ open: 1, closing: 0, closed: 1, 'late drops': 0 })
  })

  test('is late drops when rows came after it had closed, also where no row had come in time', () => {
    const table = openWindowTable('flight_phase_counts')
    table.addBatch(batch(0, { closed: [summary(2, 6)] }))
    table.addBatch(batch(1, { dropped: [{ startMs: 0, rows: 4 }, { startMs: 2 * minute, rows: 1 }] }))
    expect(table.all.map(({ startMs, endMs, state, droppedRows }) => [startMs / minute, endMs / minute, state, droppedRows])).toEqual([[0, 1, 'late drops', 4], [2, 3, 'late drops', 1]])
  })

  test('of a row that came before any window was known has its end once one is', () => {
    const table = openWindowTable('flight_phase_counts')
    table.addBatch(batch(0, { dropped: [{ startMs: -1000 * minute, rows: 1 }] }))
    table.setOpen(phaseRows([0, 'CRUISE', 3]), 0)
    expect(table.all.map(({ startMs, endMs, droppedRows }) => [startMs / minute, endMs / minute, droppedRows])).toEqual([[-1000, -999, 1], [0, 1, 0]])
    expect(table.within(-999.5 * minute, 0).map(({ startMs }) => startMs / minute)).toEqual([-1000])
  })

  test('counts a batch once that is told again after a crash', () => {
    const table = openWindowTable('flight_phase_counts')
    const again = batch(1, { dropped: [{ startMs: 0, rows: 4 }], late: [{ file: 'a', paneMs: 0, key: 'x', rows: 4, missedWindows: 1 }] })
    table.addBatch(batch(0, { closed: [summary(0, 6)] }))
    table.addBatch(again)
    table.addBatch(again)
    expect({ dropped: table.find(0)?.droppedRows, late: table.lateRows }).toEqual({ dropped: 4, late: 4 })
  })
})

test('a window that is neither open any more nor written is gone', () => {
  const table = openWindowTable('flight_phase_counts')
  table.setOpen(phaseRows([0, 'CRUISE', 3], [1, 'CRUISE', 3]), 0)
  table.setOpen(phaseRows([1, 'CRUISE', 3]), 0)
  expect(statesOf(table)).toEqual([[1, 'open', 3]])
})

test('cells hold what gold says by key, and tell a missing average from a number', () => {
  const table = openWindowTable('flight_phase_counts')
  table.addBatch(batch(0, { closed: [summary(0, 5)] }))
  table.addRows(phaseRows([0, null, 2], [0, 'CRUISE', 3]))
  expect({ ...table.find(0)!.cells }).toEqual({ keys: [null, 'CRUISE'], rows: Float64Array.of(2, 3), anomalies: new Float64Array(2), avgAltitude: Float64Array.of(NaN, NaN), avgVelocity: Float64Array.of(500, 500) })
  expect(table.closedRows).toBe(2)
})

test('a range finds the windows that overlap it', () => {
  const table = openWindowTable('flight_phase_counts')
  table.addBatch(batch(0, { closed: [0, 1, 2, 3, 4].map((start) => summary(start, 1)) }))
  expect(table.within(1.5 * minute, 3 * minute).map(({ startMs }) => startMs / minute)).toEqual([1, 2])
})

test('of a recording of any length the newest windows are kept, and all are counted', () => {
  const table = openWindowTable('flight_phase_counts')
  const all = Math.ceil(keptWindows * 1.05) + 10
  for (let from = 0; from < all; from += 1000) table.addBatch(batch(from, { closed: Array.from({ length: Math.min(1000, all - from) }, (_, i) => summary(from + i, 1)) }))
  // A batch of a thousand may be over.
  expect(table.all.length).toBeLessThanOrEqual(keptWindows * 1.05 + 1000)
  table.addRows(phaseRows([0, 'CRUISE', 1]))
  table.addBatch(batch(all, { dropped: [{ startMs: 0, rows: 4 }] }))
  expect([table.counts.closed, table.find(0), table.all.at(-1)!.startMs / minute]).toEqual([all, undefined, all - 1])
})
