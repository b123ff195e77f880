import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { millis } from '#shared/engine/time.ts'
import type { StateSnapshot } from '#shared/engine/state.ts'
import { openCheckpoint, type Checkpoint } from '#electron/checkpoint/checkpoint.ts'
import type { StateHeader } from '#electron/checkpoint/stateFile.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { add, logFile, protocol, writeLog, writeText } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { silverMetaData, writeObservations } from '#test/support/observations.ts'
import { outcomeOf } from '#test/support/outcome.ts'
import { progressOf, runIn, runWhole } from '#test/support/runIn.ts'
import { powerSupply } from '#test/support/powerCut.ts'

const database = await openDatabase()
afterAll(() => database.close())

const header: StateHeader = { identity: { query: 'q', silver: 's', key: 'k', window: 'w', outputs: 'o', columns: {} }, source: null }
/** The state after a batch; its watermark tells which. */
const stateAfter = (batch: number): StateSnapshot => ({ watermarkMs: millis(batch * 1000 + 1000), closedMs: millis(batch * 1000), length: 0, pane: new BigInt64Array(0), key: [], measures: { numbers: new Float64Array(0), stride: 1, objects: [] } })
const offsetsOf = (batch: number) => ({ batchWatermarkMs: millis(batch * 1000), batchTimestampMs: 0, conf: {}, end: `{"at":${batch}}` })
const commitOf = (batch: number) => ({ nextBatchWatermarkMs: millis(batch * 1000 + 1000) })

async function doBatch(checkpoint: Checkpoint, batch: number): Promise<void> {
  await checkpoint.logOffsets(batch, offsetsOf(batch))
  await checkpoint.commit(batch, commitOf(batch), header, stateAfter(batch))
}

async function checkpointWith(name: string, batches: number): Promise<string> {
  const folder = temporaryFolder(name)
  const checkpoint = await openCheckpoint(openLocalStore(folder))
  for (let batch = 0; batch < batches; batch++) await doBatch(checkpoint, batch)
  return folder
}

const open = (folder: string) => openCheckpoint(openLocalStore(folder))
const entriesOf = (folder: string, kind: string) => readdirSync(join(folder, kind)).map(Number).sort((a, b) => a - b)
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

test('decisions 1.2 opening a checkpoint writes nothing', async () => {
  const folder = temporaryFolder('fresh')
  const { found } = await open(join(folder, 'checkpoint'))
  expect({ found, there: readdirSync(folder) }).toEqual({ found: { committed: undefined, unfinished: [] }, there: [] })
})

test('R1 the id of a query is made once, and kept in metadata as Spark writes it', async () => {
  const folder = temporaryFolder('id')
  const first = await open(folder)
  await first.logOffsets(0, offsetsOf(0))
  expect(JSON.parse(readFileSync(join(folder, 'metadata'), 'utf8'))).toEqual({ id: first.queryId })
  expect((await open(folder)).queryId).toBe(first.queryId)
})

test('R3 offsets without a commit are a batch to do again, and commits tell what is done', async () => {
  const folder = temporaryFolder('found')
  const checkpoint = await open(folder)
  await checkpoint.logOffsets(0, offsetsOf(0))
  const begun = (await open(folder)).found
  await checkpoint.commit(0, commitOf(0), header, stateAfter(0))
  const done = (await open(folder)).found
  await checkpoint.logOffsets(1, offsetsOf(1))
  const next = (await open(folder)).found
  const committed = { batchId: 0, offsets: offsetsOf(0), commit: commitOf(0) }
  expect([begun, done, next]).toEqual([
    { committed: undefined, unfinished: [offsetsOf(0)] },
    { committed, unfinished: [] },
    { committed, unfinished: [offsetsOf(1)] }
  ])
})

test('R5 the last 100 offsets and commits and the last 10 states are kept', async () => {
  const folder = await checkpointWith('kept', 120)
  expect({ offsets: entriesOf(folder, 'offsets'), commits: entriesOf(folder, 'commits'), states: entriesOf(folder, 'state') }).toEqual({ offsets: range(20, 119), commits: range(20, 119), states: range(110, 119) })
  const { found } = await open(folder)
  expect(found.committed?.batchId).toBe(119)
})

