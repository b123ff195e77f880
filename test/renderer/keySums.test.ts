import { expect, test } from 'vitest'
import { openKeySums } from '#renderer/store/keySums.ts'
import type { WindowCells, WindowEntry } from '#renderer/store/windowTable.ts'

const minute = 60_000

function cells(...rows: readonly (readonly [string | null, number, number])[]): WindowCells {
  const none = new Float64Array(rows.length)
  return { keys: rows.map(([key]) => key), rows: Float64Array.from(rows, ([, count]) => count), anomalies: Float64Array.from(rows, ([, , over]) => over), avgAltitude: none, avgVelocity: none }
}

const window = (start: number, size: number, own?: WindowCells): WindowEntry => ({ startMs: start * minute, endMs: (start + size) * minute, state: 'closed', rows: 0, keys: 0, keysOver: 0, droppedRows: 0, closedBatch: 0, cells: own, revision: 0 })

test('of sliding windows, each observation is counted once', () => {
  const sums = openKeySums()
  for (let start = 0; start < 10; start++) sums.addClosed(window(start, 5), cells(['Malta', 7, 0]))
  expect(sums.rowsOf('Malta')).toBe(14)
})

test('open windows count until they are replaced', () => {
  const sums = openKeySums()
  sums.addClosed(window(0, 1), cells(['CRUISE', 3, 0], [null, 1, 0]))
  sums.replaceOpen([window(1, 1, cells(['CRUISE', 2, 0])), window(2, 1, cells(['CLIMB', 9, 0]))])
  sums.replaceOpen([window(2, 1, cells(['CLIMB', 10, 0]))])
  expect([...sums.keys].map((key) => [key, sums.rowsOf(key)])).toEqual([['CRUISE', 3], [null, 1], ['CLIMB', 10]])
})

test('the first window in which a key is over 10 % is kept, once a key', () => {
  const sums = openKeySums()
  sums.addClosed(window(0, 5), cells(['Malta', 100, 10]))
  sums.addClosed(window(1, 5), cells(['Malta', 100, 11], ['Qatar', 10, 0]))
  sums.addClosed(window(2, 5), cells(['Malta', 100, 50], ['Qatar', 10, 5]))
  expect(sums.firstOver).toEqual([{ key: 'Malta', endMs: 6 * minute }, { key: 'Qatar', endMs: 7 * minute }])
})

test('alerts are the keys over the limit of windows that have closed', () => {
  const sums = openKeySums()
  sums.closeWindow(3)
  sums.closeWindow(0)
  expect({ alerts: sums.alerts, closedWindows: sums.closedWindows }).toEqual({ alerts: 3, closedWindows: 2 })
})
