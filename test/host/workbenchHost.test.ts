import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readStream } from '#shared/arrow/readStream.ts'
import { encodeFrame } from '#shared/contract/frame.ts'
import type { Host } from '#shared/contract/host.ts'
import type { BatchRecord, NewRun, RunCommand, RunEvent, RunSummary } from '#shared/contract/run.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { readJournal } from '#electron/host/journal.ts'
import { journalFile } from '#electron/host/runRecorder.ts'
import { openRunStore } from '#renderer/store/runStore.ts'
import { contrail, until } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { closeHosts, isState, openTestHost } from '#test/support/hosts.ts'
import { outcomeOf } from '#test/support/outcome.ts'

let database: Database
let folder: string
let silver: string
let byCommandLine: Record<string, unknown>

beforeAll(async () => {
  database = await openDatabase()
  folder = temporaryFolder('host')
  silver = join(folder, 'silver')
  expect(await contrail(['sample', silver, '--minutes', '20', '--rows-per-minute', '300'])).toMatchObject({ code: 0 })
  expect(await contrail(['replay', '--silver', silver, '--gold', join(folder, 'gold'), '--checkpoints', join(folder, 'checkpoints'), '--max-files-per-trigger', '1'])).toMatchObject({ code: 0 })
  byCommandLine = await outcomeOf(join(folder, 'gold'), join(folder, 'checkpoints'), database)
}, 120_000)
afterAll(() => database.close())

async function start(host: Host, more: Partial<NewRun> = {}): Promise<RunSummary> {
  const run = await host.createRun({ silver, mode: 'replay', maxFilesPerTrigger: 1, ...more })
  await host.openRun(run.id)
  return run
}

/** A run that has made a step and is opened by another host, with so many more batches (1000, 1001, ...) in its journal, each the first but for `more`. */
async function reopenedWith(count: number, step: 'file' | 'windowClose', more: (first: BatchRecord) => Partial<BatchRecord>) {
  const before = await openTestHost()
  const run = await start(before.host)
  await before.host.controlRun(run.id, { kind: 'step', unit: step })
  // Of the query whose journal it is: the other one may be slower, or faster.
  await before.heard.until((event) => (step === 'file' ? event.kind === 'batch' && event.batch.query === 'flight_phase_counts' : event.kind === 'rows' && event.query === 'flight_phase_counts'))
  await closeHosts()
  const journal = journalFile(join(before.dataFolder, 'runs', run.id, 'journal'), 'flight_phase_counts')
  const [record] = await readJournal(journal)
  const others = more(record!)
  for (let i = 0; i < count; i++) {
    const frame = encodeFrame({ ...record!, ...others, batchId: 1000 + i, finishedMs: record!.finishedMs + 1e6 + i })
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, frame.byteLength, true)
    appendFileSync(journal, Buffer.concat([length, frame]))
  }
  const { host, heard } = await openTestHost(before.dataFolder)
  const snapshot = await host.openRun(run.id)
  await heard.until((event) => event.kind === 'loaded')
  return { snapshot, heard }
}

const outcomeOfRun = (run: RunSummary) => outcomeOf(run.gold, run.checkpoints, database)

/** Rows of gold as they were told, by query. */
function rowsTold(events: readonly RunEvent[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const event of events) if (event.kind === 'rows') counts[event.query] = (counts[event.query] ?? 0) + readStream(event.rows).length
  return counts
}

test('a replay by the host leaves what the command line leaves, and tells every row of gold once', async () => {
  const { host, heard } = await openTestHost()
  const run = await start(host)
  await heard.until((event) => event.kind === 'loaded')
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  expect(await outcomeOfRun(run)).toEqual(byCommandLine)
  const again = await host.openRun(run.id)
  expect(rowsTold(heard.events)).toEqual(again.goldRows)
  const closed = again.batches.filter(({ query }) => query === 'anomaly_alerts').flatMap((batch) => batch.closed)
  expect({ rows: closed.reduce((sum, { keys }) => sum + keys, 0), once: new Set(closed.map(({ startMs }) => startMs)).size }).toEqual({ rows: again.goldRows.anomaly_alerts, once: closed.length })
})

