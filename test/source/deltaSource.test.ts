import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { checkpointReader } from '#electron/duckdb/readCheckpoint.ts'
import { openDeltaSource, type DeltaSourceOptions } from '#electron/source/deltaSource.ts'
import { writeLogCheckpoint } from '#electron/sink/writeLogCheckpoint.ts'
import type { Source, SourceStream } from '#electron/source/source.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { add, logFile, metaData, protocol, remove, writeLog } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { cruising, silverFields, silverMetaData, writeObservations } from '#test/support/observations.ts'
import { phases, progressOf, runIn } from '#test/support/runIn.ts'
import { storyClock } from '#test/support/storyClock.ts'

const database = await openDatabase()
afterAll(() => database.close())

const defaults: DeltaSourceOptions = { skipChangeCommits: false, ignoreDeletes: false, ignoreChanges: false, startingVersion: null, startingTimestamp: null, failOnDataLoss: true }

interface Opened {
  readonly source: Source
  readonly stream: SourceStream
  readonly start: string
}

async function open(folder: string, options: Partial<DeltaSourceOptions> = {}): Promise<Opened> {
  const source = await openDeltaSource(openLocalStore(folder), database, checkpointReader(database), { ...defaults, ...options })
  return { source, stream: source.stream(['event_timestamp', 'flight_phase']), start: await source.beginning() }
}

const created = [protocol(), silverMetaData()]
const offset = (reservoirVersion: number, index: number, isStartingVersion = false) => JSON.stringify({ sourceVersion: 1, reservoirId: 'a-table', reservoirVersion, index, isStartingVersion })
/** Nothing of a version yet. */
const before = (version: number) => offset(version, -1)
const oneFile = { maxFiles: 1, maxBytes: null }
const noLimits = { maxFiles: null, maxBytes: null }

/** Each batch: where it ends, and the files that it reads. */
async function batchesOf({ stream, start }: Pick<Opened, 'stream' | 'start'>, limits = oneFile): Promise<[end: string, files: string[]][]> {
  const batches: [string, string[]][] = []
  for (let from = start; ; ) {
    const end = await stream.plan(from, limits, undefined)
    if (end === from) return batches
    batches.push([end, (await stream.files({ start: from, end })).map((file) => file.path)])
    from = end
  }
}

test('O1 O2 initial snapshot ends at base index of next version: five files, one a trigger', async () => {
  const folder = temporaryFolder('snapshot')
  const at = (modificationTime: number) => ({ modificationTime })
  writeLog(folder, [created, [add('c', at(2)), add('gone', at(1))], [add('b', at(2)), remove('gone')], [add('é', at(9))], [add('z', at(1)), add('a', at(9))]])
  expect(await batchesOf(await open(folder))).toEqual([
    [offset(4, 0, true), ['z']],
    [offset(4, 1, true), ['b']],
    [offset(4, 2, true), ['c']],
    [offset(4, 3, true), ['a']],
    [before(5), ['é']]
  ])
})

test('O2 the tail comes in the order of its log, commit after commit', async () => {
  const folder = temporaryFolder('tail')
  writeLog(folder, [created])
  const opened = await open(folder)
  writeLog(folder, [[add('b', { modificationTime: 9 }), add('a', { modificationTime: 1 })], [add('c')]], 1)
  await opened.source.refresh()
  expect(await batchesOf(opened)).toEqual([
    [offset(1, 0), ['b']],
    [before(2), ['a']],
    [before(3), ['c']]
  ])
})

test('O2 queries that look at the same moment share one look, so that none sees the log shrink', async () => {
  const folder = temporaryFolder('looks')
  writeLog(folder, [created])
  const store = openLocalStore(folder)
  let looks = 0
  const counting = { ...store, list: (...args: Parameters<typeof store.list>) => ((looks += 1), store.list(...args)) }
  const source = await openDeltaSource(counting, database, checkpointReader(database), defaults)
  looks = 0
  await Promise.all([source.refresh(), source.refresh()])
  await source.refresh()
  expect(looks).toBe(2)
})

