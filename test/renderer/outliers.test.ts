import { describe, expect, test } from 'vitest'
import { isFar, outliersOf, type Weighted } from '#renderer/store/outliers.ts'
import { minute } from './windows.ts'

const at = (iso: string): number => Date.parse(iso)
const bulkMs = at('2026-01-23T12:00:00Z')

const window = (startMs: number, rows: number, droppedRows = 0): Weighted => ({
  startMs,
  endMs: startMs + minute,
  rows,
  droppedRows
})

/** So many minutes from 2026-01-23 12:00 on. */
const minutes = (count: number, rows = 100): Weighted[] =>
  Array.from({ length: count }, (_, i) => window(bulkMs + i * minute, rows))

const sorted = (...windows: readonly Weighted[]): Weighted[] => [...windows].sort((a, b) => a.startMs - b.startMs)

const bulk = (count: number) => ({ startMs: bulkMs, endMs: bulkMs + count * minute })

describe('outliers in time', () => {
  test.each([
    ['0001-01-01', true],
    ['1601-01-01', true],
    ['1970-01-01', true],
    ['2036-02-07', false],
    ['2106-02-07', false],
    ['9999-12-31', false]
  ])('one row of %s beside ten minutes is one', (day, earlier) => {
    const ms = at(`${day}T00:00:00Z`)
    expect(outliersOf(sorted(...minutes(10), window(ms, 1)))).toEqual({
      bulk: bulk(10),
      rows: 1,
      firstMs: ms,
      lastMs: ms,
      earlier,
      later: !earlier
    })
  })

  test.each([-9.2233720224e15, 9.223372036854775e15])(
    'so is one at the end of what a timestamp can hold: %d ms',
    (ms) => {
      expect(outliersOf(sorted(...minutes(10), window(ms, 1)))).toMatchObject({ bulk: bulk(10), rows: 1, firstMs: ms })
    }
  )

  test('many clocks on both sides are told together, however they are spread', () => {
    const wrong = [
      '0001-01-01',
      '1601-01-01',
      '1970-01-01',
      '1999-01-01',
      '2038-01-19',
      '2065-01-01',
      '9999-12-31'
    ].map((day) => window(at(`${day}T00:00:00Z`), 3))
    expect(outliersOf(sorted(...minutes(60), ...wrong))).toEqual({
      bulk: bulk(60),
      rows: 21,
      firstMs: at('0001-01-01T00:00:00Z'),
      lastMs: at('9999-12-31T00:00:00Z'),
      earlier: true,
      later: true
    })
  })

  test('rows that came too late after a clock was far ahead are the bulk all the same', () => {
    const dropped = Array.from({ length: 30 }, (_, i) => window(bulkMs + i * minute, 0, 100))
    expect(outliersOf(sorted(...dropped, window(at('9999-12-31T00:00:00Z'), 1)))).toMatchObject({
      bulk: bulk(30),
      rows: 1
    })
  })

  test.each([
    ['four rows and a fifth', 4, 1],
    ['a dozen and two', 12, 2]
  ])('of few rows: %s', (_, rows, wrong) => {
    expect(outliersOf(sorted(...minutes(rows, 1), window(at('9999-12-31T00:00:00Z'), wrong)))).toMatchObject({
      rows: wrong
    })
  })

  test.each([
    ['no window', []],
    ['one window', minutes(1)],
    ['an hour without a gap', minutes(60)],
    [
      'a night without rows',
      [...minutes(60), ...minutes(60).map(({ startMs, rows }) => window(startMs + 600 * minute, rows))]
    ],
    [
      'three days',
      [0, 1, 2].flatMap((day) => minutes(120).map(({ startMs, rows }) => window(startMs + day * 1440 * minute, rows)))
    ],
    [
      'a recording of last year beside one as large',
      [...minutes(10).map(({ startMs, rows }) => window(startMs - 365 * 1440 * minute, rows)), ...minutes(10)]
    ],
    ['late rows of half an hour before', [window(bulkMs - 30 * minute, 1), ...minutes(10)]],
    ['windows without a row far away', [window(0, 0), ...minutes(10)]],
    ['two rows, a century apart', [window(0, 1), window(bulkMs, 1)]]
  ])('%s: none', (_, windows) => {
    expect(outliersOf(windows)).toBeUndefined()
  })

  test('are found in a pass over the windows, a hundred thousand of them over 600,000 years', () => {
    let read = 0
    const counted = Array.from({ length: 100_000 }, (_, i) => {
      const startMs = i < 50 ? -9.2e15 + i * 1e12 : i >= 99_950 ? 9.1e15 + i * 1e9 : bulkMs + i * minute
      return Object.defineProperty({ endMs: startMs + minute, rows: 10, droppedRows: 0 }, 'startMs', {
        get: () => (read++, startMs)
      }) as unknown as Weighted
    })
    expect(outliersOf(counted)).toMatchObject({ rows: 1000, earlier: true, later: true })
    expect(read).toBeLessThan(100_000 * 6)
  })

  test('what is near the bulk is not far from it', () => {
    expect(
      [-1, 0, 3_600_000, 36_000_000, 36_000_001].map((after) =>
        isFar(3_600_000 + after, { startMs: 0, endMs: 3_600_000 })
      )
    ).toEqual([false, false, false, false, true])
  })
})
