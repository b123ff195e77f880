import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readStream } from '#shared/arrow/readStream.ts'
import type { WhatIfAnswer } from '#shared/contract/whatIf.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { checkSource } from '#electron/host/checkSource.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { openTableScan } from '#electron/delta/deltaTable.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { isState, openTestHost } from '#test/support/hosts.ts'
import { now, touch } from '#test/support/parquetStory.ts'
import { phases, progressOf, runIn, runWhole, warningsOf, type Settings } from '#test/support/runIn.ts'
import { storyClock } from '#test/support/storyClock.ts'

const database = await openDatabase()
afterAll(() => database.close())

/** Columns of a row of silver, as SQL. */
const row = {
  event_timestamp: "TIMESTAMPTZ '2026-01-23 12:00:00+00'",
  flight_phase: "'CRUISE'",
  origin_country: "'Malta'",
  altitude_meters: '10000::DOUBLE',
  velocity_kmh: '800::DOUBLE'
}

/** A file with one row: without some columns, and with others. */
async function place(
  folder: string,
  path: string,
  others: Readonly<Record<string, string | undefined>> = {},
  minutes = 5
): Promise<void> {
  const columns = Object.entries({ ...row, ...others }).flatMap(([name, sql]) =>
    sql === undefined ? [] : [`${sql} AS "${name}"`]
  )
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  await database.run(`COPY (SELECT ${columns.join(', ')}) TO ${quoteLiteral(join(folder, path))} (FORMAT PARQUET)`)
  touch(folder, path, minutes)
}

async function goldOf(folder: string, table: string, columns: string): Promise<Record<string, unknown>[]> {
  const scan = await openTableScan(openLocalStore(join(folder, 'gold', table)), {}, database)
  return (await database.query(`SELECT DISTINCT ${columns} FROM (${scan.sql}) ORDER BY ALL`)).rows()
}

/** Rows that close the windows of the others, in a folder of their own. */
const later = { event_timestamp: "TIMESTAMPTZ '2026-01-23 13:00:00+00'" }
const noCountry = { origin_country: undefined }
const noPhase = { flight_phase: undefined }

