import { copyFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { add, logFile, protocol, writeLog, writeText } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { silverMetaData } from '#test/support/observations.ts'
import { namesOf, now, placeFile, touch } from '#test/support/parquetStory.ts'
import { phases, progressOf, runIn, runWhole, warningsOf, type Outing, type Settings } from '#test/support/runIn.ts'
import { storyClock } from '#test/support/storyClock.ts'

const database = await openDatabase()
afterAll(() => database.close())

const place = (folder: string, path: string, minutes: number, time?: string) => placeFile(database, folder, path, minutes, time)

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
  expect((JSON.parse(userMetadata) as { setAside: unknown }).setAside).toEqual([{ path: '1.parquet', position: 1 }])
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

test('O10 a file that was set aside and is finished later is read then, by a watch and by the next replay', async () => {
  const folder = temporaryFolder('finished')
  await threeFiles(folder)
  await place(folder, 'whole/half.parquet', 1, '12:20')
  const whole = readFileSync(join(folder, 'whole/half.parquet'))
  const write = (bytes: Uint8Array | string, seconds: number) => () => {
    writeFileSync(join(folder, 'silver/half.parquet'), bytes)
    touch(folder, 'silver/half.parquet', seconds)
  }
  const wait = () => undefined
  const { clock, signal } = storyClock(now, 1, [write('PAR1 and then nothing', 1), wait, wait, wait, wait, write(whole, 0), wait, wait, wait, write('PAR1', -9), wait, wait, wait, wait])
  const watched = await runIn(folder, database, { silver: { onBadFile: 'quarantine' }, trigger: { kind: 'processingTime' }, queries: phases }, { clock, signal })
  const batches = (outing: Outing) => progressOf(outing, 'flight_phase_counts').map(({ numInputRows, contrail }) => [numInputRows, contrail.setAside.length])
  expect([...watched.ends.values()]).toEqual([expect.objectContaining({ message: expect.stringContaining(`${folder}/silver/half.parquet was changed after it had been read`) as string })])
  expect(batches(watched)).toEqual([[3, 0], [0, 0], [0, 1], [1, 0], [0, 0]])
  // Set aside and finished between two runs.
  const again = temporaryFolder('finished')
  await threeFiles(again)
  writeFileSync(join(again, 'silver/half.parquet'), 'PAR1 and then nothing')
  const quarantine: Settings = { silver: { onBadFile: 'quarantine' }, queries: phases }
  expect(batches(await runWhole(again, database, quarantine))).toEqual([[3, 1], [0, 0]])
  expect(batches(await runWhole(again, database, quarantine))).toEqual([])
  writeFileSync(join(again, 'silver/half.parquet'), whole)
  expect(batches(await runWhole(again, database, quarantine))).toEqual([[1, 0], [0, 0]])
  expect(batches(await runWhole(again, database, { queries: phases }))).toEqual([])
})

test('O10 a file that was taken half-written and is finished before its batch is done again is read as a new one', async () => {
  const folder = temporaryFolder('between')
  await threeFiles(folder)
  await place(folder, 'whole/half.parquet', 1, '12:20')
  writeFileSync(join(folder, 'silver/half.parquet'), 'PAR1 and then nothing')
  const quarantine: Settings = { silver: { onBadFile: 'quarantine' }, queries: phases }
  await runWhole(folder, database, quarantine)
  for (const path of ['offsets/1', 'commits/1', 'commits/0', 'state/0', 'state/1']) rmSync(join(folder, 'checkpoints/gold_aggregations', path))
  for (const version of [0, 1]) rmSync(join(folder, 'gold/flight_phase_counts', logFile(version)))
  copyFileSync(join(folder, 'whole/half.parquet'), join(folder, 'silver/half.parquet'))
  const outing = await runWhole(folder, database, quarantine)
  expect(progressOf(outing, 'flight_phase_counts').map(({ numInputRows, contrail }) => [numInputRows, contrail.setAside.map(({ message }) => message.replace(/.*half/, 'half'))])).toEqual([
    [3, ['half.parquet was changed after it had been listed for this batch, and what it held is not there any more: restore it; put new rows into new files, or start with a new checkpoint']],
    [1, []],
    [0, []]
  ])
})

test.each(['nonsense', '{"files":7}', '{"files":[{"path":1}]}', 'null'])('R3 an offset of a folder that nobody wrote is refused: %s', async (text) => {
  const folder = temporaryFolder('junk')
  await threeFiles(folder)
  await runWhole(folder, database, { queries: phases })
  const file = join(folder, 'checkpoints/gold_aggregations/offsets/1')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/[^\n]*$/, text))
  rmSync(join(folder, 'checkpoints/gold_aggregations/commits/1'))
  const { ends } = await runIn(folder, database, { queries: phases })
  expect([...ends.values()]).toEqual([expect.objectContaining({ code: 'checkpoint', message: expect.stringContaining(`"${text}" is not an offset of a folder of Parquet files`) as string })])
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
  writeText(folder, 'silver/notes.txt', 'no Parquet')
  expect([...(await runIn(folder, database, { queries: phases })).ends.values()]).toEqual([refused])
})
