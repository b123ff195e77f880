import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { checkSource } from '#electron/host/checkSource.ts'
import { makeSample } from '#electron/sample/makeSample.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import type { CheckReport, ColumnCheck } from '#shared/contract/source.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { add, logFile, metaData, protocol, writeLog, writeParquet, writeText } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const database = await openDatabase()
afterAll(() => database.close())

/** Each column with its Delta type and an SQL value. */
type Columns = Readonly<Record<string, readonly [type: unknown, sql: string]>>

const good: Columns = {
  event_timestamp: ['timestamp', "TIMESTAMPTZ '2026-01-23 12:00:00+00' + to_seconds(i)"],
  origin_country: ['string', "'Malta'"],
  flight_phase: ['string', "'CRUISE'"],
  altitude_meters: ['double', '11000.5::DOUBLE'],
  velocity_kmh: ['double', '800.25::DOUBLE'],
  icao24: ['string', "'4d0001'"]
}

const without = (...names: readonly string[]): Columns => Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)))
const selectOf = (columns: Columns) => `SELECT ${Object.entries(columns).map(([name, [, sql]]) => `${sql} AS "${name}"`).join(', ')} FROM range(5) t(i)`

async function deltaTable(columns: Columns): Promise<string> {
  const silver = join(temporaryFolder('source'), 'silver')
  await writeParquet(database, silver, 'a.parquet', selectOf(columns))
  writeLog(silver, [[protocol(), metaData(Object.entries(columns).map(([name, [type]]) => ({ name, type })))], [add('a.parquet', { size: 1500 })]])
  return silver
}

/** Files that have not been touched for a while: they need not be waited for. */
function settle(folder: string): void {
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1_750_000_000, 1_750_000_000)
}

async function parquetFolder(columns: Columns): Promise<string> {
  const silver = join(temporaryFolder('source'), 'silver')
  await writeParquet(database, silver, 'a.parquet', selectOf(columns))
  settle(silver)
  return silver
}

const check = (silver: string, mapping: ColumnMapping = {}) => checkSource(silver, mapping, { database, openStorage })

/** Steps as "name: state", and the text of the last one that was done; `SILVER` for the path. */
function told(report: CheckReport, silver: string): { steps: string[]; text: string | undefined } {
  const last = report.steps.findLast((step) => step.state !== 'waiting')
  return { steps: report.steps.map((step) => `${step.name}: ${step.state}`), text: last?.text.replaceAll(silver, 'SILVER') }
}

function columnOf(report: CheckReport, name: string): ColumnCheck {
  const column = report.columns.find((candidate) => candidate.name === name)
  if (!column) throw new Error(`the report has no column ${name}`)
  return column
}

