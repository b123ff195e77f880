import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import type { Clock } from '#electron/host/clock.ts'
import { openParquetSource } from '#electron/source/parquetSource.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import type { OffsetRange, Source, SourceStream } from '#electron/source/source.ts'
import { writeParquet } from '#test/delta/handMade.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { cruising, observationsSql, writeObservations } from '#test/support/observations.ts'
import { minutesAgo, namesOf, now, placeFile, touch } from '#test/support/parquetStory.ts'
import { phases, runIn, runWhole } from '#test/support/runIn.ts'

const database = await openDatabase()
afterAll(() => database.close())

const standing: Clock = { nowMs: () => now, sleep: () => Promise.reject(new Error('nothing to wait for')) }
const place = (folder: string, path: string, minutes: number, time?: string) => placeFile(database, folder, path, minutes, time)

interface Opened {
  readonly source: Source
  readonly stream: SourceStream
}

async function open(folder: string, options: { unfinished?: 'wait' | 'refuse'; quarantine?: boolean; clock?: Clock } = {}): Promise<Opened> {
  const source = await openParquetSource(openLocalStore(folder), database, { clock: standing, signal: new AbortController().signal, unfinished: 'refuse', quarantine: false, ...options })
  return { source, stream: source.stream(['event_timestamp']) }
}

const nothing = JSON.stringify({ files: [] })
const noLimits = { maxFiles: null, maxBytes: null }

/** Plans and remembers batch after batch; the names of each. */
async function batchesOf({ stream }: Opened, limits: { maxFiles: number | null; maxBytes: number | null }, start = nothing): Promise<string[][]> {
  const batches: string[][] = []
  for (;;) {
    const end = await stream.plan(start, limits, undefined)
    if (end === start) return batches
    stream.remember({ start: nothing, end }, [])
    batches.push(namesOf(end))
    start = end
  }
}

test('O10 files are taken by time, then by path', async () => {
  const folder = temporaryFolder('order')
  await place(folder, 'b.parquet', 5)
  await place(folder, 'a.parquet', 5)
  await place(folder, 'z/old.parquet', 9)
  await place(folder, 'new.parquet', 1)
  expect(await batchesOf(await open(folder), noLimits)).toEqual([['z/old.parquet', 'a.parquet', 'b.parquet', 'new.parquet']])
})

/** What Spark 3.5.7 makes of the names of files, beside a file `a.parquet`. */
const askedNames = (JSON.parse(readFileSync(join(repository, 'test/fixtures/spark/partition-folders.json'), 'utf8')) as { names: { name: string; rows: number[] }[] }).names

/** Ours: who gives a file such a name is not done with it. */
const temporary = ['x.tmp', 'x.parquet.tmp', 'x.inprogress', 'x.crdownload', 'x~']

test.each(askedNames.map(({ name, rows }) => [name, rows.length === 2 && !temporary.includes(name)] as const))('O11 a Parquet file called %s is read: %s', async (name, isRead) => {
  const folder = temporaryFolder('names')
  await place(folder, 'a.parquet', 5)
  await writeParquet(database, folder, name, observationsSql(cruising('12:00')))
  touch(folder, name, 4)
  const opened = await open(folder)
  expect(await batchesOf(opened, noLimits)).toEqual([isRead ? ['a.parquet', name] : ['a.parquet']])
  const isTold = opened.source.problems().some(({ path }) => path === name)
  expect(isTold).toBe(temporary.includes(name) || (!isRead && name.endsWith('.parquet')))
})