test('R2 R5 a power cut between writing and cleaning up leaves no older entry for good', { timeout: 60_000 }, async () => {
  const whole = await checkpointWith('whole', 104)
  const before = await checkpointWith('before', 102)
  const steps = powerSupply()
  const counted = temporaryFolder('counted')
  cpSync(before, counted, { recursive: true })
  await doBatch(await openCheckpoint(steps.wire(openLocalStore(counted))), 102)
  for (let step = 0; step <= steps.steps; step++) {
    const folder = temporaryFolder('cut')
    cpSync(before, folder, { recursive: true })
    const cut = await openCheckpoint(powerSupply({ step, side: 'before' }).wire(openLocalStore(folder)))
    await doBatch(cut, 102).catch(() => undefined)
    const again = await open(folder)
    const { committed, unfinished } = again.found
    if (unfinished.length > 0) await again.commit(102, commitOf(102), header, stateAfter(102))
    for (let batch = committed!.batchId + unfinished.length + 1; batch <= 103; batch++) await doBatch(again, batch)
    for (const kind of ['offsets', 'commits', 'state']) expect(entriesOf(folder, kind), `${kind} after step ${step}`).toEqual(entriesOf(whole, kind))
  }
})

test('R3 states newer than the last commit are not looked at', async () => {
  const folder = await checkpointWith('newer', 3)
  rmSync(join(folder, 'offsets/2'))
  rmSync(join(folder, 'commits/2'))
  writeFileSync(join(folder, 'state/2'), 'torn')
  const checkpoint = await open(folder)
  expect([checkpoint.found.committed?.batchId, (await checkpoint.readState(1)).state]).toEqual([1, stateAfter(1)])
  await doBatch(checkpoint, 2)
  expect((await checkpoint.readState(2)).state).toEqual(stateAfter(2))
})

test('R1 a state that is missing or damaged is refused, naming the file', async () => {
  const folder = await checkpointWith('state', 3)
  writeFileSync(join(folder, 'state/2'), readFileSync(join(folder, 'state/2')).subarray(0, 60))
  rmSync(join(folder, 'state/1'))
  const checkpoint = await open(folder)
  await expect(checkpoint.readState(2)).rejects.toMatchObject({ code: 'checkpoint', message: expect.stringContaining(`${folder}/state/2 is damaged`) as string })
  await expect(checkpoint.readState(1)).rejects.toMatchObject({ code: 'checkpoint', message: expect.stringContaining(`${folder}/state/1 is missing`) as string })
})

test('decisions 1.4 a checkpoint with the state of a Spark query is refused in one sentence', async () => {
  const folder = temporaryFolder('spark')
  writeText(folder, 'metadata', '{"id":"x"}')
  writeText(folder, 'state/0/0/1.delta', '')
  await expect(open(folder)).rejects.toMatchObject({ code: 'checkpoint', message: `${folder} holds the state of a Spark query (state/0/0/1.delta), which Contrail cannot continue: give it a checkpoint of its own` })
})

test.each(['', 'no JSON', '{}', '{"id":""}', '{"id":7}', 'null'])('R3 metadata that does not hold an id is refused: %s', async (text) => {
  const folder = await checkpointWith('metadata', 1)
  writeFileSync(join(folder, 'metadata'), text)
  await expect(open(folder)).rejects.toMatchObject({ code: 'checkpoint', message: expect.stringContaining(`${folder}/metadata does not hold the id of a query`) as string })
})

test('R3 offsets or commits without metadata are refused', async () => {
  const folder = await checkpointWith('metadata', 1)
  rmSync(join(folder, 'metadata'))
  await expect(open(folder)).rejects.toMatchObject({ code: 'checkpoint', message: expect.stringContaining(`${folder} has offsets or commits but no metadata file`) as string })
})