describe('a source that can be read', () => {
  test('passes five steps, as a Delta table', async () => {
    const silver = await deltaTable(good)
    const report = await check(silver)
    expect(report).toMatchObject({ path: silver, format: 'delta', files: 1, bytes: 1500, version: 1, ready: true, mapping: {} })
    expect(report.steps).toEqual([
      { name: 'Reachable', state: 'passed', text: 'The folder is there.' },
      { name: 'Listable', state: 'passed', text: 'A folder with a Delta log.' },
      { name: 'Delta log read', state: 'passed', text: 'Version 1, 1 live file, 1.5 kB, no deletion vectors.' },
      { name: 'Columns match', state: 'passed', text: 'All 5 columns that the queries need are there.' },
      { name: 'One file decoded', state: 'passed', text: 'a.parquet: 5 rows.' }
    ])
  })

  test('passes five steps, as a folder of Parquet files', async () => {
    const silver = await parquetFolder(good)
    const report = await check(silver)
    expect([report.format, report.version, report.ready, told(report, silver).steps]).toEqual([
      'parquet',
      null,
      true,
      ['Reachable: passed', 'Listable: passed', 'Parquet files read: passed', 'Columns match: passed', 'One file decoded: passed']
    ])
  })

  test('lists the columns in use with what is expected and who uses them, then the others', async () => {
    const { columns } = await check(await deltaTable({ ...without('velocity_kmh'), Velocity_KMH: ['float', '800::FLOAT'] }))
    expect(columns.map(({ name, expected, found, usedBy, state }) => [name, expected, found, usedBy.join(), state])).toEqual([
      ['event_timestamp', 'timestamp', 'timestamp', 'flight_phase_counts,anomaly_alerts', 'matches'],
      ['flight_phase', 'string', 'string', 'flight_phase_counts', 'matches'],
      ['altitude_meters', 'double', 'double', 'flight_phase_counts,anomaly_alerts', 'matches'],
      ['velocity_kmh', 'double', 'Velocity_KMH, float', 'flight_phase_counts,anomaly_alerts', 'matches'],
      ['origin_country', 'string', 'string', 'anomaly_alerts', 'matches'],
      ['icao24', '', 'string', '', 'not used']
    ])
  })

  test('is the sample recording', async () => {
    const silver = join(temporaryFolder('source'), 'sample')
    await makeSample(openLocalStore(silver), { minutes: 2, rowsPerMinute: 60, seed: 1 })
    const report = await check(silver)
    expect([report.ready, report.files, report.version, report.columns.length, report.steps.at(-1)?.text]).toEqual([true, 2, 2, 22, expect.stringMatching(/^part-00000-.*: 60 rows\.$/)])
  })

  test('that has no data file yet is a warning, and no reason not to start', async () => {
    const silver = temporaryFolder('source')
    writeLog(silver, [[protocol(), metaData(Object.entries(good).map(([name, [type]]) => ({ name, type })))]])
    const report = await check(silver)
    expect([report.ready, report.steps.at(-1)]).toEqual([true, { name: 'One file decoded', state: 'warning', text: 'There is no data file yet. A run would write empty gold tables.' }])
  })

  test('that has an unfinished file among others is a warning that names it', async () => {
    const silver = await parquetFolder(good)
    writeFileSync(join(silver, 'b.parquet'), 'PAR1 and then nothing')
    settle(silver)
    const report = await check(silver)
    expect([report.ready, report.steps[2]?.state, report.steps[2]?.text.replaceAll(silver, 'SILVER'), report.steps[4]?.text]).toEqual([
      true,
      'warning',
      expect.stringMatching(/SILVER\/b\.parquet is not a whole Parquet file .*make a run that sets such files aside\.$/),
      'a.parquet: 5 rows.'
    ])
  })

  test('may hold columns that differ between files, where no query uses them', async () => {
    const silver = await parquetFolder(good)
    await writeParquet(database, silver, 'b.parquet', selectOf({ ...good, icao24: ['integer', '7'] }))
    settle(silver)
    expect((await check(silver)).ready).toBe(true)
  })
})

