import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import type { SqlValue } from '#electron/duckdb/queryResult.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { add, metaData, protocol, readTable, writeLog, writeParquet } from './handMade.ts'

const database = await openDatabase()
afterAll(() => database.close())

async function readAs(type: string, values: string): Promise<SqlValue[]> {
  const folder = temporaryFolder('unsigned')
  await writeParquet(database, folder, 'a.parquet', `SELECT unnest([${values}]) AS x`)
  writeLog(folder, [[protocol(), metaData([{ name: 'x', type }]), add('a.parquet')]])
  return (await readTable(database, folder)).map(({ x }) => x ?? null)
}

/** Spark 3.5.7 with Delta 3.3.2 was asked each of these. */
describe('A data file with unsigned integers or JSON under a Delta table', () => {
  test.each([
    ['short', '0::UTINYINT, 255::UTINYINT, NULL', [0, 255, null]],
    ['integer', '0::UTINYINT, 255::UTINYINT', [0, 255]],
    ['integer', '0::USMALLINT, 65535::USMALLINT', [0, 65535]],
    ['long', '0::UINTEGER, 4294967295::UINTEGER', [0n, 4294967295n]],
    ['decimal(20,0)', '0::UBIGINT, 18446744073709551615::UBIGINT, NULL', ['0', '18446744073709551615', null]],
    ['string', `'"\ufeffa"'::JSON, 'null'::JSON, '[1, 2]'::JSON, NULL`, ['"\ufeffa"', 'null', '[1, 2]', null]],
    ['binary', `'"é"'::JSON, NULL`, [Buffer.from('"é"'), null]]
  ])('is read as %s: %s', async (type, values, expected) => {
    expect(await readAs(type, values)).toEqual(expected)
  })

  test.each([
    ['decimal(21,0)', '1::UBIGINT'],
    ['long', '1::UBIGINT'],
    ['decimal(20,0)', '1::UINTEGER'],
    ['decimal(10,0)', '1::UTINYINT'],
    ['double', '1::UTINYINT'],
    ['byte', '1::UTINYINT']
  ])('is refused as %s: %s', async (type, values) => {
    await expect(readAs(type, values)).rejects.toMatchObject({
      code: 'schema',
      message: expect.stringContaining('cannot be read without loss') as string
    })
  })
})
