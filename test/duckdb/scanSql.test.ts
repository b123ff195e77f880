import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { DeltaType } from '#electron/delta/schema.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { readParquetColumns } from '#electron/duckdb/parquetSchema.ts'
import { scanSql, type ScanColumn } from '#electron/duckdb/scanSql.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { writeParquet } from '../delta/handMade.ts'

const database = await openDatabase()
afterAll(() => database.close())

function column(name: string, type: DeltaType, isPartition = false): ScanColumn {
  return { name, isPartition, field: { name, type, nullable: true, physicalName: name, fieldId: undefined, metadata: {} } }
}

/** Files of one SELECT each, in a folder of the test's own. */
async function writeFiles(selects: readonly string[]): Promise<string[]> {
  const folder = temporaryFolder('scan')
  for (const [i, select] of selects.entries()) await writeParquet(database, folder, `${i}.parquet`, select)
  return selects.map((_, i) => join(folder, `${i}.parquet`))
}

test('The file of a row is told by its position, also where files hold their columns in different ways', async () => {
  const files = await writeFiles(['SELECT {a: 1} AS s FROM range(2)', 'SELECT {b: 1} AS s', 'SELECT {a: 2} AS s', 'SELECT 1 AS other'])
  const schemas = await readParquetColumns(database, files, files)
  const scanned = files.map((localPath, i) => ({ localPath, schema: schemas[i], partitionValues: { p: ['x', null, 'y', 'x'][i] ?? null }, deletedRows: i === 0 ? [1] : undefined }))
  const field = column('a', { kind: 'integer' }).field
  const columns = [column('s', { kind: 'struct', fields: [field] }), column('p', { kind: 'string' }, true)]
  const result = await database.query(`SELECT * FROM (${scanSql(scanned, columns, { mode: 'none', fileIndex: true })}) ORDER BY "position of its file"`)
  expect([result.types[0], ...result.rows()]).toEqual(['INTEGER', { 'position of its file': 0, s: { a: 1 }, p: 'x' }, { 'position of its file': 1, s: { a: null }, p: null }, { 'position of its file': 2, s: { a: 2 }, p: 'y' }, { 'position of its file': 3, s: null, p: 'x' }])
})

test('Without schemas, names and types of the table are taken, and text that was stored as bytes is text', async () => {
  const files = await writeFiles(["SELECT encode('é') AS S", 'SELECT 1 AS other'])
  const sql = scanSql(files.map((localPath) => ({ localPath, partitionValues: {} })), [column('s', { kind: 'string' })], { mode: 'none' })
  expect((await database.query(sql)).rows()).toEqual([{ s: 'é' }, { s: null }])
})

test('No files give no rows, in the columns of the table', async () => {
  const result = await database.query(scanSql([], [column('s', { kind: 'timestamp' })], { mode: 'none', fileIndex: true }))
  expect([result.names, result.types, result.rowCount]).toEqual([['position of its file', 's'], ['INTEGER', 'TIMESTAMP WITH TIME ZONE'], 0])
})

test('Schemas are read of many files at once, trees and all', async () => {
  const files = await writeFiles(["SELECT 1::SMALLINT AS a, [{x: DATE '2020-01-01'}] AS l, map {'k': 1.5::DECIMAL(4,1)} AS m", 'SELECT true AS b'])
  const [first = [], second = []] = await readParquetColumns(database, files, files)
  const types = (columns: typeof first): unknown => columns.map(({ name, shape, type, children }) => (shape === 'leaf' ? [name, type] : [shape, types(children)]))
  expect([types(first), types(second)]).toEqual([
    [
      ['a', 'SMALLINT'],
      ['list', [['struct', [['x', 'DATE']]]]],
      [
        'map',
        [
          ['key', 'VARCHAR'],
          ['value', 'DECIMAL(4,1)']
        ]
      ]
    ],
    [['b', 'BOOLEAN']]
  ])
})