describe('how a replay is paced never changes gold', () => {
  test.each<readonly [string, readonly RunCommand[]]>([
    ['1000 times event time', [{ kind: 'speed', speed: 1000 }, { kind: 'play' }]],
    ['first paused and stepped, then as fast as possible', [{ kind: 'step', unit: 'file' }, { kind: 'step', unit: 'windowClose' }, { kind: 'play' }]],
    ['a speed that changes on the way', [{ kind: 'speed', speed: 500 }, { kind: 'play' }, { kind: 'speed', speed: 'max' }]]
  ])('%s', async (_name, commands) => {
    const { host, heard } = await openTestHost()
    const run = await start(host)
    for (const command of commands) await host.controlRun(run.id, command)
    await heard.until(isState('done'))
    expect(await outcomeOfRun(run)).toEqual(byCommandLine)
  })
})

test('a step by window close ends with the batch that closed one', async () => {
  const { host, heard } = await openTestHost()
  const run = await start(host)
  await heard.until((event) => event.kind === 'loaded')
  await host.controlRun(run.id, { kind: 'step', unit: 'windowClose' })
  await heard.until((event) => event.kind === 'run')
  const batches = heard.events.flatMap((event) => (event.kind === 'batch' ? [event.batch] : []))
  const closing = batches.filter(({ closed }) => closed.length > 0)
  expect(closing.length).toBeGreaterThan(0)
  // Only the last turn, a batch of each query, may have closed windows.
  const last = Math.max(...batches.map(({ batchId }) => batchId))
  expect(closing.every(({ batchId }) => batchId === last)).toBe(true)
})

test('a run that was stopped half-way is found again as it was, and goes on to the same gold', async () => {
  const first = await openTestHost()
  const run = await start(first.host)
  await first.host.controlRun(run.id, { kind: 'speed', speed: 300 })
  await first.host.controlRun(run.id, { kind: 'play' })
  await first.heard.until((event) => event.kind === 'batch' && event.batch.batchId === 9)
  await closeHosts()
  const told = first.heard.events.filter((event) => event.kind === 'batch').length
  const { host, heard } = await openTestHost(first.dataFolder)
  expect((await host.listRuns()).map(({ id, state }) => ({ id, state }))).toEqual([{ id: run.id, state: 'interrupted' }])
  const snapshot = await host.openRun(run.id)
  expect(snapshot.batches.length).toBeGreaterThanOrEqual(told)
  await heard.until((event) => event.kind === 'loaded')
  expect(rowsTold(heard.events)).toEqual(snapshot.goldRows)
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  expect(await outcomeOfRun(run)).toEqual(byCommandLine)
})

test('a workbench that comes in while a run goes on is told everything once', async () => {
  const { host, heard } = await openTestHost()
  const run = await start(host)
  await host.controlRun(run.id, { kind: 'speed', speed: 1000 })
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until((event) => event.kind === 'batch' && event.batch.batchId === 5)
  const from = heard.events.length
  const snapshot = await host.openRun(run.id)
  const since = heard.events.length
  await heard.until(isState('done'), from)
  const later = heard.events.slice(since)
  const all = await host.openRun(run.id)
  const batches = [...snapshot.batches, ...later.flatMap((event) => (event.kind === 'batch' ? [event.batch] : []))].map(({ query, batchId }) => `${query} ${batchId}`)
  expect(batches.length).toBe(new Set(batches).size)
  expect(new Set(batches)).toEqual(new Set(all.batches.map(({ query, batchId }) => `${query} ${batchId}`)))
  expect(rowsTold(later)).toEqual(all.goldRows)
})