describe('the first step that fails says why, and the later ones wait', () => {
  const waiting = (...steps: readonly string[]) => steps.map((step) => `${step}: waiting`)

  test('Reachable: nothing there, a file, a place that is not supported, no path', async () => {
    const folder = temporaryFolder('source')
    writeFileSync(join(folder, 'file'), '')
    const reports = await Promise.all([join(folder, 'none'), join(folder, 'file'), 's3://bucket/silver', ' '].map((path) => check(path)))
    expect(reports.map((report) => told(report, folder).text)).toEqual([
      '[DELTA_SCHEMA_NOT_SET] SILVER/none is not there: check the path.',
      '[DELTA_SCHEMA_NOT_SET] SILVER/file is a file: give the folder that holds the table.',
      expect.stringContaining('s3://bucket/silver is a place on S3'),
      'The path of a folder is empty: give a path.'
    ])
    expect(reports.map((report) => [report.ready, report.format, told(report, folder).steps])).toEqual(
      reports.map(() => [false, null, ['Reachable: failed', ...waiting('Listable', 'Delta log read', 'Columns match', 'One file decoded')]])
    )
  })

  test('Parquet files read: an empty folder, and one without Parquet', async () => {
    const [empty, texts] = [temporaryFolder('source'), temporaryFolder('source')]
    writeFileSync(join(texts, 'readme.txt'), 'hello')
    expect([told(await check(empty), empty), told(await check(texts), texts).text]).toEqual([
      {
        steps: ['Reachable: passed', 'Listable: passed', 'Parquet files read: failed', ...waiting('Columns match', 'One file decoded')],
        text: '[DELTA_SCHEMA_NOT_SET] SILVER is empty: choose the folder of a Delta table, or one with Parquet files.'
      },
      '[DELTA_SCHEMA_NOT_SET] SILVER holds no Parquet file and no Delta log: choose the folder of a Delta table, or one with Parquet files.'
    ])
  })

  test('Parquet files read: the only file is damaged', async () => {
    const silver = await parquetFolder(good)
    writeFileSync(join(silver, 'a.parquet'), 'no Parquet at all')
    settle(silver)
    expect(told(await check(silver), silver)).toEqual({
      steps: ['Reachable: passed', 'Listable: passed', 'Parquet files read: failed', ...waiting('Columns match', 'One file decoded')],
      text: expect.stringMatching(/^SILVER\/a\.parquet is not a whole Parquet file/)
    })
  })

  test('Delta log read: the log is empty, or broken', async () => {
    const [empty, broken] = [temporaryFolder('source'), temporaryFolder('source')]
    mkdirSync(join(empty, '_delta_log'))
    writeText(broken, logFile(0), '{"metaData": ')
    expect([told(await check(empty), empty), told(await check(broken), broken).text]).toEqual([
      {
        steps: ['Reachable: passed', 'Listable: passed', 'Delta log read: failed', ...waiting('Columns match', 'One file decoded')],
        text: '[DELTA_SCHEMA_NOT_SET] SILVER holds a _delta_log without any commit: wait until its writer has made the first one, or choose another folder.'
      },
      expect.stringMatching(/^SILVER\/_delta_log\/0{20}\.json .*ends in the middle/)
    ])
  })

  test('Columns match: files differ in a column that is used', async () => {
    const silver = await parquetFolder(good)
    await writeParquet(database, silver, 'b.parquet', selectOf({ ...good, velocity_kmh: ['string', "'800'"] }))
    settle(silver)
    const { steps, text } = told(await check(silver), silver)
    expect([steps[3], text]).toEqual(['Columns match: failed', expect.stringMatching(/^Column velocity_kmh is .* files of one folder must agree/)])
  })

  test('Columns match: nothing could stand for a column', async () => {
    const silver = await deltaTable({ ...without('event_timestamp'), event_timestamp: ['string', "'2026'"] })
    const { steps, text } = told(await check(silver), silver)
    expect([steps[3], steps[4], text]).toEqual([
      'Columns match: failed',
      'One file decoded: waiting',
      '4 of 5 match. No column of these files can stand for event_timestamp (timestamp; it is string): write the files with that column, or choose another folder.'
    ])
  })

  test('One file decoded: it is damaged, or gone', async () => {
    const [damaged, gone] = [await deltaTable(good), await deltaTable(good)]
    writeFileSync(join(damaged, 'a.parquet'), 'PAR1 and then nothing')
    rmSync(join(gone, 'a.parquet'))
    expect([told(await check(damaged), damaged), told(await check(gone), gone)]).toMatchObject([
      { steps: { 3: 'Columns match: passed', 4: 'One file decoded: failed' }, text: expect.stringMatching(/^SILVER\/a\.parquet \(version 1\) is not a whole Parquet file/) as string },
      { steps: { 3: 'Columns match: passed', 4: 'One file decoded: failed' }, text: expect.stringMatching(/^SILVER\/a\.parquet \(version 1\) is not there any more/) as string }
    ])
  })
})

