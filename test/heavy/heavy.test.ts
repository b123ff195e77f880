import { copyFileSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { add, logFile, writeLog } from '#test/delta/handMade.ts'
import { disturbed, fileOfVersion, type Disturbed } from '#test/support/disturbed.ts'
import { expectRecordedRows, spreadRows } from '#test/support/manyFiles.ts'
import { measuredReplay } from '#test/support/measuredReplay.ts'

// `npm run test:heavy`: minutes, some gigabytes of disk. What each took is printed.
let database: Database
beforeAll(async () => {
  database = await openDatabase({ memoryLimit: '4GB' })
})
afterAll(() => database.close())

describe('100,000 files of silver', () => {
  test.each(['table', 'folder'] as const)('as a %s give the rows that Spark recorded of one', async (as) => {
    const story = disturbed('notebook', database, as)
    await spreadRows(story.scenario, story.silver, database, { files: 100_000, withRows: 1000 }, as)
    await measuredReplay(`100,000 files, a ${as}`, story)
    await expectRecordedRows(story.scenario, story.gold, database)
  })
})

/** A table of one file: these rows, then those of the scenario. */
async function oneFile(story: Disturbed, select: string, options = ''): Promise<string> {
  mkdirSync(join(story.silver, '_delta_log'), { recursive: true })
  copyFileSync(join(story.scenario.folder, 'silver', logFile(0)), join(story.silver, logFile(0)))
  writeLog(story.silver, [[add('one.parquet')]], 1)
  const recorded = `SELECT event_timestamp::TIMESTAMPTZ AS event_timestamp, flight_phase, origin_country, altitude_meters, velocity_kmh, NULL::VARCHAR AS squawk FROM read_parquet(${quoteLiteral(fileOfVersion(join(story.scenario.folder, 'silver'), 1))})`
  const file = join(story.silver, 'one.parquet')
  await database.run(`COPY (${select.replace('RECORDED', `(${recorded})`)} UNION ALL ${recorded}) TO ${quoteLiteral(file)} (FORMAT PARQUET ${options})`)
  return file
}

/** Rows of other keys, which begin with `extra `: how many there are in gold, and what they count. */
async function expectExtra(story: Disturbed, expected: { readonly keys: number; readonly observations: number }): Promise<void> {
  for (const { table, key, count, windows } of [
    { table: 'flight_phase_counts', key: 'flight_phase', count: 'flight_count', windows: 1 },
    { table: 'anomaly_alerts', key: 'origin_country', count: 'total_observations', windows: 5 }
  ]) {
    const [row] = (await database.query(`SELECT count(DISTINCT ${key})::DOUBLE AS keys, sum(${count})::DOUBLE AS observations FROM read_parquet(${quoteLiteral(join(story.gold, table, '*.parquet'))}) WHERE starts_with(${key}, 'extra ')`)).rows()
    expect(row).toEqual({ keys: expected.keys, observations: expected.observations * windows })
  }
}

const firstMinute = '(SELECT min(event_timestamp) FROM RECORDED) + to_microseconds(i % 50_000_000)'

test('one file of two gigabytes gives the rows that Spark recorded of those among them', async () => {
  const story = disturbed('notebook', database)
  const rows = 26_000_000
  const extra = `'extra ' || i % 10`
  const file = await oneFile(story, `SELECT ${firstMinute} AS event_timestamp, ${extra} AS flight_phase, ${extra} AS origin_country, random() AS altitude_meters, random() AS velocity_kmh, md5(i::VARCHAR) || md5((-i)::VARCHAR) AS squawk FROM range(${rows}) r(i)`, ', COMPRESSION UNCOMPRESSED')
  expect(statSync(file).size).toBeGreaterThan(2 ** 31)
  await measuredReplay(`one file of ${(statSync(file).size / 1e9).toFixed(2)} GB`, story)
  await expectExtra(story, { keys: 10, observations: rows })
  await expectRecordedRows(story.scenario, story.gold, database, 'extra ')
})

test('a key with a million values gives a row for each, and those that Spark recorded', async () => {
  const story = disturbed('notebook', database)
  const keys = 1_000_000
  await oneFile(story, `SELECT ${firstMinute} AS event_timestamp, 'extra ' || i AS flight_phase, 'extra ' || i AS origin_country, (i % 20000)::DOUBLE AS altitude_meters, 500.0::DOUBLE AS velocity_kmh, NULL::VARCHAR AS squawk FROM range(${keys}) r(i)`)
  await measuredReplay('a key with 1,000,000 values', story)
  await expectExtra(story, { keys, observations: keys })
  await expectRecordedRows(story.scenario, story.gold, database, 'extra ')
})
