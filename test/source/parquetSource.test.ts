import { appendFileSync, copyFileSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import type { Clock } from '#electron/host/clock.ts'
import { openParquetSource } from '#electron/source/parquetSource.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import type { Source, SourceStream } from '#electron/source/source.ts'
import { writeLog, writeParquet, protocol, add } from '#test/delta/handMade.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { cruising, observationsSql, silverMetaData, writeObservations } from '#test/support/observations.ts'
import { phases, progressOf, runIn, runWhole, warningsOf } from '#test/support/runIn.ts'
import { storyClock } from '#test/support/storyClock.ts'

let database: Database
beforeAll(async () => {
  database = await openDatabase()
})
afterAll(() => database.close())

/** When the tests play. */
const now = Date.UTC(2026, 0, 23, 13)
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000)
const standing: Clock = { nowMs: () => now, sleep: () => Promise.reject(new Error('nothing to wait for')) }

/** A whole file with a row at `time`, written so many minutes ago. */
async function place(folder: string, path: string, minutes: number, time = '12:00'): Promise<void> {
  await writeObservations(database, folder, path, cruising(time))
  touch(folder, path, minutes)
}

const touch = (folder: string, path: string, minutes: number) => utimesSync(join(folder, path), minutesAgo(minutes), minutesAgo(minutes))

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
const namesOf = (offset: string) => (JSON.parse(offset) as { files: { path: string }[] }).files.map(({ path }) => path)

