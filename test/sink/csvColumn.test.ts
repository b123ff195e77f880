import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { csvColumn } from '#electron/sink/csvColumn.ts'
import { lastMicros } from '#shared/engine/time.ts'
import { timeSql } from '#shared/query/microsSql.ts'
import { repository } from '#test/support/folders.ts'
import { readTable } from '#test/delta/handMade.ts'

const database = await openDatabase()
afterAll(() => database.close())

test.each([
  ['timestamp', 'TIMESTAMPTZ', 'Z'],
  ['timestamp_ntz', 'TIMESTAMP', '']
] as const)(
  'T5 a %s stands in CSV whatever it is: infinite ones by name, every other one as its date',
  async (kind, type, zone) => {
    const times = [lastMicros, -lastMicros, lastMicros - 1n, 884_541_340_800_000_000n, 0n]
    const rows = times.map((us, i) => `(${us}, ${i})`).join(', ')
    const column = csvColumn({ name: 't', type: { kind } })
    const result = await database.query(
      `SELECT ${column} FROM (SELECT ${timeSql('m', type)} AS t, i FROM (VALUES ${rows}) v(m, i)) ORDER BY i`
    )
    const dates = ['294247-01-10T04:00:54.775806', '30000-01-01T00:00:00.000000', '1970-01-01T00:00:00.000000']
    expect(result.strings(0)).toEqual(['infinity', '-infinity', ...dates.map((date) => date + zone)])
  }
)

test('T5 a table of the first and the last times is read and stands in CSV, the first hours of 64 bits too', async () => {
  const table = join(repository, 'test/fixtures/spark/last-times/silver')
  const times = (await readTable(database, table)).map(({ event_timestamp: time }) => time as bigint)
  expect(times).toEqual(expect.arrayContaining([-(2n ** 63n), -lastMicros, lastMicros, lastMicros - 1n]))
  const file = `read_parquet('${table}/*.parquet')`
  const texts = (
    await database.query(`SELECT ${csvColumn({ name: 'event_timestamp', type: { kind: 'timestamp' } })} FROM ${file}`)
  ).strings(0)
  expect(texts.every((text) => text !== null && text !== '')).toBe(true)
})
