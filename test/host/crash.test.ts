import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { systemClock } from '#electron/host/clock.ts'
import { runPipeline, type PipelineEnd } from '#electron/host/runPipeline.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { expectGold } from '#test/support/compareScenario.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { readScenario, showSilver } from '#test/support/oracle.ts'
import { PowerCut, powerSupply, type PowerSupply } from '#test/support/powerCut.ts'
import { pipelineOf } from '#test/support/runScenario.ts'

const database = await openDatabase()
afterAll(() => database.close())

// One run, a file a batch: late rows, windows that close, batches without data.
const scenario = readScenario(join(repository, 'test/fixtures/oracle/sliding-partial-late'))

function run(folder: string, power: PowerSupply): Promise<PipelineEnd> {
  const [only] = scenario.runs
  showSilver(scenario, join(folder, 'silver'), only!.silverVersion)
  return runPipeline(pipelineOf(scenario, only!, folder), {
    database,
    openStorage: (uri) => power.wire(openStorage(uri)),
    clock: systemClock,
    signal: new AbortController().signal,
    engine: 'Contrail/test',
    publish: () => undefined
  })
}

async function expectWhole(folder: string): Promise<void> {
  const outcome = { gold: join(folder, 'gold'), checkpoints: join(folder, 'checkpoints') }
  for (const query of ['phase_counts', 'anomaly_alerts'] as const) await expectGold(scenario, outcome, query, database)
}

test('R1 R2 a power cut before or after any step of writing leaves nothing that the next run does not mend', { timeout: 300_000 }, async () => {
  const steady = powerSupply()
  const whole = temporaryFolder('whole')
  await run(whole, steady)
  await expectWhole(whole)
  expect(steady.steps).toBeGreaterThan(90)
  // After one step is before the next one; only the last has an after of its own.
  const cuts = [...Array.from({ length: steady.steps }, (_, step) => ({ step, side: 'before' as const })), { step: steady.steps - 1, side: 'after' as const }]
  for (const cut of cuts) {
    const folder = temporaryFolder('cut')
    const ends = await run(folder, powerSupply(cut))
    expect([...ends.values()].some((end) => end instanceof PowerCut), `${cut.side} step ${cut.step}`).toBe(true)
    expect([...(await run(folder, powerSupply())).values()]).toEqual([undefined, undefined])
    await expectWhole(folder)
  }
})

test('what a crash leaves half-written beside its place is passed over', async () => {
  const folder = temporaryFolder('litter')
  for (const path of ['gold/flight_phase_counts/_delta_log', 'gold/anomaly_alerts', 'checkpoints/gold_aggregations/offsets', 'checkpoints/gold_anomalies']) mkdirSync(join(folder, path), { recursive: true })
  const torn = ['gold/flight_phase_counts/_delta_log/.00000000000000000000.json.1.tmp', 'gold/anomaly_alerts/.part-00000.parquet.1.tmp', 'checkpoints/gold_aggregations/offsets/.0.1.tmp', 'checkpoints/gold_anomalies/.metadata.1.tmp']
  for (const path of torn) writeFileSync(join(folder, path), '{"half')
  expect([...(await run(folder, powerSupply())).values()]).toEqual([undefined, undefined])
  await expectWhole(folder)
})