test('two pages of a run each know every batch and row once, also when the second comes while gold goes to the first', async () => {
  const { host } = await openTestHost()
  const run = await start(host)
  const page = () => {
    const store = openRunStore(host, (work) => setImmediate(work))
    const told = { batches: [] as string[], rows: { flight_phase_counts: 0, anomaly_alerts: 0 } }
    const addBatches = (batches: readonly BatchRecord[]) => told.batches.push(...batches.map(({ query, batchId }) => `${query} ${batchId}`))
    store.onFeed((feed) => {
      if (feed.kind === 'snapshot') addBatches(feed.snapshot.batches)
      if (feed.kind === 'history') addBatches(feed.batches)
      if (feed.kind === 'batch') addBatches([feed.batch])
      if (feed.kind === 'rows') told.rows[feed.query] += readStream(feed.rows).length
    })
    return { store, told }
  }
  const first = page()
  const second = page()
  await first.store.open(run.id)
  await host.controlRun(run.id, { kind: 'play' })
  await until(() => first.store.run?.state === 'done')
  const again = page()
  // The second and third ask at once, and the first is open all the time.
  await Promise.all([second.store.open(run.id), again.store.open(run.id)])
  await until(() => second.store.loaded && again.store.loaded)
  const { batches, goldRows } = await host.openRun(run.id)
  for (const { told } of [first, second, again]) {
    expect(told.batches.length).toBe(new Set(told.batches).size)
    expect(told.batches.length).toBe(batches.length)
    expect(told.rows).toEqual(goldRows)
  }
})

test('batches of very many files go in messages of their own', async () => {
  const files = (record: BatchRecord) => Array.from({ length: 30_000 }, (_, i) => ({ ...record.files[0]!, path: `part-${i}.parquet` }))
  const { snapshot, heard } = await reopenedWith(4, 'file', (record) => ({ files: files(record) }))
  const large = (batches: readonly BatchRecord[]) => batches.filter(({ batchId }) => batchId >= 1000).map(({ batchId }) => batchId)
  expect([snapshot.batches, ...heard.events.flatMap((event) => (event.kind === 'history' ? [event.batches] : []))].map(large)).toEqual([[1000], [1001], [1002], [1003]])
})

test('of a run of many batches the first come with the snapshot, the others in order before gold', async () => {
  const { snapshot, heard } = await reopenedWith(2500, 'windowClose', () => ({ closed: [], files: [] }))
  const history = heard.events.flatMap((event) => (event.kind === 'history' ? event.batches : []))
  expect([snapshot.batches.length, history.at(-1)?.batchId]).toEqual([1000, 3499])
  const all = [...snapshot.batches, ...history].filter(({ query }) => query === 'flight_phase_counts').map(({ batchId }) => batchId)
  expect(all.slice(-2500)).toEqual(Array.from({ length: 2500 }, (_, i) => 1000 + i))
  const kinds = heard.events.map(({ kind }) => kind)
  expect(kinds.lastIndexOf('history')).toBeLessThan(kinds.indexOf('rows'))
})

test('silver that is gone is told in a sentence, and what gold has is still shown', async () => {
  const { host, heard } = await openTestHost()
  const run = await start(host, { silver: join(folder, 'not there') })
  await heard.until(isState('failed'))
  const { run: after, problems } = await host.openRun(run.id)
  expect({ state: after.state, code: after.fault?.code, problems: problems.map(({ message }) => message.includes('not there')) }).toEqual({ state: 'failed', code: 'notFound', problems: [true, true] })
})

test('commands that mean nothing are refused', async () => {
  const { host, heard } = await openTestHost()
  const run = await start(host)
  await expect(host.controlRun(run.id, { kind: 'speed', speed: 1e9 })).rejects.toThrow('a speed is between 0.1 and 1000')
  await expect(host.controlRun('other', { kind: 'play' })).rejects.toThrow('open it first')
  await expect(host.openRun('../../etc')).rejects.toThrow('there is no run')
  await expect(host.createRun({ silver: 'relative', mode: 'replay' })).rejects.toThrow('silver is relative: give a whole path')
  await host.controlRun(run.id, { kind: 'speed', speed: 1 })
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('running'))
  await expect(host.deleteRun(run.id)).rejects.toThrow(/is going on: pause it, then delete it$/)
  await host.controlRun(run.id, { kind: 'pause' })
  await heard.until(isState('paused'))
  await host.deleteRun(run.id)
  expect(await host.listRuns()).toEqual([])
})