test.each([
  { gap: 'a commit without its offsets', removed: ['offsets/4'], told: 'has commits/4 but no offsets/4' },
  { gap: 'commits and no offsets at all', removed: range(0, 4).map((batch) => `offsets/${batch}`), told: 'has commits/4 but no offsets/4' },
  { gap: 'one offsets entry, not the first, and nothing else', removed: [...range(0, 4).map((batch) => `commits/${batch}`), ...range(0, 3).map((batch) => `offsets/${batch}`)], told: 'has offsets/4 but no commits of the batches before it' },
  { gap: 'an offsets entry missing among those to do again', removed: ['offsets/3', ...range(2, 4).map((batch) => `commits/${batch}`)], told: 'has offsets/4 but no offsets/3' },
  { gap: 'the last offsets alone', removed: ['offsets/3', 'commits/4'], told: 'offsets/3' }
])('R3 a checkpoint with $gap is refused, naming the entry', async ({ removed, told }) => {
  const folder = await checkpointWith('gap', 5)
  for (const path of removed) rmSync(join(folder, path))
  await expect(open(folder)).rejects.toMatchObject({ message: expect.stringContaining(told) as string })
})

test('R3 gaps among older entries do not matter, nor do temporary files and checksums', async () => {
  const folder = await checkpointWith('older', 5)
  for (const path of ['offsets/1', 'commits/2']) rmSync(join(folder, path))
  for (const name of ['offsets/1e23', 'offsets/07', 'offsets/99999999999999999999', 'offsets/-0', 'offsets/.9.crc', 'offsets/.9.abc.tmp', 'commits/.9.crc', 'commits/9.tmp', 'state/.9.tmp']) writeText(folder, name, '')
  expect((await open(folder)).found).toEqual({ committed: { batchId: 4, offsets: offsetsOf(4), commit: commitOf(4) }, unfinished: [] })
})

test('R1 whoever logs or commits a batch second is told that another process did', async () => {
  const folder = await checkpointWith('two', 1)
  const [first, second] = [await open(folder), await open(folder)]
  await first.logOffsets(1, offsetsOf(1))
  const told = (what: string, where = folder) => ({ code: 'concurrent', message: `[CONCURRENT_STREAM_LOG_UPDATE] another process ${what} under ${where} at the same time: let only one run use a checkpoint, then start this one again` })
  await expect(second.logOffsets(1, offsetsOf(1))).rejects.toMatchObject(told('did batch 1'))
  await first.commit(1, commitOf(1), header, stateAfter(1))
  await expect(second.commit(1, commitOf(1), header, stateAfter(1))).rejects.toMatchObject(told('did batch 1'))
  const fresh = temporaryFolder('fresh')
  const [one, other] = [await open(fresh), await open(fresh)]
  await one.logOffsets(0, offsetsOf(0))
  await expect(other.logOffsets(0, offsetsOf(0))).rejects.toMatchObject(told('began', fresh))
})

test('R1 a checkpoint that another process moves on while it is being opened is not called broken', async () => {
  const folder = await checkpointWith('moving', 5)
  const other = await open(folder)
  const store = openLocalStore(folder)
  let moved = false
  const opened = openCheckpoint({
    ...store,
    async list(path, from) {
      const entries = await store.list(path, from)
      if (path === 'offsets' && !moved) {
        moved = true
        await doBatch(other, 5)
      }
      return entries
    }
  })
  await expect(opened).rejects.toMatchObject({ code: 'concurrent', message: expect.stringContaining(`another process is at work under ${folder} at the same time`) as string })
})

test('R1 a state that is gone because another process went on is not called missing', async () => {
  const folder = await checkpointWith('gone', 5)
  const [first, second] = [await open(folder), await open(folder)]
  for (let batch = 5; batch < 20; batch++) await doBatch(first, batch)
  await expect(second.readState(4)).rejects.toMatchObject({ code: 'concurrent' })
})

const minute = (i: number) => `12:${String(i).padStart(2, '0')}`

/** A silver table with a file a minute; a run over it, one file a batch: 14 batches with rows, one without. */
async function longRun(name: string): Promise<string> {
  const folder = temporaryFolder(name)
  writeLog(join(folder, 'silver'), [[protocol(), silverMetaData()]])
  for (let i = 0; i < 14; i++) {
    await writeObservations(database, join(folder, 'silver'), `${i}.parquet`, [
      { at: minute(i), phase: 'CRUISE', country: 'Malta', altitude: 10_000 + i, velocity: 800 },
      { at: minute(Math.max(0, i - 3)), phase: 'CLIMB', country: i % 2 === 0 ? null : 'Qatar', altitude: null, velocity: 500 + i }
    ])
    writeLog(join(folder, 'silver'), [[add(`${i}.parquet`)]], i + 1)
  }
  return folder
}

