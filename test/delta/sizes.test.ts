import { closeSync, mkdirSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { hiddenRowsSql } from '#electron/duckdb/hiddenRowsSql.ts'
import { parseJsonValues } from '#electron/delta/jsonLines.ts'
import { parsePartitionValue } from '#electron/delta/partitionValue.ts'
import { parseSchema } from '#electron/delta/schema.ts'
import { decodeRoaring } from '#electron/delta/roaring.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { add, commitInfo, logFile, metaData, protocol, readTable, writeLog, writeParquet, writeText } from './handMade.ts'
import { arrayBitmap, roaring, runBitmap } from './roaringBytes.ts'

let database: Database
beforeAll(async () => void (database = await openDatabase()))
afterAll(() => database.close())

const id = { name: 'id', type: 'long' }

async function makeTable(vector?: object): Promise<string> {
  const folder = temporaryFolder('sizes')
  await writeParquet(database, folder, 'a.parquet', 'SELECT range::BIGINT AS id FROM range(10)')
  writeLog(folder, [[protocol(3, ['deletionVectors', 'v2Checkpoint']), metaData([id])], [add('a.parquet', vector && { deletionVector: vector })]])
  return folder
}

/** A file of that many zero bytes, which take no room on the disk. */
function makeHollow(file: string, sizeBytes: number): void {
  writeFileSync(file, '')
  truncateSync(file, sizeBytes)
}

test.each([logFile(2), logFile(1, 'checkpoint.00000000-0000-0000-0000-000000000000.json')])('%s of 3 GB is refused before it is read, naming it and its size', async (path) => {
  const folder = await makeTable()
  makeHollow(join(folder, path), 3_000_000_000)
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(`${join(folder, path)} has 3000000000 bytes`) as string })
})

test('a hint of 1 GB is passed over', async () => {
  const folder = await makeTable()
  makeHollow(join(folder, '_delta_log', '_last_checkpoint'), 1_000_000_000)
  expect(await readTable(database, folder)).toHaveLength(10)
})

test.each([
  ['opening brackets', '['.repeat(4_000_000)],
  ['lists in lists', `${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}`],
  ['objects in objects', `${'{"a":'.repeat(1_000_000)}1${'}'.repeat(1_000_000)}`],
  ['objects in a list', `[${'{},'.repeat(1_000_000)}1]`],
  ['empty lines', '\n'.repeat(4_000_000)],
  ['empty objects', '{}\n'.repeat(1_000_000)]
])('a commit of nothing but %s is refused, and not made sense of', async (_, content) => {
  const folder = await makeTable()
  writeText(folder, logFile(1), content)
  writeLog(folder, [[commitInfo()]], 2)
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(logFile(1)) as string })
})

test('actions that are nested deep, with long numbers or without, are refused or passed over', async () => {
  const folder = await makeTable()
  const deep = `${'{"unknown":'.repeat(50_000)}1${'}'.repeat(50_000)}`
  writeText(folder, logFile(2), `${deep}\n`)
  expect(await readTable(database, folder)).toHaveLength(10)
  writeText(folder, logFile(2), deep.replace('1', '12345678901234567890'))
  writeLog(folder, [[commitInfo()]], 3)
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(logFile(2)) as string })
})

test('long strings beside long numbers are read: with as many escapes as there can be', () => {
  const long = JSON.stringify({ commitInfo: { userMetadata: '"\\'.repeat(5_000_000) } })
  expect(parseJsonValues(`${long}\n{"txn":{"appId":"a","version":12345678901234567890}}`)).toEqual({ values: [JSON.parse(long), { txn: { appId: 'a', version: 12345678901234567890n } }], incomplete: false })
})

test('numbers, brackets and line ends within strings are text', () => {
  const text = '{"a":"1234567890123456789 {[\\"}\\\\","b":-1234567890123456789,"c":1.2345678901234567e3,\n"d":["1234567890123456789"]} {"e":1}'
  expect(parseJsonValues(text)).toEqual({ values: [{ a: '1234567890123456789 {["}\\', b: -1234567890123456789n, c: 1234.5678901234567, d: ['1234567890123456789'] }, { e: 1 }], incomplete: false })
})

test.each([
  ['structs', (inner: unknown) => ({ type: 'struct', fields: [{ name: 'a', type: inner, nullable: true, metadata: {} }] })],
  ['arrays', (inner: unknown) => ({ type: 'array', elementType: inner, containsNull: true })],
  ['maps', (inner: unknown) => ({ type: 'map', keyType: 'string', valueType: inner, valueContainsNull: true })]
])('a schema of 1,000 or 100,000 %s in each other is refused, naming the column', (_, wrap) => {
  for (const depth of [1000, 100_000]) {
    const [before, after] = JSON.stringify(wrap(0)).split('0') as [string, string]
    const schemaString = `{"type":"struct","fields":[{"name":"deep","type":${before.repeat(depth)}"long"${after.repeat(depth)},"nullable":true,"metadata":{}}]}`
    expect(() => parseSchema(schemaString, 'none', 't')).toThrow(/column deep is nested more than 100 levels deep/)
  }
})

test('a type that is named by another type is refused, however deep that is', () => {
  const schemaString = `{"type":"struct","fields":[{"name":"a","type":${'{"type":'.repeat(100_000)}1${'}'.repeat(100_000)},"nullable":true,"metadata":{}}]}`
  expect(() => parseSchema(schemaString, 'none', 't')).toThrow(/column a has the type of something that is no name/)
})

