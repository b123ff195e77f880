import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import {
  instantOfDecimalSql,
  instantOfDoubleSql,
  instantOfIntegerSql,
  instantOfLocalSql,
  instantOfNumberTextSql,
  instantOfTextSql
} from '#shared/query/sparkTimes.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { repository } from '#test/support/folders.ts'
import { readLines } from '#test/support/oracle.ts'

const database = await openDatabase()
afterAll(() => database.close())

const recordedIn = <Recorded>(name: string) =>
  readLines(join(repository, 'test/fixtures/spark', name)) as unknown as Recorded[]

/** Instants that DuckDB has; Spark has a few more at both ends. In a time zone the last days are missing. */
function isKept(us: string | null, zone: string): boolean {
  if (us === null || us === 'today') return false
  const margin = zone === 'UTC' ? 0n : 8n * 86_400_000_000n
  return BigInt(us) >= -9_223_372_022_400_000_000n + margin && BigInt(us) < 9_223_372_036_854_775_807n - margin
}

/** What the expressions make of values, in order, as microseconds since 1970. */
async function instants(values: readonly string[], expression: string): Promise<(string | null)[]> {
  const rows = await database.query(
    `SELECT epoch_us(${expression})::VARCHAR AS us FROM (VALUES ${values.map((value, i) => `(${i}, ${value})`).join(', ')}) given(i, v) ORDER BY i`
  )
  return rows.rows().map(({ us }) => us as string | null)
}

interface Text {
  readonly zone: string
  readonly text: string
  /** `today`: Spark has put the date of the day before a time that has none. */
  readonly us: string | null
}

describe('Text becomes the instant that Spark casts it to', () => {
  const recorded = recordedIn<Text>('time-texts.jsonl')
  test.each([...new Set(recorded.map(({ zone }) => zone))])(
    'with %s as the session time zone, and null for a time without a date',
    async (zone) => {
      const asked = recorded.filter((entry) => entry.zone === zone)
      const answers = await instants(
        asked.map(({ text }) => quoteLiteral(text)),
        instantOfTextSql('v', zone)
      )
      expect(asked.map(({ text }, i) => ({ text, us: answers[i] }))).toEqual(
        asked.map(({ text, us }) => ({ text, us: isKept(us, zone) ? us : null }))
      )
    }
  )
})

test('A local time becomes the instant that Spark casts it to, also where the clocks change', async () => {
  const recorded = recordedIn<{
    readonly zone: string
    readonly local?: string
    readonly date?: string
    readonly us: string
  }>('time-locals.jsonl')
  for (const zone of new Set(recorded.map((entry) => entry.zone))) {
    const asked = recorded.filter((entry) => entry.zone === zone)
    const answers = await instants(
      asked.map(({ local, date }) => `TIMESTAMP ${quoteLiteral(local ?? date ?? '')}`),
      instantOfLocalSql('v', zone)
    )
    expect(asked.map((entry, i) => ({ ...entry, us: answers[i] }))).toEqual(asked)
  }
})

test('A local time that is infinite, or at the ends of time in a zone, has no instant', async () => {
  const ends = [
    "'infinity'::TIMESTAMP",
    "'-infinity'::TIMESTAMP",
    "'294247-01-10 04:00:54.775806'::TIMESTAMP",
    "'290309-12-22 (BC) 00:00:00'::TIMESTAMP"
  ]
  expect(await instants(ends, instantOfLocalSql('v', 'Europe/Berlin'))).toEqual([null, null, null, null])
  expect(await instants(ends, instantOfLocalSql('v', 'UTC'))).toEqual([
    null,
    null,
    '9223372036854775806',
    '-9223372022400000000'
  ])
})

interface Number_ {
  readonly type: string
  readonly value: string
  readonly us: string | null
}

const sqlTypes: Readonly<Record<string, string>> = {
  bigint: 'BIGINT',
  int: 'INTEGER',
  smallint: 'SMALLINT',
  tinyint: 'TINYINT',
  float: 'FLOAT',
  double: 'DOUBLE'
}

describe('A number of seconds becomes the instant that Spark casts it to', () => {
  const recorded = recordedIn<Number_>('time-numbers.jsonl')
  test.each([...new Set(recorded.map(({ type }) => type))])(
    'as %s, and null where Spark has only its first or last instant left',
    async (type) => {
      const asked = recorded.filter((entry) => entry.type === type)
      const scale = /,(\d+)\)/.exec(type)?.[1]
      const sql =
        scale !== undefined
          ? instantOfDecimalSql('v', Number(scale), 6)
          : type === 'float' || type === 'double'
            ? instantOfDoubleSql('v', 6)
            : instantOfIntegerSql('v', 6)
      const answers = await instants(
        asked.map(({ value }) => `${quoteLiteral(value)}::${sqlTypes[type] ?? type}`),
        sql
      )
      const isInRange = ({ value }: Number_) =>
        Number(value) >= -9_223_372_022_400 && Number(value) < 9_223_372_036_854.775
      expect(asked.map((entry, i) => ({ ...entry, us: answers[i] }))).toEqual(
        asked.map((entry) => (isInRange(entry) ? entry : { ...entry, us: null }))
      )
    }
  )
})