test('O11 names that are hidden or temporary are never read, at any depth, nor what is no Parquet; all are told and counted', async () => {
  const folder = temporaryFolder('hidden')
  await place(folder, 'day=1/real.parquet', 5)
  const named = ['_temporary/0/part.parquet', '.hidden.parquet', 'day=1/_part.parquet', '.staging/part.parquet', 'part.parquet.tmp', 'day=1/part.tmp', 'x.parquet.inprogress', 'day=1/_SUCCESS', 'y._COPYING_', '_metadata']
  for (const path of named) {
    await writeParquet(database, folder, path, 'SELECT 1 AS other')
    touch(folder, path, 5)
  }
  const others = { 'README.txt': 'a text', 'day=1/.real.parquet.crc': 'crc', 'real.crc': 'crc', 'day=1/list.json': '{}', 'rows.csv': 'a,b', 'day=1/real.parquet.gz': '\x1f\x8b\x08', 'empty.txt': '', 'day=1_$folder$': '' }
  for (const [path, text] of Object.entries(others)) {
    writeFileSync(join(folder, path), text, 'latin1')
    touch(folder, path, 5)
  }
  const opened = await open(folder)
  expect(await batchesOf(opened, noLimits)).toEqual([['day=1/real.parquet']])
  expect(opened.source.problems()).toEqual([
    { path: 'README.txt', stuck: true, lasting: 'foreign 2', message: '6 files are not read, since they are no Parquet files: README.txt, day=1/list.json, day=1/real.parquet.gz and others; write rows that are missing as Parquet (a compressed Parquet file must be unpacked first)' },
    { path: 'day=1/part.tmp', stuck: true, lasting: 'temporary 1', message: '3 files are not read, since they have names of temporary files: day=1/part.tmp, part.parquet.tmp, x.parquet.inprogress; when its writer is done, it gives such a file another name' },
    { path: '.hidden.parquet', stuck: true, lasting: 'hidden 1', message: '3 files are not read, since their names are hidden (_name or .name), as in Spark: .hidden.parquet, .staging/part.parquet, day=1/_part.parquet; rename what holds rows' }
  ])
})

test.each(['000000_0', 'x.snappy', 'x.parquet.snappy', 'x.data'])('O10 O11 a cut-off Parquet file is unfinished whatever its name, and so is an empty one: %s', async (name) => {
  const folder = temporaryFolder('cut')
  await place(folder, 'a.parquet', 5)
  const bytes = readFileSync(join(folder, 'a.parquet'))
  for (const cut of name === 'x.data' ? [2, 4, 200, bytes.length - 1] : [0, 2, 4, 200, bytes.length - 1]) {
    writeFileSync(join(folder, name), bytes.subarray(0, cut))
    touch(folder, name, 5)
    await expect(open(folder)).rejects.toMatchObject({ code: 'corrupt', message: `${folder}/${name} is not a whole Parquet file (${cut} bytes, no footer): wait until its writer is done, remove it, or set silver.onBadFile to "quarantine" to go on without it` })
  }
})

/** A log of Spark's file sink, as Spark 3.5.7 writes it. */
function writeSinkLog(folder: string, file: string, ...actions: readonly (readonly [path: string, action: 'add' | 'delete'])[]): void {
  const lines = actions.map(([path, action]) => JSON.stringify({ path, size: 475, isDir: false, modificationTime: 1, blockReplication: 1, blockSize: 33554432, action }))
  mkdirSync(join(folder, '_spark_metadata'), { recursive: true })
  writeFileSync(join(folder, '_spark_metadata', file), ['v1', ...lines].join('\n'))
}