test.each(['decimal(39,0)', 'decimal(0,0)', 'decimal(5,6)', 'decimal(999999999999,1)'])('%s is no type', (type) => {
  expect(() => parseSchema(JSON.stringify({ type: 'struct', fields: [{ name: 'a', type, nullable: true, metadata: {} }] }), 'none', 't')).toThrow(/which Contrail does not read/)
})

test('a partition value of a megabyte is text, or no value', () => {
  const digits = `0.${'0'.repeat(1_000_000)}1x`
  expect([parsePartitionValue(digits, { kind: 'decimal', precision: 38, scale: 10 }), parsePartitionValue('9'.repeat(1_000_000), { kind: 'long' }), parsePartitionValue(digits, { kind: 'string' })]).toEqual([undefined, undefined, digits])
})

const stored = { storageType: 'u', pathOrInlineDv: '0'.repeat(20), offset: 1, sizeInBytes: 40, cardinality: 1 }

test.each([
  [{ sizeInBytes: 2_147_483_647 }, 'is said to have 2147483647 bytes'],
  [{ sizeInBytes: -1 }, 'is said to have -1 bytes'],
  [{ offset: -5 }, 'is said to lie at -5'],
  [{ offset: 1.5 }, 'is said to lie at 1.5'],
  [{ offset: 1e300 }, 'is said to lie at 1e+300'],
  [{ offset: 2_147_483_647 }, 'is cut off'],
  [{ sizeInBytes: 200_000_000 }, 'is cut off'],
  [{ cardinality: 9_007_199_254_740_991 }, 'is said to hide 9007199254740991 rows'],
  [{ cardinality: -1 }, 'is said to hide -1 rows'],
  [{ storageType: 'i', pathOrInlineDv: 'x'.repeat(50), sizeInBytes: -3 }, 'is said to have -3 bytes']
])('a deletion vector that claims %j is refused before room is made for it', async (claim, what) => {
  const folder = await makeTable({ ...stored, ...claim })
  writeFileSync(join(folder, 'deletion_vector_00000000-0000-0000-0000-000000000000.bin'), Buffer.alloc(100))
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(what) as string })
})

/** A table whose vector lies in a file of its own. */
async function makeHidden(data: Buffer, cardinality: number): Promise<string> {
  const folder = await makeTable({ ...stored, sizeInBytes: data.length, cardinality })
  const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  size.writeInt32BE(data.length)
  sum.writeUInt32BE(crc32(data))
  writeFileSync(join(folder, 'deletion_vector_00000000-0000-0000-0000-000000000000.bin'), Buffer.concat([Buffer.of(1), size, data, sum]))
  return folder
}

test('runs that stand for billions of rows are not spelled out beyond what the log says', async () => {
  const everything = runBitmap([[0, 65_535]])
  const buckets = Array.from({ length: 100_000 }, (_, high) => [high, everything] as const)
  await expect(readTable(database, await makeHidden(roaring(buckets), 3))).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('holds many more rows, and the log says 3') as string })
})

test('containers, buckets and runs that claim more than the bytes hold are no bitmap', () => {
  const head = (buckets: bigint, ...words: number[]): Buffer => {
    const bytes = Buffer.alloc(12 + words.length * 4)
    bytes.writeUInt32LE(1681511377, 0)
    bytes.writeBigUInt64LE(buckets, 4)
    words.forEach((word, i) => bytes.writeUInt32LE(word, 12 + i * 4))
    return bytes
  }
  const claims = [head(2n ** 64n - 1n), head(1n, 0, 12346, 0xffffffff), head(1n, 0, 12346, 65_537), head(1n, 0, 0xffff0000 + 12347), head(1n, 0, 12346, 1, 0xffff0000)]
  expect(claims.map((bytes) => decodeRoaring(bytes))).toEqual(claims.map(() => undefined))
})

test('a hidden row that no file can hold is refused, and one far behind the others makes no bitmap up to it', async () => {
  const far = roaring([[2 ** 31, arrayBitmap([[0, [1]]])]])
  await expect(readTable(database, await makeHidden(far, 1))).rejects.toMatchObject({ code: 'corrupt', message: expect.stringMatching(/hides row \d+, and Contrail reads files of up to/) as string })
  const rows = [...Array.from({ length: 20 }, (_, i) => i * 2), 2 ** 29 - 1]
  expect(hiddenRowsSql(new Map([[0, rows]]))!.length).toBeLessThan(1000)
  const spread = roaring([[0, arrayBitmap([[0, Array.from({ length: 20 }, (_, i) => i * 2)], [8191, [65_535]]])]])
  expect((await readTable(database, await makeHidden(spread, 21))).map((row) => row.id)).toEqual([1n, 3n, 5n, 7n, 9n])
})

test('a commit that is all one line of 100 MB is read', async () => {
  const folder = await makeTable()
  mkdirSync(join(folder, '_delta_log'), { recursive: true })
  const file = openSync(join(folder, logFile(2)), 'w')
  writeSync(file, '{"commitInfo":{"userMetadata":"')
  for (let i = 0; i < 100; i++) writeSync(file, 'x'.repeat(1_000_000))
  writeSync(file, '"}}\n')
  closeSync(file)
  expect(await readTable(database, folder)).toHaveLength(10)
})
