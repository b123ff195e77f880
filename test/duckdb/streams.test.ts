import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import { bindQuery } from '#shared/pipeline/bindQuery.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { readLimitedRows } from '#electron/duckdb/readLimitedRows.ts'
import { streamRows } from '#electron/duckdb/streamRows.ts'
import { systemClock } from '#electron/host/clock.ts'
import { openSource } from '#electron/source/openSource.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { add, protocol, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { silverMetaData } from '#test/support/observations.ts'

const database = await openDatabase()
afterAll(() => database.close())

/** More than DuckDB reads ahead of who streams. */
const many = 2_000_000

describe('Rows that are streamed', () => {
  test('are handed on in order, and counted', async () => {
    const numbers: unknown[] = []
    expect(await streamRows(database, 'SELECT range::INTEGER FROM range(100000)', ([column]) => void numbers.push(...column!))).toBe(100_000)
    expect(numbers).toEqual(Array.from({ length: 100_000 }, (_, i) => i))
    expect(await streamRows(database, 'SELECT 1 WHERE false', () => expect.unreachable())).toBe(0)
  })

  test('that break off in the middle are an error, and not the end', async () => {
    const sql = `SELECT CASE WHEN range = ${many - 100} THEN error('page 7 is damaged') ELSE range END FROM range(${many})`
    await expect(streamRows(database, sql, () => undefined)).rejects.toThrow('page 7 is damaged')
  })

  test('of a file with a damaged page near its end are an error that names it', async () => {
    const file = join(temporaryFolder('damaged'), 'late.parquet')
    await database.run(`COPY (SELECT md5(range::VARCHAR) AS text FROM range(${many})) TO '${file}' (FORMAT PARQUET, COMPRESSION SNAPPY)`)
    const bytes = readFileSync(file)
    const from = Math.floor(bytes.length * 0.9)
    writeFileSync(file, bytes.fill(0x5a, from, from + 100_000))
    await expect(streamRows(database, `SELECT * FROM read_parquet('${file}')`, () => undefined)).rejects.toThrow('late.parquet')
  })

  test('that are interrupted meanwhile are interrupted, however many have come', async () => {
    let rows = 0
    const streamed = streamRows(database, `SELECT range FROM range(${many})`, ([column]) => {
      rows += column!.length
      void database.interrupt()
    })
    await expect(streamed).rejects.toMatchObject({ code: 'interrupted' })
    expect(rows).toBeLessThan(many)
    expect((await database.query('SELECT 1::INTEGER AS one')).rows()).toEqual([{ one: 1 }])
  })

  test('may be chosen at random, other ones each time', async () => {
    const chosen = async () => {
      const numbers: unknown[] = []
      await streamRows(database, 'SELECT range::INTEGER FROM range(1000) WHERE random() < 0.5', ([column]) => void numbers.push(...column!))
      return numbers
    }
    const times = []
    for (let time = 0; time < 20; time++) times.push((await chosen()).join())
    expect(new Set(times).size).toBe(20)
  })

  test('are told of when a second look finds more of them', async () => {
    await database.run('CREATE SEQUENCE looks')
    await expect(streamRows(database, "SELECT range FROM range(10) WHERE nextval('looks') > 5", () => undefined)).rejects.toMatchObject({ code: 'changed', message: 'reading broke off after 5 of 10 rows: what is read has changed meanwhile, or the query gives other rows each time; try again' })
  })
})

test('Rows for the what-if index that are interrupted in the middle are not taken for all of them', async () => {
  const folder = temporaryFolder('limited')
  const silver = join(folder, 'silver')
  await writeParquet(database, silver, '1.parquet', `SELECT TIMESTAMPTZ '2026-01-23 12:00:00+00' AS event_timestamp, 'CRUISE' AS flight_phase, 'Malta' AS origin_country, range::DOUBLE AS altitude_meters, 800.0::DOUBLE AS velocity_kmh FROM range(${many})`)
  writeLog(silver, [[protocol(), silverMetaData()]])
  writeLog(silver, [[add('1.parquet')]], 1)
  const pipeline = parsePipeline({ silver: { uri: silver }, gold: { uri: join(folder, 'gold') }, checkpoints: { uri: join(folder, 'checkpoints') } }, 'the test')
  const source = await openSource(pipeline, { database, openStorage, clock: systemClock, signal: new AbortController().signal })
  const query = bindQuery(builtinQueries(pipeline).find(({ name }) => name === 'anomaly_alerts')!, source.columns, source.name)
  const stream = source.stream(query.columns)
  const start = await source.beginning()
  const [scan] = await stream.scans({ start, end: await stream.latest(start) })
  let parts = 0
  const read = readLimitedRows(database, query, scan!, () => {
    parts += 1
    void database.interrupt()
  })
  await expect(read).rejects.toMatchObject({ code: 'interrupted' })
  expect(parts).toBe(1)
  let rows = 0
  await readLimitedRows(database, query, scan!, ({ length }) => void (rows += length))
  expect(rows).toBe(many)
})
