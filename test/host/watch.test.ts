import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { untilNextTrigger } from '#electron/host/trigger.ts'
import type { Progress } from '#electron/host/progress.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { contrail, startContrail, until, type Running } from '#test/support/contrail.ts'
import { add, protocol, writeLog } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { queryNames, readLines } from '#test/support/oracle.ts'
import { cruising, silverMetaData, writeObservations } from '#test/support/observations.ts'
import { loggedWatermarks, replayLogged } from '#test/support/replayLogged.ts'
import { phases, pipelineIn, progressOf, runIn, type Settings } from '#test/support/runIn.ts'
import { storyClock } from '#test/support/storyClock.ts'

const recording = temporaryFolder('recording')
let database: Database

beforeAll(async () => {
  database = await openDatabase()
  expect(await contrail(['sample', recording, '--minutes', '24', '--rows-per-minute', '120'])).toMatchObject({ code: 0 })
})
afterAll(() => database.close())

const logFolder = join(recording, '_delta_log')
const versionsOf = () => readdirSync(logFolder).sort()

/** Data file of each version but the first, which has none. */
function dataFiles(): string[] {
  return versionsOf().flatMap((name) => {
    const lines = readFileSync(join(logFolder, name), 'utf8').trim().split('\n')
    return lines.flatMap((line) => (JSON.parse(line) as { add?: { path: string } }).add?.path ?? [])
  })
}

/** A silver folder that gets one more file of the recording with each `grow`. */
interface Growing {
  grow(folder: string): void
  readonly left: number
}

function growingDelta(): Growing {
  const versions = versionsOf()
  const files = [undefined, ...dataFiles()]
  let next = 0
  const show = (folder: string) => {
    const file = files[next]
    if (file !== undefined) copyFileSync(join(recording, file), join(folder, 'silver', file))
    // As writers of Delta do: a version appears whole.
    copyFileSync(join(logFolder, versions[next]!), join(folder, 'next.json'))
    renameSync(join(folder, 'next.json'), join(folder, 'silver/_delta_log', versions[next]!))
    next += 1
  }
  return {
    get left() {
      return versions.length - next
    },
    grow(folder) {
      mkdirSync(join(folder, 'silver/_delta_log'), { recursive: true })
      if (next === 0) show(folder) // Makes the table, without a file.
      show(folder)
    }
  }
}

/** Half a minute between two files, so that their order is that of the recording. The first ones are old enough to be taken at once. */
function growingParquet(): Growing {
  const files = dataFiles()
  const startMs = Date.now() - files.length * 30_000 - 60_000
  let next = 0
  return {
    get left() {
      return files.length - next
    },
    grow(folder) {
      mkdirSync(join(folder, 'silver'), { recursive: true })
      const file = join(folder, 'next.parquet')
      copyFileSync(join(recording, files[next]!), file)
      utimesSync(file, new Date(startMs + next * 30_000), new Date(startMs + next * 30_000))
      renameSync(file, join(folder, 'silver', `${next}.parquet`))
      next += 1
    }
  }
}

const placesOf = (folder: string) => ['--silver', join(folder, 'silver'), '--gold', join(folder, 'gold'), '--checkpoints', join(folder, 'checkpoints')]

/** How many files both queries have read, as their progress tells. */
function filesRead(folder: string): number {
  const file = progressFile(folder)
  const lines = existsSync(file) ? readLines(file) : []
  const counts = ['flight_phase_counts', 'anomaly_alerts'].map((query) => (lines as unknown as Progress[]).reduce((sum, { name, contrail: { numInputFiles } }) => sum + (name === query ? numInputFiles : 0), 0))
  return Math.min(...counts)
}

const progressFile = (folder: string) => join(folder, 'progress.jsonl')

async function interrupted(running: Running): Promise<string> {
  running.child.kill('SIGINT')
  const { code, stdout, stderr } = await running.finished
  expect({ code, stderr }).toEqual({ code: 130, stderr: 'contrail: interrupted; everything up to the last whole batch is in gold, and the same command goes on from there\n' })
  return stdout
}

/** Gives how many rows each query has in gold. */
async function expectAsLogged(folder: string, settings: Settings = {}): Promise<number[]> {
  const counts: number[] = []
  for (const [query, logged] of await replayLogged(pipelineIn(folder, settings), database)) {
    const { gold, checkpoint } = Object.values(queryNames).find((names) => names.gold === query)!
    expect(await goldRows(join(folder, 'gold', gold), database)).toEqual(logged.rows)
    expect(loggedWatermarks(join(folder, 'checkpoints', checkpoint))).toEqual(logged.watermarks)
    counts.push(logged.rows.length)
  }
  return counts
}

const kinds = [
  { kind: 'a Delta table', growing: growingDelta },
  { kind: 'a folder of Parquet files', growing: growingParquet }
]
const intervals = [
  { name: 'batch after batch', flags: [] },
  { name: 'with an interval', flags: ['--interval', '200 milliseconds'] }
]

