import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openTableScan } from '#electron/delta/deltaTable.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import type { QueryResult, SqlValue } from '#electron/duckdb/queryResult.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { deltaCorpora } from '#test/support/corpora.ts'

const corpora = deltaCorpora('tables of other writers')

describe.skipIf(!corpora)('tables of other writers', async () => {
  const { folder, readable, refused } = corpora ?? { folder: '', readable: [], refused: [] }
  const database = await openDatabase()
  afterAll(() => database.close())

  test.each(readable)('%s gives the rows that Spark reads', async (name) => {
    const scan = await openTableScan(openLocalStore(join(folder, name, 'delta')), {}, database)
    const actual = await scan.explaining(() => database.query(scan.sql))
    const expected = await database.query(`SELECT ${scan.columns.map((column) => quoteName(column.name)).join(', ')} FROM read_parquet(${quoteLiteral(join(folder, name, 'expected', 'expected.parquet'))})`)
    expect(multiset(actual)).toEqual(multiset(expected))
  })

  test.each(refused)('%s is refused: %s', async (name, message) => {
    await expect(readAll(database, join(folder, name, 'delta'))).rejects.toThrow(message)
  })
})

async function readAll(database: Database, folder: string): Promise<QueryResult> {
  const scan = await openTableScan(openLocalStore(folder), {}, database)
  return scan.explaining(() => database.query(scan.sql))
}

/** Rows as text, sorted. */
function multiset(result: QueryResult): string[] {
  const columns = result.names.map((_, i) => result.values(i))
  return Array.from({ length: result.rowCount }, (_, row) => columns.map((values) => textOf(values[row] ?? null)).join(' | ')).sort()
}

function textOf(value: SqlValue): string {
  if (typeof value === 'number' && Object.is(value, -0)) return '-0'
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) {
    const items = value.map(textOf)
    const isMap = value.some((item) => typeof item === 'object' && item !== null && Object.keys(item).join() === 'key,value')
    return `[${(isMap ? items.sort() : items).join(', ')}]`
  }
  if (typeof value === 'object' && value !== null) return `{${Object.entries(value as Record<string, SqlValue>).map(([name, field]) => `${name}: ${textOf(field)}`).join(', ')}}`
  return String(value)
}