describe('columns that do not match need a decision', () => {
  const inMetres: Columns = {
    ...without('velocity_kmh'),
    velocity_change: ['double', 'i::DOUBLE'],
    velocity: ['double', '(84.65 * i)::DOUBLE'],
    longitude: ['double', '8.5::DOUBLE']
  }

  test('and the likeliest is offered first: the name, then the unit that the values speak of', async () => {
    const silver = await deltaTable(inMetres)
    const report = await check(silver)
    expect(told(report, silver)).toEqual({
      steps: ['Reachable: passed', 'Listable: passed', 'Delta log read: passed', 'Columns match: needs a decision', 'One file decoded: waiting'],
      text: '4 of 5 match. velocity_kmh, which both queries need, is missing: choose what stands for it.'
    })
    expect([report.ready, report.columns[0]]).toEqual([
      false,
      {
        name: 'velocity_kmh',
        expected: 'double',
        found: 'velocity, double',
        usedBy: ['flight_phase_counts', 'anomaly_alerts'],
        state: 'missing',
        candidates: [
          { from: 'velocity', type: 'double', factor: 3.6, min: 0, max: 338.6, reason: 'Gives 0 to 1,219 km/h, like other flight data.' },
          { from: 'velocity', type: 'double', factor: null, min: 0, max: 338.6, reason: 'Only right if the values really are km/h.' },
          expect.objectContaining({ from: 'velocity_change', factor: null }),
          { from: 'longitude', type: 'double', factor: null, min: 8.5, max: 8.5, reason: 'Only right if the values really are km/h.' },
          expect.objectContaining({ from: 'altitude_meters', factor: null })
        ]
      }
    ])
  })

  test('and a mapping that is given is one', async () => {
    const silver = await deltaTable(inMetres)
    const report = await check(silver, { velocity_kmh: { from: 'velocity', factor: 3.6 } })
    expect([report.ready, report.mapping, report.steps[3]?.text, report.steps[4]?.text, columnOf(report, 'velocity_kmh').found]).toEqual([
      true,
      { velocity_kmh: { from: 'velocity', factor: 3.6 } },
      'All 5 columns that the queries need are there. velocity_kmh is velocity × 3.6.',
      'a.parquet: 5 rows.',
      'velocity × 3.6, double'
    ])
  })

  test('in plain Parquet files too', async () => {
    const silver = await parquetFolder(inMetres)
    const report = await check(silver)
    expect([columnOf(report, 'velocity_kmh').candidates[0]?.factor, (await check(silver, { velocity_kmh: { from: 'velocity', factor: 3.6 } })).ready]).toEqual([3.6, true])
  })

  test('altitudes in feet, speeds in knots and km/h: by the values, or by the name', async () => {
    const first = async (columns: Columns, name: string) => {
      const [candidate] = columnOf(await check(await deltaTable(columns)), name).candidates
      return candidate && [candidate.from, candidate.factor, candidate.reason]
    }
    expect([
      await first({ ...without('altitude_meters'), baroAltitude: ['long', '10000 * i'] }, 'altitude_meters'),
      await first({ ...without('altitude_meters'), altitude: ['double', '(3000 * i)::DOUBLE'] }, 'altitude_meters'),
      await first({ ...without('velocity_kmh'), ground_speed_kt: ['integer', '(100 * i)::INTEGER'] }, 'velocity_kmh'),
      await first({ ...without('velocity_kmh'), gs: ['integer', '(120 * i)::INTEGER'] }, 'velocity_kmh'),
      await first({ ...without('velocity_kmh'), speed_kmh: ['decimal(5,1)', '(60.5 * i)::DECIMAL(5,1)'] }, 'velocity_kmh')
    ]).toEqual([
      ['baroAltitude', 0.3048, 'Gives 0 to 12,192 m, like other flight data.'],
      ['altitude', null, '0 to 12,000 m, like other flight data.'],
      ['ground_speed_kt', 1.852, 'Gives 0 to 740.8 km/h, like other flight data.'],
      ['gs', 1.852, 'Gives 0 to 889 km/h, like other flight data.'],
      ['speed_kmh', null, 'Only right if the values really are km/h.']
    ])
  })

  test('when a column is of a wrong type, or there twice', async () => {
    const wrong = await check(await deltaTable({ ...good, velocity_kmh: ['boolean', 'true'], speed: ['double', '700::DOUBLE'] }))
    const twice = await check(await parquetFolder({ ...without('flight_phase'), callsign: ['string', "'CT1'"], flightPhase: ['string', "'CRUISE'"] }))
    expect([wrong.steps[3], columnOf(wrong, 'velocity_kmh').state, columnOf(wrong, 'velocity_kmh').found, columnOf(wrong, 'velocity_kmh').candidates[0]?.from]).toEqual([
      { name: 'Columns match', state: 'needs a decision', text: '4 of 5 match. velocity_kmh, which both queries need, cannot be used as it is: choose what stands for it.' },
      'wrong type',
      'boolean',
      'speed'
    ])
    expect([columnOf(twice, 'flight_phase').found, columnOf(twice, 'flight_phase').candidates[0]]).toEqual([
      'flightPhase, string',
      { from: 'flightPhase', type: 'string', factor: null, min: null, max: null, reason: 'Only right if it holds the phase of each flight.' }
    ])
  })

  test('and one kept from before that fits no longer is left out, and said so', async () => {
    const silver = await deltaTable(good)
    const report = await check(silver, { velocity_kmh: { from: 'gone', factor: 3.6 } })
    expect([report.ready, report.mapping, report.steps[3]?.text]).toEqual([true, {}, 'All 5 columns that the queries need are there. The mapping kept for velocity_kmh no longer fits these files and was left out.'])
  })

  test('also where no file can be read: by the names alone', async () => {
    const silver = await deltaTable(inMetres)
    rmSync(join(silver, 'a.parquet'))
    const { candidates } = columnOf(await check(silver), 'velocity_kmh')
    expect(candidates.slice(0, 2)).toEqual([
      { from: 'velocity', type: 'double', factor: null, min: null, max: null, reason: 'Only right if the values really are km/h.' },
      { from: 'velocity', type: 'double', factor: 3.6, min: null, max: null, reason: 'Right if the values are metres per second.' }
    ])
  })
})

