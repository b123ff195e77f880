import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadSnapshot, type SnapshotOptions } from '#electron/delta/snapshot.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { checkpointReader } from '#electron/duckdb/readCheckpoint.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { add, commitInfo, logFile, metaData, protocol, remove, writeLog, writeParquet, writeText } from './handMade.ts'

const database = await openDatabase()
afterAll(() => database.close())

const columns = metaData([{ name: 'id', type: 'long' }])
const load = (folder: string, options: SnapshotOptions = {}) => loadSnapshot(openLocalStore(folder), options, checkpointReader(database))
const paths = async (folder: string, options: SnapshotOptions = {}) => (await load(folder, options)).files.map((file) => file.path).sort()

/** A classic checkpoint that holds protocol, metaData and these files. */
async function writeCheckpoint(folder: string, name: string, files: readonly string[], { stats = false, withTable = true } = {}): Promise<void> {
  const { schemaString, id } = columns.metaData
  const table = `SELECT {minReaderVersion: 1, minWriterVersion: 2} AS protocol, {id: '${id}', schemaString: '${schemaString}', partitionColumns: []::VARCHAR[], configuration: map {'a': 'b'}} AS metaData, NULL AS add`
  const adds = files.map((path) => `SELECT NULL AS protocol, NULL AS metaData, {path: '${path}', partitionValues: map {'p': NULL}, size: 7, modificationTime: 8, dataChange: false${stats ? ', stats_parsed: {numRecords: 3}' : ", stats: '{}'"}} AS add`)
  await writeParquet(database, folder, `_delta_log/${name}`, [...(withTable ? [table] : []), ...adds].join(' UNION ALL BY NAME '))
}

test('A snapshot is the protocol, metadata, live files and transactions of the newest version', async () => {
  const folder = temporaryFolder('snapshot')
  const txn = (version: number) => ({ txn: { appId: 'q', version, lastUpdated: 1 } })
  writeLog(folder, [
    [protocol(), columns, add('a', { stats: '{"numRecords":1}' }), txn(1)],
    [add('b'), txn(2)],
    [remove('a'), { commitInfo: {} }]
  ])
  const { version, files, txns, protocol: own } = await load(folder)
  expect({ version, files: files.map((file) => file.path), txns: [...txns], own }).toEqual({
    version: 2,
    files: ['b'],
    txns: [['q', { appId: 'q', version: 2n, lastUpdated: 1 }]],
    own: { minReaderVersion: 1, minWriterVersion: 2, readerFeatures: undefined, writerFeatures: undefined }
  })
})

test('Statistics are there when asked for', async () => {
  const folder = temporaryFolder('snapshot')
  writeLog(folder, [[protocol(), columns, add('a', { stats: '{"numRecords":1}' })]])
  expect([(await load(folder)).files[0]?.stats, (await load(folder, { withStats: true })).files[0]?.stats]).toEqual([undefined, '{"numRecords":1}'])
})

test('Statistics of a strange shape are unknown', async () => {
  const folder = temporaryFolder('snapshot')
  writeLog(folder, [[protocol(), columns, add('a', { stats: { stats_json: '{}' } })]])
  expect((await load(folder, { withStats: true })).files[0]?.stats).toBeUndefined()
})

test('An older version is the table as it was', async () => {
  const folder = temporaryFolder('snapshot')
  writeLog(folder, [[protocol(), columns, add('a')], [add('b')], [remove('a')]])
  expect(await paths(folder, { version: 1 })).toEqual(['a', 'b'])
})

test('A file removed with one deletion vector and added with another, in any order within a commit, is live', async () => {
  const folder = temporaryFolder('snapshot')
  const vector = (pathOrInlineDv: string) => ({ deletionVector: { storageType: 'u', pathOrInlineDv, offset: 1, sizeInBytes: 1, cardinality: 1 } })
  writeLog(folder, [
    [protocol(), columns, add('a'), add('b')],
    [add('a', vector('x')), remove('a')],
    [remove('b'), add('b', vector('y'))]
  ])
  const { files } = await load(folder)
  expect(files.map((file) => [file.path, file.deletionVector?.pathOrInlineDv]).sort()).toEqual([
    ['a', 'x'],
    ['b', 'y']
  ])
})

