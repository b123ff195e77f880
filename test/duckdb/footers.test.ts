import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { readFooter } from '#electron/parquet/parquetFooter.ts'
import { readParquetColumns } from '#electron/duckdb/parquetSchema.ts'
import { checkpointReader } from '#electron/duckdb/readCheckpoint.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { deepSchema, footerOf, parquetFile, varint } from './parquetBytes.ts'

let database: Database
beforeAll(async () => void (database = await openDatabase()))
afterAll(() => database.close())

const folder = temporaryFolder('footers')
const leaf = [{ name: 'root', children: 1 }, { name: 'x' }]

function fileOf(bytes: Uint8Array): string {
  const file = join(folder, 'a.parquet')
  writeFileSync(file, bytes)
  return file
}

test('a footer by hand that claims nothing wrong is read, also with 60 levels', async () => {
  const columns = async (bytes: Uint8Array) => (await readParquetColumns(database, [fileOf(bytes)], ['a']))[0]!
  expect(await columns(parquetFile(footerOf(leaf)))).toMatchObject([{ name: 'x', type: 'INTEGER', shape: 'leaf' }])
  expect(await columns(parquetFile(footerOf(deepSchema(60))))).toMatchObject([{ name: 'a', shape: 'struct' }])
  expect(await columns(parquetFile(footerOf(deepSchema(399))))).toMatchObject([{ name: 'a', shape: 'struct' }])
})

test.each([
  ['a length of 2 GB', parquetFile(footerOf(leaf), 0x7fffffff)],
  ['a length of 4 GB', parquetFile(footerOf(leaf), 0xffffffff)],
  ['a length of a byte more than there is', parquetFile(footerOf(leaf), footerOf(leaf).length + 1)],
  ['2^31 schema elements', parquetFile(footerOf(leaf, { count: 2 ** 31 - 1 }))],
  ['20 million schema elements', parquetFile(footerOf(leaf, { count: 20_000_000 }))],
  ['one schema element too many', parquetFile(footerOf(leaf, { count: 3 }))],
  ['2^31 row groups', parquetFile(footerOf(leaf, { groups: 2 ** 31 - 1 }))],
  ['2^31 columns in a row group', parquetFile(footerOf(leaf, { groups: 1, rest: Buffer.concat([Buffer.of(0x19, 0xfc), varint(2 ** 31 - 1), Buffer.alloc(8)]) }))],
  ['2^31 children of an element', parquetFile(footerOf([{ name: 'root', children: 2 ** 31 - 1 }, { name: 'x' }]))],
  ['a text of 2 GB', parquetFile(Buffer.concat([Buffer.of(0x15, 2, 0x19, 0x1c, 0x35, 0, 0x18), varint(2 ** 31 - 1), Buffer.from('ab')]))],
  ['a map of 2^31 entries', parquetFile(footerOf(leaf, { rest: Buffer.concat([Buffer.of(0x1b), varint(2 ** 31 - 1), Buffer.of(0x55, 0)]) }))],
  ['100,000 structs in each other', parquetFile(Buffer.concat([Buffer.of(0x15, 2), Buffer.alloc(100_000, 0xbc), Buffer.alloc(100_001)]))],
  ['nothing', parquetFile(Buffer.alloc(0))],
  ['a number without end', parquetFile(Buffer.alloc(100, 0xff))]
])('a footer that claims %s is refused, naming the file', async (_, bytes) => {
  await expect(readParquetColumns(database, [fileOf(bytes)], ['silver/a.parquet'])).rejects.toMatchObject({ code: 'corrupt', message: expect.stringMatching(/^silver\/a\.parquet is not a whole Parquet file, since its footer does not hold what it claims/) as string })
  await expect(checkpointReader(database)([fileOf(bytes)], ['log/a.parquet'], { withStats: false })).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('log/a.parquet') as string })
})

test.each([1000, 100_000])('a schema of %s levels, which could end the process, does not come to DuckDB', async (depth) => {
  await expect(readParquetColumns(database, [fileOf(parquetFile(footerOf(deepSchema(depth))))], ['silver/a.parquet'])).rejects.toMatchObject({ code: 'schema', message: expect.stringContaining('silver/a.parquet has a column that is nested too deep') as string })
})

test('what DuckDB writes passes: nested, wide, empty, of many row groups, with metadata of its own', async () => {
  const selects = [
    'SELECT 1 AS a WHERE false',
    `SELECT {'a': [MAP {'k': {'b': [1, 2]}}]} AS nested, 'x' AS text, NULL AS nothing, true AS yes, 1.5::DECIMAL(30, 2) AS digits`,
    `SELECT ${Array.from({ length: 10_000 }, (_, i) => `${i} AS c${i}`).join(', ')}`,
    'SELECT range AS a, range::VARCHAR AS b FROM range(200_000)'
  ]
  for (const [i, select] of selects.entries()) {
    const file = join(folder, `whole ${i}.parquet`)
    await database.run(`COPY (${select}) TO ${quoteLiteral(file)} (FORMAT PARQUET, ROW_GROUP_SIZE 2048, KV_METADATA {note: 'a note'})`)
    const bytes = readFileSync(file)
    expect(readFooter(bytes.subarray(bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8), -8))).toEqual({ flaw: undefined, undecodable: new Map() })
    expect(await readParquetColumns(database, [file], [file])).toHaveLength(1)
  }
})
