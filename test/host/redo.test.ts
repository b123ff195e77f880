import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { add, logFile, protocol, remove, writeLog } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { silverMetaData, writeObservations, type Observation } from '#test/support/observations.ts'
import { outcomeOf } from '#test/support/outcome.ts'
import { progressOf, runIn, runWhole, type Settings } from '#test/support/runIn.ts'

const database = await openDatabase()
afterAll(() => database.close())

const queries = [
  { gold: 'flight_phase_counts', checkpoint: 'gold_aggregations' },
  { gold: 'anomaly_alerts', checkpoint: 'gold_anomalies' }
]
const outcome = (folder: string) => outcomeOf(join(folder, 'gold'), join(folder, 'checkpoints'), database)
const high: Omit<Observation, 'at'> = { phase: 'CRUISE', country: 'Malta', altitude: 10_000, velocity: 800 }

/** A silver table with one file of one row a version, from version 1 on. */
async function silverIn(folder: string, ...times: readonly string[]): Promise<void> {
  writeLog(join(folder, 'silver'), [[protocol(), silverMetaData()]])
  for (const [i, at] of times.entries()) await addFile(folder, i + 1, at)
}

async function addFile(folder: string, version: number, at: string): Promise<void> {
  await writeObservations(database, join(folder, 'silver'), `${version}.parquet`, [{ ...high, at }])
  writeLog(join(folder, 'silver'), [[add(`${version}.parquet`)]], version)
}

/** What a crash leaves: these batches were begun and not finished. */
function unfinish(folder: string, batches: readonly number[], { inGold }: { readonly inGold: boolean }): void {
  for (const { gold, checkpoint } of queries) {
    for (const batch of batches) {
      for (const kind of ['commits', 'state']) rmSync(join(folder, 'checkpoints', checkpoint, kind, String(batch)))
      if (!inGold) rmSync(join(folder, 'gold', gold, logFile(batch)))
    }
  }
}

const tail: Settings['silver'] = { startingVersion: 1 }
const oneByOne: Settings = { silver: { ...tail, maxFilesPerTrigger: 1 } }

test.each([true, false])('R3 several batches that were begun and not finished are done again in their order; in gold already: %s', async (inGold) => {
  const folder = temporaryFolder('several')
  await silverIn(folder, '12:00', '12:05', '12:10', '12:15', '12:20')
  await runWhole(folder, database, oneByOne)
  const whole = await outcome(folder)
  unfinish(folder, [3, 4, 5], { inGold })
  const outing = await runWhole(folder, database, { silver: tail })
  expect(progressOf(outing, 'anomaly_alerts').map(({ batchId, contrail }) => [batchId, contrail.alreadyInGold])).toEqual([3, 4, 5].map((batch) => [batch, inGold]))
  expect(await outcome(folder)).toEqual(whole)
})

test('R3 a batch logged with another watermark than the one before it left is refused', async () => {
  const folder = temporaryFolder('watermark')
  await silverIn(folder, '12:00', '12:05')
  await runWhole(folder, database, oneByOne)
  unfinish(folder, [1, 2], { inGold: true })
  const file = join(folder, 'checkpoints/gold_aggregations/offsets/1')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"batchWatermarkMs":\d+/, '"batchWatermarkMs":5'))
  const { ends } = await runIn(folder, database, oneByOne)
  expect([...ends.values()].map((end) => end?.message)).toEqual([expect.stringMatching(/^offsets\/1 of flight_phase_counts holds the watermark 5, and the batch before it left \d+: /), undefined])
})