/** Plans and remembers batch after batch; the names of each. */
async function batchesOf({ stream }: Opened, limits: { maxFiles: number | null; maxBytes: number | null }, start = nothing): Promise<string[][]> {
  const batches: string[][] = []
  for (;;) {
    const end = await stream.plan(start, limits, undefined)
    if (end === start) return batches
    stream.remember(end)
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

test('O10 names that are hidden, temporary or no Parquet are never read, at any depth', async () => {
  const folder = temporaryFolder('hidden')
  await place(folder, 'day=1/real.parquet', 5)
  for (const path of ['_temporary/0/part.parquet', '.hidden.parquet', 'day=1/_part.parquet', '.staging/part.parquet', 'part.parquet.tmp', 'part.tmp', '_SUCCESS', 'day=1/.real.parquet.crc', 'notes.txt', 'x.parquet.inprogress']) {
    await writeParquet(database, folder, path, 'SELECT 1 AS other')
    touch(folder, path, 5)
  }
  expect(await batchesOf(await open(folder), noLimits)).toEqual([['day=1/real.parquet']])
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
  stream.remember(first)
  const second = await stream.plan(first, { maxFiles: 1, maxBytes: null }, bound)
  stream.remember(second)
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
  const memory: unknown = JSON.parse(JSON.stringify(before.stream.remember(end)))
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
  stream.remember(end)
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
  await expect(stream.scans(range)).rejects.toMatchObject({ code: 'changed', message: expect.stringContaining(`${folder}/a.parquet was changed after it had been listed`) as string })
  rmSync(join(folder, 'a.parquet'))
  await expect(stream.scans(range)).rejects.toMatchObject({ code: 'notFound', message: expect.stringContaining(`${folder}/a.parquet is not there any more`) as string })
})

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
  copyFileSync(file, join(folder, 'finished.tmp'))
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
  copyFileSync(join(folder, 'finished.tmp'), file)
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
  await expect(open(folder)).rejects.toMatchObject({ code: 'schema', message: expect.stringMatching(/column altitude_meters is double in .*b\.parquet and integer in a\.parquet/) as string })
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
async function threeFiles(folder: string): Promise<void> {
  for (const minute of [0, 1, 2]) await place(folder, `silver/${minute}.parquet`, 9 - minute, `12:0${minute}`)
}

test('O10 files that are added between two runs are new data, and only they', async () => {
  const folder = temporaryFolder('runs')
  await threeFiles(folder)
  await runWhole(folder, database, { queries: phases })
  await place(folder, 'silver/0-late.parquet', 60, '12:07')
  const second = await runWhole(folder, database, { queries: phases })
  const third = await runWhole(folder, database, { queries: phases })
  const read = (outing: typeof second) => progressOf(outing, 'flight_phase_counts').map(({ batchId, numInputRows, contrail }) => [batchId, contrail.numInputFiles, numInputRows])
  expect([read(second), read(third)]).toEqual([[[2, 1, 1], [3, 0, 0]], []])
})

test('R2 O10 a batch that was begun and not finished is done again with the files that it had, whatever has come since', async () => {
  const folder = temporaryFolder('again')
  await threeFiles(folder)
  await runWhole(folder, database, { silver: { maxFilesPerTrigger: 2 }, queries: phases })
  const checkpoint = join(folder, 'checkpoints/gold_aggregations')
  for (const path of ['offsets/2', 'commits/2', 'state/2', 'commits/1', 'state/1']) rmSync(join(checkpoint, path))
  for (const version of ['1', '2']) rmSync(join(folder, 'gold/flight_phase_counts/_delta_log', `${version.padStart(20, '0')}.json`))
  await place(folder, 'silver/older.parquet', 60, '12:20')
  await runWhole(folder, database, { silver: { maxFilesPerTrigger: 2 }, queries: phases })
  const offsets = readdirSync(join(checkpoint, 'offsets')).sort()
  expect(offsets.map((batch) => namesOf(readFileSync(join(checkpoint, 'offsets', batch), 'utf8').split('\n')[2]!))).toEqual([['0.parquet', '1.parquet'], ['2.parquet'], ['older.parquet'], ['older.parquet']])
})

test('O10 a replay fails because of a half-written file, naming it, and writes nothing', async () => {
  const folder = temporaryFolder('stop')
  await threeFiles(folder)
  truncateSync(join(folder, 'silver/1.parquet'), 200)
  touch(folder, 'silver/1.parquet', 8)
  const { ends } = await runIn(folder, database)
  const fault = expect.objectContaining({ code: 'corrupt', message: expect.stringContaining(`${folder}/silver/1.parquet is not a whole Parquet file`) as string }) as Error
  expect([...ends]).toEqual([['flight_phase_counts', fault], ['anomaly_alerts', fault]])
  expect(readdirSync(folder)).toEqual(['silver'])
})

test('O10 with quarantine a replay goes on without a half-written file, and tells it in progress, in gold and as a warning', async () => {
  const folder = temporaryFolder('quarantine')
  await threeFiles(folder)
  truncateSync(join(folder, 'silver/1.parquet'), 200)
  touch(folder, 'silver/1.parquet', 8)
  const outing = await runWhole(folder, database, { silver: { onBadFile: 'quarantine' }, queries: phases })
  const message = `${folder}/silver/1.parquet is not a whole Parquet file: it is damaged or was cut off; restore it from a copy`
  const [first] = progressOf(outing, 'flight_phase_counts')
  expect({ rows: first!.numInputRows, ...first!.contrail }).toMatchObject({ rows: 2, numInputFiles: 3, setAside: [{ path: '1.parquet', message }] })
  expect(warningsOf(outing)).toEqual([`set aside 1.parquet: ${message}`])
  const [info] = readFileSync(join(folder, 'gold/flight_phase_counts/_delta_log', `${'0'.repeat(20)}.json`), 'utf8').split('\n')
  const { userMetadata } = (JSON.parse(info!) as { commitInfo: { userMetadata: string } }).commitInfo
  expect((JSON.parse(userMetadata) as { setAside: unknown }).setAside).toEqual(['1.parquet'])
})

test('O10 a watch says once which file is stuck, and goes on with the others', async () => {
  const folder = temporaryFolder('stuck')
  await threeFiles(folder)
  const half = join(folder, 'silver/half.parquet')
  const { clock, signal } = storyClock(now, 2, [
    () => writeFileSync(half, 'PAR1 and then nothing'),
    () => undefined,
    () => undefined,
    () => undefined,
    () => place(folder, 'silver/3.parquet', 1, '12:30'),
    () => undefined,
    () => rmSync(half),
    () => undefined
  ])
  const outing = await runIn(folder, database, { trigger: { kind: 'processingTime' } }, { clock, signal })
  expect([...outing.ends.values()].map((end) => end?.message)).toEqual(Array(2).fill(expect.stringMatching(/^interrupted; /)))
  expect(warningsOf(outing)).toEqual(['half.parquet has no Parquet footer and has not changed for 3 polls: its writer may have died; remove it or finish it'])
  const status = outing.events.flatMap((event) => (event.kind === 'status' && event.query === 'flight_phase_counts' ? [event.message.replace(/\d+ polls.*\)/, 'n polls)')] : []))
  const [young, stuck] = ['Waiting for data to arrive (half.parquet is not finished yet)', 'Waiting for data to arrive (half.parquet has no Parquet footer and has not changed for n polls)']
  const batches = ['Processing new data', 'No new data but cleaning up state']
  expect(status).toEqual([...batches, 'Waiting for data to arrive', young, young, young, stuck, ...batches, stuck, stuck, 'Waiting for data to arrive', 'Waiting for data to arrive'])
})

test('O10 with quarantine a watch sets a stuck file aside after three polls without a change, and goes on', async () => {
  const folder = temporaryFolder('stuck')
  await threeFiles(folder)
  const write = () => {
    writeFileSync(join(folder, 'silver/half.parquet'), 'PAR1 and then nothing')
    touch(folder, 'silver/half.parquet', 1)
  }
  const { clock, signal } = storyClock(now, 1, [write, () => undefined, () => undefined, () => undefined, () => place(folder, 'silver/3.parquet', 1, '12:30'), () => undefined])
  const outing = await runIn(folder, database, { silver: { onBadFile: 'quarantine' }, trigger: { kind: 'processingTime' }, queries: phases }, { clock, signal })
  const seen = progressOf(outing, 'flight_phase_counts').map(({ timestamp, numInputRows, contrail }) => [(Date.parse(timestamp) - now) / 1000, numInputRows, contrail.setAside.map(({ path }) => path)])
  expect(seen).toEqual([
    [0, 3, []],
    [0, 0, []],
    [4, 0, ['half.parquet']],
    [5, 1, []],
    [5, 0, []]
  ])
})

test('O10 a watch over a folder whose only file is being written waits for it', async () => {
  const folder = temporaryFolder('first')
  await place(folder, 'silver/only.parquet', 5)
  copyFileSync(join(folder, 'silver/only.parquet'), join(folder, 'whole.tmp'))
  truncateSync(join(folder, 'silver/only.parquet'), 50)
  const { clock, signal } = storyClock(now, 1, [
    () => undefined,
    () => {
      copyFileSync(join(folder, 'whole.tmp'), join(folder, 'silver/only.parquet'))
      touch(folder, 'silver/only.parquet', 4)
    },
    () => undefined
  ])
  const outing = await runIn(folder, database, { trigger: { kind: 'processingTime' }, queries: phases }, { clock, signal })
  expect(progressOf(outing, 'flight_phase_counts').map(({ batchId, numInputRows }) => [batchId, numInputRows])).toEqual([[0, 1], [1, 0]])
})

test('decisions 1.7 a checkpoint that knows a Delta table does not go on with the Parquet files in it, nor the other way round', async () => {
  const folder = temporaryFolder('other')
  await place(folder, 'silver/a.parquet', 5)
  writeLog(join(folder, 'silver'), [[protocol(), silverMetaData(), add('a.parquet')]])
  await runWhole(folder, database, { queries: phases })
  rmSync(join(folder, 'silver/_delta_log'), { recursive: true })
  const asParquet = await runIn(folder, database, { queries: phases })
  expect([...asParquet.ends.values()]).toEqual([expect.objectContaining({ code: 'checkpoint', message: expect.stringContaining('has read silver a-table') as string })])

  const plain = temporaryFolder('other')
  await place(plain, 'silver/a.parquet', 5)
  await runWhole(plain, database, { queries: phases })
  writeLog(join(plain, 'silver'), [[protocol(), silverMetaData(), add('a.parquet')]])
  const asDelta = await runIn(plain, database, { queries: phases })
  expect([...asDelta.ends.values()]).toEqual([expect.objectContaining({ code: 'checkpoint', message: expect.stringContaining('has read silver parquet files in') as string })])
})

test('decisions 1.7 an unfinished first batch of the other kind of source is refused too', async () => {
  const folder = temporaryFolder('other')
  await place(folder, 'silver/a.parquet', 5)
  writeLog(join(folder, 'silver'), [[protocol(), silverMetaData(), add('a.parquet')]])
  await runWhole(folder, database, { queries: phases })
  for (const kind of ['commits', 'state']) rmSync(join(folder, 'checkpoints/gold_aggregations', kind), { recursive: true })
  rmSync(join(folder, 'gold'), { recursive: true })
  const [only] = readdirSync(join(folder, 'checkpoints/gold_aggregations/offsets')).sort().slice(1)
  rmSync(join(folder, 'checkpoints/gold_aggregations/offsets', only!))
  rmSync(join(folder, 'silver/_delta_log'), { recursive: true })
  const { ends } = await runIn(folder, database, { queries: phases })
  expect([...ends.values()]).toEqual([expect.objectContaining({ code: 'checkpoint', message: expect.stringMatching(/^\[DELTA_SCHEMA_NOT_SET\]/) as string })])
})

test('decisions 1.7 a folder that holds a Delta log is not read as plain Parquet, even when asked to', async () => {
  const folder = temporaryFolder('log')
  await place(folder, 'silver/a.parquet', 5)
  writeLog(join(folder, 'silver'), [[protocol(), silverMetaData(), add('a.parquet')]])
  const { ends } = await runIn(folder, database, { silver: { format: 'parquet' }, queries: phases })
  expect([...ends.values()]).toEqual([expect.objectContaining({ code: 'usage', message: expect.stringContaining('has a _delta_log') as string })])
})

test('decisions 1.7 a folder that is missing, empty or without Parquet files is refused with Spark’s class and its path', async () => {
  const folder = temporaryFolder('none')
  const refused = expect.objectContaining({ code: 'notFound', message: expect.stringMatching(new RegExp(`^\\[DELTA_SCHEMA_NOT_SET\\] ${folder}/silver`)) as string }) as Error
  expect([...(await runIn(folder, database, { queries: phases })).ends.values()]).toEqual([refused])
  await writeParquet(database, folder, 'silver/notes.txt', 'SELECT 1')
  expect([...(await runIn(folder, database, { queries: phases })).ends.values()]).toEqual([refused])
})
