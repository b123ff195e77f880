import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openStorage } from '#electron/storage/openStorage.ts'
import { check } from '#electron/commands/check.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { textSink } from '#test/support/textSink.ts'
import { add, logFile, metaData, protocol, writeLog, writeParquet, writeText } from '../delta/handMade.ts'

const database = await openDatabase()
afterAll(() => database.close())

const types: Readonly<Record<string, string>> = { event_timestamp: 'timestamp', origin_country: 'string', flight_phase: 'string', altitude_meters: 'double', velocity_kmh: 'double' }
const rows = "SELECT TIMESTAMPTZ '2026-01-23 12:00:00+00' AS event_timestamp, 'Malta' AS origin_country, 'CRUISE' AS flight_phase, 11000::DOUBLE AS altitude_meters, 800::DOUBLE AS velocity_kmh FROM range(3)"

const schemaOf = (columns: Readonly<Record<string, string>>) => metaData(Object.entries(columns).map(([name, type]) => ({ name, type })))

/** A silver table of two files, in a folder of its own. */
async function writeSilver(columns = types, select = rows): Promise<string> {
  const silver = join(temporaryFolder('check'), 'silver')
  await writeParquet(database, silver, 'a.parquet', select)
  await writeParquet(database, silver, 'b.parquet', select)
  writeLog(silver, [[protocol(), schemaOf(columns)], [add('a.parquet', { size: 1000 })], [add('b.parquet', { size: 234, modificationTime: 2 })]])
  return silver
}

interface Checked {
  readonly lines: readonly string[]
  readonly fault: string | undefined
}

/** What it says of a table, `SILVER` for the table's path. */
async function checked(silver: string, settings: Readonly<Record<string, unknown>> = {}, others: Readonly<Record<string, unknown>> = {}): Promise<Checked> {
  const sink = textSink()
  const pipeline = parsePipeline({ silver: { uri: silver, ...settings }, gold: { uri: '/gold' }, checkpoints: { uri: '/checkpoints' }, ...others }, 'p.json')
  const fault = await check(pipeline, openStorage, sink.stream).then(
    () => undefined,
    (error: unknown) => (error as Error).message
  )
  const named = (text: string) => text.replaceAll(silver, 'SILVER')
  return { lines: named(sink.text()).split('\n').slice(0, -1), fault: fault === undefined ? undefined : named(fault) }
}

const matched = '✓ Columns match: event_timestamp timestamp, flight_phase string, altitude_meters double, velocity_kmh double, origin_country string'

describe('contrail check', () => {
  test('ticks five steps of a Delta table', async () => {
    expect(await checked(await writeSilver())).toEqual({
      lines: ['✓ Reachable: SILVER', '✓ Listable: a folder with a Delta log', '✓ Delta log read: 2 files, 1234 bytes', matched, '✓ One file decoded: a.parquet, 3 rows'],
      fault: undefined
    })
  })

  test('ticks five steps of a folder of Parquet files', async () => {
    const silver = await writeSilver()
    rmSync(join(silver, '_delta_log'), { recursive: true })
    const { lines, fault } = await checked(silver)
    expect([lines.map((line) => line.replace(/\d+ bytes/, 'N bytes')), fault]).toEqual([
      ['✓ Reachable: SILVER', '✓ Listable: a folder without a Delta log', '✓ Parquet files read: 2 files, N bytes', matched, '✓ One file decoded: a.parquet, 3 rows'],
      undefined
    ])
  })

  test('warns of a table without files, and ticks nothing that it did not do', async () => {
    const silver = temporaryFolder('check')
    writeLog(silver, [[protocol(), schemaOf(types)]])
    expect(await checked(silver)).toEqual({
      lines: ['✓ Reachable: SILVER', '✓ Listable: a folder with a Delta log', '✓ Delta log read: 0 files, 0 bytes', matched, '! One file decoded: the table has no data file yet; a run would write empty gold tables'],
      fault: undefined
    })
  })

  test('looks at the columns that the queries need, mapped ones too', async () => {
    const { altitude_meters: _, ...others } = types
    const silver = await writeSilver({ ...others, altitude_feet: 'integer', spare: 'string' }, rows.replace('11000::DOUBLE AS altitude_meters', "36089 AS altitude_feet, 'x' AS spare"))
    expect(await checked(silver, { columns: { altitude_meters: { from: 'ALTITUDE_FEET', factor: 0.3048 } } })).toMatchObject({
      lines: [expect.anything(), expect.anything(), expect.anything(), matched, '✓ One file decoded: a.parquet, 3 rows'],
      fault: undefined
    })
  })

  test('looks only at the columns of the query that runs', async () => {
    const { origin_country: _, ...others } = types
    const silver = await writeSilver(others)
    expect([(await checked(silver, {}, { queries: { flight_phase_counts: {} } })).lines[3], (await checked(silver)).lines[3]]).toEqual([
      '✓ Columns match: event_timestamp timestamp, flight_phase string, altitude_meters double, velocity_kmh double',
      '✗ Columns match'
    ])
  })
})