test('O11 of a folder with a log of Spark’s file sink, the files that the log lists are read, as in Spark', async () => {
  const folder = temporaryFolder('sink')
  for (const path of ['p=a b/1.parquet', 'p=é/2.parquet', 'p=a b/failed.parquet', 'p=é/1.parquet', 'p=a b/4.parquet', 'p=a b/5.parquet']) await place(folder, path, 5)
  writeSinkLog(folder, '0', ['file:///old/place/p=a%20b/never.parquet', 'add'])
  writeSinkLog(folder, '9.compact', ['file:///old/place/p=a%20b/1.parquet', 'add'], ['file:///old/place/p=a%20b/4.parquet', 'add'])
  writeSinkLog(folder, '10', ['file:///old/place/p=é/2.parquet', 'add'], ['file:///old/place/p=a%20b/4.parquet', 'delete'])
  const opened = await open(folder)
  expect(await batchesOf(opened, noLimits)).toEqual([['p=a b/1.parquet', 'p=é/2.parquet']])
  expect(opened.source.problems().map(({ message }) => message)).toEqual([
    '4 files are not read, since Spark\'s log _spark_metadata does not list them, as in Spark: p=a b/4.parquet, p=a b/5.parquet, p=a b/failed.parquet and others; move what holds rows of another writer into another folder'
  ])
  // A batch that ends later.
  writeSinkLog(folder, '11', ['file:///old/place/p=a%20b/5.parquet', 'add'])
  await opened.source.refresh()
  expect(await batchesOf(opened, noLimits)).toEqual([['p=a b/5.parquet']])
  writeSinkLog(folder, '13')
  await expect(opened.source.refresh()).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('_spark_metadata has no entry 12, ') as string })
  writeSinkLog(folder, '12')
  writeFileSync(join(folder, '_spark_metadata/13'), 'v1\n{"path":')
  await expect(opened.source.refresh()).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('_spark_metadata/13 does not list files as Spark') as string })
})

test('O10 O11 a watch takes a file without an ending when it is whole, and tells late of names that stay temporary', async () => {
  const folder = temporaryFolder('whole')
  await place(folder, 'a.parquet', 5)
  const bytes = readFileSync(join(folder, 'a.parquet'))
  let nowMs = now
  const clock: Clock = { nowMs: () => nowMs, sleep: () => Promise.reject(new Error('nothing to wait for')) }
  const opened = await open(folder, { unfinished: 'wait', clock })
  const seen: unknown[] = []
  const poll = async () => {
    nowMs += 1000
    await opened.source.refresh()
    seen.push([await batchesOf(opened, noLimits), opened.source.problems().map(({ path, lasting }) => [path, lasting])])
  }
  for (const name of ['000000_0', 'b.tmp', 'notes']) writeFileSync(join(folder, name), name === 'notes' ? 'text' : bytes.subarray(0, 100))
  for (const name of ['000000_0', 'b.tmp', 'notes']) touch(folder, name, 0)
  await poll()
  writeFileSync(join(folder, '000000_0'), bytes)
  touch(folder, '000000_0', -1)
  await poll()
  for (let i = 0; i < 2; i++) await poll()
  const notes = ['notes', 'foreign 0']
  expect(seen).toEqual([
    [[['a.parquet']], [['000000_0', undefined], ['notes', undefined]]],
    [[], [['000000_0', undefined], notes]],
    [[['000000_0']], [notes]],
    [[], [notes, ['b.tmp', 'temporary 0']]]
  ])
})

test('O10 offsets list path, size and time of their files', async () => {
  const folder = temporaryFolder('offset')
  await place(folder, 'a.parquet', 5)
  const { stream } = await open(folder)
  const { sizeBytes } = (await openLocalStore(folder).stat('a.parquet'))!
  const end = await stream.plan(nothing, noLimits, undefined)
  expect(JSON.parse(end)).toEqual({ files: [{ path: 'a.parquet', sizeBytes, modifiedMs: minutesAgo(5).getTime() }] })
  expect(await stream.files({ start: nothing, end })).toEqual([{ path: 'a.parquet', sizeBytes, hiddenRows: 0 }])
})

test('O5 O10 the limits of a batch count files and bytes; a file is taken while room is left before it', async () => {
  const folder = temporaryFolder('limits')
  const names = ['1.parquet', '2.parquet', '3.parquet', '4.parquet', '5.parquet']
  for (const [i, name] of names.entries()) await place(folder, name, 9 - i)
  const { sizeBytes } = (await openLocalStore(folder).stat('1.parquet'))!
  const [one, two, three, four, five] = names
  expect(await batchesOf(await open(folder), { maxFiles: 2, maxBytes: null })).toEqual([[one, two], [three, four], [five]])
  expect(await batchesOf(await open(folder), { maxFiles: null, maxBytes: 1 })).toEqual(names.map((name) => [name]))
  expect(await batchesOf(await open(folder), { maxFiles: null, maxBytes: sizeBytes + 1 })).toEqual([[one, two], [three, four], [five]])
  expect(await batchesOf(await open(folder), { maxFiles: 3, maxBytes: sizeBytes * 2 })).toEqual([[one, two], [three, four], [five]])
})