test('O3 an empty table is one batch without rows, and a table at rest none', async () => {
  const folder = temporaryFolder('empty')
  writeLog(folder, [created])
  const { stream, start } = await open(folder)
  expect(await batchesOf({ stream, start })).toEqual([[before(1), []]])
  expect(await stream.latest(before(1))).toBe(before(1))
})

test('O3 a rate limited source advances with non-data inserts', async () => {
  const folder = temporaryFolder('non-data')
  const quiet = [{ commitInfo: { operation: 'SET TBLPROPERTIES', operationParameters: {} } }]
  writeLog(folder, [created, [add('a')], quiet, quiet, [add('b')], quiet])
  expect(await batchesOf(await open(folder, { startingVersion: 0 }))).toEqual([
    [before(4), ['a']],
    [before(6), ['b']]
  ])
})

test('O4 files that an OPTIMIZE wrote are not read and not numbered', async () => {
  const folder = temporaryFolder('optimize')
  const quiet = { dataChange: false }
  writeLog(folder, [created, [add('a'), add('b')], [remove('a', quiet), remove('b', quiet), add('ab', quiet)], [add('more', quiet), add('c'), add('d')]])
  expect(await batchesOf(await open(folder, { startingVersion: 1 }))).toEqual([
    [offset(1, 0), ['a']],
    [before(3), ['b']],
    [offset(3, 0), ['c']],
    [before(4), ['d']]
  ])
})

test('O5 batches in the middle of a commit go on behind the file they ended with', async () => {
  const folder = temporaryFolder('middle')
  writeLog(folder, [created, [add('a'), add('b'), add('c')], [add('d'), add('e')]])
  const { stream } = await open(folder)
  expect(await batchesOf({ stream, start: offset(1, 0) }, { maxFiles: 3, maxBytes: null })).toEqual([
    [offset(2, 0), ['b', 'c', 'd']],
    [before(3), ['e']]
  ])
})

test('B5 a bound ends the stream in the middle of a version', async () => {
  const folder = temporaryFolder('bound')
  writeLog(folder, [created, [add('a'), add('b'), add('c')]])
  const { stream } = await open(folder)
  expect(await stream.plan(before(1), noLimits, offset(1, 1))).toBe(offset(1, 1))
  expect(await stream.plan(offset(1, 1), noLimits, offset(1, 1))).toBe(offset(1, 1))
})

test('O6 a range that was planned can be read again when the commit behind it is one that the stream cannot follow', async () => {
  const folder = temporaryFolder('behind')
  writeLog(folder, [created, [add('a')], [add('b')], [remove('a')]])
  const { stream } = await open(folder, { startingVersion: 0 })
  expect((await stream.files({ start: before(1), end: before(3) })).map((file) => file.path)).toEqual(['a', 'b'])
  await expect(stream.latest(before(3))).rejects.toThrow('[DELTA_SOURCE_IGNORE_DELETE] version 3')
})

test('O7 start options are not looked at by a stream that has offsets', async () => {
  const folder = temporaryFolder('started')
  writeLog(folder, [created, [add('a')], [add('b')]])
  expect(await batchesOf({ ...(await open(folder)), start: offset(2, -1) })).toEqual([[before(3), ['b']]])
  const source = await openDeltaSource(openLocalStore(folder), database, checkpointReader(database), { ...defaults, startingVersion: 99 })
  await expect(source.beginning()).rejects.toThrow('[DELTA_VERSION_NOT_FOUND]')
  expect(await batchesOf({ stream: source.stream(['flight_phase']), start: before(2) })).toEqual([[before(3), ['b']]])
})

test('O7 startingVersion latest reads what comes, and nothing of what is there', async () => {
  const folder = temporaryFolder('latest')
  writeLog(folder, [created, [add('a')]])
  const opened = await open(folder, { startingVersion: 'latest' })
  expect([opened.start, await batchesOf(opened)]).toEqual([before(2), []])
  writeLog(folder, [[add('b')]], 2)
  await opened.source.refresh()
  expect(await batchesOf(opened)).toEqual([[before(3), ['b']]])
})

test('O7 the start by version reads no snapshot: the first commits are its batches', async () => {
  const folder = temporaryFolder('version')
  writeLog(folder, [[...created, add('first')], [add('a')], [add('b')]])
  expect(await batchesOf(await open(folder, { startingVersion: 0 }))).toEqual([
    [before(1), ['first']],
    [before(2), ['a']],
    [before(3), ['b']]
  ])
})