test('A path is the same file however it is encoded or spelled', async () => {
  const folder = temporaryFolder('snapshot')
  writeLog(folder, [
    [protocol(), columns, add('a%20b'), add('/elsewhere/c'), add(`file://${folder}/d`), add('e+f')],
    [remove('a b'), remove('file:///elsewhere/c'), remove('./d')]
  ])
  expect(await paths(folder)).toEqual(['e+f'])
})

test('A checkpoint stands in for the commits before it', async () => {
  const folder = temporaryFolder('snapshot')
  await writeCheckpoint(folder, '00000000000000000010.checkpoint.parquet', ['a%20x', 'b'])
  writeLog(folder, [[], [remove('b'), add('c')]], 10)
  writeText(folder, '_delta_log/_last_checkpoint', '{"version":10,"size":3}')
  expect(await paths(folder)).toEqual(['a x', 'c'])
})

test('A log of checkpoints alone is a table', async () => {
  const folder = temporaryFolder('snapshot')
  await writeCheckpoint(folder, '00000000000000000010.checkpoint.parquet', ['a'])
  const { version, files, metaData: own } = await load(folder, { withStats: true })
  expect({ version, files, configuration: own.configuration }).toEqual({
    version: 10,
    files: [{ path: 'a', partitionValues: { p: null }, sizeBytes: 7, modificationTime: 8, dataChange: false, deletionVector: undefined, stats: '{}' }],
    configuration: { a: 'b' }
  })
})

test('A checkpoint with statistics as a struct only is read without them', async () => {
  const folder = temporaryFolder('snapshot')
  await writeCheckpoint(folder, '00000000000000000010.checkpoint.parquet', ['a'], { stats: true })
  expect((await load(folder, { withStats: true })).files.map((file) => [file.path, file.stats])).toEqual([['a', undefined]])
})

test.each([
  ['is not there', undefined],
  ['is damaged', '{"versi'],
  ['points beyond the log', '{"version":400}'],
  ['points to a checkpoint that is not there', '{"version":11}'],
  ['is something else', '[]']
])('The hint of the last checkpoint costs nothing but time when it %s', async (_, hint) => {
  const folder = temporaryFolder('snapshot')
  await writeCheckpoint(folder, '00000000000000000010.checkpoint.parquet', ['a'])
  writeLog(folder, [[], [add('b')]], 10)
  if (hint !== undefined) writeText(folder, '_delta_log/_last_checkpoint', hint)
  expect(await paths(folder)).toEqual(['a', 'b'])
})

test('A multipart checkpoint counts only when all its parts are there', async () => {
  const folder = temporaryFolder('snapshot')
  const part = (n: number) => `00000000000000000002.checkpoint.000000000${n}.0000000002.parquet`
  writeLog(folder, [[protocol(), columns, add('a')], [add('b')], [commitInfo()]])
  await writeCheckpoint(folder, part(1), ['from part 1'])
  expect(await paths(folder)).toEqual(['a', 'b'])
  await writeCheckpoint(folder, part(2), ['from part 2'], { withTable: false })
  expect(await paths(folder)).toEqual(['from part 1', 'from part 2'])
})

test('A V2 checkpoint in JSON refers to sidecars', async () => {
  const folder = temporaryFolder('snapshot')
  const sidecar = { sidecar: { path: 'files.parquet', sizeInBytes: 1, modificationTime: 1 } }
  const lines = [{ checkpointMetadata: { version: 4 } }, protocol(3, ['v2Checkpoint']), columns, { txn: { appId: 'q', version: 3 } }, sidecar, add('in json')]
  // With a byte order mark, as some editors leave one.
  writeText(folder, logFile(4, 'checkpoint.0a6b1c7e-6d0f-4f0c-9a8b-1f7f6c7a0d11.json'), `\ufeff${lines.map((line) => JSON.stringify(line)).join('\n')}`)
  await writeCheckpoint(folder, '_sidecars/files.parquet', ['in sidecar'], { withTable: false })
  const { files, txns } = await load(folder)
  expect({ paths: files.map((file) => file.path).sort(), txn: txns.get('q')?.version }).toEqual({ paths: ['in json', 'in sidecar'], txn: 3n })
})

