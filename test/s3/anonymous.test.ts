import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { S3Place } from '#electron/storage/s3/s3Place.ts'
import { openStorages } from '#electron/storage/storages.ts'
import { contrail } from '#test/support/contrail.ts'
import { startFakeS3, type FakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { closeHosts, openTestHost } from '#test/support/hosts.ts'
import { placeAt } from '#test/support/s3Places.ts'
import { impatient } from '#test/support/s3Story.ts'

const silver = join(repository, 'test/fixtures/oracle/notebook/silver')
let server: FakeS3
let home: string
beforeAll(async () => {
  server = await startFakeS3({ buckets: ['private', 'gold'], publicBuckets: ['public'] })
  await server.putFolder('public', 'silver', silver)
  await server.putFolder('private', 'silver', silver)
  home = temporaryFolder('home')
})
afterAll(() => server.close())
beforeEach(() => void (seenBefore = server.requests.length))

let seenBefore = 0
/** Of the requests of a test so far, by bucket: whether they were signed. */
const signed = (): Record<string, boolean[]> => {
  const seen = server.requests.slice(seenBefore)
  return Object.fromEntries(
    [...new Set(seen.map(({ bucket }) => bucket))].map((bucket) => [
      bucket,
      [...new Set(seen.flatMap((request) => (request.bucket === bucket ? [request.signed] : [])))]
    ])
  )
}

const empty = {
  AWS_PROFILE: '',
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_SESSION_TOKEN: '',
  AWS_CONFIG_FILE: '',
  AWS_SHARED_CREDENTIALS_FILE: ''
}
const call = (args: readonly string[], env: Record<string, string> = {}) =>
  contrail(args, {
    cwd: home,
    env: {
      ...empty,
      HOME: home,
      AWS_EC2_METADATA_DISABLED: 'true',
      CONTRAIL_DATA: join(home, 'data'),
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_REGION: server.region,
      ...env
    }
  })

describe('a public bucket, from a terminal', () => {
  test('is read without keys, even where there are some', async () => {
    const places = [
      '--silver',
      's3://public/silver',
      '--gold',
      join(home, 'gold'),
      '--checkpoints',
      join(home, 'checkpoints')
    ]
    const check = await call(['check', '--silver', 's3://public/silver', '--no-sign-request'], server.environment)
    expect(check).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining(`\n  at ${server.endpoint}, with no keys\n`) as string
    })
    expect(await call(['replay', ...places, '--no-sign-request'])).toMatchObject({ code: 0, stderr: '' })
    expect(await call(['show', '--gold', 's3://public/silver', '--no-sign-request'])).toMatchObject({ code: 1 })
    expect(
      await call(['export', '--table', 's3://public/silver', '--to', 'silver.csv', '--no-sign-request'])
    ).toMatchObject({ code: 0 })
    expect(signed()).toEqual({ public: [false] })
  })

  test('is named so in a pipeline file, beside buckets that want keys', async () => {
    const s3 = { buckets: { public: { anonymous: true } } }
    writeFileSync(
      join(home, 'p.json'),
      JSON.stringify({
        silver: { uri: 's3://public/silver' },
        gold: { uri: 's3://gold/g' },
        checkpoints: { uri: 's3://gold/c' },
        s3
      })
    )
    expect(await call(['replay', '--pipeline', 'p.json'], server.environment)).toMatchObject({ code: 0, stderr: '' })
    expect(signed()).toEqual({ public: [false], gold: [true] })
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = server.environment
    const other = { s3: { anonymous: true, buckets: { gold: { anonymous: false } } } }
    writeFileSync(
      join(home, 'q.json'),
      JSON.stringify({
        silver: { uri: 's3://public/silver' },
        gold: { uri: 's3://gold/g2' },
        checkpoints: { uri: 's3://gold/c2' },
        ...other
      })
    )
    expect(
      await call(['replay', '--pipeline', 'q.json'], { AWS_ACCESS_KEY_ID: id!, AWS_SECRET_ACCESS_KEY: secret! })
    ).toMatchObject({ code: 0, stderr: '' })
  })

  test('is not written to, before anything is read', async () => {
    const refused =
      /nothing is written to s3:\/\/(public|gold)\/\S+ without keys \(--no-sign-request, s3\.anonymous, or a connection without credentials\): give the bucket (public|gold) a profile or keys, or write to a local folder/
    const replay = await call(
      [
        'replay',
        '--silver',
        's3://public/silver',
        '--gold',
        's3://gold/g3',
        '--checkpoints',
        join(home, 'c3'),
        '--no-sign-request'
      ],
      server.environment
    )
    expect(replay).toMatchObject({ code: 1, stderr: expect.stringMatching(refused) as string })
    const sample = await call([
      'sample',
      's3://public/sample',
      '--minutes',
      '1',
      '--rows-per-minute',
      '10',
      '--no-sign-request'
    ])
    expect(sample).toMatchObject({ code: 1, stderr: expect.stringMatching(refused) as string })
    expect(server.requests.slice(seenBefore).filter(({ operation }) => operation === 'PutObject')).toEqual([])
  })

  test('that is not public says so, and without any keys the way without them is told', async () => {
    const denied = await call(['check', '--silver', 's3://private/silver', '--no-sign-request'])
    expect(denied).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /no permission to list s3:\/\/private\/silver without keys: the bucket is not public, or not for this; leave out --no-sign-request \(s3\.anonymous\) and give a profile or keys that may, or choose other credentials in the workbench/
      ) as string
    })
    const keyless = await call(['check', '--silver', 's3://public/silver'])
    expect(keyless).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /there are no credentials for http:\S+ \(the credentials found on this machine\): .*; a public bucket is read without keys \(--no-sign-request, or None among the credentials in the workbench\)/
      ) as string
    })
    expect(signed()).toEqual({ private: [false] })
  })
})