test('O8 metadata that adds a column or changes one that is not used is passed over', async () => {
  const folder = temporaryFolder('passed')
  writeLog(folder, [created])
  const opened = await open(folder)
  const retyped = silverFields.map((field) => (field.name === 'altitude_meters' ? { ...field, type: 'string' } : field))
  writeLog(folder, [[add('a')], [metaData([...retyped, { name: 'new', type: 'long' }]), add('b')], [add('c')]], 1)
  await opened.source.refresh()
  expect(await batchesOf(opened, { maxFiles: 9, maxBytes: null })).toEqual([[before(4), ['a', 'b', 'c']]])
})

test.each([
  { what: 'retypes', fields: silverFields.map((field) => (field.name === 'flight_phase' ? { ...field, type: 'long' } : field)), told: 'changes column flight_phase from string to long' },
  { what: 'drops', fields: silverFields.filter((field) => field.name !== 'flight_phase'), told: 'changes column flight_phase from string to nothing' }
])('O8 metadata that $what a column in use ends the stream, when everything before it has been read', async ({ fields, told }) => {
  const folder = temporaryFolder('stop')
  writeLog(folder, [created])
  const { source, stream, start } = await open(folder)
  writeLog(folder, [[add('a')], [add('b')], [metaData(fields), add('c')], [add('d')]], 1)
  await source.refresh()
  const end = await stream.latest(start)
  expect([end, (await stream.files({ start, end })).map((file) => file.path)]).toEqual([before(3), ['a', 'b']])
  const stop = { code: 'changed', message: expect.stringMatching(new RegExp(`^\\[DELTA_SCHEMA_CHANGED_WITH_VERSION\\] version 3 of .* ${told}: everything before it has been read`)) as string }
  await expect(stream.latest(end)).rejects.toMatchObject(stop)
  await expect(stream.plan(end, noLimits, end)).rejects.toMatchObject(stop)
})

test('O9 another table id in the tail is refused', async () => {
  const folder = temporaryFolder('id')
  writeLog(folder, [created])
  const { source, stream } = await open(folder)
  writeLog(folder, [[metaData(silverFields, { id: 'another-table' })]], 1)
  await source.refresh()
  await expect(stream.latest(before(1))).rejects.toMatchObject({ code: 'changed', message: expect.stringMatching(/^\[DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE\] .* has the table id another-table, and the stream began with a-table/) as string })
})

test('O9 an offset of another table id is refused', async () => {
  const folder = temporaryFolder('id')
  writeLog(folder, [created])
  const { stream } = await open(folder)
  await expect(stream.latest(before(1).replace('a-table', 'another-table'))).rejects.toMatchObject({ code: 'changed', message: expect.stringMatching(/^\[DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE\] the checkpoint has read table another-table/) as string })
})

test('O9 a protocol in the tail that needs a feature which is not known is refused, naming it', async () => {
  const folder = temporaryFolder('feature')
  writeLog(folder, [created])
  const { source, stream } = await open(folder)
  writeLog(folder, [[protocol(3, ['deletionVectors']), add('a')], [protocol(3, ['deletionVectors', 'variantType'])]], 1)
  await source.refresh()
  await expect(stream.latest(before(1))).rejects.toMatchObject({ code: 'unsupported', message: expect.stringMatching(/^\[DELTA_UNSUPPORTED_FEATURES_FOR_READ\] .* "variantType"/) as string })
})

test('O9 incremental: a commit file gap between versions fails, unless data loss is allowed', async () => {
  const folder = temporaryFolder('gap')
  writeLog(folder, [created])
  const strict = await open(folder)
  const lax = await open(folder, { failOnDataLoss: false })
  writeLog(folder, [[add('a')], [add('b')], [add('c')]], 1)
  rmSync(join(folder, logFile(2)))
  for (const { source } of [strict, lax]) await source.refresh()
  await expect(strict.stream.latest(before(1))).rejects.toMatchObject({ code: 'changed', message: expect.stringMatching(/^\[DELTA_MISSING_FILES_UNEXPECTED_VERSION\] .* has no version 2 in its log any more/) as string })
  expect(await batchesOf({ stream: lax.stream, start: before(1) }, { maxFiles: 9, maxBytes: null })).toEqual([[before(4), ['a', 'c']]])
})