test('A checkpoint that lacks a sidecar is refused, naming it', async () => {
  const folder = temporaryFolder('snapshot')
  writeText(folder, logFile(4, 'checkpoint.0a6b1c7e-6d0f-4f0c-9a8b-1f7f6c7a0d11.json'), [protocol(), columns, { sidecar: { path: 'gone.parquet' } }].map((line) => JSON.stringify(line)).join('\n'))
  await expect(load(folder)).rejects.toMatchObject({ code: 'notFound', message: expect.stringContaining('_delta_log/_sidecars/gone.parquet') as string })
})

test('A damaged checkpoint is refused, naming it', async () => {
  const folder = temporaryFolder('snapshot')
  writeText(folder, logFile(4, 'checkpoint.parquet'), 'this is not a Parquet file')
  await expect(load(folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(logFile(4, 'checkpoint.parquet')) as string })
})

test('Whoever writes a table may ask not to believe a checkpoint whose own commit is gone', async () => {
  const folder = temporaryFolder('snapshot')
  writeLog(folder, [[protocol(), columns, add('a')], [add('b')]])
  await writeCheckpoint(folder, '00000000000000000002.checkpoint.parquet', ['from the checkpoint'])
  expect([await paths(folder), await paths(folder, { onlyCommitted: true })]).toEqual([['from the checkpoint'], ['a', 'b']])
})

test('A version missing from the log is named', async () => {
  const folder = temporaryFolder('snapshot')
  writeLog(folder, [[protocol(), columns], [], [], []])
  rmSync(join(folder, logFile(2)))
  await expect(load(folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringMatching(/^\[DELTA_VERSIONS_NOT_CONTIGUOUS\] version 2 is missing/) as string })
})

test('A log that has lost its beginning is refused', async () => {
  const folder = temporaryFolder('snapshot')
  writeLog(folder, [[protocol(), columns]], 5)
  await expect(load(folder)).rejects.toThrow('[DELTA_TRUNCATED_TRANSACTION_LOG]')
})

test.each([
  ['protocol', [columns]],
  ['metaData', [protocol()]]
])('A log without %s is refused', async (name, actions) => {
  const folder = temporaryFolder('snapshot')
  writeLog(folder, [actions])
  await expect(load(folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(`has no ${name} action`) as string })
})

test('A version that is not there is refused, and the newest is named', async () => {
  const folder = temporaryFolder('snapshot')
  writeLog(folder, [[protocol(), columns]])
  await expect(load(folder, { version: 9 })).rejects.toMatchObject({ code: 'notFound', message: expect.stringMatching(/no version 9.*newest is 0/) as string })
})

test.each([
  ['a folder that is not there', () => undefined],
  ['a folder whose log is empty', (folder: string) => writeText(folder, '_delta_log/.keep', '')]
])('%s is no Delta table', async (_, prepare) => {
  const folder = join(temporaryFolder('snapshot'), 'table')
  prepare(folder)
  await expect(load(folder)).rejects.toMatchObject({ message: expect.stringContaining(`[DELTA_SCHEMA_NOT_SET] ${folder}`) as string })
})

test('The protocol is judged before anything else is made sense of', async () => {
  const folder = temporaryFolder('snapshot')
  writeLog(folder, [[metaData([{ name: 'v', type: 'variant' }]), protocol(3, ['variantType'])]])
  await expect(load(folder)).rejects.toThrow(/^\[DELTA_UNSUPPORTED_FEATURES_FOR_READ\].*variantType.*columnMapping/)
})

test('A type change that the protocol does not allow is refused', async () => {
  const folder = temporaryFolder('snapshot')
  const changed = (fromType: string) => metaData([{ name: 'n', type: 'long', metadata: { 'delta.typeChanges': [{ fromType, toType: 'long' }] } }])
  writeLog(folder, [[protocol(3, ['typeWidening']), changed('integer')], [changed('string')]])
  await expect(load(folder)).rejects.toThrow(/column n .*from string to long/)
  expect((await load(folder, { version: 0 })).version).toBe(0)
})