describe('Other units', () => {
  test.each([
    [3, 'BIGINT', '1769169600123', '1769169600123000'],
    [0, 'BIGINT', '1769169600123456', '1769169600123456'],
    [-3, 'BIGINT', '1769169600123456789', '1769169600123456'],
    [-3, 'BIGINT', '-1', '0'],
    [-3, 'BIGINT', '9223372036854775807', '9223372036854775'],
    [0, 'BIGINT', '9223372036854775807', null],
    [0, 'BIGINT', '-9223372036854775808', null],
    [3, 'BIGINT', '9223372036854776', null],
    [3, 'BIGINT', '9223372036854775', '9223372036854775000']
  ] as const)('10^%i of whole numbers: %s %s is %s', async (power, type, value, us) => {
    expect(await instants([`'${value}'::${type}`], instantOfIntegerSql('v', power))).toEqual([us])
  })

  test.each([
    [3, '1769169600123.4567', '1769169600123456'],
    [0, '1769169600123456.75', '1769169600123456'],
    [-3, '1769169600123456789', '1769169600123456'],
    [3, '-0.5', '-500'],
    [3, 'NaN', null],
    [-3, 'Infinity', null],
    [0, '9.3e18', null],
    [-3, '9.3e18', '9300000000000000']
  ] as const)('10^%i of doubles: %s is %s', async (power, value, us) => {
    expect(await instants([`'${value}'::DOUBLE`], instantOfDoubleSql('v', power))).toEqual([us])
  })

  test.each([
    [6, '1769169600', '1769169600000000'],
    [6, ' 1769169600.123456\n', '1769169600123456'],
    [6, '1.769169600e9', '1769169600000000'],
    [6, '1769169600d', '1769169600000000'],
    [-3, '1769169600123456789', '1769169600123456'],
    [0, '999999999999999999', '999999999999999999'],
    [0, '9999999999999999999999', null],
    [6, '1_769_169_600', null],
    [6, '1769169600123', '1769169600123000000'],
    [6, '0x10', null],
    [6, 'ground', null],
    [6, '', null],
    [6, 'NaN', null],
    [6, '-Infinity', null],
    [6, '１７６９', null],
    [6, '2026-01-23', null]
  ] as const)('10^%i of text: %j is %s', async (power, text, us) => {
    expect(await instants([quoteLiteral(text)], instantOfNumberTextSql('v', power))).toEqual([us])
  })

  test.each([
    [3, 'DECIMAL(20,4)', '1769169600123.4567', '1769169600123456'],
    [-3, 'DECIMAL(38,1)', '1769169600123456789.9', '1769169600123456'],
    [0, 'DECIMAL(38,0)', '99999999999999999999999999999999999999', null],
    [6, 'DECIMAL(3,3)', '-0.001', '-1000'],
    [6, 'DECIMAL(38,38)', '0.99999999999999999999999999999999999999', '999999']
  ] as const)('10^%i of %s: %s is %s', async (power, type, value, us) => {
    const scale = Number(/,(\d+)\)/.exec(type)?.[1])
    expect(await instants([`'${value}'::${type}`], instantOfDecimalSql('v', scale, power))).toEqual([us])
  })
})

test('Nothing comes of nothing', async () => {
  const of = (sql: string, type: string) => instants([`NULL::${type}`], sql)
  const answers = [
    of(instantOfTextSql('v', 'UTC'), 'VARCHAR'),
    of(instantOfTextSql('v', 'Europe/Berlin'), 'VARCHAR'),
    of(instantOfLocalSql('v', 'Europe/Berlin'), 'TIMESTAMP'),
    of(instantOfDoubleSql('v', 3), 'DOUBLE')
  ]
  expect(
    await Promise.all([
      ...answers,
      of(instantOfNumberTextSql('v', 6), 'VARCHAR'),
      of(instantOfDecimalSql('v', 2, 6), 'DECIMAL(5,2)'),
      of(instantOfIntegerSql('v', 6), 'TINYINT')
    ])
  ).toEqual(Array.from({ length: 7 }, () => [null]))
})

test('Columns may be called whatever they like', async () => {
  const names = [
    'parts',
    'local',
    'zone',
    'padded',
    'o',
    'later',
    'earlier',
    'offset',
    'name',
    'us',
    'v',
    'sign',
    'year'
  ]
  for (const name of names) {
    const others = names.filter((other) => other !== name).map((other) => `7 AS "${other}"`)
    const v = `"${name}"`
    const asked: readonly (readonly [value: string, instant: string])[] = [
      ["'2026-01-23 12:00'", instantOfTextSql(v, 'Europe/Berlin')],
      ["'2026-01-23 12:00:00-01:30'", instantOfTextSql(v, 'UTC')],
      ["'2026-01-23 12:00:00 Europe/Berlin'", instantOfTextSql(v, 'UTC')],
      ["TIMESTAMP '2026-01-23 12:00:00'", instantOfLocalSql(v, 'Europe/Berlin')]
    ]
    const select = ([value, instant]: readonly [value: string, instant: string]) =>
      `SELECT epoch_us(${instant})::VARCHAR AS instant FROM (SELECT ${value} AS ${v}, ${others.join(', ')})`
    const rows = (await database.query(asked.map(select).join(' UNION ALL '))).rows()
    expect(rows.map(({ instant }) => instant)).toEqual([
      '1769166000000000',
      '1769175000000000',
      '1769166000000000',
      '1769166000000000'
    ])
  }
})