describe('O12 a column that folders name', () => {
  test('is the key of a query, decoded as Spark decodes it, and null where the folder says so', async () => {
    const folder = temporaryFolder('key')
    for (const name of ['France', 'Korea%2C Republic of', '__HIVE_DEFAULT_PARTITION__', 'C%C3%B4te'])
      await place(folder, `silver/origin_country=${name}/a.parquet`, noCountry)
    await place(folder, 'silver/origin_country=Zulu/z.parquet', { ...noCountry, ...later }, 4)
    const outing = await runWhole(folder, database)
    expect((await goldOf(folder, 'anomaly_alerts', 'origin_country')).map((gold) => gold.origin_country)).toEqual([
      'CÃ´te',
      'France',
      'Korea, Republic of',
      null
    ])
    expect(warningsOf(outing)).toEqual([
      'the folder origin_country=C%C3%B4te is read as "CÃ´te", as Spark has it, which takes each percent code for one character: rename it if "Côte" is meant'
    ])
  })

  test('is a key with the type that Spark infers for all of its folders', async () => {
    const folder = temporaryFolder('typed')
    for (const name of ['1', '007', '3000000000']) await place(folder, `silver/flight_phase=${name}/a.parquet`, noPhase)
    await place(folder, 'silver/flight_phase=9/z.parquet', { ...noPhase, ...later }, 4)
    await runWhole(folder, database, { queries: phases })
    expect(
      await goldOf(folder, 'flight_phase_counts', 'flight_phase::VARCHAR AS phase, typeof(flight_phase) AS type')
    ).toEqual([
      { phase: '1', type: 'BIGINT' },
      { phase: '3000000000', type: 'BIGINT' },
      { phase: '7', type: 'BIGINT' }
    ])
  })

  test('is a measure, and is mapped to one', async () => {
    const folder = temporaryFolder('measure')
    const noMeasures = { altitude_meters: undefined, velocity_kmh: undefined }
    for (const [altitude, feet] of [
      ['-500', '100'],
      ['11000.5', '36089'],
      ['__HIVE_DEFAULT_PARTITION__', '1']
    ])
      await place(folder, `silver/altitude_meters=${altitude}/Speed=${feet}/a.parquet`, noMeasures)
    await place(folder, 'silver/altitude_meters=1/Speed=1/z.parquet', { ...noMeasures, ...later }, 4)
    await runWhole(folder, database, { silver: { columns: { velocity_kmh: { from: 'speed', factor: 3.6 } } } })
    expect(
      await goldOf(folder, 'anomaly_alerts', 'altitude_anomalies::INTEGER AS a, velocity_anomalies::INTEGER AS v')
    ).toEqual([{ a: 1, v: 1 }])
    expect(await goldOf(folder, 'flight_phase_counts', 'avg_altitude, avg_velocity')).toEqual([
      { avg_altitude: 5250.25, avg_velocity: expect.closeTo(((100 + 36089 + 1) * 3.6) / 3) as number }
    ])
  })

  test('is the event time, in UTC', async () => {
    const folder = temporaryFolder('time')
    const noTime = { event_timestamp: undefined }
    await place(folder, 'silver/event_timestamp=2026-01-23 12%3A00%3A30.5/a.parquet', noTime)
    await place(folder, 'silver/event_timestamp=2026-01-23/a.parquet', noTime)
    await place(folder, 'silver/event_timestamp=2026-01-24/z.parquet', noTime, 4)
    await runWhole(folder, database, { queries: phases })
    expect((await goldOf(folder, 'flight_phase_counts', 'epoch(window_start)::DOUBLE AS s')).map(({ s }) => s)).toEqual(
      [Date.UTC(2026, 0, 23) / 1000, Date.UTC(2026, 0, 23, 12) / 1000]
    )
  })

  test('replaces the same column of the file, whatever its type there and its case', async () => {
    const folder = temporaryFolder('both')
    await place(folder, 'silver/FLIGHT_PHASE=taxi/a.parquet', { flight_phase: '7::BIGINT' })
    await place(folder, 'silver/flight_phase=ground/a.parquet', noPhase)
    await place(folder, 'silver/flight_phase=end/z.parquet', later, 4)
    await runWhole(folder, database, { queries: phases })
    expect((await goldOf(folder, 'flight_phase_counts', 'flight_phase')).map((gold) => gold.flight_phase)).toEqual([
      'ground',
      'taxi'
    ])
  })

  test('may be one that no query uses, all null or of several types', async () => {
    const folder = temporaryFolder('unused')
    for (const path of ['n=__HIVE_DEFAULT_PARTITION__/m=1', 'n=__HIVE_DEFAULT_PARTITION__/m=x'])
      await place(folder, `silver/${path}/a.parquet`)
    expect(
      progressOf(await runWhole(folder, database, { queries: phases }), 'flight_phase_counts')[0]!.numInputRows
    ).toBe(2)
    expect(
      (await checkSource(join(folder, 'silver'), {}, { database, openStorage })).columns.flatMap(({ state, found }) =>
        state === 'not used' ? [found] : []
      )
    ).toEqual(['void', 'string'])
  })
})

