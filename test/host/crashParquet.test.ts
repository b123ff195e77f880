import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { cruising, writeObservations } from '#test/support/observations.ts'
import { outcomeOf } from '#test/support/outcome.ts'
import { PowerCut, powerSupply, type PowerSupply } from '#test/support/powerCut.ts'
import { phases, runIn, type Outing } from '#test/support/runIn.ts'

let database: Database
const silver = temporaryFolder('silver')

beforeAll(async () => {
  database = await openDatabase()
  for (const [i, time] of ['12:00', '12:05', '12:01', '12:09'].entries()) {
    await writeObservations(database, silver, `${i}.parquet`, cruising(time))
    utimesSync(join(silver, `${i}.parquet`), 1_769_000_000 + i, 1_769_000_000 + i)
  }
})
afterAll(() => database.close())

const run = (folder: string, power: PowerSupply): Promise<Outing> =>
  runIn(folder, database, { silver: { uri: silver, maxFilesPerTrigger: 1 }, queries: phases }, { openStorage: (uri) => power.wire(openStorage(uri)) })
const outcome = (folder: string) => outcomeOf(join(folder, 'gold'), join(folder, 'checkpoints'), database)

test('R1 R2 O10 over plain Parquet too, a power cut before or after any step of writing leaves nothing that the next run does not mend', { timeout: 300_000 }, async () => {
  const steady = powerSupply()
  const whole = temporaryFolder('whole')
  await run(whole, steady)
  const expected = await outcome(whole)
  expect(steady.steps).toBeGreaterThan(20)
  const cuts = [...Array.from({ length: steady.steps }, (_, step) => ({ step, side: 'before' as const })), { step: steady.steps - 1, side: 'after' as const }]
  for (const cut of cuts) {
    const folder = temporaryFolder('cut')
    const [end] = (await run(folder, powerSupply(cut))).ends.values()
    expect(end, `${cut.side} step ${cut.step}`).toBeInstanceOf(PowerCut)
    expect([...(await run(folder, powerSupply())).ends.values()]).toEqual([undefined])
    expect(await outcome(folder), `${cut.side} step ${cut.step}`).toEqual(expected)
  }
})