describe('R6 a batch that is done again comes out as it was planned', () => {
  /** A run with these settings, cut short at the batches, and finished with others: gold and checkpoint must be as if nothing had happened. */
  async function finishedWith(folder: string, planned: Settings, batches: readonly number[], later: Settings, inGold: boolean): Promise<void> {
    await runWhole(folder, database, planned)
    const whole = temporaryFolder('whole')
    cpSync(folder, whole, { recursive: true, preserveTimestamps: true })
    unfinish(folder, batches, { inGold })
    await runWhole(folder, database, later)
    expect(await outcome(folder)).toEqual(await outcome(whole))
    // What is kept in the states shows in the windows that close next.
    for (const place of [folder, whole]) {
      await addFile(place, readdirSync(join(place, 'silver/_delta_log')).length, '12:40')
      await runWhole(place, database, later)
    }
    expect(await outcome(folder)).toEqual(await outcome(whole))
  }

  test.each([true, false])('with the limits and the delay of then; in gold already: %s', async (inGold) => {
    const folder = temporaryFolder('limits')
    await silverIn(folder, '12:00', '12:05')
    const planned: Settings = { silver: tail, queries: { flight_phase_counts: { watermarkDelay: '1 minute' }, anomaly_alerts: { watermarkDelay: '1 minute', thresholds: { altitudeMax: 5000 } } } }
    await finishedWith(folder, planned, [0, 1], { silver: tail }, inGold)
  })

  test.each([true, false])('with the change options of then; in gold already: %s', async (inGold) => {
    const folder = temporaryFolder('changes')
    await silverIn(folder, '12:00', '12:05')
    await writeObservations(database, join(folder, 'silver'), 'rewritten.parquet', [{ ...high, at: '12:05' }])
    writeLog(join(folder, 'silver'), [[remove('2.parquet'), add('rewritten.parquet')]], 3)
    await finishedWith(folder, { silver: { ...tail, ignoreChanges: true } }, [0, 1], { silver: tail }, inGold)
  })

  test.each([true, false])('with the file set aside then when gold has it, although it can be read now; in gold already: %s', async (inGold) => {
    const folder = temporaryFolder('aside')
    await silverIn(folder, '12:00', '12:05', '12:10')
    const file = join(folder, 'silver/2.parquet')
    const bytes = readFileSync(file)
    truncateSync(file, 300)
    const quarantine: Settings = { silver: { ...tail, onBadFile: 'quarantine' } }
    await runWhole(folder, database, quarantine)
    const whole = await outcome(folder)
    unfinish(folder, [0, 1], { inGold })
    writeFileSync(file, bytes)
    const outing = await runWhole(folder, database, { silver: tail })
    const [first] = progressOf(outing, 'flight_phase_counts')
    expect([first!.numInputRows, first!.contrail.setAside]).toEqual(inGold ? [2, [{ path: '2.parquet', message: 'it was set aside when this batch was written to gold' }]] : [3, []])
    if (inGold) expect(await outcome(folder)).toEqual(whole)
    else expect((await outcome(folder)).flight_phase_counts).not.toEqual(whole.flight_phase_counts)
  })

  test('a file set aside then that is not in its place any more is refused: another one would be left out instead', async () => {
    const folder = temporaryFolder('moved')
    await silverIn(folder, '12:00', '12:05', '12:10')
    truncateSync(join(folder, 'silver/2.parquet'), 300)
    const quarantine: Settings = { silver: { ...tail, onBadFile: 'quarantine' } }
    await runWhole(folder, database, quarantine)
    unfinish(folder, [0, 1], { inGold: true })
    // Silver was rolled back, and another version 2 was written.
    writeLog(join(folder, 'silver'), [[add('3.parquet')]], 2)
    const { ends } = await runIn(folder, database, quarantine)
    const refused = expect.objectContaining({ code: 'changed', message: expect.stringContaining("gold's commit says that 2.parquet was set aside in this batch, and the batch does not have it in its place any more: ") as string }) as Error
    expect([...ends.values()]).toEqual([refused, refused])
  })

  test('a file that gold has rows of cannot be set aside when it is needed again', async () => {
    const folder = temporaryFolder('needed')
    await silverIn(folder, '12:00', '12:05', '12:10')
    await runWhole(folder, database, { silver: tail })
    unfinish(folder, [0, 1], { inGold: true })
    truncateSync(join(folder, 'silver/2.parquet'), 300)
    const { ends } = await runIn(folder, database, { silver: { ...tail, onBadFile: 'quarantine' } })
    const refused = expect.objectContaining({ code: 'corrupt', message: expect.stringContaining(`gold already holds rows of a file that its batch is done again with: ${folder}/silver/2.parquet (version 2) is not a whole Parquet file`) as string }) as Error
    expect([...ends.values()]).toEqual([refused, refused])
  })

  test('settings in offsets that nobody wrote are refused, naming the file', async () => {
    const folder = temporaryFolder('spoilt')
    await silverIn(folder, '12:00')
    await runWhole(folder, database, { silver: tail })
    unfinish(folder, [0, 1], { inGold: false })
    const file = join(folder, 'checkpoints/gold_aggregations/offsets/0')
    writeFileSync(file, readFileSync(file, 'utf8').replace('watermarkDelayMs', 'delay'))
    const { ends } = await runIn(folder, database, { silver: tail })
    expect([...ends.values()].map((end) => end?.message)).toEqual([expect.stringMatching(/^the settings of its batch in offsets\/0 of the checkpoint are not what Contrail writes: /), undefined])
  })
})
