import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { expectRecorded } from '#test/support/compareScenario.ts'
import { startFakeS3, type FakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { listScenarios, readScenario } from '#test/support/oracle.ts'
import { runScenario } from '#test/support/runScenario.ts'
import { s3Places, storagesAt, type PlaceName } from '#test/support/s3Places.ts'

let database: Database
let server: FakeS3
beforeAll(async () => {
  database = await openDatabase()
})
afterAll(() => database.close())

const fixtures = join(repository, 'test/fixtures/oracle')

/** Runs a recorded scenario with some of its places in a bucket of a server of its own. */
async function replay(name: string, onS3?: readonly PlaceName[]): Promise<FakeS3> {
  server = await startFakeS3({ buckets: ['gold'], pageSize: 7 })
  const storages = storagesAt(server)
  try {
    const scenario = readScenario(join(fixtures, name))
    const folder = temporaryFolder(name)
    await expectRecorded(scenario, await runScenario(scenario, folder, database, 'both', s3Places(server, storages, folder, onS3)), database)
    return server
  } finally {
    await storages.close()
    await server.close()
  }
}

describe('recorded Spark runs give the same with silver, gold and checkpoints on S3', () => {
  test.each(listScenarios(fixtures))('%s', async (name) => {
    await replay(name)
  })
})

describe('and with some of them there and the others in folders', () => {
  const mixes: readonly (readonly PlaceName[])[] = [['silver'], ['gold'], ['checkpoints'], ['silver', 'gold'], ['silver', 'checkpoints'], ['gold', 'checkpoints']]
  test.each(mixes.map((mix) => ({ mix, on: mix.join(' and ') })))('on S3: $on', async ({ mix }) => {
    const { requests } = await replay('restarts', mix)
    expect(requests.filter(({ status = 0 }) => status >= 500)).toEqual([])
  })
})
