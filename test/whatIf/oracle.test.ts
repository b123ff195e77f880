import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { rangesOf } from '#shared/whatIf/limitedColumns.ts'
import { openTableScan } from '#electron/delta/deltaTable.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { systemClock } from '#electron/host/clock.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { indexRecorded } from '#electron/whatIf/readBlocks.ts'
import { openRecordedQuery } from '#electron/whatIf/recordedQuery.ts'
import { writeWhatIf } from '#electron/whatIf/writeWhatIf.ts'
import { repository, sharedOracle, temporaryFolder } from '#test/support/folders.ts'
import { listScenarios, readScenario, type Scenario, type Thresholds } from '#test/support/oracle.ts'
import { randomFrom } from '#test/support/random.ts'
import { resultColumns, rowsAsText } from '#test/support/rowsAsText.ts'
import { pipelineOf, runScenario } from '#test/support/runScenario.ts'

const database = await openDatabase()
afterAll(() => database.close())

const alerts = 'anomaly_alerts'

/** Limits that scenarios meet exactly, whole ones and fractional ones, and some by chance. */
function limitsFor(scenario: Scenario): Thresholds[] {
  const random = randomFrom(scenario.name.length)
  const whole = scenario.name.length % 2 === 0
  const some = (from: number, to: number) => Math.round((from + random() * (to - from)) * (whole ? 1 : 100)) / (whole ? 1 : 100)
  return [
    { altitudeMin: -100.5, altitudeMax: 12_000.5, velocityMin: -0.5, velocityMax: 999.5 },
    { altitudeMin: some(-500, 3000), altitudeMax: some(3000, 13_000), velocityMin: some(-10, 300), velocityMax: some(300, 1200) }
  ]
}

/** Runs a scenario, asks what if for several limits, and holds each answer against a run with those limits. */
async function compare(folder: string): Promise<void> {
  const recorded = readScenario(folder)
  const place = temporaryFolder(`${recorded.name} as it was`)
  const outcome = await runScenario(recorded, place, database, 'alerts')
  if (!existsSync(join(outcome.gold, alerts))) return expect(recorded.runs.some(({ error }) => error?.anomaly_alerts), 'refused').toBe(true)
  for (const [i, limits] of limitsFor(recorded).entries()) {
    const tuned: Scenario = { ...recorded, queries: { ...recorded.queries, anomaly_alerts: { ...recorded.queries.anomaly_alerts, ...limits } } }
    const real = await runScenario(tuned, temporaryFolder(`${recorded.name} tuned ${i}`), database, 'alerts')
    const asked = await openRecordedQuery(pipelineOf(tuned, tuned.runs.at(-1)!, place, 'alerts'), alerts, { database, openStorage, clock: systemClock, signal: new AbortController().signal })
    const index = await indexRecorded(database, asked, await asked.batches(0), rangesOf(asked.query.spec))
    const file = join(place, `what-if-${i}.parquet`)
    const { rows } = await writeWhatIf(database, { to: file, force: false, gold: asked.gold, window: asked.query.spec.window, windows: index.windows(), metadata: {} })
    const scan = await openTableScan(openStorage(join(real.gold, alerts)), {}, database)
    const expected = await textOf(scan.sql)
    expect(rows).toBe(expected.length)
    expect(await textOf(`SELECT * FROM read_parquet('${file}')`)).toEqual(expected)
  }
}

/** Rows as text; of two zeros either will do. */
async function textOf(sql: string): Promise<string[]> {
  const result = await database.query(sql)
  return rowsAsText(result.names, resultColumns(result)).map((row) => row.replaceAll(/: -0(?= \||$)/g, ': 0')).sort()
}

const fixtures = join(repository, 'test/fixtures/oracle')
const own = join(repository, 'test/fixtures/spark')
const shared = sharedOracle()
const others = shared === undefined ? [] : listScenarios(shared).filter((name) => !existsSync(join(fixtures, name)))

describe('what-if gives the rows that a run with those limits writes', () => {
  test.each([...listScenarios(fixtures).map((name) => [name, fixtures]), ...listScenarios(own).map((name) => [name, own])])('%s', (name, folder) => compare(join(folder!, name!)))
  if (others.length === 0) test('recordings that are not part of the project', ({ skip }) => skip('no recordings besides the fixtures: set CONTRAIL_ORACLE to a folder that has some'))
  else test.each(others)('%s', (name) => compare(join(shared!, name)))
})
