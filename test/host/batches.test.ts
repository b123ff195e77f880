import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { millis } from '#shared/engine/time.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { systemClock, type Clock } from '#electron/host/clock.ts'
import { untilNextTrigger } from '#electron/host/trigger.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import type { Storage } from '#electron/storage/storage.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { readScenario, type Scenario } from '#test/support/oracle.ts'
import { phases, runIn } from '#test/support/runIn.ts'
import { runScenario } from '#test/support/runScenario.ts'

const database = await openDatabase()
afterAll(() => database.close())

const restarts = readScenario(join(repository, 'test/fixtures/oracle/restarts'))
const only = (scenario: Scenario, runs: number): Scenario => ({ ...scenario, runs: scenario.runs.slice(0, runs) })

/** What the phase query did, batch by batch: rows read, and whether the watermark moved. */
async function batchesOf(scenario: Scenario, folder = temporaryFolder('batches')): Promise<string[]> {
  const { progress } = await runScenario(scenario, folder, database)
  return (progress.get('flight_phase_counts') ?? []).map(({ batchId, numInputRows, eventTime, contrail }) => `${batchId}: ${numInputRows} rows${eventTime.watermark === contrail.nextWatermark ? '' : ', moves on'}`)
}

describe('which batch comes next', () => {
  test('B2 B3 data first, then one batch without data when the watermark has moved, and none when it has not', async () => {
    const batches = await batchesOf(restarts)
    expect(batches.slice(0, 2)).toEqual([expect.stringMatching(/^0: \d\d+ rows, moves on$/), '1: 0 rows'])
    // The last run's rows move no watermark, so no batch without data follows.
    expect(batches.at(-1)).toMatch(/^\d+: [1-9]\d* rows$/)
  })

  test('B1 B4 a batch that was begun is done again with the range it was planned with, whatever the limits are now', async () => {
    const folder = temporaryFolder('redo')
    const first = only(restarts, 1)
    await runScenario(first, folder, database)
    const checkpoint = join(folder, 'checkpoints', 'gold_aggregations')
    cpSync(join(checkpoint, 'offsets', '0'), join(folder, 'offsets 0'))
    for (const file of ['offsets/1', 'commits/1', 'commits/0', 'state/0', 'state/1']) rmSync(join(checkpoint, file))
    for (const version of [0, 1]) rmSync(join(folder, 'gold', 'flight_phase_counts', '_delta_log', `${String(version).padStart(20, '0')}.json`))
    const tighter: Scenario = { ...first, runs: [{ ...first.runs[0]!, maxFilesPerTrigger: 1, sourceOptions: { startingVersion: 'latest' } }] }
    const { progress } = await runScenario(tighter, folder, database)
    const [redone] = progress.get('flight_phase_counts')!
    expect({ batchId: redone!.batchId, rows: redone!.numInputRows > 0, startOffset: redone!.sources[0].startOffset }).toEqual({ batchId: 0, rows: true, startOffset: null })
  })
})

test('R2 a request to stop that comes at any time while a batch is read and stepped is heard before gold is written', async () => {
  const firstCommit = '_delta_log/00000000000000000000.json'
  /** A run in which a message comes when the clock is looked at for the nth time; how often it was, up to gold's first commit. */
  const stoppedAt = async (nth: number) => {
    const folder = temporaryFolder('stopped')
    const stop = new AbortController()
    let looks = 0
    let looksBefore: number | undefined
    const clock: Clock = {
      ...systemClock,
      nowMs() {
        // As the messages of a port: taken up in the next turn of the event loop.
        if (looks++ === nth) setImmediate(() => stop.abort())
        return systemClock.nowMs()
      }
    }
    const counting = (storage: Storage): Storage => ({
      ...storage,
      putIfAbsent(path, bytes) {
        if (path === firstCommit) looksBefore = looks
        return storage.putIfAbsent(path, bytes)
      }
    })
    const settings = { silver: { uri: join(repository, 'test/fixtures/oracle/restarts/silver') }, queries: phases }
    const { ends } = await runIn(folder, database, settings, { clock, signal: stop.signal, openStorage: (uri) => counting(openStorage(uri)) })
    return { end: ends.get('flight_phase_counts'), hasGold: existsSync(join(folder, 'gold/flight_phase_counts', firstCommit)), looksBefore }
  }
  const { end, hasGold, looksBefore } = await stoppedAt(Infinity)
  expect({ end, hasGold, looksBefore }).toEqual({ end: undefined, hasGold: true, looksBefore: expect.any(Number) as number })
  // The last look is gold's own, for the time of its commit.
  for (let nth = 0; nth < looksBefore! - 1; nth++) expect(await stoppedAt(nth), `look ${nth}`).toMatchObject({ end: { code: 'interrupted' }, hasGold: false })
})

describe('B5 processing time', () => {
  const waits: number[] = []
  const clockAt = (nowMs: number): Clock => ({
    nowMs: () => nowMs,
    sleep: (ms) => {
      waits.push(ms)
      return Promise.resolve()
    }
  })
  const waitOf = async (intervalMs: number | null, startedMs: number, nowMs: number, idle = false): Promise<number> => {
    waits.length = 0
    await untilNextTrigger(intervalMs, startedMs, idle, clockAt(nowMs), new AbortController().signal)
    return waits[0] ?? 0
  }

  test('B5 triggers come at multiples of the interval since the epoch', async () => {
    expect(await waitOf(30_000, 1_000_000_010_000, 1_000_000_011_000)).toBe(9_000)
    expect(millis(1_000_000_020_000) % 30_000).toBe(0)
  })

  test('B5 after a batch that took longer than the interval, the next one starts at once', async () => {
    expect(await waitOf(30_000, 1_000_000_010_000, 1_000_000_040_000)).toBe(0)
  })

  test('B5 without an interval, batch follows batch, and an idle one looks again after a second', async () => {
    expect([await waitOf(null, 0, 5_000), await waitOf(null, 0, 5_000, true)]).toEqual([0, 1_000])
  })
})
