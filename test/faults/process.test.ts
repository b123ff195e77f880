import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { contrail, startContrail, until, type Running } from '#test/support/contrail.ts'
import { runInWorkers } from '#test/support/crashWorker.ts'
import { disturbed, wholeTo, type Disturbed } from '#test/support/disturbed.ts'
import { isState, openTestHost } from '#test/support/hosts.ts'
import { queryNames, readLines } from '#test/support/oracle.ts'
import { startServe } from '#test/support/servedHost.ts'
import { expectOneSentence } from '#test/support/secondInstance.ts'

const database = await openDatabase()
afterAll(() => database.close())

/** Twelve batches, a file each. */
function recorded(): Disturbed {
  const story = disturbed('late-rows', database)
  story.show(0)
  return story
}

const committed = (story: Disturbed, batch: number) => Object.values(queryNames).every(({ checkpoint }) => existsSync(join(story.checkpoints, checkpoint, 'commits', String(batch))))

/** A watch that has done a batch of each query. */
async function watching(story: Disturbed, ...flags: readonly string[]): Promise<Running> {
  const running = startContrail([...story.command('watch', 0), ...flags])
  await until(() => committed(story, 2) || running.ended())
  return running
}

describe('a process that is ended', () => {
  test.each([
    { signal: 'SIGTERM', how: { code: 130, signal: null, stderr: 'contrail: interrupted; everything up to the last whole batch is in gold, and the same command goes on from there\n' } },
    { signal: 'SIGABRT', how: { code: null, signal: 'SIGABRT', stderr: '' } },
    { signal: 'SIGKILL', how: { code: null, signal: 'SIGKILL', stderr: '' } }
  ] as const)('by $signal leaves whole batches, and the next run goes on to what Spark recorded', async ({ signal, how }) => {
    const story = recorded()
    const running = await watching(story)
    running.child.kill(signal)
    expect(await running.finished).toMatchObject(how)
    await story.expectSomewhere(signal === 'SIGTERM' ? undefined : 'killed')
    expect(await contrail(story.command('replay', 0))).toMatchObject({ code: 0, stderr: '' })
    expect(await story.expectSomewhere('killed')).toEqual({ phase_counts: wholeTo(11), anomaly_alerts: wholeTo(11) })
  })
})

test('B5 a watch that sleeps and wakes goes on with one batch a trigger: none is made up for, and nothing is lost', async () => {
  const story = recorded()
  const progress = join(story.folder, 'progress.jsonl')
  const intervalMs = 200
  const running = await watching(story, '--interval', `${intervalMs} milliseconds`, '--progress', progress)
  running.child.kill('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 1500)) // Seven triggers long.
  running.child.kill('SIGCONT')
  await until(() => committed(story, 11) || running.ended())
  running.child.kill('SIGTERM')
  expect(await running.finished).toMatchObject({ code: 130 })
  await story.expectReached()
  for (const { gold } of Object.values(queryNames)) {
    const triggers = readLines(progress).flatMap(({ name, timestamp }) => (name === gold ? [Math.floor(Date.parse(timestamp as string) / intervalMs)] : []))
    expect(triggers).toHaveLength(12)
    expect(new Set(triggers).size, `a trigger came twice: ${triggers.join(' ')}`).toBe(12)
  }
})

test('a second process on the same checkpoint: per query exactly one goes on, the other says so, and gold is what Spark recorded', async () => {
  const story = recorded()
  for (const end of await Promise.all([contrail(story.command('replay', 0)), contrail(story.command('replay', 0))])) expectOneSentence(end)
  await story.expectReached()
})

describe('a workbench whose worker thread breaks down', () => {
  test.each([
    { how: 'by leaving', code: 'process.exit(7)', message: 'a mistake in Contrail itself: the engine\'s thread ended with code 7' },
    { how: 'by an error that nobody catches', code: 'setTimeout(() => { throw new Error("struck") })', message: 'a mistake in Contrail itself: struck' }
  ])('$how says so with what to do, and Play goes on to what Spark recorded', async ({ code, message }) => {
    const story = recorded()
    const { host, heard } = await openTestHost()
    const run = await host.createRun({ silver: story.silver, gold: story.gold, checkpoints: story.checkpoints, mode: 'replay', maxFilesPerTrigger: 1 })
    await host.openRun(run.id)
    await heard.until((event) => event.kind === 'loaded')
    await host.controlRun(run.id, { kind: 'step', unit: 'trigger' })
    await heard.until((event) => event.kind === 'run') // The step has come to its end.
    expect(await runInWorkers('engineWorker.js', code)).toBe(1)
    await heard.until(isState('failed'))
    expect(heard.events.flatMap((event) => (event.kind === 'problem' ? [event.problem.message] : []))).toEqual([`${message}; press Play to go on from the last whole batch`])
    await story.expectSomewhere('killed')
    await host.controlRun(run.id, { kind: 'play' })
    await heard.until(isState('done'))
    await story.expectReached()
  })
})

test('a workbench that DuckDB takes down with it tells its pages, and started again it finds the run and goes on to what Spark recorded', async () => {
  const story = recorded()
  const data = join(story.folder, 'data')
  const first = await startServe(data)
  const run = await first.host.createRun({ silver: story.silver, gold: story.gold, checkpoints: story.checkpoints, mode: 'replay', maxFilesPerTrigger: 1 })
  await first.host.openRun(run.id)
  await first.host.controlRun(run.id, { kind: 'speed', speed: 200 })
  await first.host.controlRun(run.id, { kind: 'play' })
  await until(() => committed(story, 2) || first.running.ended())
  first.running.child.kill('SIGABRT')
  expect(await first.running.finished).toMatchObject({ code: null, signal: 'SIGABRT' })
  await expect(first.host.listRuns()).rejects.toThrow('the connection to the host is gone')
  await story.expectSomewhere('killed')
  const second = await startServe(data)
  expect((await second.host.listRuns()).map(({ id, state }) => ({ id, state }))).toEqual([{ id: run.id, state: 'interrupted' }])
  const states: string[] = []
  second.host.onRunEvent((event) => void (event.kind === 'run' && states.push(event.run.state)))
  await second.host.openRun(run.id)
  await second.host.controlRun(run.id, { kind: 'play' })
  await until(() => states.includes('done') || second.running.ended())
  second.running.child.kill('SIGTERM')
  expect(await second.running.finished).toMatchObject({ code: 130 })
  expect(await story.expectSomewhere('killed')).toEqual({ phase_counts: wholeTo(11), anomaly_alerts: wholeTo(11) })
})