describe.each(kinds)('$kind that grows', ({ kind, growing }) => {
  test.each(intervals)('B4 B5 is watched $name: gold is what a replay of the logged ranges gives, Ctrl+C ends it with 130, and the next watch and replay go on', async ({ name, flags }) => {
    const folder = temporaryFolder(`watch ${kind} ${name}`)
    const silver = growing()
    let grown = 0
    const grow = () => {
      silver.grow(folder)
      grown += 1
    }
    const command = (verb: string) => [verb, ...placesOf(folder), '--progress', progressFile(folder), ...(verb === 'watch' ? flags : [])]
    const watchUntilLeft = async (left: number) => {
      const running = startContrail(command('watch'))
      // It waits for a number of files; when that never comes, this tells what did.
      onTestFailed(() => {
        console.log(`${grown} files were there, ${filesRead(folder)} were read by both queries. The watch ${running.ended() ? 'has ended' : 'still ran'} and said:\n${running.output()}`)
        running.child.kill('SIGKILL')
      })
      for (;;) {
        await until(() => filesRead(folder) === grown || running.ended())
        if (running.ended() || silver.left <= left) return interrupted(running)
        grow()
      }
    }
    for (let i = 0; i < 3; i++) grow()
    const output = await watchUntilLeft(10)
    for (const query of ['flight_phase_counts', 'anomaly_alerts']) expect(output).toMatch(new RegExp(`^\\S+Z ${query}: .*; batch \\d+ done \\(\\d+ in this run\\), \\d+ rows read, \\d+ windows open, watermark 2026-01-23T`, 'm'))
    await expectAsLogged(folder)
    grow() // While nobody watches.
    await watchUntilLeft(4)
    await expectAsLogged(folder)
    while (silver.left > 0) grow()
    expect(await contrail(command('replay'))).toMatchObject({ code: 0, stderr: '' })
    const rows = await expectAsLogged(folder)
    expect({ files: filesRead(folder), queriesWithRows: rows.filter((count) => count > 0).length }).toEqual({ files: grown, queriesWithRows: 2 })
  })
})

/** A Delta table whose versions appear when they are told to. */
async function show(folder: string, version: number, time: string): Promise<void> {
  if (version === 1) writeLog(join(folder, 'silver'), [[protocol(), silverMetaData()]])
  await writeObservations(database, join(folder, 'silver'), `${version}.parquet`, cruising(time))
  writeLog(join(folder, 'silver'), [[add(`${version}.parquet`)]], version)
}

const at = (time: string) => Date.parse(`2026-01-23T${time}Z`)

test.each([
  { what: 'at the next multiple of the interval', intervalMs: 30_000, started: '12:00:10', now: '12:00:12', idle: false, waits: 18_000 },
  { what: 'also when there was nothing to do', intervalMs: 30_000, started: '12:00:30', now: '12:00:30', idle: true, waits: 30_000 },
  { what: 'at once when it took as long as the interval', intervalMs: 30_000, started: '12:00:10', now: '12:00:40', idle: false, waits: undefined },
  { what: 'at once when it passed the multiple', intervalMs: 30_000, started: '12:00:25', now: '12:00:31', idle: false, waits: undefined },
  { what: 'at once without an interval', intervalMs: null, started: '12:00:10', now: '12:00:10', idle: false, waits: undefined },
  { what: 'a second later without an interval when there is nothing', intervalMs: null, started: '12:00:10', now: '12:00:10', idle: true, waits: 1000 }
])('B5 the next batch comes $what', async ({ intervalMs, started, now, idle, waits }) => {
  let slept: number | undefined
  const clock = { nowMs: () => at(now), sleep: (ms: number) => Promise.resolve(void (slept = ms)) }
  await untilNextTrigger(intervalMs, at(started), idle, clock, new AbortController().signal)
  expect(slept).toBe(waits)
})

test('B2 B3 B5 with an interval there is one batch a trigger, and the one without data waits for its own', async () => {
  const folder = temporaryFolder('triggers')
  await show(folder, 1, '12:00')
  const { clock, signal } = storyClock(at('13:00:10'), 1, [() => undefined, () => undefined, () => show(folder, 2, '12:01'), () => show(folder, 3, '12:02'), () => undefined, () => undefined])
  const outing = await runIn(folder, database, { trigger: { kind: 'processingTime', interval: '30 seconds' }, queries: phases }, { clock, signal })
  expect(progressOf(outing, 'flight_phase_counts').map(({ batchId, numInputRows, timestamp }) => [batchId, numInputRows, timestamp.slice(11, 19)])).toEqual([
    [0, 1, '13:00:10'],
    [1, 0, '13:00:30'],
    [2, 1, '13:01:30'],
    [3, 1, '13:02:00'],
    [4, 0, '13:02:30']
  ])
})

test('B2 B3 without an interval batches follow each other, and what comes is seen at the next look', async () => {
  const folder = temporaryFolder('looks')
  await show(folder, 1, '12:00')
  await show(folder, 2, '12:01')
  const { clock, signal } = storyClock(at('13:00:10'), 1, [() => show(folder, 3, '12:02'), () => undefined])
  const outing = await runIn(folder, database, { trigger: { kind: 'processingTime' }, silver: { startingVersion: 1, maxFilesPerTrigger: 1 }, queries: phases }, { clock, signal })
  expect(progressOf(outing, 'flight_phase_counts').map(({ batchId, numInputRows, timestamp }) => [batchId, numInputRows, timestamp.slice(11, 19)])).toEqual([
    [0, 1, '13:00:10'],
    [1, 1, '13:00:10'],
    [2, 0, '13:00:10'],
    [3, 1, '13:00:11'],
    [4, 0, '13:00:11']
  ])
})

test('B5 both queries of a watch go their own way, and gold is what a replay of the logged ranges gives', async () => {
  const folder = temporaryFolder('both')
  await show(folder, 1, '12:00')
  const { clock, signal } = storyClock(at('13:00:00'), 2, [() => show(folder, 2, '12:10'), () => show(folder, 3, '12:12'), () => show(folder, 4, '12:30'), () => undefined])
  const outing = await runIn(folder, database, { trigger: { kind: 'processingTime', interval: '1 second' } }, { clock, signal })
  expect([...outing.ends.values()].map((end) => end?.message)).toEqual(Array(2).fill(expect.stringMatching(/^interrupted; /)))
  const rows = await expectAsLogged(folder)
  expect(rows).toEqual([3, 12])
})
