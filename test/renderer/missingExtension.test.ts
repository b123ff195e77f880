import { beforeAll, describe, expect, test } from 'vitest'
import { sqlFault } from '#renderer/duckdb/sqlFault.ts'
import { zoneOffsets } from '#shared/query/zoneOffsets.ts'
import { openWasm, type Wasm } from '#test/support/wasm.ts'

let wasm: Wasm
beforeAll(async () => {
  wasm = await openWasm()
  wasm.query("CREATE TABLE t AS SELECT TIMESTAMP '2026-01-23 12:05:00' AS window_start, 'France' AS origin_country")
})

/** "line:column message" of a statement that fails. */
function faultOf(sql: string): string {
  try {
    wasm.query('BEGIN TRANSACTION READ ONLY')
    wasm.parts(sql)
  } catch (error) {
    const { message, place } = sqlFault(sql, error instanceof Error ? error.message : String(error))
    return `${place ? `${place.line}:${place.column} ` : ''}${message}`
  } finally {
    wasm.query('ROLLBACK')
  }
  throw new Error(`${sql} is right`)
}

const icu = 'part of an extension (icu), and the console loads none'
const noZone = `There is no AT TIME ZONE here: it is ${icu}. All times here are in UTC`
const elsewhere = 'contrail export --where knows time zones.'

describe('a time zone is said to be missing, and how the same is written', () => {
  test.each([
    [
      "SELECT window_start AT TIME ZONE 'America/New_York' FROM t",
      `1:21 ${noZone}: for America/New_York write window_start - INTERVAL 5 HOUR in January, and window_start - INTERVAL 4 HOUR in July; ${elsewhere}`
    ],
    [
      "SELECT *\nFROM t\nWHERE window_start at  time\nzone 'Europe/Paris' > '2026-01-01'",
      `3:20 ${noZone}: for Europe/Paris write window_start + INTERVAL 1 HOUR in January, and window_start + INTERVAL 2 HOUR in July; ${elsewhere}`
    ],
    [
      "SELECT timezone('Asia/Kolkata', window_start) FROM t",
      `1:8 ${noZone}: for Asia/Kolkata write window_start + INTERVAL 330 MINUTE; ${elsewhere}`
    ],
    [
      "SELECT window_start AT TIME ZONE '+02:00' FROM t",
      `1:21 ${noZone}: for +02:00 write window_start + INTERVAL 2 HOUR; ${elsewhere}`
    ],
    ["SELECT window_start AT TIME ZONE 'UTC' FROM t", `1:21 ${noZone}: leave it out.`],
    [
      "SELECT window_start AT TIME ZONE 'Mars/Olympus' FROM t",
      `1:21 ${noZone}: add the offset, as in window_start + INTERVAL 2 HOUR, or - INTERVAL 5 HOUR west of Greenwich; ${elsewhere}`
    ],
    [
      'SELECT window_start AT TIME ZONE origin_country FROM t',
      `1:21 ${noZone}: add the offset, as in window_start + INTERVAL 2 HOUR, or - INTERVAL 5 HOUR west of Greenwich; ${elsewhere}`
    ],
    [
      "SELECT 'AT TIME ZONE' /* at time zone */, window_start AT TIME ZONE 'UTC' FROM t",
      `1:56 ${noZone}: leave it out.`
    ]
  ])('%j', (sql, says) => expect(faultOf(sql)).toBe(says))

  test.each([
    ["SELECT date_trunc('hour', now())", '1:8 Date_trunc'],
    ['SELECT extract(hour FROM now())', '1:8 Extract'],
    ['SELECT age(now(), now())', '1:8 Age'],
    ["SELECT date_diff('hour', now(), now())", '1:8 Date_diff'],
    ['SELECT time_bucket(INTERVAL 1 HOUR, now())', '1:8 Time_bucket'],
    ['SELECT now() - INTERVAL 1 HOUR', '1:14 -'],
    ["SELECT strftime(now(), '%H')", '1:8 Strftime']
  ])('%s works on times without a zone', (sql, name) => {
    expect(faultOf(sql).toLowerCase()).toBe(
      `${name} of a time with a zone (TIMESTAMPTZ, as now() gives) is ${icu}. Make it a time in UTC first, as in now()::TIMESTAMP.`.toLowerCase()
    )
    expect(wasm.parts(sql.replaceAll('now()', 'now()::TIMESTAMP')).length).toBeGreaterThan(0)
  })

  test('a text that names a zone', () => {
    expect(faultOf("SELECT TIMESTAMPTZ '2026-01-23 12:05:00 America/New_York'")).toBe(
      `1:21 The time "2026-01-23 12:05:00 America/New_York" names a time zone: that is ${icu}. Write its offset instead, as in TIMESTAMPTZ '2026-01-23 12:05:00-05:00'.`
    )
  })

  test('what the messages propose runs here', () => {
    for (const expression of [
      'window_start + INTERVAL 2 HOUR',
      'window_start - INTERVAL 5 HOUR',
      'window_start + INTERVAL 330 MINUTE',
      'now()::TIMESTAMP',
      'now()::TIMESTAMP::DATE',
      'now()::TIMESTAMP::TIME',
      'make_timestamp(2026, 1, 23, 12, 5, 0)',
      "TIMESTAMPTZ '2026-01-23 12:05:00-05:00'",
      'regexp_extract(\'{"name":"a"}\', \'"name":"([^"]*)"\', 1)',
      "{'name': origin_country}",
      'degrees(2 * asin(sqrt(sin(radians(1)) * cos(radians(1)))))',
      "origin_country ILIKE '%ran%'",
      "regexp_matches(origin_country, 'an')",
      "jaro_winkler_similarity(origin_country, 'Franc')",
      'array_distance([1, 2]::FLOAT[2], [1, 2]::FLOAT[2])',
      "string_split('1.2.3.4', '.')",
      'epoch_ms(window_start)',
      'epoch_ms(0)'
    ]) {
      expect([expression, wasm.parts(`SELECT ${expression} FROM t`).length > 0]).toEqual([expression, true])
    }
    for (const collation of ['NOCASE', 'NOACCENT'])
      expect(
        wasm.parts(`SELECT origin_country FROM t ORDER BY origin_country COLLATE ${collation}`).length
      ).toBeGreaterThan(0)
  })
})

