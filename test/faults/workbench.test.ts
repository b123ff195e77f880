import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { NewRun } from '#shared/contract/run.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { add } from '#test/delta/handMade.ts'
import { commitFile, disturbed, fileOfVersion, wholeTo, type Disturbed } from '#test/support/disturbed.ts'
import { closeHosts, isState, openTestHost } from '#test/support/hosts.ts'

const database = await openDatabase()
afterAll(() => database.close())

const damaged = 'is not a whole Parquet file: it is damaged or was cut off; restore it from a copy'
const runOf = ({ silver, gold, checkpoints }: Disturbed, more: Partial<NewRun>): NewRun => ({ silver, gold, checkpoints, mode: 'replay', ...more })

test('decisions 1.6 a run with a bad file fails in the workbench, which names file and version, and Play goes on to what Spark recorded once it is mended', async () => {
  const story = disturbed('sliding-partial-late', database)
  story.show(0)
  const file = fileOfVersion(story.silver, 5)
  const whole = readFileSync(file)
  truncateSync(file, 300)
  const { host, heard } = await openTestHost()
  const run = await host.createRun(runOf(story, { maxFilesPerTrigger: 1 }))
  await host.openRun(run.id)
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('failed'))
  const message = `${story.silver}/${basename(file)} (version 9) ${damaged}`
  const snapshot = await host.openRun(run.id)
  expect([snapshot.run.fault, snapshot.problems.map((problem) => [problem.severity, problem.message])]).toEqual([{ code: 'corrupt', message }, [['error', message], ['error', message]]])
  expect(await story.expectSomewhere()).toEqual({ phase_counts: { offsets: 4, gold: 3, commits: 3 }, anomaly_alerts: { offsets: 4, gold: 3, commits: 3 } })
  writeFileSync(file, whole)
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  await story.expectReached()
})

test('decisions 1.6 a file that a run has set aside stands in its record and among its problems, also when another host opens it', async () => {
  const story = disturbed('restarts', database)
  story.show(0)
  copyFileSync(fileOfVersion(story.silver, 1), join(story.silver, 'bad.parquet'))
  truncateSync(join(story.silver, 'bad.parquet'), 300)
  writeFileSync(commitFile(story.silver, 1), `${readFileSync(commitFile(story.silver, 1), 'utf8').trim()}\n${JSON.stringify(add('bad.parquet'))}\n`)
  const first = await openTestHost()
  const run = await first.host.createRun(runOf(story, { onBadFile: 'quarantine' }))
  await first.host.openRun(run.id)
  await first.host.controlRun(run.id, { kind: 'play' })
  await first.heard.until(isState('done'))
  await story.expectReached(wholeTo(1))
  await closeHosts()
  const { host } = await openTestHost(first.dataFolder)
  const { batches, problems } = await host.openRun(run.id)
  const message = `${story.silver}/bad.parquet (version 1) ${damaged}`
  expect(batches.flatMap(({ query, batchId, files }) => files.flatMap(({ path, rows, setAside }) => (setAside === undefined ? [] : [[query, batchId, path, rows, setAside]]))).sort()).toEqual(['anomaly_alerts', 'flight_phase_counts'].map((query) => [query, 0, 'bad.parquet', 0, message]))
  expect(problems.map((problem) => [problem.severity, problem.file, problem.message])).toEqual(Array(2).fill(['warning', 'bad.parquet', `set aside bad.parquet: ${message}`]))
})
