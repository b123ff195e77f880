import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { systemClock } from '#electron/host/clock.ts'
import { runPipeline } from '#electron/host/runPipeline.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { expectRecorded } from '#test/support/compareScenario.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { readScenario, showSilver, type Scenario } from '#test/support/oracle.ts'
import { PowerCut, powerSupply, type PowerSupply } from '#test/support/powerCut.ts'
import { pipelineOf, type ScenarioOutcome } from '#test/support/runScenario.ts'

let database: Database
beforeAll(async () => {
  database = await openDatabase()
})
afterAll(() => database.close())

// One run, several files, one file a batch: late rows, windows that close, batches without data.
const scenario = readScenario(join(repository, 'test/fixtures/oracle/sliding-partial-late'))

async function run(of: Scenario, folder: string, power: PowerSupply): Promise<ScenarioOutcome> {
  showSilver(of, join(folder, 'silver'), of.runs[0]!.silverVersion)
  const progress = new Map<string, never[]>()
  const end = await runPipeline(pipelineOf(of, of.runs[0]!, folder), {
    database,
    openStorage: (uri) => power.wire(openStorage(uri)),
    clock: systemClock,
    signal: new AbortController().signal,
    engine: 'Contrail/test',
    publish: (event) => {
      if (event.kind === 'batch') progress.set(event.query, [...(progress.get(event.query) ?? []), event.progress as never])
    }
  })
  return { gold: join(folder, 'gold'), checkpoints: join(folder, 'checkpoints'), progress, ends: [end] }
}

test('R1 R2 a power cut before or after any step of writing leaves nothing that the next run does not mend', { timeout: 300_000 }, async () => {
  const whole = powerSupply()
  await expectRecorded(scenario, await run(scenario, temporaryFolder('whole'), whole), database)
  expect(whole.steps).toBeGreaterThan(100)
  for (let step = 0; step < whole.steps; step++) {
    for (const side of ['before', 'after'] as const) {
      const folder = temporaryFolder('cut')
      const power = powerSupply({ step, side })
      const cut = await run(scenario, folder, power)
      expect(power.isCut).toBe(true)
      expect([...cut.ends[0]!.values()].some((end) => end instanceof PowerCut)).toBe(true)
      const resumed = await run(scenario, folder, powerSupply())
      await expectRecorded(scenario, merged(cut, resumed), database)
    }
  }
})

/** Progress of both runs; a batch that was done again is told by its last line. */
function merged(cut: ScenarioOutcome, resumed: ScenarioOutcome): ScenarioOutcome {
  const progress = new Map([...resumed.progress].map(([query, lines]) => [query, [...(cut.progress.get(query) ?? []), ...lines]]))
  for (const [query, lines] of cut.progress) if (!progress.has(query)) progress.set(query, [...lines])
  return { ...resumed, progress }
}
