import { expect, test } from 'vitest'
import { countryRows, phaseRows } from '#renderer/panels/Rail/railFacts.ts'
import type { KeySums } from '#renderer/store/keySums.ts'

const sums = (rows: readonly (readonly [string | null, number])[]): KeySums => ({ keys: rows.map(([key]) => key), rowsOf: (key) => rows.find(([other]) => other === key)?.[1] ?? 0, alerts: 0, closedWindows: 0, firstOver: [] })

test('phases go from the sky down, also before any row of them; others follow', () => {
  expect(phaseRows(sums([['HOLD', 2], ['GROUND', 1], ['CRUISE', 9], [null, 3]])).map(({ key, rows }) => [key, rows])).toEqual([['CRUISE', 9], ['DESCENT', 0], ['CLIMB', 0], ['TRANSITION', 0], ['TAKEOFF', 0], ['GROUND', 1], ['HOLD', 2], [null, 3]])
})

test('countries go by rows, and a filter looks at any part of the name', () => {
  const own = sums([['Malta', 5], ['Germany', 7], ['Saint Lucia', 7], [null, 1]])
  expect(countryRows(own, '').rows.map(({ key }) => key)).toEqual(['Germany', 'Saint Lucia', 'Malta', null])
  expect(countryRows(own, ' MA ')).toEqual({ rows: [{ key: 'Germany', rows: 7 }, { key: 'Malta', rows: 5 }], total: 4 })
})