const slowly = { silver: { startingVersion: 1, maxFilesPerTrigger: 1 } }
const outcome = (folder: string) => outcomeOf(join(folder, 'gold'), join(folder, 'checkpoints'), database)
const queries = [
  { gold: 'flight_phase_counts', checkpoint: 'gold_aggregations' },
  { gold: 'anomaly_alerts', checkpoint: 'gold_anomalies' }
]

/** Removes the newest entries, as a person would. */
function goBack(folder: string, batches: number, what: { readonly gold: boolean }): void {
  for (const { gold, checkpoint } of queries) {
    const newest = entriesOf(join(folder, 'checkpoints', checkpoint), 'offsets').at(-1)!
    for (let batch = newest; batch > newest - batches; batch--) {
      for (const kind of ['offsets', 'commits']) rmSync(join(folder, 'checkpoints', checkpoint, kind, String(batch)))
      if (what.gold) rmSync(join(folder, 'gold', gold, logFile(batch)))
    }
  }
}

test('R3 going back by hand, up to nine batches with their gold versions, gives the same in the end', { timeout: 120_000 }, async () => {
  const whole = await longRun('whole')
  await runWhole(whole, database, slowly)
  const expected = await outcome(whole)
  expect(entriesOf(join(whole, 'checkpoints/gold_anomalies'), 'offsets')).toEqual(range(0, 14))
  for (const batches of [1, 2, 5, 9]) {
    const folder = temporaryFolder('back')
    cpSync(whole, folder, { recursive: true, preserveTimestamps: true })
    goBack(folder, batches, { gold: true })
    const outing = await runWhole(folder, database, slowly)
    expect(progressOf(outing, 'anomaly_alerts').map(({ batchId }) => batchId)).toEqual(range(15 - batches, 14))
    expect(await outcome(folder)).toEqual(expected)
  }
})

test('R3 going back ten batches is refused, because that state is not kept', async () => {
  const folder = await longRun('far')
  await runWhole(folder, database, slowly)
  goBack(folder, 10, { gold: true })
  const { ends } = await runIn(folder, database, slowly)
  const refused = expect.objectContaining({ code: 'checkpoint', message: expect.stringMatching(/state\/4 is missing.*the last 10 states are kept/) as string }) as Error
  expect([...ends.values()]).toEqual([refused, refused])
})

test('G2 G4 R3 with the same plan, batches that gold still has are done again and not written again', async () => {
  const folder = await longRun('kept')
  await runWhole(folder, database, slowly)
  const expected = await outcome(folder)
  goBack(folder, 4, { gold: false })
  const outing = await runWhole(folder, database, slowly)
  expect(progressOf(outing, 'anomaly_alerts').map(({ batchId, contrail }) => [batchId, contrail.alreadyInGold])).toEqual(range(11, 14).map((batch) => [batch, true]))
  expect(await outcome(folder)).toEqual(expected)
})

test('G2 R3 without any offsets and commits, but with metadata and gold, all batches are done again and none is written again', async () => {
  const folder = await longRun('all')
  await runWhole(folder, database, slowly)
  const expected = await outcome(folder)
  for (const { checkpoint } of queries) for (const kind of ['offsets', 'commits']) rmSync(join(folder, 'checkpoints', checkpoint, kind), { recursive: true })
  await runWhole(folder, database, slowly)
  expect(await outcome(folder)).toEqual(expected)
})

test('G4 with another limit of files, a batch that gold has and that would be another one now is refused, naming the gold version', async () => {
  const folder = await longRun('other')
  await runWhole(folder, database, slowly)
  const gold = await outcome(folder)
  goBack(folder, 4, { gold: false })
  const { ends } = await runIn(folder, database, { silver: { ...slowly.silver, maxFilesPerTrigger: 3 } })
  const told = (table: string) => expect.objectContaining({ code: 'checkpoint', message: expect.stringContaining(`version 11 of ${folder}/gold/${table} already holds batch 11 of this checkpoint`) as string }) as Error
  expect([...ends]).toEqual([
    ['flight_phase_counts', told('flight_phase_counts')],
    ['anomaly_alerts', told('anomaly_alerts')]
  ])
  const after = await outcome(folder)
  for (const { gold: table } of queries) expect(after[table]).toEqual(gold[table])
})