describe('contrail check stops at the first step that fails', () => {
  test('Reachable, when nothing is there, or a file', async () => {
    const folder = temporaryFolder('check')
    writeFileSync(join(folder, 'file'), '')
    expect([await checked(join(folder, 'none')), await checked(join(folder, 'file'))]).toEqual([
      { lines: ['✗ Reachable'], fault: '[DELTA_SCHEMA_NOT_SET] SILVER is not there: check the path' },
      { lines: ['✗ Reachable'], fault: '[DELTA_SCHEMA_NOT_SET] SILVER is a file: give the folder that holds the table' }
    ])
  })

  test('Delta log read, when the log is empty or broken', async () => {
    const [empty, broken] = [temporaryFolder('check'), temporaryFolder('check')]
    mkdirSync(join(empty, '_delta_log'))
    writeText(broken, logFile(0), '{"metaData": ')
    const [none, bad] = [await checked(empty), await checked(broken)]
    expect([none.lines, bad.lines]).toEqual([none, bad].map(() => ['✓ Reachable: SILVER', '✓ Listable: a folder with a Delta log', '✗ Delta log read']))
    expect([none.fault, bad.fault]).toEqual([expect.stringMatching(/^\[DELTA_SCHEMA_NOT_SET\] .*SILVER/), expect.stringMatching(/00000000000000000000\.json/)])
  })

  test('Parquet files read, when the folder is empty', async () => {
    expect(await checked(temporaryFolder('check'))).toEqual({
      lines: ['✓ Reachable: SILVER', '✓ Listable: a folder without a Delta log', '✗ Parquet files read'],
      fault: '[DELTA_SCHEMA_NOT_SET] SILVER is not there, or is empty: check silver.uri'
    })
  })

  test('Columns match, when one is missing or of a wrong type', async () => {
    const { velocity_kmh: _, ...others } = types
    const missing = await checked(await writeSilver({ ...others, velocity: 'double' }, rows.replace('velocity_kmh', 'velocity')))
    const wrong = await checked(await writeSilver({ ...types, velocity_kmh: 'boolean' }, rows.replace('800::DOUBLE', 'true')))
    expect([missing.lines.slice(3), missing.fault, wrong.lines.at(-1), wrong.fault]).toEqual([
      [
        '✗ Columns match',
        'Other columns could stand for those that are missing:',
        '  velocity_kmh is velocity. 800 to 800 km/h, like other flight data.',
        'To use it, for a check and for a run:',
        "  --column 'velocity_kmh=velocity'"
      ],
      '[UNRESOLVED_COLUMN.WITH_SUGGESTION] flight_phase_counts needs a column velocity_kmh, and SILVER has none. It has: event_timestamp, origin_country, flight_phase, altitude_meters, velocity. Map another one to it with silver.columns, as in {"velocity_kmh": {"from": "..."}}',
      '✗ Columns match',
      'column velocity_kmh of SILVER is boolean; flight_phase_counts measures it and needs a number (byte to long, float, double, decimal) or a string that holds one'
    ])
  })

  test('One file decoded, when the first is no Parquet, or is gone', async () => {
    const [damaged, gone] = [await writeSilver(), await writeSilver()]
    writeFileSync(join(damaged, 'a.parquet'), 'PAR1 and then nothing')
    rmSync(join(gone, 'a.parquet'))
    const [bad, none] = [await checked(damaged), await checked(gone)]
    expect([bad.lines.slice(3), none.lines.slice(3)]).toEqual([bad, none].map(() => [matched, '✗ One file decoded']))
    expect([bad.fault, none.fault]).toEqual([expect.stringMatching(/SILVER\/a\.parquet.* is not a whole Parquet file/), expect.stringMatching(/SILVER\/a\.parquet.* is not there/)])
  })
})

