import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { checkSource } from '#electron/host/checkSource.ts'
import { openStorages } from '#electron/storage/storages.ts'
import type { S3Place } from '#electron/storage/s3/s3Place.ts'
import { startFakeS3, type FakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import type { FaultRule } from '#test/support/fakeS3/faults.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { placeAt } from '#test/support/s3Places.ts'
import { impatient } from '#test/support/s3Story.ts'

let database: Database
let server: FakeS3
beforeAll(async () => {
  database = await openDatabase()
  server = await startFakeS3({ buckets: ['lake', 'empty'] })
  server.createBucket('abroad', { region: 'eu-south-9' })
  await server.putFolder('lake', 'silver', join(repository, 'test/fixtures/oracle/notebook/silver'))
})
afterAll(async () => {
  await server.close()
  await database.close()
})

interface Asked {
  readonly uri?: string
  readonly place?: Partial<S3Place>
  readonly fault?: FaultRule
}

/** The steps of a check, as "step state: text". */
async function steps({ uri = 's3://lake/silver', place = {}, fault }: Asked): Promise<string[]> {
  const storages = openStorages({ places: { otherwise: { ...placeAt(server), ...place }, buckets: {} }, cacheFolder: temporaryFolder('cache'), limits: { ...impatient, attempts: 2 } })
  const mend = fault ? server.fail(fault) : () => undefined
  try {
    const report = await checkSource(uri, {}, { database, openStorage: storages.open })
    return report.steps.map(({ name, state, text }) => `${name} ${state}: ${text}`)
  } finally {
    mend()
    await storages.close()
  }
}

test('a source that is right passes all five steps', async () => {
  expect((await steps({})).map((step) => step.split(':')[0])).toEqual(['Reachable passed', 'Listable passed', 'Delta log read passed', 'Columns match passed', 'One file decoded passed'])
})

describe('what is wrong is said in words, with what mends it', () => {
  const cases: readonly { readonly what: string; readonly asked: Asked; readonly step: string; readonly says: RegExp }[] = [
    { what: 'no such bucket', asked: { uri: 's3://nowhere/silver' }, step: 'Reachable', says: /^There is no bucket nowhere on http:\S+: check its name, and the endpoint if it is not Amazon's\.$/ },
    { what: 'nothing there', asked: { uri: 's3://empty/silver' }, step: 'Reachable', says: /^\[DELTA_SCHEMA_NOT_SET\] nothing lies below s3:\/\/empty\/silver: check the address\.$/ },
    { what: 'no permission to list', asked: { fault: { on: { operation: 'ListObjectsV2' }, do: { kind: 'permissionLost' } } }, step: 'Listable', says: /^No permission to list s3:\/\/lake\/silver with the keys of the test: they need s3:ListBucket; add it to their policy, or use others\.$/ },
    { what: 'no permission to read', asked: { fault: { on: { operation: 'GetObject' }, do: { kind: 'permissionLost' } } }, step: 'Delta log read', says: /^No permission to read s3:\/\/lake\/silver\/_delta_log\/\S+ with the keys of the test: they need s3:GetObject/ },
    { what: 'an expired session', asked: { fault: { do: { kind: 'credentialsExpired' } } }, step: 'Reachable', says: /^The session of the keys of the test has expired: give new keys, then check again\.$/ },
    { what: 'an unknown access key', asked: { place: { keys: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'x' } } }, step: 'Reachable', says: /^http:\S+ does not know the access key of the keys of the test: type the keys again\.$/ },
    { what: 'a wrong secret key', asked: { place: { keys: { accessKeyId: 'AKIATEST', secretAccessKey: 'x' } } }, step: 'Reachable', says: /^http:\S+ does not accept the secret key of the keys of the test: type the keys again\.$/ },
    { what: 'a clock that is off', asked: { fault: { do: { kind: 'error', code: 'RequestTimeTooSkewed' } } }, step: 'Reachable', says: /^The clock of this machine is more than 15 minutes off that of http:\S+: set it \(or let the system set it\), then check again\.$/ },
    { what: 'the wrong region', asked: { place: { region: 'us-other-1' } }, step: 'Reachable', says: /^The bucket lake is in the region us-test-1, not in us-other-1: set the region to us-test-1\.$/ },
    { what: 'a bucket in another region', asked: { uri: 's3://abroad/silver' }, step: 'Reachable', says: /^The bucket abroad is in the region eu-south-9, not in us-test-1: set the region to eu-south-9\.$/ },
    { what: 'a web page instead of S3', asked: { fault: { do: { kind: 'foreignAnswer', status: 200, body: '<!doctype html><html><body>Console</body></html>', contentType: 'text/html' } } }, step: 'Reachable', says: /^http:\S+ does not answer as S3 does.*: check the endpoint; the port of a web console is another one than that of S3\.$/ },
    { what: 'a page that says 404', asked: { fault: { do: { kind: 'foreignAnswer', status: 404, body: 'Not Found', contentType: 'text/plain' } } }, step: 'Reachable', says: /^http:\S+ does not answer as S3 does \(HTTP 404\): check the endpoint/ },
    { what: 'JSON instead of XML', asked: { fault: { do: { kind: 'foreignAnswer', status: 200, body: '{"ok":true}', contentType: 'application/json' } } }, step: 'Reachable', says: /^http:\S+ does not answer as S3 does/ },
    { what: 'a server that is not there', asked: { place: { endpoint: 'http://127.0.0.1:1' } }, step: 'Reachable', says: /^Cannot list s3:\/\/lake\/silver: http:\/\/127\.0\.0\.1:1 cannot be reached, nothing listens there \(ECONNREFUSED\); check the network and the endpoint, then check again\.$/ },
    { what: 'a name that nobody knows', asked: { place: { endpoint: 'http://no-such-host.invalid' } }, step: 'Reachable', says: /^Cannot list s3:\/\/lake\/silver: http:\/\/no-such-host\.invalid cannot be reached, its name (is not known|cannot be looked up now) \(\w+\); check the network/ },
    { what: 'no network encryption where it is asked for', asked: { place: { endpoint: 'https://127.0.0.1:PORT' } }, step: 'Reachable', says: /^(https:\/\/127\.0\.0\.1:\d+ has no certificate that this machine trusts|Cannot list s3:\/\/lake\/silver: https:\/\/127\.0\.0\.1:\d+ )/ },
    { what: 'a profile that is not there', asked: { place: { keys: undefined, keysFrom: undefined, profile: 'no-such-profile' } }, step: 'Reachable', says: /^There is no profile no-such-profile in \S+ or \S+ \((there are none|those there are .*)\): choose another, or make it with aws configure --profile no-such-profile\.$/ },
    { what: 'a server that is busy', asked: { fault: { do: { kind: 'error', code: 'SlowDown' } } }, step: 'Reachable', says: /^http:\S+ is busy \(SlowDown\) and could not list s3:\/\/lake\/silver after several tries: wait a little, then check again\.$/ }
  ]
  test.each(cases)('$what', async ({ asked, step, says }) => {
    const place = asked.place?.endpoint?.includes('PORT') ? { ...asked.place, endpoint: asked.place.endpoint.replace('PORT', new URL(server.endpoint).port) } : asked.place
    const failed = (await steps({ ...asked, ...(place && { place }) })).find((text) => text.includes(' failed: '))
    expect(failed?.split(' failed: ')[0]).toBe(step)
    expect(failed?.split(' failed: ')[1]).toMatch(says)
    // The cause is gone: the same check passes.
    expect((await steps({})).filter((text) => !text.includes(' passed: '))).toEqual([])
  })
})

test('a clock that is off by an hour is made up for, as the SDK does', async () => {
  expect((await steps({ fault: { do: { kind: 'wrongClock', offsetMs: 3_600_000 } } })).every((step) => step.includes(' passed: '))).toBe(true)
})

test('an empty table is a warning, never green', async () => {
  await server.putFolder('lake', 'none', join(repository, 'test/fixtures/oracle/empty/silver/_delta_log'))
  const log = server.keys('lake', 'none/').find((key) => key.endsWith('00000000000000000000.json'))!
  server.put('empty', 'table/_delta_log/00000000000000000000.json', server.get('lake', log)!)
  expect((await steps({ uri: 's3://empty/table' })).at(-1)).toBe('One file decoded warning: There is no data file yet. A run would write empty gold tables.')
})