describe('O12 folders that do not fit', () => {
  test.each([
    [
      ['a=1/a.parquet', 'b=1/b.parquet'],
      'SILVER has partition folders of different columns, a=1 (a) and b=1 (b), which Spark refuses too ("Conflicting partition column names"): move the files of one of them, or give a folder within which all are alike'
    ],
    [
      ['a=1/a.parquet', 'a=2/b=1/b.parquet'],
      'SILVER has partition folders of different columns, a=1 (a) and a=2/b=1 (a, b), which Spark refuses too'
    ],
    [
      ['a=1/a.parquet', 'sub/b.parquet'],
      'SILVER has files in a=1 and in sub (no partition folder), whose partition folders do not begin in the same place, which Spark refuses too ("Conflicting directory structures")'
    ],
    [['a=1/A=2/a.parquet'], '[COLUMN_ALREADY_EXISTS] the folder SILVER/a=1/A=2 gives the column A two values'],
    [
      ['a=/a.parquet'],
      'the folder SILVER/a= has no value after the equals sign of "a=": rename that folder; the folder of null values is called name=__HIVE_DEFAULT_PARTITION__'
    ]
  ])('are refused, naming them: %s', async (paths, says) => {
    const folder = temporaryFolder('refused')
    for (const path of paths) await place(folder, `silver/${path}`)
    for (const onBadFile of ['stop', 'quarantine'] as const) {
      const { ends } = await runIn(folder, database, { silver: { onBadFile }, queries: phases })
      expect(ends.get('flight_phase_counts')?.message.replaceAll(join(folder, 'silver'), 'SILVER')).toContain(says)
    }
    const report = await checkSource(join(folder, 'silver'), {}, { database, openStorage })
    expect(
      report.steps.find(({ state }) => state === 'failed')?.text.replaceAll(join(folder, 'silver'), 'SILVER')
    ).toContain(says.slice(1))
  })

  test('files beside the partition folders are left out, told and counted', async () => {
    const folder = temporaryFolder('beside')
    await place(folder, 'silver/a=1/a.parquet')
    for (const name of ['r', 's', 't', 'u']) await place(folder, `silver/${name}.parquet`, { origin_country: '5' })
    const outing = await runWhole(folder, database, { queries: phases })
    expect(progressOf(outing, 'flight_phase_counts')[0]!.numInputRows).toBe(1)
    const message =
      '4 files are not read, since they lie beside the partition folders and in none of them, as in Spark: r.parquet, s.parquet, t.parquet and others; move what holds rows into a partition folder'
    expect(warningsOf(outing)).toEqual([message])
    const report = await checkSource(join(folder, 'silver'), {}, { database, openStorage })
    expect(report.steps[2]).toMatchObject({ state: 'warning', text: expect.stringContaining(message) as string })
  })
})

describe('O12 a folder that comes while a watch runs', () => {
  async function watched(come: (folder: string) => unknown, settings: Settings = {}) {
    const folder = temporaryFolder('watch')
    await place(folder, 'silver/flight_phase=1/a.parquet', noPhase)
    await place(folder, 'silver/flight_phase=20/b.parquet', noPhase)
    const wait = () => undefined
    const { clock, signal } = storyClock(now, 1, [wait, () => come(folder), wait, wait, wait])
    const outing = await runIn(
      folder,
      database,
      { ...settings, trigger: { kind: 'processingTime' }, queries: phases },
      { clock, signal }
    )
    return {
      end: outing.ends.get('flight_phase_counts')!.message.replaceAll(folder, 'FOLDER'),
      rows: progressOf(outing, 'flight_phase_counts').map(({ numInputRows }) => numInputRows),
      warnings: warningsOf(outing).map((text) => text.replaceAll(folder, 'FOLDER'))
    }
  }

  test('is read when its value fits', async () => {
    expect((await watched((folder) => place(folder, 'silver/flight_phase=%33/c.parquet', noPhase, 1))).end).toContain(
      'the value "3" (string), and flight_phase is integer'
    )
    const { end, rows } = await watched((folder) => place(folder, 'silver/flight_phase=33/c.parquet', noPhase, 1))
    expect([end.slice(0, 11), rows]).toEqual(['interrupted', [2, 0, 1]])
  })

  test('stops the run when it does not, and is set aside with quarantine', async () => {
    const says =
      'the folder FOLDER/silver/flight_phase=x gives flight_phase the value "x" (string), and flight_phase is integer in the folders that were there when the run began: rename that folder, or start with a new checkpoint'
    const come = (folder: string) => place(folder, 'silver/flight_phase=x/c.parquet', noPhase, 1)
    expect(await watched(come)).toMatchObject({ end: says, rows: [2, 0] })
    expect(await watched(come, { silver: { onBadFile: 'quarantine' } })).toMatchObject({
      rows: [2, 0, 0],
      warnings: [`set aside flight_phase=x/c.parquet: ${says}`]
    })
  })
})

