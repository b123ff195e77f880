import { describe, expect, test } from 'vitest'
import { openColumns, windowsAColumn } from '#renderer/panels/TimePanels/columns.ts'
import { openSeenWindows } from '#renderer/panels/TimePanels/seenWindows.ts'
import { cellsOf, minute, windowOf } from './windows.ts'
import type { WindowEntry, WindowTable } from '#renderer/store/windowTable.ts'

const wide = 28 / minute

test('a column holds the least power of two of windows that makes it three pixels wide', () => {
  expect([28, 3, 2.9, 0.4].map((px) => windowsAColumn(minute, px / minute))).toEqual([1, 1, 2, 8])
})

describe('columns', () => {
  test('are windows at close range', () => {
    const windows = [windowOf(3, 'closed', { cells: cellsOf(['A', 4, 1]) }), windowOf(4, 'open', { cells: cellsOf(['A', 2]) })]
    expect(openColumns()(windows, minute, wide).map(({ startMs, isFinal, cells }) => [startMs / minute, isFinal, cells?.rows])).toEqual([[3, true, [4]], [4, false, [2]]])
  })

  test('add windows up further out, with means by rows and the highest rate', () => {
    const windows = [windowOf(0, 'closed', { cells: cellsOf(['A', 10, 1, 1000], ['B', 1]) }), windowOf(1, 'closed', { cells: cellsOf(['A', 30, 15, 2000], [null, 2]) })]
    const [column] = openColumns()(windows, minute, 2 / minute)
    expect(column!.cells).toEqual({ keys: ['A', 'B', null], rows: [40, 1, 2], anomalies: [16, 0, 0], peakRate: [0.5, 0, 0], avgAltitude: [1750, NaN, NaN], avgVelocity: [NaN, NaN, NaN] })
  })

  test('are not final while one of their windows is not', () => {
    expect(openColumns()([windowOf(0), windowOf(1, 'closing')], minute, 2 / minute).map(({ isFinal }) => isFinal)).toEqual([false])
  })

  test('keep what they added up until a window has other cells, also when cells of written windows are let go', () => {
    const columnsOf = openColumns()
    const windows = [windowOf(0, 'closed', { cells: cellsOf(['A', 4]) }), windowOf(1, 'open', { cells: cellsOf(['A', 1]) })]
    const [first] = columnsOf(windows, minute, 2 / minute)
    windows[0]!.cells = undefined
    expect(columnsOf(windows, minute, 2 / minute)[0]!.cells).toBe(first!.cells)
    windows[1]!.cells = cellsOf(['A', 3])
    expect(columnsOf(windows, minute, 2 / minute)[0]!.cells).not.toBe(first!.cells)
  })
})

test('windows in view are the same object until one of them changes', () => {
  const windows: WindowEntry[] = [windowOf(0), windowOf(1)]
  const table = { within: () => windows } as unknown as WindowTable
  const see = openSeenWindows()
  const range = { startMs: 0, endMs: 2 * minute }
  const first = see(table, range)
  expect(see(table, { ...range })).toBe(first)
  windows[1]!.revision = 7
  const second = see(table, range)
  expect(second).not.toBe(first)
  expect(see(table, { startMs: 1, endMs: 2 * minute })).not.toBe(second)
})
