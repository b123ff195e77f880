import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { add, logFile, metaData, protocol, readTable, remove, writeLog, writeParquet, writeText } from './handMade.ts'

let database: Database
beforeAll(async () => void (database = await openDatabase()))
afterAll(() => database.close())

const id = { name: 'id', type: 'long' }
const features = ['deletionVectors', 'v2Checkpoint']

/** A table whose only file is 'a.parquet', beside a folder with a file of other rows. */
async function makePlaces(): Promise<{ readonly table: string; readonly beside: string }> {
  const parent = temporaryFolder('paths')
  const [table, beside] = [join(parent, 'table'), join(parent, 'beside')]
  await writeParquet(database, table, 'a.parquet', 'SELECT 1::BIGINT AS id')
  await writeParquet(database, beside, 'a.parquet', 'SELECT 666::BIGINT AS id')
  return { table, beside }
}

/** Ways out of a table to the file beside it, by what a log may hold. */
const waysOut = (beside: string): readonly string[] => [
  '../beside/a.parquet',
  '%2e%2e%2fbeside%2fa.parquet',
  '%2E%2E/beside/a.parquet',
  '.%2e/beside/a.parquet',
  'x/../../beside/a.parquet',
  'x/%2e%2e/%2e%2e/beside/a.parquet',
  './/..//beside/a.parquet',
  `${beside}/a.parquet`,
  `file:${beside}/a.parquet`,
  `file://${beside}/a.parquet`,
  `FILE://${beside}/a.parquet`,
  `file://localhost${beside}/a.parquet`,
  `file:%2f%2f${beside}/a.parquet`,
  `/${beside}/a.parquet`,
  `//host/share/a.parquet`,
  `%2f${beside.slice(1)}/a.parquet`,
  's3://bucket/a.parquet',
  's3a://bucket/a.parquet',
  'http://127.0.0.1:9/a.parquet',
  'C:\\beside\\a.parquet',
  'c:/beside/a.parquet'
]

test('no path of a data file leads out of its table', async () => {
  const { table, beside } = await makePlaces()
  for (const path of waysOut(beside)) {
    writeLog(table, [[protocol(), metaData([id])], [add(path)]])
    await expect(readTable(database, table), path).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('lies outside the table') as string })
  }
})

test.each(['%252e%252e/beside/a.parquet', '..%5cbeside%5ca.parquet', '..\\beside\\a.parquet', '%252fetc%252fpasswd', '~/a.parquet', '$HOME/a.parquet', '*.parquet', '?.parquet', '[a].parquet', '{a,b}.parquet'])('%s is a name in the table like others, decoded once and never expanded', async (path) => {
  const { table } = await makePlaces()
  writeLog(table, [[protocol(), metaData([id])], [add(path)]])
  await expect(readTable(database, table)).rejects.toMatchObject({ code: 'notFound', message: expect.stringContaining(table) as string })
})

test('files with backslashes and signs of patterns in their names are read, each once', async () => {
  const { table } = await makePlaces()
  const names = ['back\\slash.parquet', 'q?\\[a].parquet', 'qz\\a.parquet', '[x]*\\', 'q?.parquet', 'qz.parquet']
  for (const [i, name] of names.entries()) await writeParquet(database, table, name, `SELECT ${i}::BIGINT AS id`)
  writeLog(table, [[protocol(), metaData([id])], names.map((name) => add(encodeURIComponent(name)))])
  expect((await readTable(database, table)).map((row) => Number(row.id)).sort()).toEqual([0, 1, 2, 3, 4, 5])
})

test.each(['', '.', './', '%00', 'a%00.parquet', 'a.parquet%00.txt', '_delta_log', 'folder'])('%j, which names no file, is refused in a sentence', async (path) => {
  const { table } = await makePlaces()
  mkdirSync(join(table, 'folder'))
  writeLog(table, [[protocol(), metaData([id])], [add(path)]])
  await expect(readTable(database, table)).rejects.toMatchObject({ name: 'Fault', message: expect.stringContaining(table) as string })
})

test('the log itself is no data file', async () => {
  const { table } = await makePlaces()
  writeLog(table, [[protocol(), metaData([id])], [add(logFile(0))]])
  await expect(readTable(database, table)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(logFile(0)) as string })
})

test('a file that is removed under another spelling of its path is gone', async () => {
  const { table } = await makePlaces()
  writeLog(table, [[protocol(), metaData([id])], [add('a.parquet')], [remove('x/%2e%2e/./a%2eparquet')]])
  expect(await readTable(database, table)).toEqual([])
})

test('no deletion vector lies outside of its table', async () => {
  const { table, beside } = await makePlaces()
  const uuid = '0'.repeat(20)
  writeText(beside, 'deletion_vector_00000000-0000-0000-0000-000000000000.bin', 'secret')
  const stored = [`../beside${uuid}`, `x/../../beside${uuid}`, `${'../'.repeat(20)}etc${uuid}`, `a\0b${uuid}`].map((pathOrInlineDv) => ({ storageType: 'u', pathOrInlineDv }))
  const absolute = waysOut(beside).map((path) => ({ storageType: 'p', pathOrInlineDv: path }))
  for (const vector of [...stored, ...absolute]) {
    writeLog(table, [[protocol(3, features), metaData([id])], [add('a.parquet', { deletionVector: { ...vector, offset: 0, sizeInBytes: 2, cardinality: 1 } })]])
    await expect(readTable(database, table), vector.pathOrInlineDv).rejects.toMatchObject({ code: expect.stringMatching(/unsupported|storage/) as string, message: expect.stringMatching(/lies outside the table|zero byte/) as string })
  }
})

test('no sidecar of a checkpoint lies outside of its table', async () => {
  const { table, beside } = await makePlaces()
  await database.run(`COPY (SELECT {'path': 'a.parquet', 'partitionValues': MAP {}::MAP(VARCHAR, VARCHAR), 'size': 1, 'modificationTime': 1, 'dataChange': true} AS add) TO ${quoteLiteral(join(beside, 'sidecar.parquet'))} (FORMAT PARQUET)`)
  // A bare name lies among the sidecars, whatever it is.
  for (const path of [...waysOut(beside).filter((way) => way.includes('/')), '../../../beside/sidecar.parquet', '..%2f..%2f..%2fbeside%2fsidecar.parquet']) {
    writeLog(table, [[protocol(3, features), metaData([id])]])
    writeText(table, logFile(0, 'checkpoint.00000000-0000-0000-0000-000000000000.json'), [protocol(3, features), metaData([id]), { sidecar: { path, sizeInBytes: 1, modificationTime: 1 } }].map((action) => JSON.stringify(action)).join('\n'))
    await expect(readTable(database, table), path).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('lies outside the table') as string })
  }
})
