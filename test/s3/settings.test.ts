import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import type { S3Settings } from '#shared/pipeline/pipeline.ts'
import { placesOf } from '#electron/storage/s3/placesOf.ts'
import { parseS3Uri } from '#electron/storage/s3/s3Uri.ts'
import { storageSettings } from '#electron/storage/storageSettings.ts'
import { contrail } from '#test/support/contrail.ts'
import { startFakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { readScenario, showSilver } from '#test/support/oracle.ts'

const environment = (values: Record<string, string>) => ({ from: 'the environment', values })
const dotEnv = (values: Record<string, string>) => ({ from: '.env', values })
const keys = { AWS_ACCESS_KEY_ID: 'AKIA1', AWS_SECRET_ACCESS_KEY: 'secret 1' }

describe('how S3 is reached', () => {
  test.each<[what: string, settings: S3Settings | undefined, variables: Parameters<typeof placesOf>[1], place: unknown]>([
    ['nothing said: as the AWS tools find it', undefined, [environment({})], {}],
    ['the names of the notebook', undefined, [dotEnv({ ...keys, AWS_REGION: 'eu-west-1', S3_ENDPOINT: 'http://minio:9000' })], { endpoint: 'http://minio:9000', region: 'eu-west-1', keys: { accessKeyId: 'AKIA1', secretAccessKey: 'secret 1' }, keysFrom: 'the keys in .env' }],
    ['AWS_ENDPOINT_URL and a session', undefined, [environment({ ...keys, AWS_SESSION_TOKEN: 'token', AWS_ENDPOINT_URL: 'https://s3.example.org/' })], { endpoint: 'https://s3.example.org', keys: { accessKeyId: 'AKIA1', secretAccessKey: 'secret 1', sessionToken: 'token' }, keysFrom: 'the keys in the environment' }],
    ['the environment before .env', undefined, [environment({ AWS_REGION: 'eu-west-1' }), dotEnv({ AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'x' })], { region: 'eu-west-1' }],
    ['a profile beside keys wins, as for the AWS tools', undefined, [environment({ ...keys, AWS_PROFILE: 'lake' })], { profile: 'lake' }],
    ['keys of the environment beat a profile in .env', undefined, [environment(keys), dotEnv({ AWS_PROFILE: 'lake' })], { keys: { accessKeyId: 'AKIA1', secretAccessKey: 'secret 1' }, keysFrom: 'the keys in the environment' }],
    ['settings beat variables', { endpoint: 'http://127.0.0.1:9000', region: 'r', pathStyle: false }, [environment({ AWS_REGION: 'eu-west-1', S3_ENDPOINT: 'http://minio:9000' })], { endpoint: 'http://127.0.0.1:9000', region: 'r', pathStyle: false }],
    ['a profile that was chosen keeps the keys out', { profile: 'lake' }, [environment(keys)], { profile: 'lake' }]
  ])('%s', (_what, settings, variables, place) => {
    expect(placesOf(settings, variables).otherwise).toEqual(place)
  })

  test('a bucket may be reached in its own way', () => {
    const { otherwise, buckets } = placesOf({ region: 'r', buckets: { lake: { endpoint: 'http://minio:9000' }, gold: { profile: 'g' } } }, [environment(keys)])
    expect(otherwise).toMatchObject({ region: 'r', keysFrom: 'the keys in the environment' })
    expect(buckets.lake).toMatchObject({ region: 'r', endpoint: 'http://minio:9000', keysFrom: 'the keys in the environment' })
    expect(buckets.gold).toEqual({ region: 'r', profile: 'g' })
  })

  test.each([
    ['minio:9000', /^S3_ENDPOINT is "minio:9000": write it as http:\/\/host:port or https:\/\/host$/],
    ['ftp://minio', /^S3_ENDPOINT is "ftp:\/\/minio"/],
    ['http://me:hidden@minio', /^S3_ENDPOINT holds a user or a password: leave them out, and give access keys instead$/],
    ['http://minio/?x=1', /^S3_ENDPOINT has something behind its path/]
  ])('%s is no endpoint', (endpoint, says) => {
    expect(() => placesOf(undefined, [environment({ S3_ENDPOINT: endpoint })])).toThrow(says)
  })

  test('the cache lies in the data folder, or where CONTRAIL_CACHE says, and is as large as CONTRAIL_CACHE_BYTES says', () => {
    expect(storageSettings({}, { environment: {} }, '/data')).toEqual({ places: { otherwise: {}, buckets: {} }, cacheFolder: join('/data', 'cache') })
    expect(storageSettings({}, { environment: { CONTRAIL_CACHE: '/elsewhere', CONTRAIL_CACHE_BYTES: '1g' } }, '/data')).toMatchObject({ cacheFolder: '/elsewhere', cacheBytes: 1024 ** 3 })
    expect(() => storageSettings({}, { environment: { CONTRAIL_CACHE_BYTES: 'much' } }, '/data')).toThrow(/^CONTRAIL_CACHE_BYTES/)
  })
})

describe('a pipeline file', () => {
  const file = (s3: unknown) => () => parsePipeline({ silver: { uri: 's3://lake/silver' }, gold: { uri: 's3a://lake/gold' }, checkpoints: { uri: '/c' }, s3 }, 'p.json')

  test('says how S3 is reached', () => {
    expect(file({ endpoint: 'http://minio:9000', buckets: { lake: { region: 'r', pathStyle: true } } })().s3).toEqual({ endpoint: 'http://minio:9000', buckets: { lake: { region: 'r', pathStyle: true } } })
    expect(file(undefined)().s3).toEqual({})
  })

  test.each([
    [{ accessKeyId: 'AKIA1' }, /^p\.json: s3\.accessKeyId must not stand in a file: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile$/],
    [{ buckets: { lake: { secretAccessKey: 'hidden' } } }, /^p\.json: s3\.buckets\.lake\.secretAccessKey must not stand in a file/],
    [{ regoin: 'r' }, /^p\.json: s3\.regoin is not a setting$/],
    [{ region: 7 }, /^p\.json: s3\.region is 7: must be text$/]
  ])('%j is refused', (s3, says) => {
    expect(file(s3)).toThrow(says)
    expect(file(s3)).not.toThrow(/hidden|AKIA1/)
  })
})

describe('an address', () => {
  test.each([
    ['s3://lake', { bucket: 'lake', prefix: '' }],
    ['s3a://datalake/silver/flights_ml', { bucket: 'datalake', prefix: 'silver/flights_ml' }],
    ['S3N://lake/a/b/', { bucket: 'lake', prefix: 'a/b' }],
    ['s3://lake/a b%20c=d+e/é', { bucket: 'lake', prefix: 'a b%20c=d+e/é' }]
  ])('%s', (uri, parsed) => expect(parseS3Uri(uri)).toEqual(parsed))

  test.each([
    ['s3://', /names no bucket: write it as s3:\/\/bucket\/folder/],
    ['s3:/lake/x', /names no bucket/],
    ['s3a://AKIA1:hidden@lake/x', /^the S3 address has something else than a bucket/],
    ['s3://a', /cannot be the name of a bucket/],
    ['s3://lake/../other', /has a \. or \.\. in it/],
    ['s3://lake--use1-az4--x-s3/x', /is a directory bucket/]
  ])('%s is refused', (uri, says) => {
    expect(() => parseS3Uri(uri)).toThrow(says)
    expect(() => parseS3Uri(uri)).not.toThrow(/hidden/)
  })
})

test('the command line reads the notebook\'s .env, works in a bucket from end to end, and tells and keeps no key', async () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
  const server = await startFakeS3({ buckets: ['datalake'], credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: secret } })
  try {
    const folder = temporaryFolder('notebook')
    showSilver(readScenario(join(repository, 'test/fixtures/oracle/notebook')), join(folder, 'silver'), 1)
    await server.putFolder('datalake', 'silver/flights_ml', join(folder, 'silver'))
    const work = join(folder, 'work')
    mkdirSync(work)
    writeFileSync(join(work, '.env'), `AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=${secret}\nAWS_REGION=${server.region}\nS3_ENDPOINT=${server.endpoint}\nCONTRAIL_CACHE=cache\n`)
    const where = { cwd: work, env: { AWS_EC2_METADATA_DISABLED: 'true', HOME: folder } }
    const places = ['--silver', 's3a://datalake/silver/flights_ml', '--gold', 's3a://datalake/gold', '--checkpoints', 's3a://datalake/checkpoints']
    const said: string[] = []
    const call = async (...args: string[]) => {
      const { code, stdout, stderr } = await contrail(args, where)
      said.push(stdout, stderr)
      return { code, stdout, stderr }
    }
    expect(await call('check', '--silver', 's3a://datalake/silver/flights_ml')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('✓ Reachable: s3://datalake/silver/flights_ml\n') as string })
    expect(await call('replay', ...places, '--progress', 'progress.jsonl')).toMatchObject({ code: 0, stderr: '' })
    expect(await call('show', '--gold', 's3://datalake/gold')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('flight_phase_counts: 102 rows') as string })
    expect(await call('export', '--table', 's3://datalake/gold/anomaly_alerts', '--to', 'alerts.csv')).toMatchObject({ code: 0, stderr: '' })
    expect(await call('what-if', ...places, '--altitude-max', '9000', '--to', 'alerts.parquet')).toMatchObject({ code: 0, stderr: '' })
    expect(await call('sample', 's3://datalake/sample', '--minutes', '2', '--rows-per-minute', '50')).toMatchObject({ code: 0, stderr: '' })
    // What goes wrong is told without keys, also with all that --debug shows.
    server.refuseCredentials('AKIAIOSFODNN7EXAMPLE', 'expired')
    expect(await call('--debug', 'show', '--gold', 's3://datalake/gold')).toMatchObject({ code: 1, stderr: expect.stringMatching(/^contrail: the session of the keys in \.env has expired/) as string })
    expect(await call('replay', ...places)).toMatchObject({ code: 1 })
    const written = readdirSync(work, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() && entry.name !== '.env' ? [readFileSync(join(entry.parentPath, entry.name), 'latin1')] : []))
    const stored = server.keys('datalake').map((key) => Buffer.from(server.get('datalake', key)!).toString('latin1'))
    for (const text of [...said, ...written, ...stored]) for (const hidden of ['AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI', 'AWS4-HMAC-SHA256']) expect(text.includes(hidden)).toBe(false)
  } finally {
    await server.close()
  }
})
