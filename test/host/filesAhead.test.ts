import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { predictClosing, type Closing } from '#shared/engine/closing.ts'
import type { Ahead, BatchRecord, NewRun, QueryName, RunEvent, RunSummary } from '#shared/contract/run.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { closeHosts, isState, openTestHost } from '#test/support/hosts.ts'

let database: Database
let folder: string
beforeAll(async () => {
  database = await openDatabase()
  folder = temporaryFolder('ahead')
})
afterAll(() => database.close())

async function sample(seed: number): Promise<string> {
  const silver = join(folder, `silver ${seed}`)
  expect(await contrail(['sample', silver, '--minutes', '24', '--rows-per-minute', '120', '--seed', String(seed)])).toMatchObject({ code: 0 })
  return silver
}

/** Newest event time of each file, as the file has it. */
async function newestOf(silver: string): Promise<ReadonlyMap<string, number>> {
  const rows = (await database.query(`SELECT parse_filename(filename) AS file, epoch_ms(max(event_timestamp))::DOUBLE AS ms FROM read_parquet('${silver}/*.parquet', filename = true) GROUP BY ALL`)).rows()
  return new Map(rows.map(({ file, ms }) => [String(file), Number(ms)]))
}

interface Told {
  readonly batches: readonly BatchRecord[]
  /** What was told of the batches ahead when so many were done. */
  readonly ahead: ReadonlyMap<number, Ahead>
}

/** What a query told, in order. */
function toldOf(events: readonly RunEvent[], query: QueryName): Told {
  const batches: BatchRecord[] = []
  const ahead = new Map<number, Ahead>()
  for (const event of events) {
    if (event.kind === 'batch' && event.batch.query === query) batches.push(event.batch)
    if (event.kind === 'ahead' && event.query === query) ahead.set(batches.length, event.ahead)
  }
  return { batches, ahead }
}

/** What the page knows between two batches. */
function predicted({ batches, ahead }: Told, run: RunSummary, query: QueryName, done: number, endMs: number): Closing {
  const last = batches[done - 1]
  const known = [...ahead].filter(([at]) => at <= done).at(-1)?.[1]
  const nextBatch = done === 0 ? 0 : last!.batchId + 1
  return predictClosing({ endMs, delayMs: run.queries[query]!.watermarkDelayMs, watermarkMs: last?.watermarkMs ?? 0, nextBatch, ahead: known && { ...known, batches: known.batches.filter(({ batchId }) => batchId >= nextBatch) } })
}

async function replayed(silver: string, more: Partial<NewRun>) {
  const { host, heard, dataFolder } = await openTestHost()
  const run = await host.createRun({ silver, mode: 'replay', ...more })
  await host.openRun(run.id)
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  return { host, heard, run, dataFolder }
}

describe.each([1, 2, 3])('a replay of seed %i', (seed) => {
  test('E1 E2 tells at every moment which file closes each window, which batch reads it and which writes the rows', async () => {
    const silver = await sample(seed)
    const newest = await newestOf(silver)
    const { heard, run } = await replayed(silver, { maxFilesPerTrigger: seed })
    let checked = 0
    for (const query of ['flight_phase_counts', 'anomaly_alerts'] as const) {
      const told = toldOf(heard.events, query)
      const delayMs = run.queries[query]!.watermarkDelayMs
      for (const [writtenBy, { closed, batchId }] of told.batches.entries()) {
        expect(batchId).toBe(writtenBy)
        for (const { endMs } of closed) {
          const before = told.batches[writtenBy - 1]!
          const file = before.files.find(({ path }) => newest.get(path)! >= endMs + delayMs)!.path
          for (let done = 0; done <= writtenBy; done++) {
            const passed = done === writtenBy
            expect(predicted(told, run, query, done, endMs), `${query}, after ${done} batches, window to ${endMs}`).toEqual(passed ? { kind: 'passed', writtenBy } : { kind: 'planned', file, eventMs: expect.any(Number) as number, readBy: writtenBy - 1, writtenBy })
            checked += 1
          }
        }
      }
      const last = told.batches.at(-1)!
      for (let done = 0; done <= told.batches.length; done++) expect(predicted(told, run, query, done, last.closedMs + 60_000)).toEqual({ kind: 'never' })
    }
    expect(checked).toBeGreaterThan(seed === 1 ? 400 : 100)
  })
})

/** What is told of a run when it is opened: it comes with the answer, or soon after. */
async function opened({ host, heard }: Pick<Awaited<ReturnType<typeof openTestHost>>, 'host' | 'heard'>, run: RunSummary): Promise<Ahead> {
  const from = heard.events.length
  const isTold = (event: RunEvent): event is Extract<RunEvent, { kind: 'ahead' }> => event.kind === 'ahead' && event.runId === run.id && event.query === 'anomaly_alerts'
  const { ahead } = await host.openRun(run.id)
  if (ahead.anomaly_alerts) return ahead.anomaly_alerts
  await heard.until(isTold, from)
  return heard.events.filter(isTold).at(-1)!.ahead
}

test('what is ahead is there again when a run is opened in its middle, and in the batches that it does once more', async () => {
  const silver = await sample(4)
  const first = await openTestHost()
  const run = await first.host.createRun({ silver, mode: 'replay', maxFilesPerTrigger: 2 })
  const whole = await opened(first, run)
  expect(whole).toEqual(await opened(first, run))
  expect(whole.batches).toHaveLength(11)
  await first.host.controlRun(run.id, { kind: 'step', unit: 'windowClose' })
  await first.heard.until((event) => event.kind === 'rows')
  await closeHosts()
  const { host, heard } = await openTestHost(first.dataFolder)
  const ahead = await opened({ host, heard }, run)
  const { batchId } = ahead.batches[0]!
  expect(batchId).toBeGreaterThan(0)
  expect(ahead).toEqual({ ...whole, batches: whole.batches.filter((batch) => batch.batchId >= batchId) })
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  const again = await host.replayRun(run.id, run.limits)
  const recorded = await opened({ host, heard }, again)
  expect(recorded.then).toBe('nothing')
  expect(recorded.batches.slice(0, 11)).toEqual(whole.batches)
  // What cleaned up then does again: it reads nothing.
  expect(recorded.batches.slice(11)).toEqual([{ batchId: 11, files: [] }])
})

test('a folder of plain files tells none of it', async () => {
  const silver = await sample(5)
  const plain = join(folder, 'plain')
  await database.run(`COPY (FROM read_parquet('${silver}/*.parquet')) TO '${plain}' (FORMAT PARQUET, FILE_SIZE_BYTES 20000)`)
  const { host, heard } = await openTestHost()
  const run = await host.createRun({ silver: plain, mode: 'replay', maxFilesPerTrigger: 1 })
  expect(await opened({ host, heard }, run)).toEqual({ batches: [], then: 'files' })
})
