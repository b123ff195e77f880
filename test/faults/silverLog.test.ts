import { readdirSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import type { Clock } from '#electron/host/clock.ts'
import type { Progress } from '#electron/host/progress.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import type { Storage } from '#electron/storage/storage.ts'
import { commitInfo, logFile, protocol, writeLog } from '#test/delta/handMade.ts'
import { commitFile, disturbed, wholeTo, type Disturbed } from '#test/support/disturbed.ts'
import { readLines } from '#test/support/oracle.ts'
import { silverMetaData } from '#test/support/observations.ts'
import { progressOf, warningsOf } from '#test/support/runIn.ts'
import { storyClock } from '#test/support/storyClock.ts'

const database = await openDatabase()
afterAll(() => database.close())

const watching = { kind: 'processingTime', intervalMs: null } as const

/** Another table comes in the place of silver's, and goes again. */
function replace(silver: string): void {
  renameSync(join(silver, '_delta_log'), join(silver, '_was'))
  writeLog(silver, [[protocol(), silverMetaData({ id: 'another-table' })], ...Array.from({ length: 5 }, () => [commitInfo()])])
}

interface Told {
  readonly code: string
  readonly message: string
}

interface LogFault {
  readonly what: string
  /** Of a run that meets it at its start, and of a watch that is on its way. */
  readonly atStart: Told
  readonly onTheWay: Told
  spoil(silver: string): void
  /** Absent: what is missing or half is written again. */
  mend?(silver: string): void
}

const torn: Told = {
  code: 'corrupt',
  message: 'FOLDER/silver/_delta_log/00000000000000000003.json (version 3) is empty, ends in the middle of an action or is no JSON: its writer was interrupted, or is not done; remove it if it is the newest version and its writer is gone, or restore it from a copy'
}
const silverId = '80929ddb-15f1-45af-b1b2-16f26ff43d18'

const logFaults: readonly LogFault[] = [
  {
    what: 'a log with a gap',
    atStart: { code: 'corrupt', message: '[DELTA_VERSIONS_NOT_CONTIGUOUS] version 2 is missing from the log of FOLDER/silver, which goes on after it: restore _delta_log/00000000000000000002.json from a copy' },
    onTheWay: {
      code: 'changed',
      message: '[DELTA_MISSING_FILES_UNEXPECTED_VERSION] FOLDER/silver has no version 2 in its log any more, and the stream has not read it: start with a new checkpoint, or set silver.failOnDataLoss to false to go on with what is there'
    },
    spoil: (silver) => rmSync(commitFile(silver, 2))
  },
  { what: 'a last commit that ends in the middle of its JSON', atStart: torn, onTheWay: torn, spoil: (silver) => truncateSync(commitFile(silver, 3), 150) },
  { what: 'an empty last commit', atStart: torn, onTheWay: torn, spoil: (silver) => truncateSync(commitFile(silver, 3), 0) },
  {
    what: 'a table that was deleted and made again',
    atStart: { code: 'checkpoint', message: `[DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE] the checkpoint of QUERY has read silver ${silverId}, and FOLDER/silver is another-table: start with a new checkpoint (and a new gold folder), or go back to what it was` },
    onTheWay: { code: 'changed', message: `[DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE] FOLDER/silver has the table id another-table, and the stream began with ${silverId}: the table was deleted and made again; start with a new checkpoint` },
    spoil: replace,
    mend(silver) {
      rmSync(join(silver, '_delta_log'), { recursive: true })
      renameSync(join(silver, '_was'), join(silver, '_delta_log'))
    }
  }
]

async function begun(): Promise<Disturbed> {
  const story = disturbed('restarts', database)
  story.show(0)
  await story.run(0)
  return story
}

describe.each(logFaults)('$what', ({ atStart, onTheWay, spoil, mend }) => {
  test('stops the run that finds it, before anything is written; mended, the next run goes on to what Spark recorded', async () => {
    const story = await begun()
    story.show(1)
    spoil(story.silver)
    story.expectStopped(await story.run(1), atStart.code, atStart.message)
    await story.expectReached(wholeTo(1))
    mend?.(story.silver)
    await story.runAll(1)
    await story.expectReached()
  })

  test('stops a watch that meets it, behind whole batches; mended, the next run goes on to what Spark recorded', async () => {
    const story = disturbed('restarts', database)
    story.show(0)
    const { clock, signal } = storyClock(Date.now(), 2, [
      () => {
        story.show(1)
        spoil(story.silver)
      }
    ])
    story.expectStopped(await story.run(1, { trigger: watching, clock, signal }), onTheWay.code, onTheWay.message)
    await story.expectReached(wholeTo(1))
    mend?.(story.silver)
    await story.runAll(1)
    await story.expectReached()
  })
})

test('a last commit that its writer finishes while a watch looks at it is read as if it had come whole', async () => {
  const story = disturbed('restarts', database)
  story.show(0)
  const { clock, signal } = storyClock(Date.now(), 2, [() => story.show(1), () => undefined])
  let looks = 0
  // Half of version 3 for the first three looks at it.
  const growing = (uri: string): Storage => {
    const storage = openStorage(uri)
    return {
      ...storage,
      async read(path) {
        const bytes = await storage.read(path)
        return storage.root === story.silver && path === logFile(3) && looks++ < 3 ? bytes.subarray(0, 150) : bytes
      }
    }
  }
  const outing = await story.run(1, { trigger: watching, clock, signal, openStorage: growing })
  expect([[...outing.ends.values()].map((end) => end?.message), looks > 3, warningsOf(outing)]).toEqual([Array(2).fill(expect.stringMatching(/^interrupted; /)), true, []])
  await story.expectReached(wholeTo(3))
  await story.runAll(2)
  await story.expectReached()
})

test('commits that are printed over several lines are read as any other', async () => {
  const story = disturbed('restarts', database)
  for (let run = 0; run < story.scenario.runs.length; run++) {
    story.show(run)
    eachCommit(story.silver, (file) => writeFileSync(file, readLines(file).map((action) => `${JSON.stringify(action, null, 2)}\n`).join('')))
    const outing = await story.run(run)
    expect([[...outing.ends.values()], warningsOf(outing)]).toEqual([[undefined, undefined], []])
  }
  await story.expectReached()
})

describe('a clock that steps backwards', () => {
  /** An hour back with every look at it. */
  const steppingBack = () => {
    let nowMs = Date.now()
    return { nowMs: () => (nowMs -= 3_600_000), sleep: () => Promise.resolve() }
  }

  test('changes nothing of a replay', async () => {
    const story = disturbed('restarts', database)
    const clock = steppingBack()
    for (let run = 0; run < story.scenario.runs.length; run++) {
      story.show(run)
      const outing = await story.run(run, { clock })
      expect([[...outing.ends.values()], warningsOf(outing)]).toEqual([[undefined, undefined], []])
      for (const { durationMs } of outing.events.flatMap((event) => (event.kind === 'batch' ? [event.progress] : []))) expect(Math.min(...Object.values(durationMs))).toBeGreaterThanOrEqual(0)
    }
    await story.expectReached()
  })

  test('B5 does not hold up a watch: no trigger is further away than its interval', async () => {
    const story = disturbed('restarts', database)
    story.show(0)
    const stop = new AbortController()
    const steps = steppingBack()
    const slept: number[] = []
    const clock: Clock = {
      nowMs: steps.nowMs,
      async sleep(ms) {
        slept.push(ms)
        if (slept.length === 12) stop.abort()
        if (slept.length === 6) story.show(1)
      }
    }
    const outing = await story.run(1, { trigger: { kind: 'processingTime', intervalMs: 30_000 }, clock, signal: stop.signal })
    expect([...outing.ends.values()].map((end) => end?.message)).toEqual(Array(2).fill(expect.stringMatching(/^interrupted; /)))
    expect(Math.max(...slept)).toBeLessThanOrEqual(30_000)
    await story.runAll(1)
    await story.expectReached()
  })

  test('between the commits of silver, and between the writing of its files, changes nothing', async () => {
    const story = disturbed('restarts', database)
    for (let run = 0; run < story.scenario.runs.length; run++) {
      story.show(run)
      eachCommit(story.silver, (file, version) => utimesSync(file, 1_700_000_000 - version * 3600, 1_700_000_000 - version * 3600))
      for (const name of readdirSync(story.silver)) if (name.endsWith('.parquet')) utimesSync(join(story.silver, name), run, run)
      const outing = await story.run(run)
      expect([[...outing.ends.values()], warningsOf(outing)]).toEqual([[undefined, undefined], []])
    }
    await story.expectReached()
  })
})

describe('a row from another age', () => {
  // What Spark gave is in the recordings; here it is named.
  test('in the year 9999 moves the watermark there and closes what is open; whatever comes after it is late, and nothing overflows', async () => {
    const story = disturbed('far-times', database)
    const progress: Progress[] = []
    for (let run = 0; run < story.scenario.runs.length; run++) {
      story.show(run)
      progress.push(...progressOf(await story.run(run), 'flight_phase_counts'))
    }
    await story.expectReached()
    expect(progress.slice(3).map(({ batchId, eventTime, contrail, stateOperators: [state] }) => [batchId, eventTime.max ?? null, contrail.nextWatermark, state.numRowsRemoved, state.numRowsDroppedByWatermark])).toEqual([
      [3, '9999-12-31T23:00:00.000Z', '9999-12-31T22:58:00.000Z', 0, 0],
      [4, null, '9999-12-31T22:58:00.000Z', 3, 0],
      [5, '2026-01-23T13:05:50.122Z', '9999-12-31T22:58:00.000Z', 0, 4]
    ])
  })

  test('before 1970 is late from the first batch on, and moves no watermark', async () => {
    const story = disturbed('far-times', database)
    story.show(0)
    const outing = await story.run(0)
    await story.expectReached(wholeTo(2))
    const [first] = progressOf(outing, 'flight_phase_counts')
    expect([first!.eventTime.min, first!.contrail.nextWatermark, first!.stateOperators[0].numRowsDroppedByWatermark]).toEqual(['0001-01-03T00:00:01.000Z', '1970-01-01T00:00:00.000Z', 4])
    expect(warningsOf(outing)).toEqual([])
  })
})

function eachCommit(silver: string, work: (file: string, version: number) => void): void {
  for (const name of readdirSync(join(silver, '_delta_log'))) if (/^\d{20}\.json$/.test(name)) work(join(silver, '_delta_log', name), Number(name.slice(0, 20)))
}
