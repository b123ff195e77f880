import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { filterSql } from '#renderer/grid/filterSql.ts'
import type { GridColumn } from '#renderer/grid/gridColumn.ts'
import { scrollScale } from '#renderer/grid/scrollScale.ts'
import { instantText, tsvOf } from '#renderer/grid/tsv.ts'
import { readStream } from '#shared/arrow/readStream.ts'
import { inTimeZone } from '#test/support/timeZone.ts'
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

describe.each(['UTC', 'America/New_York', 'Europe/Berlin', 'Pacific/Apia'])('times that are typed in a filter, in a browser in %s', (zone) => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
    // Windows of a minute over hours in which clocks are changed somewhere, and some from the edges of time.
    const edges = "SELECT unnest([make_timestamp(-9223372022400000000), TIMESTAMP '0001-01-01', TIMESTAMP '1969-12-31 23:59:59.999999', TIMESTAMP '9999-12-31 23:59', make_timestamp(9223372036854775806)])"
    const hours = "SELECT unnest(range(TIMESTAMP '2026-03-29 00:00', TIMESTAMP '2026-03-29 04:00', INTERVAL 1 MINUTE))"
    await database.run(`CREATE TABLE t AS SELECT t AS window_start, 'Malta' AS origin_country, 0.5 AS anomaly_rate FROM (${hours} UNION ALL ${edges}) v(t)`)
  })
  afterAll(() => database.close())

  async function count(text: string): Promise<number> {
    const filter = inTimeZone(zone, () => filterSql(text, columns))
    if ('fault' in filter) throw new Error(filter.fault)
    return Number((await database.query(`SELECT count(*) FROM t WHERE ${filter.sql}`)).values(0)[0])
  }

  test.each<readonly [string, number]>([
    ['start >= "2026-03-29 03:44" and start < 2026-03-30', 16],
    ['start >= 2026-03-29 03:44 and start < 2026-03-30', 16],
    ['start >= 2026-03-29 03:44, start < "2026-03-30 00:00" malta', 16],
    ['start >= 2026-03-29 03:44 malta and start < 2026-03-30 00:00', 16],
    ['start >= "2026-03-29T03:44" and start < "2026-03-30"', 16],
    ['start >= "2026-03-29 03:44:00" and start < "2026-03-30"', 16],
    ['start >= "2026-03-29 03:43:59.999999" and start < "2026-03-30"', 16],
    ['start > "2026-03-29 03:44:00.000000Z" and start < "2026-03-30"', 15],
    ['start >= "2026-03-29T05:44+02:00" and start < 2026-03-30 02:00 +02:00', 16],
    ['start >= 2026-03-29 05:44 Europe/Berlin and start < 2026-03-30', 16],
    ['start >= "2026-03-28 23:44-04:00" and start < "2026-03-30"', 16],
    ['start = "2026-03-29 02:30"', 1],
    ['start = 2026-03-29T02:30:00.000', 1],
    ['start != "2026-03-29 02:30"', 244],
    ['start <> 2026-03-29 02:30', 244],
    ['start = 2026-03-29', 1],
    ['start <= "2026-03-29 00:09" and start >= 2026-03', 10],
    ['start < "1970-01-01 00:00"', 3],
    ['start = "1969-12-31 23:59:59.999999"', 1],
    ['start = 0001-01-01', 1],
    ['start > "9999-12-31 00:00"', 2],
    ['start > "10000-01-01 00:00"', 1],
    ['start >= +200000-01-01', 1],
    ['start = "294247-01-10 04:00:54.775806"', 1],
    ['start <= -290308-12-22', 1],
    ['start >= 02:30 and start <= 02:39', 10],
    ['start = 02:30', 1],
    ['start = 04:30+02:00', 1],
    ['start = "22:30 -0400"', 1],
    ['start = 23:59:59.999999', 1]
  ])('%s', async (text, rows) => {
    expect(await count(text)).toBe(rows)
  })

  test.each([
    ['start >= 2026-02-30', 'window_start is compared with a time such as 13:29 or 2026-01-23T13:29:00, not with 2026-02-30: February 2026 has 28 days'],
    ['start >= "2026-02-30 12:05"', 'window_start is compared with a time such as 13:29 or 2026-01-23T13:29:00, not with 2026-02-30 12:05: February 2026 has 28 days'],
    ['start >= 2026-02-30 12:05 malta', 'window_start is compared with a time such as 13:29 or 2026-01-23T13:29:00, not with 2026-02-30 12:05: February 2026 has 28 days'],
    ['start = 25:00', 'window_start is compared with a time such as 13:29 or 2026-01-23T13:29:00, not with 25:00'],
    ['start > "Jan 23 2026"', 'window_start is compared with a time such as 13:29 or 2026-01-23T13:29:00, not with Jan 23 2026'],
    ['start > 5', 'window_start is compared with a time such as 13:29 or 2026-01-23T13:29:00, not with 5'],
    ['start > ""', 'window_start is compared with a time such as 13:29 or 2026-01-23T13:29:00, not with '],
    ['start > 294248-01-01', 'window_start is compared with a time such as 13:29 or 2026-01-23T13:29:00, not with 294248-01-01: it lies beyond the times that a timestamp can hold (290309 BC to 294247)']
  ])('%s is told in a sentence', (text, fault) => {
    expect(inTimeZone(zone, () => filterSql(text, columns))).toEqual({ fault })
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