test('B5 O10 what comes after the end of an availableNow run was fixed is left for the next run', async () => {
  const folder = temporaryFolder('bound')
  await place(folder, 'a.parquet', 5)
  await place(folder, 'b.parquet', 4)
  const { source, stream } = await open(folder)
  const bound = await stream.latest(nothing)
  await place(folder, 'before.parquet', 9)
  await source.refresh()
  const first = await stream.plan(nothing, { maxFiles: 1, maxBytes: null }, bound)
  stream.remember({ start: nothing, end: first }, [])
  const second = await stream.plan(first, { maxFiles: 1, maxBytes: null }, bound)
  stream.remember({ start: first, end: second }, [])
  expect([first, second].map(namesOf)).toEqual([['a.parquet'], ['b.parquet']])
  expect(await stream.plan(second, noLimits, bound)).toBe(second)
  expect(namesOf(await stream.plan(second, noLimits, undefined))).toEqual(['before.parquet'])
})

test('R2 O10 what a stream remembers survives a restart: files seen are not taken again, whatever their time', async () => {
  const folder = temporaryFolder('seen')
  await place(folder, 'a.parquet', 5)
  await place(folder, 'b.parquet', 4)
  const before = await open(folder)
  const end = await before.stream.plan(nothing, noLimits, undefined)
  const memory: unknown = JSON.parse(JSON.stringify(before.stream.remember({ start: nothing, end }, [])))
  await place(folder, 'older.parquet', 60)
  const after = await open(folder)
  after.stream.recall(memory)
  expect(await batchesOf(after, noLimits, end)).toEqual([['older.parquet']])
})

test('O10 a known file that has changed is refused, naming it', async () => {
  const folder = temporaryFolder('changed')
  await place(folder, 'a.parquet', 5)
  const { source, stream } = await open(folder)
  const end = await stream.plan(nothing, noLimits, undefined)
  stream.remember({ start: nothing, end }, [])
  await writeObservations(database, folder, 'a.parquet', cruising('12:00', '12:01'))
  touch(folder, 'a.parquet', 1)
  await source.refresh()
  await expect(async () => stream.plan(end, noLimits, undefined)).rejects.toMatchObject({ code: 'changed', message: expect.stringContaining(`${folder}/a.parquet was changed after it had been read`) as string })
})

test('O10 a file that changes or goes between planning and reading is refused, naming it', async () => {
  const folder = temporaryFolder('moved')
  await place(folder, 'a.parquet', 5)
  const { stream } = await open(folder)
  const range = { start: nothing, end: await stream.plan(nothing, noLimits, undefined) }
  touch(folder, 'a.parquet', 1)
  await expect(openAll(stream, range)).rejects.toMatchObject({ code: 'notFound', message: expect.stringContaining(`${folder}/a.parquet was changed after it had been listed`) as string })
  rmSync(join(folder, 'a.parquet'))
  await expect(openAll(stream, range)).rejects.toMatchObject({ code: 'notFound', message: expect.stringContaining(`${folder}/a.parquet is not there any more`) as string })
})

const openAll = async (stream: SourceStream, range: OffsetRange) => Promise.all((await stream.scans(range)).map((scan) => scan.open()))

/** Ways in which a file is not whole. */
const unfinished: readonly { readonly what: string; readonly spoil: (file: string) => void }[] = [
  { what: 'empty', spoil: (file) => truncateSync(file, 0) },
  { what: 'without a footer', spoil: (file) => truncateSync(file, 100) },
  { what: 'cut in its footer', spoil: (file) => truncateSync(file, readFileSync(file).length - 5) },
  { what: 'with a footer longer than itself', spoil: (file) => writeFileSync(file, 'PAR1\xff\xff\xff\x00PAR1', 'latin1') },
  { what: 'written over by text', spoil: (file) => writeFileSync(file, 'this is not a Parquet file') }
]

