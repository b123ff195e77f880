import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { add, commitInfo, logFile, metaData, protocol, readTable, writeLog, writeParquet } from './handMade.ts'
import { arrayBitmap, roaring } from './roaringBytes.ts'

let database: Database
beforeAll(async () => void (database = await openDatabase()))
afterAll(() => database.close())

const id = { name: 'id', type: 'long' }
/** Z85 of sixteen zero bytes. */
const zeroUuid = '0'.repeat(20)
const vectorName = 'deletion_vector_00000000-0000-0000-0000-000000000000.bin'

function vectorFile(): Buffer {
  const data = roaring([[0, arrayBitmap([[0, [1]]])]])
  const file = Buffer.alloc(1 + 4 + data.length + 4)
  file.writeUInt8(1)
  file.writeInt32BE(data.length, 1)
  data.copy(file, 5)
  file.writeUInt32BE(crc32(data), 5 + data.length)
  return file
}

/** A table of ten rows, one of them hidden by a deletion vector in a file. */
async function makeTable(folder: string): Promise<void> {
  await writeParquet(database, folder, 'a.parquet', 'SELECT range::BIGINT AS id FROM range(10)')
  writeFileSync(join(folder, vectorName), vectorFile())
  const deletionVector = { storageType: 'u', pathOrInlineDv: zeroUuid, offset: 1, sizeInBytes: vectorFile().length - 9, cardinality: 1 }
  writeLog(folder, [[protocol(3, ['deletionVectors', 'v2Checkpoint']), metaData([id])], [add('a.parquet', { deletionVector })], [commitInfo()]])
}

/** Of version 1, as one Parquet file, or as one that names a sidecar. */
async function makeCheckpoint(folder: string, sidecar?: string): Promise<void> {
  const addType = 'STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT, dataChange BOOLEAN)'
  const protocolOf = `{'minReaderVersion': 3, 'minWriterVersion': 7, 'readerFeatures': ['v2Checkpoint'], 'writerFeatures': ['v2Checkpoint']}`
  const schemaString = metaData([id]).metaData.schemaString
  const metaDataOf = `{'id': 'a-table', 'format': {'provider': 'parquet'}, 'schemaString': '${schemaString}', 'partitionColumns': []::VARCHAR[], 'configuration': MAP {}::MAP(VARCHAR, VARCHAR)}`
  const file = `{'path': 'a.parquet', 'partitionValues': MAP {}::MAP(VARCHAR, VARCHAR), 'size': 1, 'modificationTime': 1, 'dataChange': true}::${addType}`
  const nothing = (type: string) => `CAST(NULL AS ${type})`
  const rows = (values: readonly (readonly [string, string])[]) => `SELECT ${values.map(([name, value]) => `${value} AS ${name}`).join(', ')}`
  const whole = [rows([['protocol', protocolOf], ['metaData', metaDataOf], ['add', nothing(addType)], ['sidecar', sidecar === undefined ? nothing('STRUCT(path VARCHAR)') : `{'path': '${sidecar}'}`]])]
  const files = rows([['add', file]])
  await writeParquet(database, folder, logFile(1, 'checkpoint.parquet'), sidecar === undefined ? `${whole.join('')} UNION ALL BY NAME ${files}` : whole.join(''))
  if (sidecar !== undefined) await writeParquet(database, folder, `_delta_log/_sidecars/${sidecar}`, files)
}

/** Moves a part of a table out of it, and leaves a link. */
function linkOut(folder: string, path: string): void {
  const outside = join(temporaryFolder('outside'), 'there')
  mkdirSync(dirname(outside), { recursive: true })
  renameSync(join(folder, path), outside)
  symlinkSync(outside, join(folder, path))
}

test('the table whose parts are linked out in the tests below can be read as it is', async () => {
  const folder = temporaryFolder('links')
  await makeTable(folder)
  expect(await readTable(database, folder)).toHaveLength(9)
  await makeCheckpoint(folder, 'part.parquet')
  expect(await readTable(database, folder)).toHaveLength(10)
})

test.each(['_delta_log', logFile(0), logFile(1), 'a.parquet', vectorName])('%s that is a link out of the table is refused, naming it', async (path) => {
  const folder = temporaryFolder('links')
  await makeTable(folder)
  linkOut(folder, path)
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining(`${join(folder, path)} is, or lies behind, a link that leads out of ${folder}`) as string })
})

test.each([
  [logFile(1, 'checkpoint.parquet'), undefined],
  ['_delta_log/_sidecars/part.parquet', 'part.parquet']
])('%s that is a link out of the table is refused, naming it', async (path, sidecar) => {
  const folder = temporaryFolder('links')
  await makeTable(folder)
  await makeCheckpoint(folder, sidecar)
  linkOut(folder, path)
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining(`${join(folder, path)} is, or lies behind, a link`) as string })
})

test('a hint that is a link out of the table is refused too', async () => {
  const folder = temporaryFolder('links')
  await makeTable(folder)
  writeFileSync(join(folder, '_delta_log', '_last_checkpoint'), '{"version":1}')
  linkOut(folder, '_delta_log/_last_checkpoint')
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining('_last_checkpoint is, or lies behind, a link') as string })
})

test('a table that is itself a link, and one whose files are links within it, are read', async () => {
  const folder = temporaryFolder('links')
  await makeTable(folder)
  renameSync(join(folder, 'a.parquet'), join(folder, 'b.parquet'))
  symlinkSync('b.parquet', join(folder, 'a.parquet'))
  const link = join(temporaryFolder('root'), 'table')
  symlinkSync(folder, link)
  expect(await readTable(database, link)).toHaveLength(9)
})