test('nothing that changes a bucket is asked for without keys', async () => {
  const place: S3Place = { endpoint: server.endpoint, anonymous: true }
  const storages = openStorages({
    places: { otherwise: place, buckets: {} },
    cacheFolder: temporaryFolder('cache'),
    limits: impatient
  })
  const storage = storages.open('s3://gold/x')
  const bytes = new Uint8Array([1])
  for (const work of [
    () => storage.checkWritable(),
    () => storage.putIfAbsent('a', bytes),
    () => storage.replace('a', bytes),
    () => storage.remove('a'),
    () => storage.stage('a')
  ]) {
    await expect(work()).rejects.toThrow(/^nothing is written to s3:\/\/gold\/x without keys/)
  }
  expect(signed()).toEqual({})
  // With keys, later, the same storage writes.
  storages.setPlaces({ otherwise: placeAt(server), buckets: {} })
  await storage.replace('a', bytes)
  await storages.close()
})

test('the workbench connects to a public bucket without keys, and remembers that it did', async () => {
  const data = temporaryFolder('data')
  const connection = {
    address: 's3://public/silver',
    endpoint: server.endpoint,
    region: server.region,
    pathStyle: true,
    keys: { kind: 'none' }
  } as const
  try {
    const { host } = await openTestHost(data)
    expect(await host.connectS3(connection)).toEqual({ kind: 'connected', path: 's3://public/silver', warning: null })
    expect((await host.s3Connections()).connections).toEqual([
      { bucket: 'public', endpoint: server.endpoint, region: server.region, pathStyle: true, keys: { kind: 'none' } }
    ])
    const { steps } = await host.checkSource('s3://public/silver')
    expect(steps.map(({ state }) => state)).toEqual(Array(5).fill('passed'))
    expect(steps[0]!.text).toBe(`${server.endpoint} has the bucket public, and is asked without keys.`)
    await closeHosts()
    const later = await openTestHost(data)
    expect((await later.host.checkSource('s3://public/silver')).steps.at(-1)!.state).toBe('passed')
    expect((await later.host.recentSources()).map(({ path }) => path)).toEqual(['s3://public/silver'])
  } finally {
    await closeHosts()
  }
  expect(signed()).toEqual({ public: [false] })
})