describe('What a mapping makes of the values in one file is told by the check', () => {
  const time = (sql: string) => rows.replace("TIMESTAMPTZ '2026-01-23 12:00:00+00' AS event_timestamp", `${sql} AS seen`).replace('range(3)', 'range(3) t(i)')
  const seen = async (sql: string, type: string, origin: object) => {
    const { event_timestamp: _, ...others } = types
    return checked(await writeSilver({ seen: type, ...others }, time(sql)), { columns: { event_timestamp: { from: 'seen', ...origin } } })
  }
  const after = ({ lines, fault }: Checked) => [...lines.slice(4), fault]

  test('the span of a time', async () => {
    expect(after(await seen('1769169600 + i', 'long', { as: 'epoch seconds' }))).toEqual(['✓ One file decoded: a.parquet, 3 rows', '✓ event_timestamp runs from 2026-01-23 12:00:00+00 to 2026-01-23 12:00:02+00.', undefined])
    // Milliseconds that are read as seconds are no time in range, or one that nobody takes for right.
    expect(after(await seen('1769169600000 + i', 'long', { as: 'epoch seconds' }))[1]).toMatch(/^✓ event_timestamp runs from 58032-/)
  })

  test('values that are no time, with an example', async () => {
    expect(after(await seen("CASE i WHEN 1 THEN 'T12:05' ELSE '2026-01-23 12:0' || i END", 'string', { as: 'ISO text' })).slice(1)).toEqual([
      '✓ event_timestamp runs from 2026-01-23 12:00:00+00 to 2026-01-23 12:02:00+00.',
      '! 1 of 3 values of seen as ISO text in UTC is no time, as "T12:05": such rows count for no window.',
      undefined
    ])
  })

  test.each([
    ['text in another form', "'23.01.2026 12:0' || i", 'string', { as: 'ISO text' }, '"23.01.2026 12:00"'],
    ['numbers beyond all times', "9e18 + i", 'double', { as: 'epoch seconds' }, '"9e+18"'],
    ['text that holds no number', "'\u001b[31m' || i", 'string', { as: 'epoch seconds' }, '"\\u001b[31m0"']
  ])('a time of which nothing comes fails: %s', async (_, sql, type, origin, example) => {
    const { lines, fault } = await seen(sql, type, origin)
    expect([lines.at(-1), fault]).toEqual(['✗ One file decoded', expect.stringContaining(`no value in a.parquet is a time as silver.columns.event_timestamp reads it, seen as ${origin.as}`)])
    expect(fault).toContain(`${example} is none, for instance; map it in another form, or from another column`)
  })

  test('a time that is null throughout is not blamed on the mapping', async () => {
    expect(after(await seen('NULL::BIGINT', 'long', { as: 'epoch seconds' }))).toEqual(['✓ One file decoded: a.parquet, 3 rows', undefined])
  })

  test('values that are no number, as a warning where that is all of them', async () => {
    const altitude = async (sql: string) => {
      const { altitude_meters: _, ...others } = types
      const silver = await writeSilver({ ...others, alt_baro: 'string' }, rows.replace('11000::DOUBLE AS altitude_meters', `${sql} AS alt_baro`).replace('range(3)', 'range(3) t(i)'))
      return after(await checked(silver, { columns: { altitude_meters: { from: 'alt_baro', factor: 0.3048 } } })).slice(1)
    }
    expect([await altitude("'36000'"), await altitude("CASE i WHEN 0 THEN 'ground' ELSE '36000' END"), await altitude("'1_000'")]).toEqual([
      [undefined],
      ['✓ altitude_meters is empty for 1 of 3 values of alt_baro × 0.3048, as "ground".', undefined],
      ['! altitude_meters is empty for 3 of 3 values of alt_baro × 0.3048, as "1_000".', undefined]
    ])
  })
})

test('contrail check ends with 0 or 1, and writes nothing', async () => {
  const silver = await writeSilver()
  const good = await contrail(['check', '--silver', silver], { cwd: join(silver, '..') })
  writeFileSync(join(silver, 'a.parquet'), 'no')
  const bad = await contrail(['check', '--silver', silver], { cwd: join(silver, '..') })
  expect([good.code, good.stderr, bad.code, bad.stdout.split('\n').at(-2)]).toEqual([0, '', 1, '✗ One file decoded'])
  expect(bad.stderr).toMatch(/^contrail: [^\n]+\n$/)
})
