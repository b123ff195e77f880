import { afterAll, expect, test } from 'vitest'
import { firstWritableMicros, microsSql, timeSql, utcTimestampSql } from '#shared/query/microsSql.ts'
import { openDatabase } from '#electron/duckdb/database.ts'

const database = await openDatabase()
afterAll(() => database.close())

const last = 2n ** 63n - 1n
const times = [
  0n,
  -1n,
  1n,
  last,
  -last,
  last - 1n,
  -(last - 1n) + 14_454_775_806n,
  firstWritableMicros,
  253_402_300_800_000_000n,
  -62_135_596_800_000_001n
]

test.each(['TIMESTAMP', 'TIMESTAMPTZ'] as const)(
  'T5 microseconds become a %s and the same microseconds again; null stays null',
  async (type) => {
    const result = await database.query(
      `SELECT ${microsSql('t')} AS us FROM (SELECT ${timeSql('m', type)} AS t, i FROM (VALUES ${times.map((us, i) => `(${us}, ${i})`).join(', ')}, (NULL, 99)) rows(m, i)) ORDER BY i`
    )
    expect([...result.bigints(0)]).toEqual([...times, 0n])
    expect([...result.nulls(0)]).toEqual([...times.map(() => 0), 1])
  }
)

test('T5 a time as a TIMESTAMP in UTC is the same time, infinite ones included', async () => {
  const result = await database.query(
    `SELECT ${microsSql(utcTimestampSql('t'))} AS us FROM (SELECT ${timeSql('m', 'TIMESTAMPTZ')} AS t, i FROM (VALUES ${times.map((us, i) => `(${us}, ${i})`).join(', ')}) rows(m, i)) ORDER BY i`
  )
  expect([...result.bigints(0)]).toEqual(times)
})