test('O9 a log that was cleaned up before the stream had read it fails, unless data loss is allowed', async () => {
  const folder = temporaryFolder('cleaned')
  writeLog(folder, [created, ...Array.from({ length: 11 }, (_, i) => [add(`${i + 1}`)])])
  const running = await open(folder)
  await writeLogCheckpoint(openLocalStore(folder), database, checkpointReader(database), 10)
  for (let version = 0; version < 10; version++) rmSync(join(folder, logFile(version)))
  const [strict, lax] = [await open(folder), await open(folder, { failOnDataLoss: false })]
  await running.source.refresh()
  for (const { stream } of [strict, running]) {
    await expect(stream.latest(before(5))).rejects.toMatchObject({ code: 'changed', message: expect.stringMatching(/^\[DELTA_MISSING_FILES_UNEXPECTED_VERSION\] .* has no version 5 in its log any more/) as string })
  }
  expect(await batchesOf({ stream: lax.stream, start: before(5) }, { maxFiles: 9, maxBytes: null })).toEqual([[before(12), ['10', '11']]])
  expect(await batchesOf({ stream: strict.stream, start: before(10) }, { maxFiles: 9, maxBytes: null })).toEqual([[before(12), ['10', '11']]])
})

test('O9 a table that was deleted and made again, with more versions than have been read, is refused at the next look', async () => {
  const folder = temporaryFolder('again')
  writeLog(folder, [created, [add('a')], [add('b')]])
  const { source } = await open(folder)
  await source.refresh()
  rmSync(join(folder, '_delta_log'), { recursive: true })
  writeLog(folder, [[protocol(), silverMetaData({ id: 'another' })], [add('other')], [add('others')], [add('more')]])
  await expect(source.refresh()).rejects.toMatchObject({ code: 'changed', message: expect.stringMatching(/^\[DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE\] .* has the table id another, and the stream began with a-table/) as string })
})

test('O9 a table that was rolled back, or replaced by a shorter one, is refused', async () => {
  const folder = temporaryFolder('rolled')
  writeLog(folder, [created, [add('a')], [add('b')], [add('c')]])
  const { source, stream } = await open(folder)
  rmSync(join(folder, logFile(3)))
  await source.refresh()
  await expect(stream.latest(before(4))).rejects.toMatchObject({ code: 'changed', message: expect.stringMatching(/is at version 2, and the stream has already read version 3: the table was replaced or rolled back/) as string })
  expect(await stream.latest(before(3))).toBe(before(3))
})

test.each(['', 'null', '{}', '{"sourceVersion":1,"reservoirId":"a-table","reservoirVersion":-1,"index":0,"isStartingVersion":false}', '{"sourceVersion":1,"reservoirId":"a-table","reservoirVersion":1,"index":-20,"isStartingVersion":false}', '{"sourceVersion":3,"reservoirId":"a-table","reservoirVersion":1,"index":-20,"isStartingVersion":false}'])('O1 what is no offset of this source is refused: %s', async (text) => {
  const folder = temporaryFolder('offset')
  writeLog(folder, [created])
  const { stream } = await open(folder)
  await expect(stream.latest(text)).rejects.toMatchObject({ code: 'checkpoint' })
})

/** A silver table of the folder with a row a commit, from version 1 on, at these times. */
async function silverOf(folder: string, times: readonly string[], first = 1): Promise<void> {
  for (const [i, time] of times.entries()) {
    await writeObservations(database, join(folder, 'silver'), `${first + i}.parquet`, cruising(time))
    writeLog(join(folder, 'silver'), [[add(`${first + i}.parquet`)]], first + i)
  }
}

const readBy = (outing: Awaited<ReturnType<typeof runIn>>) => progressOf(outing, 'flight_phase_counts').map(({ batchId, numInputRows }) => [batchId, numInputRows])

