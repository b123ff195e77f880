import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openTableScan } from '#electron/delta/deltaTable.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import type { QueryResult } from '#electron/duckdb/queryResult.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { deltaCorpora } from '#test/support/corpora.ts'
import { resultColumns, rowsAsText } from '#test/support/rowsAsText.ts'

const corpora = deltaCorpora('tables of other writers')

describe.skipIf(!corpora)('tables of other writers', async () => {
  const { folder, readable, refused } = corpora ?? { folder: '', readable: [], refused: [] }
  const database = await openDatabase()
  afterAll(() => database.close())

  test.each(readable)('%s gives the rows that Spark reads', async (name) => {
    const scan = await openTableScan(openLocalStore(join(folder, name, 'delta')), {}, database)
    const actual = await scan.explaining(() => database.query(scan.sql))
    const expected = await database.query(`SELECT ${scan.columns.map((column) => quoteName(column.name)).join(', ')} FROM read_parquet(${quoteLiteral(join(folder, name, 'expected', 'expected.parquet'))})`)
    expect(textsOf(actual)).toEqual(textsOf(expected))
  })

  test.each(refused)('%s is refused: %s', async (name, message) => {
    await expect(readAll(database, join(folder, name, 'delta'))).rejects.toThrow(message)
  })
})

const textsOf = (result: QueryResult) => rowsAsText(result.names, resultColumns(result))

async function readAll(database: Database, folder: string): Promise<QueryResult> {
  const scan = await openTableScan(openLocalStore(folder), {}, database)
  return scan.explaining(() => database.query(scan.sql))
}
