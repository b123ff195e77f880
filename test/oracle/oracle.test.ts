import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { expectRecorded } from '#test/support/compareScenario.ts'
import { repository, sharedOracle, temporaryFolder } from '#test/support/folders.ts'
import { listScenarios, readScenario } from '#test/support/oracle.ts'
import { runScenario } from '#test/support/runScenario.ts'

const database = await openDatabase()
afterAll(() => database.close())

async function replay(folder: string): Promise<void> {
  const scenario = readScenario(folder)
  await expectRecorded(scenario, await runScenario(scenario, temporaryFolder(scenario.name), database), database)
}

const fixtures = join(repository, 'test/fixtures/oracle')
describe('recorded Spark runs give the same rows, batches, counters, offsets and commits', () => {
  test.each(listScenarios(fixtures))('%s', (name) => replay(join(fixtures, name)))
})

const own = join(repository, 'test/fixtures/spark')
describe('Spark runs recorded for Contrail (test/spark/record.py) give the same, too', () => {
  test.each(listScenarios(own))('%s', (name) => replay(join(own, name)))
})

describe('recordings that are not part of the project', () => {
  const shared = sharedOracle()
  const others = shared === undefined ? [] : listScenarios(shared).filter((name) => !existsSync(join(fixtures, name)))
  if (others.length === 0) test('are not on this machine', ({ skip }) => skip('no recordings besides the fixtures: set CONTRAIL_ORACLE to a folder that has some'))
  else test.each(others)('%s', (name) => replay(join(shared!, name)))
})
