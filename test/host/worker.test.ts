import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { Fault } from '#shared/engine/fault.ts'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import { startPipeline } from '#electron/host/startPipeline.ts'
import type { QueryEvent } from '#electron/host/queryEvent.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { readScenario, showSilver } from '#test/support/oracle.ts'

test('the engine refuses to run on the main thread', async () => {
  await expect(import(/* @vite-ignore */ pathToFileURL(join(repository, 'dist/engineWorker.js')).href)).rejects.toThrow('engineWorker runs in a worker thread')
})

test('a pipeline runs in its worker: events come over, ends are told with their faults, stopping twice harms nothing', async () => {
  const folder = temporaryFolder('worker')
  const scenario = readScenario(join(repository, 'test/fixtures/oracle/notebook'))
  showSilver(scenario, join(folder, 'silver'), 1)
  const pipeline = parsePipeline({ silver: { uri: join(folder, 'silver') }, gold: { uri: join(folder, 'gold') }, checkpoints: { uri: join(folder, 'checkpoints') } }, 'test')
  const events: QueryEvent[] = []
  const done = await startPipeline(pipeline, { storage: { cacheFolder: join(folder, 'cache') }, onEvent: (event) => events.push(event) }).ended
  expect([...done]).toEqual(expect.arrayContaining([['flight_phase_counts', undefined], ['anomaly_alerts', undefined]]))
  expect(events.flatMap((event) => (event.kind === 'batch' ? [`${event.query} ${event.progress.batchId} ${event.progress.numInputRows}`] : [])).sort()).toEqual(['anomaly_alerts 0 4000', 'anomaly_alerts 1 0', 'flight_phase_counts 0 4000', 'flight_phase_counts 1 0'])

  const elsewhere = { ...pipeline, silver: { ...pipeline.silver, uri: join(folder, 'nowhere') } }
  const running = startPipeline(elsewhere, { storage: { cacheFolder: join(folder, 'cache') }, onEvent: () => undefined })
  running.stop()
  running.stop()
  const [first] = [...(await running.ended).values()]
  expect(first).toBeInstanceOf(Fault)
  expect((first as Fault).code).toMatch(/notFound|interrupted/)
})
