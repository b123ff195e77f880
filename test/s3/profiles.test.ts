import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { S3Settings } from '#shared/pipeline/pipeline.ts'
import { awsFilesOf, readAwsConfiguration } from '#electron/storage/s3/awsConfiguration.ts'
import { placesOf, type Variables } from '#electron/storage/s3/placesOf.ts'
import { openStorages } from '#electron/storage/storages.ts'
import { storageSettings } from '#electron/storage/storageSettings.ts'
import { contrail } from '#test/support/contrail.ts'
import { startFakeS3, type FakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { startProxy } from '#test/support/proxy.ts'

const config = `
[default]
region = eu-central-1

[profile lake]
endpoint_url = http://lake:9000/
region = eu-west-3
s3 =
    addressing_style = virtual
    max_concurrent_requests = 20
output = json

[profile "two words"]
endpoint_url=http://words:9000

[profile served]
endpoint_url = http://general:9000
services = minio
s3 =
  addressing_style = path

[services minio]
dynamodb =
  endpoint_url = http://dynamo:8000
s3 =
  endpoint_url = https://minio:9443
# a comment

[profile auto]
endpoint_url = http://auto:9000 # behind a blank
s3 =
  addressing_style = auto

[profile ignoring]
endpoint_url = http://ignored:9000
ignore_configured_endpoint_urls = true

[profile plain]
region = sa-east-1

[profile plugin]
s3 =
  endpoint_url = http://plugin:9000

[profile broken]
endpoint_url = lake:9000

[profile dangling]
services = nowhere

[profile certified]
ca_bundle = /etc/corp.pem
`

const environment = (values: Record<string, string>): Variables => ({ from: 'the environment', values })
const dotEnv = (values: Record<string, string>): Variables => ({ from: '.env', values })

function configurationIn(text: string, credentials = ''): ReturnType<typeof readAwsConfiguration> {
  const home = temporaryFolder('home')
  mkdirSync(join(home, '.aws'))
  writeFileSync(join(home, '.aws', 'config'), text)
  writeFileSync(join(home, '.aws', 'credentials'), credentials)
  return readAwsConfiguration(awsFilesOf({ HOME: home }))
}

describe('a profile says where its buckets are, as for the AWS CLI', () => {
  const configuration = configurationIn(
    config,
    '[lake]\naws_access_key_id = A\n[keysOnly]\nendpoint_url = http://beside:9000\n'
  )
  const place = (settings: S3Settings, ...variables: Variables[]) =>
    placesOf(settings, variables.length === 0 ? [environment({})] : variables, configuration).otherwise

  test.each<[what: string, settings: S3Settings, variables: Variables[], expected: unknown]>([
    [
      'its endpoint, its region and its addressing style',
      { profile: 'lake' },
      [],
      { endpoint: 'http://lake:9000', region: 'eu-west-3', pathStyle: false, profile: 'lake' }
    ],
    ['a name of two words', { profile: 'two words' }, [], { endpoint: 'http://words:9000', profile: 'two words' }],
    [
      'its services section before its own endpoint',
      { profile: 'served' },
      [],
      { endpoint: 'https://minio:9443', pathStyle: true, profile: 'served' }
    ],
    [
      'auto is no style, and a comment no part of a value',
      { profile: 'auto' },
      [],
      { endpoint: 'http://auto:9000', profile: 'auto' }
    ],
    ['ignore_configured_endpoint_urls takes the endpoint away', { profile: 'ignoring' }, [], { profile: 'ignoring' }],
    [
      'and that of the variables of AWS',
      { profile: 'ignoring' },
      [environment({ AWS_ENDPOINT_URL: 'http://env:9000' })],
      { profile: 'ignoring' }
    ],
    [
      'so does AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
      { profile: 'lake' },
      [environment({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' })],
      { region: 'eu-west-3', pathStyle: false, profile: 'lake' }
    ],
    [
      'an endpoint in the file of keys',
      { profile: 'keysOnly' },
      [],
      { endpoint: 'http://beside:9000', profile: 'keysOnly' }
    ],
    [
      'an endpoint as the plugin of the CLI has it',
      { profile: 'plugin' },
      [],
      { endpoint: 'http://plugin:9000', profile: 'plugin' }
    ],
    [
      'AWS_PROFILE',
      {},
      [environment({ AWS_PROFILE: 'lake' })],
      { endpoint: 'http://lake:9000', region: 'eu-west-3', pathStyle: false, profile: 'lake' }
    ],
    ['the default profile, where none is named', {}, [environment({})], { region: 'eu-central-1' }],
    [
      'a setting beats it',
      { profile: 'lake', endpoint: 'http://given:9000', region: 'r', pathStyle: true },
      [],
      { endpoint: 'http://given:9000', region: 'r', pathStyle: true, profile: 'lake' }
    ],
    [
      'AWS_ENDPOINT_URL and AWS_REGION beat it',
      { profile: 'lake' },
      [environment({ AWS_ENDPOINT_URL: 'http://env:9000', AWS_REGION: 'env-1' })],
      { endpoint: 'http://env:9000', region: 'env-1', pathStyle: false, profile: 'lake' }
    ],
    [
      'AWS_ENDPOINT_URL_S3 beats AWS_ENDPOINT_URL',
      { profile: 'lake' },
      [environment({ AWS_ENDPOINT_URL: 'http://env:9000', AWS_ENDPOINT_URL_S3: 'http://s3:9000' })],
      { endpoint: 'http://s3:9000', region: 'eu-west-3', pathStyle: false, profile: 'lake' }
    ],
    [
      'what .env says comes after a profile that is named elsewhere',
      { profile: 'lake' },
      [environment({}), dotEnv({ S3_ENDPOINT: 'http://dot:9000', AWS_REGION: 'dot-1' })],
      { endpoint: 'http://lake:9000', region: 'eu-west-3', pathStyle: false, profile: 'lake' }
    ],
    [
      'and holds where the profile says nothing',
      { profile: 'plain' },
      [environment({}), dotEnv({ S3_ENDPOINT: 'http://dot:9000', AWS_REGION: 'dot-1' })],
      { endpoint: 'http://dot:9000', region: 'sa-east-1', profile: 'plain' }
    ],
    [
      'a profile that .env names comes after its other variables',
      {},
      [environment({}), dotEnv({ AWS_PROFILE: 'lake', S3_ENDPOINT: 'http://dot:9000' })],
      { endpoint: 'http://dot:9000', region: 'eu-west-3', pathStyle: false, profile: 'lake' }
    ],
    ['certificates', { profile: 'certified' }, [], { caBundle: '/etc/corp.pem', profile: 'certified' }],
    [
      'AWS_CA_BUNDLE beats them',
      { profile: 'certified' },
      [environment({ AWS_CA_BUNDLE: '/env.pem' })],
      { caBundle: '/env.pem', profile: 'certified' }
    ],
    [
      'without keys, all but the keys',
      { profile: 'lake', anonymous: true },
      [],
      { endpoint: 'http://lake:9000', region: 'eu-west-3', pathStyle: false, anonymous: true }
    ]
  ])('%s', (_what, settings, variables, expected) => {
    expect(place(settings, ...variables)).toEqual(expected)
  })

  test('a bucket with a profile of its own is where that profile says, and is not asked without keys', () => {
    const settings = {
      profile: 'lake',
      anonymous: true,
      buckets: { one: { profile: 'served' }, two: { region: 'r' }, three: { profile: 'plain', anonymous: true } }
    }
    const { buckets } = placesOf(settings, [environment({})], configuration)
    expect(buckets).toEqual({
      one: { endpoint: 'https://minio:9443', pathStyle: true, profile: 'served', region: undefined },
      two: { endpoint: 'http://lake:9000', region: 'r', pathStyle: false, anonymous: true },
      three: { region: 'sa-east-1', anonymous: true }
    })
  })

  test('what is wrong in a profile is told to who uses it, and to nobody else', async () => {
    const say = async (profile: string) => {
      const settings = {
        places: placesOf({ profile }, [environment({})], configuration),
        cacheFolder: temporaryFolder('cache')
      }
      const error: unknown = await openStorages(settings)
        .open('s3://lake/silver')
        .hasFolder('')
        .catch((thrown: unknown) => thrown)
      return error instanceof Error ? error.message : 'nothing is wrong'
    }
    expect(await say('broken')).toMatch(
      /^endpoint_url of the profile broken in the AWS configuration is "lake:9000": write it as http:\/\/host:port or https:\/\/host$/
    )
    expect(await say('dangling')).toMatch(
      /^the profile dangling says services = nowhere, and the AWS configuration has no \[services nowhere\]: add that section, or give --endpoint$/
    )
    expect(place({})).toEqual({ region: 'eu-central-1' })
  })

  test.each([
    '\ufeff[profile lake]\r\nendpoint_url = http://lake:9000\r\n',
    '[profile   lake ]\n  endpoint_url=http://lake:9000\n',
    '[profile lake]\nENDPOINT_URL = http://old\n[other]\n[profile lake]\nendpoint_url=http://lake:9000',
    'stray = 1\n[profile lake]\nregion =\nendpoint_url = http://lake:9000\n[broken'
  ])('%j is read', (text) => {
    expect(configurationIn(text).profile('lake')?.endpoint).toBe('http://lake:9000')
  })

  test('the files lie where the variables say, also below the home folder, and .env may say it', () => {
    const home = temporaryFolder('home')
    writeFileSync(join(home, 'elsewhere'), '[profile lake]\nendpoint_url = http://elsewhere:9000\n')
    for (const file of [join(home, 'elsewhere'), '~/elsewhere']) {
      const { places } = storageSettings(
        { profile: 'lake' },
        { environment: { HOME: home, AWS_CONFIG_FILE: file } },
        '/data'
      )
      expect(places!.otherwise).toEqual({
        endpoint: 'http://elsewhere:9000',
        profile: 'lake',
        awsFiles: { config: join(home, 'elsewhere'), credentials: join(home, '.aws', 'credentials') }
      })
    }
    writeFileSync(join(home, '.env'), 'AWS_CONFIG_FILE=~/elsewhere\n')
    expect(
      storageSettings({ profile: 'lake' }, { environment: { HOME: home }, workingDirectory: home }, '/data').places!
        .otherwise.endpoint
    ).toBe('http://elsewhere:9000')
    expect(
      storageSettings({}, { environment: { HOME: home, AWS_CONFIG_FILE: home } }, '/data').places!.otherwise.endpoint
    ).toBe(undefined)
  })
})

describe('the command line with a profile', () => {
  let server: FakeS3
  let other: FakeS3
  let home: string
  beforeAll(async () => {
    server = await startFakeS3({ buckets: ['lake'] })
    other = await startFakeS3({
      buckets: ['lake', 'gold'],
      credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'the other secret' }
    })
    await server.putFolder('lake', 'silver', join(repository, 'test/fixtures/oracle/notebook/silver'))
    home = temporaryFolder('home')
    mkdirSync(join(home, '.aws'))
    writeFileSync(
      join(home, '.aws', 'config'),
      [
        ...[
          `[profile lake]`,
          `endpoint_url = ${server.endpoint}`,
          `region = ${server.region}`,
          's3 =',
          '  addressing_style = path'
        ],
        ...['[profile named]', 'services = both', `region = ${server.region}`, 's3 =', '  addressing_style = virtual'],
        ...['[services both]', 's3 =', `  endpoint_url = ${server.endpoint.replace('127.0.0.1', 'localhost')}`],
        ...['[profile gold]', `endpoint_url = ${other.endpoint}`, `region = ${other.region}`]
      ].join('\n')
    )
    const keys = ({ credentials }: FakeS3) =>
      `aws_access_key_id = ${credentials.accessKeyId}\naws_secret_access_key = ${credentials.secretAccessKey}\n`
    writeFileSync(
      join(home, '.aws', 'credentials'),
      `[lake]\n${keys(server)}[named]\n${keys(server)}[gold]\n${keys(other)}`
    )
  })
  afterAll(async () => {
    await server.close()
    await other.close()
  })

  const empty = {
    AWS_PROFILE: '',
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_ENDPOINT_URL: '',
    AWS_ENDPOINT_URL_S3: '',
    AWS_REGION: '',
    AWS_CONFIG_FILE: '',
    AWS_SHARED_CREDENTIALS_FILE: ''
  }
  const call = (args: readonly string[], env: Record<string, string> = {}) =>
    contrail(args, {
      cwd: home,
      env: { ...empty, HOME: home, AWS_EC2_METADATA_DISABLED: 'true', CONTRAIL_DATA: join(home, 'data'), ...env }
    })

  test('asks the server of the profile, and says which one', async () => {
    const { code, stdout, stderr } = await call(['check', '--silver', 's3://lake/silver', '--profile', 'lake'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`✓ Reachable: s3://lake/silver\n  at ${server.endpoint}, with the profile lake\n`)
  })

  test('names the bucket in the host where the addressing style of the profile is virtual', async () => {
    // The names of hosts below localhost are not known everywhere: the proxy need not look them up.
    const proxy = await startProxy({ leadsTo: Number(new URL(server.endpoint).port) })
    const { code, stderr } = await call(['check', '--silver', 's3://lake/silver', '--profile', 'named'], {
      http_proxy: proxy.address,
      no_proxy: ''
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(proxy.requests.every(({ target }) => target.startsWith('http://lake.localhost:'))).toBe(true)
    await proxy.close()
  })

  test('each bucket of a pipeline file has the server of its own profile', async () => {
    const s3 = { profile: 'lake', buckets: { gold: { profile: 'gold' } } }
    writeFileSync(
      join(home, 'p.json'),
      JSON.stringify({
        silver: { uri: 's3://lake/silver' },
        gold: { uri: 's3://gold/g' },
        checkpoints: { uri: join(home, 'checkpoints') },
        s3
      })
    )
    expect(await call(['replay', '--pipeline', 'p.json'])).toMatchObject({ code: 0, stderr: '' })
    expect(other.keys('gold').length).toBeGreaterThan(2)
  })

  test('a flag beats the profile, and a profile that is not there is named with those that are', async () => {
    const elsewhere = await call([
      'check',
      '--silver',
      's3://lake/silver',
      '--profile',
      'lake',
      '--endpoint',
      other.endpoint
    ])
    expect(elsewhere).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `${other.endpoint} does not know the access key of the profile lake: check the profile lake in the AWS configuration`
      ) as string
    })
    const missing = await call(['check', '--silver', 's3://lake/silver', '--profile', 'lakes'])
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `there is no profile lakes in ${join(home, '.aws', 'config')} or ${join(home, '.aws', 'credentials')} (those there are gold, lake, named)`
      ) as string
    })
  })
})