test.each(unfinished)('O10 a file that is $what is refused by a replay, naming it', async ({ spoil }) => {
  const folder = temporaryFolder('half')
  await place(folder, 'whole.parquet', 5)
  await place(folder, 'half.parquet', 4)
  spoil(join(folder, 'half.parquet'))
  touch(folder, 'half.parquet', 4)
  await expect(open(folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(`${folder}/half.parquet is not a whole Parquet file`) as string })
})

test.each(unfinished)('O10 a file that is $what waits in a watch, is a problem after three polls without a change, and is read once it is whole', async ({ spoil }) => {
  const folder = temporaryFolder('half')
  const file = join(folder, 'half.parquet')
  await place(folder, 'whole.parquet', 5)
  await place(folder, 'half.parquet', 4)
  copyFileSync(file, join(folder, '.finished'))
  spoil(file)
  touch(folder, 'half.parquet', 4)
  let ms = now
  const opened = await open(folder, { unfinished: 'wait', clock: { nowMs: () => ms, sleep: standing.sleep } })
  const stuck = () => opened.source.problems().map((problem) => ({ path: problem.path, stuck: problem.stuck }))
  const seen = [stuck()]
  for (let poll = 1; poll <= 3; poll++) {
    ms += 1000
    await opened.source.refresh()
    seen.push(stuck())
  }
  const half = { path: 'half.parquet' }
  expect(seen).toEqual([[{ ...half, stuck: false }], [{ ...half, stuck: false }], [{ ...half, stuck: false }], [{ ...half, stuck: true }]])
  expect(await batchesOf(opened, noLimits)).toEqual([['whole.parquet']])
  copyFileSync(join(folder, '.finished'), file)
  touch(folder, 'half.parquet', 1)
  await opened.source.refresh()
  expect({ problems: stuck(), batches: await batchesOf(opened, noLimits) }).toEqual({ problems: [], batches: [['half.parquet']] })
})

test('O10 a file that grows is no problem, however often it is looked at', async () => {
  const folder = temporaryFolder('growing')
  await place(folder, 'whole.parquet', 5)
  let ms = now
  const { source } = await open(folder, { unfinished: 'wait', clock: { nowMs: () => ms, sleep: standing.sleep } })
  for (let poll = 0; poll < 6; poll++) {
    appendFileSync(join(folder, 'growing.parquet'), 'PAR1 and more')
    ms += 1000
    await source.refresh()
    expect(source.problems()).toEqual([{ path: 'growing.parquet', stuck: false, message: 'growing.parquet is not finished yet' }])
  }
})

test('O10 looks of two queries in the same moment are one poll', async () => {
  const folder = temporaryFolder('polls')
  await place(folder, 'whole.parquet', 5)
  writeFileSync(join(folder, 'half.parquet'), 'PAR1')
  let ms = now
  const { source } = await open(folder, { unfinished: 'wait', clock: { nowMs: () => ms, sleep: standing.sleep } })
  const stuck: boolean[] = []
  for (let poll = 0; poll < 3; poll++) {
    ms += 1000
    await Promise.all([source.refresh(), source.refresh()])
    await source.refresh()
    stuck.push(source.problems()[0]!.stuck)
  }
  expect(stuck).toEqual([false, false, true])
})

test('O10 a replay waits for a young file until it is two seconds old, and no longer', async () => {
  const folder = temporaryFolder('young')
  await place(folder, 'old.parquet', 5)
  await place(folder, 'young.parquet', 0)
  let ms = now + 500
  const slept: number[] = []
  const clock: Clock = {
    nowMs: () => ms,
    async sleep(duration) {
      slept.push(duration)
      ms += duration
      // A folder that is written to all the time.
      await place(folder, `next-${slept.length}.parquet`, 0)
      utimesSync(join(folder, `next-${slept.length}.parquet`), new Date(ms), new Date(ms))
      if (slept.length > 5) throw new Error('a replay that never begins')
    }
  }
  const opened = await open(folder, { clock })
  expect({ slept, batches: await batchesOf(opened, noLimits) }).toEqual({ slept: [1500], batches: [['old.parquet', 'young.parquet']] })
})