describe('every extension that DuckDB would fetch is named, with what does the same', () => {
  const files = 'No other files or addresses are read here.'
  test.each([
    [
      'SELECT current_date',
      `1:8 There is no function current_date here: it is ${icu}. Write now()::TIMESTAMP::DATE, in UTC.`
    ],
    [
      'SELECT current_time',
      `1:8 There is no function get_current_time here: it is ${icu}. Write now()::TIMESTAMP::TIME, in UTC.`
    ],
    [
      'SELECT localtimestamp',
      `1:8 There is no function current_localtimestamp here: it is ${icu}. Write now()::TIMESTAMP, in UTC.`
    ],
    [
      'SELECT make_timestamptz(2026, 1, 1, 1, 1, 1)',
      `1:8 There is no function make_timestamptz here: it is ${icu}. Write make_timestamp(year, month, day, hour, minute, second), in UTC.`
    ],
    [
      'SELECT origin_country FROM t ORDER BY origin_country COLLATE de',
      `1:62 There is no collation de here: it is ${icu}. Sort by COLLATE NOCASE or COLLATE NOACCENT, which are built in.`
    ],
    [
      "SELECT current_setting('TimeZone')",
      `There is no setting timezone here: it is ${icu}. All times here are in UTC.`
    ],
    ['FROM pg_timezone_names()', `1:6 There is no function pg_timezone_names here: it is ${icu}.`],
    [
      "SELECT '{}'->>'a'",
      '1:12 There is no operator ->> here: it is part of an extension (json), and the console loads none. Take a text apart with regexp_extract(text, \'"name":"([^"]*)"\', 1), and put values together with a struct, as in {\'name\': key}.'
    ],
    ["SELECT json_object('a', 1)", /^1:8 There is no function json_object here: it is part of an extension \(json\)/],
    ["SELECT '{}'::JSON", /^1:14 There is no type JSON here: it is part of an extension \(json\)/],
    [
      'SELECT ST_Point(1, 2)',
      '1:8 There is no function st_point here: it is part of an extension (spatial), and the console loads none. Distances can be computed from latitude and longitude with radians, sin, cos and asin.'
    ],
    ["SELECT 'POINT(1 2)'::GEOMETRY", /^1:22 There is no type GEOMETRY here: it is part of an extension \(spatial\)/],
    [
      "SELECT stem('running', 'english')",
      "1:8 There is no function stem here: it is part of an extension (fts), and the console loads none. Search a text with ILIKE '%word%', regexp_matches or jaro_winkler_similarity."
    ],
    [
      "SELECT '1.2.3.4'::INET",
      /\(inet\), and the console loads none\. Take an address apart with string_split\(text, '\.'\)\.$/
    ],
    ['FROM vss_match(a, b, c)', /\(vss\), and the console loads none\. Distances of vectors are built in/],
    [
      "FROM read_xlsx('a.xlsx')",
      `1:6 There is no function read_xlsx here: it is part of an extension (excel), and the console loads none. ${files}`
    ],
    [
      "FROM read_parquet('a.parquet')",
      `1:6 There is no function read_parquet here: it is part of an extension (parquet), and the console loads none. ${files}`
    ],
    ["FROM sqlite_scan('a', 'b')", new RegExp(`\\(sqlite_scanner\\), and the console loads none\\. ${files}$`)],
    ["FROM postgres_scan('a', 'b', 'c')", /\(postgres_scanner\)/],
    ["FROM iceberg_scan('x')", /\(iceberg\)/],
    ["FROM delta_scan('x')", /\(delta\)/],
    ["FROM read_avro('x')", /\(avro\)/],
    ['FROM load_aws_credentials()', /\(aws\)/],
    [
      'FROM dbgen(sf = 1)',
      '1:6 There is no function dbgen here: it is part of an extension (tpch), and the console loads none.'
    ],
    [
      "FROM sql_auto_complete('SEL')",
      /^1:6 There is no function sql_auto_complete here: it is part of an extension \(autocomplete\)/
    ]
  ])('%s', (sql, says) => {
    const said = faultOf(sql)
    if (typeof says === 'string') expect(said).toBe(says)
    else expect(said).toMatch(says)
    expect(said).not.toMatch(/INSTALL|LOAD |autoload|automatically/)
  })
})

test.each([
  ['America/New_York', -300, -240],
  ['Europe/London', 0, 60],
  ['Australia/Sydney', 660, 600],
  ['Asia/Kathmandu', 345, 345],
  ['-0330', -210, -210],
  ['UTC+5', 300, 300]
])('%s is known', (zone, january, july) => {
  expect(zoneOffsets(zone)).toEqual({ january, july })
})

test.each(['Mars/Olympus', '', '+2:', 'a b'])('%j is no zone', (zone) => expect(zoneOffsets(zone)).toBe(undefined))