describe('a mapping in another form', () => {
  const received: Columns = {
    ...without('event_timestamp', 'flight_phase', 'altitude_meters', 'origin_country'),
    seen: ['string', "CASE i WHEN 4 THEN 'now' ELSE '2026-01-23T12:00:0' || i || 'Z' END"],
    alt_baro: ['string', "CASE i WHEN 0 THEN 'ground' ELSE '36000' END"],
    baro_rate: ['double', '0.0::DOUBLE']
  }
  const mapping: ColumnMapping = {
    event_timestamp: { from: 'SEEN', as: 'ISO text', zone: 'UTC' },
    altitude_meters: { from: 'alt_baro', factor: 0.3048 },
    flight_phase: { from: 'baro_rate', as: 'phase of flight', factor: 0.00508, onGround: 'alt_baro' },
    origin_country: { from: 'icao24', as: 'country of address' }
  }

  test('matches, with what it is made of, and says what it makes of the values', async () => {
    const report = await check(await deltaTable(received), mapping)
    expect([report.ready, report.mapping]).toEqual([true, mapping])
    expect(['event_timestamp', 'altitude_meters', 'flight_phase', 'origin_country'].map((name) => columnOf(report, name)).map(({ state, found }) => [state, found])).toEqual([
      ['matches', 'seen as ISO text in UTC, string'],
      ['matches', 'alt_baro × 0.3048, string'],
      ['matches', 'baro_rate × 0.00508 as phase of flight, on the ground by alt_baro, double'],
      ['matches', 'icao24 as country of address, string']
    ])
    expect(report.columns.filter(({ state }) => state === 'not used')).toEqual([])
    expect(report.steps.at(-1)).toEqual({
      name: 'One file decoded',
      state: 'warning',
      text: 'a.parquet: 5 rows. event_timestamp runs from 2026-01-23 12:00:00+00 to 2026-01-23 12:00:03+00. 1 of 5 values of seen as ISO text in UTC is no time, as "now": such rows count for no window. altitude_meters is empty for 1 of 5 values of alt_baro × 0.3048, as "ground".'
    })
  })

  test('that no longer fits is left out, and so is what is made of it', async () => {
    const { alt_baro: _, ...others } = received
    const report = await check(await deltaTable(others), mapping)
    expect([report.ready, Object.keys(report.mapping), report.steps[3]?.text]).toEqual([
      false,
      ['event_timestamp', 'origin_country'],
      expect.stringContaining('The mapping kept for altitude_meters, flight_phase no longer fits these files and was left out.')
    ])
  })

  test('under which the time has another type does not fit any more', async () => {
    const report = await check(await deltaTable({ ...received, seen: ['double', '1769169600.5::DOUBLE'] }), mapping)
    expect([report.ready, report.mapping.event_timestamp, columnOf(report, 'event_timestamp').state]).toEqual([false, undefined, 'missing'])
  })

  test('of which no time comes fails the last step', async () => {
    const report = await check(await deltaTable({ ...received, seen: ['string', "'12:00:0' || i"] }), mapping)
    expect([report.ready, report.steps.at(-1)?.state, report.steps.at(-1)?.text]).toEqual([
      false,
      'failed',
      'No value in a.parquet is a time as silver.columns.event_timestamp reads it, seen as ISO text in UTC: "12:00:00" is none, for instance; map it in another form, or from another column.'
    ])
  })
})
