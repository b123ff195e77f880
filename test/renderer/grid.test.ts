import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { filterSql } from '#renderer/grid/filterSql.ts'
import type { GridColumn } from '#renderer/grid/gridColumn.ts'
import { scrollScale } from '#renderer/grid/scrollScale.ts'
import { instantText, tsvOf } from '#renderer/grid/tsv.ts'
import { readStream } from '#shared/arrow/readStream.ts'
import { arrowStream } from '#shared/arrow/arrowStream.ts'

const column = (name: string, kind: GridColumn['kind']): GridColumn => ({ name, kind, title: () => name, width: 80, show: String })

const columns = [column('window_start', 'instant'), column('origin_country', 'text'), column('anomaly_rate', 'number')]

describe('what is typed to filter rows', () => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
    await database.run(`CREATE TABLE t AS SELECT * FROM (VALUES
      (TIMESTAMP '2026-01-23 13:19:00', 'Malta', 0.5), (TIMESTAMP '2026-01-23 13:20:00', 'San Marino', 0.0), (TIMESTAMP '2026-01-24 13:21:00', 'O''Higgins', 0.125), (TIMESTAMP '2026-01-24 13:22:00', NULL, NULL), (TIMESTAMP '2026-01-24 13:23:00', '100%_', 1.5)
    ) v(window_start, origin_country, anomaly_rate)`)
  })
  afterAll(() => database.close())

  async function found(text: string): Promise<unknown[]> {
    const filter = filterSql(text, columns)
    if ('fault' in filter) throw new Error(filter.fault)
    return (await database.query(`SELECT origin_country FROM t WHERE ${filter.sql} ORDER BY window_start`)).values(0)
  }

  test.each<readonly [string, readonly (string | null)[]]>([
    ['', ['Malta', 'San Marino', "O'Higgins", null, '100%_']],
    ['mal', ['Malta']],
    ['MAR san', ['San Marino']],
    ["o'h", ["O'Higgins"]],
    ['%', ['100%_']],
    ['_', ['100%_']],
    ['rate > 0', ['Malta', "O'Higgins", '100%_']],
    ['rate>=12.5% and rate <= 50%', ['Malta', "O'Higgins"]],
    ['anomaly_rate = 0', ['San Marino']],
    ['country = "San Marino"', ['San Marino']],
    ['country != malta', ['San Marino', "O'Higgins", null, '100%_']],
    ['window >= 13:21', ["O'Higgins", null, '100%_']],
    ['window_start < 2026-01-24', ['Malta', 'San Marino']],
    ['window = 2026-01-24T13:21:00', ["O'Higgins"]],
    ['rate > 0 malta', ['Malta']],
    ["'; DROP TABLE t; --", []],
    ['a" OR true OR "', []]
  ])('%s', async (text, countries) => {
    expect(await found(text)).toEqual(countries)
  })

  test.each([
    ['speed > 5', /^there is no column speed: the columns are window_start, origin_country, anomaly_rate$/],
    ['rate > much', /^anomaly_rate is compared with a number such as 0\.5, not with much$/],
    ['window > noon', /^window_start is compared with a time such as 13:29/]
  ])('%s is told in a sentence', (text, sentence) => {
    expect(filterSql(text, columns)).toEqual({ fault: expect.stringMatching(sentence) as string })
  })
})

test('rows are copied as they are, and nothing that a spreadsheet would run', () => {
  const stream = arrowStream(
    [
      { name: 'window_start', type: { kind: 'timestamp_ntz' }, values: [1769174340000000n, 1769174340500000n, null] },
      { name: 'origin_country', type: { kind: 'string' }, values: ['=1+1', 'a\tb\nc', null] },
      { name: 'anomaly_rate', type: { kind: 'double' }, values: [-0.1, 1 / 3, null] }
    ],
    3
  )
  expect(tsvOf(columns, readStream(stream))).toBe("window_start\torigin_country\tanomaly_rate\n2026-01-23T13:19:00Z\t'=1+1\t-0.1\n2026-01-23T13:19:00.5Z\ta b c\t0.3333333333333333\n\t\t\n")
})

test('instants before 1970 and beyond any calendar', () => {
  expect([instantText(-1n), instantText(-62135596800000000n), instantText(9223372036854775807n)]).toEqual(['1969-12-31T23:59:59.999999Z', '0001-01-01T00:00:00Z', '9223372036854775807 µs'])
})

describe('a scroll bar over more rows than an element can be tall', () => {
  test('moves as the rows do while they fit', () => {
    const scale = scrollScale(24 * 1000, 240)
    expect([scale.contentHeight, scale.offsetOf(480), scale.shift(480)]).toEqual([24_000, 480, 0])
  })

  test('reaches the first and the last row', () => {
    const [content, height] = [24 * 1_000_000, 240]
    const scale = scrollScale(content, height)
    const end = scale.contentHeight - height
    expect([scale.contentHeight <= 15_000_000, scale.offsetOf(0), scale.offsetOf(end), scale.topOf(content - height)]).toEqual([true, 0, content - height, end])
    // Where the last row is drawn, seen from the top of the element.
    expect(content - 24 + scale.shift(end) - end).toBe(height - 24)
  })
})