test('O8 a run reads everything before metadata that retypes a column, then fails because of it; the next one is refused', async () => {
  const folder = temporaryFolder('retyped')
  writeLog(join(folder, 'silver'), [created])
  await silverOf(folder, ['12:00', '12:05'])
  // The schema of a run is that of its start, so the change has to come while it runs.
  const change = async () => {
    await silverOf(folder, ['12:10'], 3)
    writeLog(join(folder, 'silver'), [[metaData(silverFields.map((field) => (field.name === 'altitude_meters' ? { ...field, type: 'float' } : field)))], [add('never-read.parquet')]], 4)
  }
  const { clock, signal } = storyClock(0, 1, [change, () => undefined])
  const outing = await runIn(folder, database, { trigger: { kind: 'processingTime' }, silver: { maxFilesPerTrigger: 1 }, queries: phases }, { clock, signal })
  expect({ read: readBy(outing), ends: [...outing.ends.values()] }).toEqual({
    read: [[0, 1], [1, 1], [2, 0], [3, 1]],
    ends: [expect.objectContaining({ code: 'changed', message: expect.stringMatching(/^\[DELTA_SCHEMA_CHANGED_WITH_VERSION\] version 4 of .* changes column altitude_meters from double to float/) as string })]
  })
  const next = await runIn(folder, database, { queries: phases })
  expect({ read: readBy(next), ends: [...next.ends.values()] }).toEqual({ read: [], ends: [expect.objectContaining({ code: 'checkpoint', message: expect.stringContaining('column altitude_meters') as string })] })
})

test('B5 O6 an availableNow run checks every commit before its first batch', async () => {
  const folder = temporaryFolder('checked')
  writeLog(join(folder, 'silver'), [created])
  await silverOf(folder, ['12:00', '12:05'])
  writeLog(join(folder, 'silver'), [[remove('1.parquet')]], 3)
  const outing = await runIn(folder, database, { silver: { startingVersion: 0, maxFilesPerTrigger: 1 }, queries: phases })
  expect({ read: readBy(outing), ends: [...outing.ends.values()] }).toEqual({ read: [], ends: [expect.objectContaining({ message: expect.stringMatching(/^\[DELTA_SOURCE_IGNORE_DELETE\] version 3/) as string })] })
})

test('B5 O6 a watch reads batch after batch up to the commit that it cannot follow', async () => {
  const folder = temporaryFolder('watched')
  writeLog(join(folder, 'silver'), [created])
  await silverOf(folder, ['12:00', '12:05', '12:06'])
  writeLog(join(folder, 'silver'), [[remove('1.parquet')]], 4)
  const outing = await runIn(folder, database, { trigger: { kind: 'processingTime' }, silver: { startingVersion: 0, maxFilesPerTrigger: 1 }, queries: phases })
  // Behind the last file lies the delete: the batch that would read it cannot tell where it ends.
  expect({ read: readBy(outing), ends: [...outing.ends.values()] }).toEqual({ read: [[0, 1], [1, 1]], ends: [expect.objectContaining({ message: expect.stringMatching(/^\[DELTA_SOURCE_IGNORE_DELETE\] version 4/) as string })] })
})

test('B1 O6 a batch that was begun is finished before the stream meets the commit that it cannot follow', async () => {
  const folder = temporaryFolder('begun')
  writeLog(join(folder, 'silver'), [created])
  await silverOf(folder, ['12:00', '12:05'])
  await runIn(folder, database, { silver: { maxFilesPerTrigger: 1 }, queries: phases })
  const checkpoint = join(folder, 'checkpoints/gold_aggregations')
  for (const path of ['offsets/2', 'commits/2', 'state/2', 'commits/1', 'state/1']) rmSync(join(checkpoint, path))
  for (const version of [1, 2]) rmSync(join(folder, 'gold/flight_phase_counts', logFile(version)))
  writeLog(join(folder, 'silver'), [[remove('1.parquet')]], 3)
  const outing = await runIn(folder, database, { queries: phases })
  expect({ read: readBy(outing), ends: [...outing.ends.values()] }).toEqual({ read: [[1, 1]], ends: [expect.objectContaining({ message: expect.stringMatching(/^\[DELTA_SOURCE_IGNORE_DELETE\] version 3/) as string })] })
})