test('O10 a file from the future is taken, not waited for', async () => {
  const folder = temporaryFolder('future')
  await place(folder, 'a.parquet', 5)
  await place(folder, 'b.parquet', -60 * 24 * 365)
  let sleeps = 0
  const clock: Clock = {
    nowMs: () => now,
    sleep: () => (sleeps++ < 5 ? Promise.resolve() : Promise.reject(new Error('a replay that never begins')))
  }
  expect(await batchesOf(await open(folder, { clock }), noLimits)).toEqual([['a.parquet', 'b.parquet']])
})

test('O10 columns are the union of all files, by name without regard to case', async () => {
  const folder = temporaryFolder('union')
  await writeParquet(database, folder, 'a.parquet', `SELECT 1::INTEGER AS one, 'x' AS Name`)
  await writeParquet(database, folder, 'b.parquet', `SELECT 'y' AS name, [1] AS list, 1.5::DECIMAL(5,2) AS price`)
  touch(folder, 'a.parquet', 5)
  touch(folder, 'b.parquet', 4)
  const { source } = await open(folder)
  expect(source.columns).toEqual([
    { name: 'one', type: { kind: 'integer' } },
    { name: 'Name', type: { kind: 'string' } },
    { name: 'list', type: 'nested' },
    { name: 'price', type: { kind: 'decimal', precision: 5, scale: 2 } }
  ])
})

test('O10 a column whose type differs between two files is refused, naming both', async () => {
  const folder = temporaryFolder('types')
  await writeParquet(database, folder, 'a.parquet', 'SELECT 1::INTEGER AS altitude_meters')
  await writeParquet(database, folder, 'b.parquet', 'SELECT 1::DOUBLE AS altitude_meters')
  touch(folder, 'a.parquet', 5)
  touch(folder, 'b.parquet', 4)
  const { source } = await open(folder)
  expect(() => source.stream(['altitude_meters'])).toThrow(/column altitude_meters is double in .*b\.parquet and integer in a\.parquet/)
})

test('O10 a file without a column reads as nulls there', async () => {
  const folder = temporaryFolder('narrow')
  await place(join(folder, 'silver'), 'a.parquet', 5, '12:00')
  await writeParquet(database, folder, 'silver/b.parquet', `SELECT event_timestamp, flight_phase FROM (${observationsSql(cruising('12:00', '12:10'))})`)
  touch(folder, 'silver/b.parquet', 4)
  await runWhole(folder, database, { queries: phases })
  expect(await goldRows(join(folder, 'gold/flight_phase_counts'), database)).toEqual([
    { batchId: 1, window_start: '2026-01-23T12:00:00.000000Z', window_end: '2026-01-23T12:01:00.000000Z', flight_phase: 'CRUISE', flight_count: 2, avg_altitude: 10_000, avg_velocity: 800 }
  ])
})

test('O10 timestamps without a zone are no event times: refused as Spark does', async () => {
  const folder = temporaryFolder('zone')
  await writeParquet(database, folder, 'silver/a.parquet', `SELECT * REPLACE (event_timestamp::TIMESTAMP AS event_timestamp) FROM (${observationsSql(cruising('12:00'))})`)
  touch(folder, 'silver/a.parquet', 5)
  const { ends } = await runIn(folder, database)
  const message = expect.stringMatching(/^\[EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE\] .*"TIMESTAMP_NTZ"/) as string
  expect([...ends.values()]).toEqual([expect.objectContaining({ code: 'schema', message }), expect.objectContaining({ code: 'schema', message })])
  expect(readdirSync(folder)).toEqual(['silver'])
})

/** Rows of 12:00, 12:01, ..., a file each. */