test('O12 R4 a type that the folders change under a checkpoint is refused', async () => {
  const folder = temporaryFolder('again')
  await place(folder, 'silver/flight_phase=1/a.parquet', noPhase)
  await runWhole(folder, database, { queries: phases })
  await place(folder, 'silver/flight_phase=x/b.parquet', noPhase)
  const { ends } = await runIn(folder, database, { queries: phases })
  expect(ends.get('flight_phase_counts')).toMatchObject({
    code: 'checkpoint',
    message: expect.stringContaining('flight_phase') as string
  })
})

test('O12 the workbench shows the rows behind a number with their partition columns, and what is not read under Problems', async () => {
  const folder = temporaryFolder('shown')
  for (const [country, minute] of [
    ['France', '00'],
    ['C%25d', '01'],
    ['__HIVE_DEFAULT_PARTITION__', '02']
  ] as const) {
    await place(folder, `silver/origin_country=${country}/n=__HIVE_DEFAULT_PARTITION__/day=2026-01-23/a`, {
      ...noCountry,
      event_timestamp: `TIMESTAMPTZ '2026-01-23 12:${minute}:00+00'`
    })
  }
  await place(
    folder,
    'silver/origin_country=x/n=__HIVE_DEFAULT_PARTITION__/day=2026-01-24/z.parquet',
    { ...noCountry, ...later },
    4
  )
  writeFileSync(join(folder, 'silver/README.txt'), 'text')
  const { host, heard } = await openTestHost()
  const run = await host.createRun({ silver: join(folder, 'silver'), mode: 'replay' })
  await host.openRun(run.id)
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  const { problems } = await host.openRun(run.id)
  expect(problems.map(({ severity, message, file }) => [severity, message.split(';')[0], file])).toEqual([
    ['warning', '1 file is not read, since it is no Parquet file: README.txt', 'README.txt']
  ])
  const answer = await host.silverRows(run.id, {
    query: 'anomaly_alerts',
    startMs: Date.UTC(2026, 0, 23, 12),
    limits: null
  })
  const values = (name: string) =>
    answer.rows.flatMap((stream) => {
      const column = readStream(stream).columns.find((candidate) => candidate.name === name)!
      return Array.from(column.values as ArrayLike<unknown>)
    })
  expect([answer.given, values('origin_country').slice(0, 2), values('file')]).toEqual([
    3,
    ['France', 'C%d'],
    ['France', 'C%25d', '__HIVE_DEFAULT_PARTITION__'].map(
      (country) => `origin_country=${country}/n=__HIVE_DEFAULT_PARTITION__/day=2026-01-23/a`
    )
  ])
  expect(values('day')).toHaveLength(3)
  const current = { altitudeMin: -100, altitudeMax: 12_000, velocityMin: 0, velocityMax: 1000 }
  const question = { limits: { ...current, altitudeMax: 9000 }, current, minimumObservations: 1, whole: true }
  // It counts batch by batch, after the run.
  const counted = async (): Promise<WhatIfAnswer> => {
    const answer = await host.whatIf(run.id, question)
    const { batches, ofBatches, stopped } = answer.coverage
    return stopped !== null || (ofBatches > 0 && batches === ofBatches) ? answer : counted()
  }
  const { current: before, proposed } = await counted()
  expect([before.altitudeAnomalies, proposed.altitudeAnomalies]).toEqual([0, 15])
})
