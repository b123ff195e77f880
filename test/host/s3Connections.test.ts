import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { NewS3Connection } from '#shared/contract/s3.ts'
import { openS3Connections, type S3ConnectionsStore } from '#electron/host/s3Connections.ts'
import type { KeyVault } from '#electron/storage/s3/keyVault.ts'
import { noVault } from '#electron/storage/s3/keyVault.ts'
import { awsFilesOf, readAwsConfiguration, refuseUtf16 } from '#electron/storage/s3/awsConfiguration.ts'
import { noPlaces, type S3Keys, type S3Places } from '#electron/storage/s3/s3Place.ts'
import { encodings } from '#test/support/encodings.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const typed = { accessKeyId: 'AKIAONE', secretAccessKey: 'one/secret+of=tests', sessionToken: null }

const lake: NewS3Connection = { address: 's3a://lake/silver/', endpoint: 'http://127.0.0.1:9000/', region: null, pathStyle: true, keys: { kind: 'typed', keep: false, typed } }

/** A keychain in memory, which outlives a store as the real one does. */
function memoryVault(refuses: { why: string | null } = { why: null }): KeyVault & { readonly kept: Map<string, S3Keys> } {
  const kept = new Map<string, S3Keys>()
  return {
    kept,
    cannotKeep: () => refuses.why,
    async keep(bucket, keys) {
      if (refuses.why !== null) throw new Error('the keychain is locked')
      kept.set(bucket, keys)
    },
    read: async (bucket) => (refuses.why === null ? kept.get(bucket) : undefined),
    forget: async (bucket) => void kept.delete(bucket)
  }
}

async function open(dataFolder: string, { vault = noVault, given = noPlaces, onPlaces = () => undefined, environment = { HOME: dataFolder } }: { vault?: KeyVault; given?: S3Places; onPlaces?: (places: S3Places) => void; environment?: Record<string, string> } = {}): Promise<S3ConnectionsStore> {
  return openS3Connections({ dataFolder, given, vault, environment, onPlaces })
}

const fileIn = (dataFolder: string): string => readFileSync(join(dataFolder, 's3.json'), 'utf8')

describe('a connection', () => {
  test('is kept without its keys, which hold for the session', async () => {
    const data = temporaryFolder('s3')
    const told: S3Places[] = []
    const store = await open(data, { onPlaces: (places) => told.push(places) })
    expect(await store.connect(lake)).toEqual({ kind: 'connected', path: 's3://lake/silver', warning: null })
    const place = { endpoint: 'http://127.0.0.1:9000', pathStyle: true, keys: { accessKeyId: typed.accessKeyId, secretAccessKey: typed.secretAccessKey }, keysFrom: 'the keys typed for this session' }
    expect([store.places(), told.at(-1)]).toEqual(Array(2).fill({ otherwise: {}, buckets: { lake: place } }))
    const shown = { bucket: 'lake', endpoint: 'http://127.0.0.1:9000', region: null, pathStyle: true }
    expect((await store.list()).connections).toEqual([{ ...shown, keys: { kind: 'typed', kept: false, there: true } }])
    expect(JSON.parse(fileIn(data))).toEqual({ formatVersion: 1, connections: [{ ...shown, keys: { kind: 'typed', kept: false } }] })

    const later = await open(data)
    expect((await later.list()).connections).toEqual([{ ...shown, keys: { kind: 'typed', kept: false, there: false } }])
    // Nothing else is tried in the place of keys that are gone.
    expect(later.places().buckets.lake).toEqual({ endpoint: 'http://127.0.0.1:9000', pathStyle: true, keysFrom: 'the keys typed for this session', keysGone: 'they were typed for a session that is over' })
  })

  test('takes another region and keeps the keys that were typed', async () => {
    const store = await open(temporaryFolder('s3'))
    await store.connect(lake)
    await store.connect({ ...lake, region: 'eu-west-3', keys: { kind: 'typed', keep: false, typed: null } })
    expect(store.places().buckets.lake).toMatchObject({ region: 'eu-west-3', keys: { secretAccessKey: typed.secretAccessKey } })
  })

  test('by what is found on this machine has the environment’s keys, and its own server', async () => {
    const given: S3Places = { otherwise: { endpoint: 'http://other:9000', region: 'eu-1', keys: { accessKeyId: 'A', secretAccessKey: 'S' }, keysFrom: 'the keys in the environment' }, buckets: { old: { profile: 'old' } } }
    const store = await open(temporaryFolder('s3'), { given })
    await store.connect({ ...lake, endpoint: null, keys: { kind: 'machine' } })
    await store.connect({ ...lake, address: 's3://second', endpoint: null, region: 'eu-2', keys: { kind: 'profile', profile: 'analyst' } })
    expect(store.places()).toEqual({ otherwise: given.otherwise, buckets: { old: { profile: 'old' }, lake: { ...given.otherwise, endpoint: undefined }, second: { region: 'eu-2', profile: 'analyst' } } })
    expect((await store.list()).usual).toEqual({ endpoint: 'http://other:9000', region: 'eu-1', credentials: 'the keys in the environment' })
  })

  test('by a profile has the server of that profile, unless another one is typed, and follows the file', async () => {
    const data = temporaryFolder('s3')
    const config = join(data, 'config')
    const environment = { HOME: data, AWS_CONFIG_FILE: config }
    const write = (port: number) => writeFileSync(config, `[profile lake]\nendpoint_url = http://lake:${port}\nregion = eu-9\ns3 =\n  addressing_style = virtual\n[profile plain]\n`)
    write(9000)
    const store = await open(data, { environment })
    const byProfile = { ...lake, endpoint: null, keys: { kind: 'profile', profile: 'lake' } } as const
    await store.connect(byProfile)
    await store.connect({ ...byProfile, address: 's3://other', endpoint: 'http://typed:1', region: 'r' })
    await store.connect({ ...byProfile, address: 's3://third', keys: { kind: 'profile', profile: 'plain' } })
    expect(store.places().buckets).toEqual({
      lake: { endpoint: 'http://lake:9000', region: 'eu-9', pathStyle: false, profile: 'lake' },
      other: { endpoint: 'http://typed:1', region: 'r', pathStyle: true, profile: 'lake' },
      third: { profile: 'plain' }
    })
    expect((await store.list()).profileServers).toEqual({ lake: 'http://lake:9000' })
    write(9001)
    expect((await open(data, { environment })).places().buckets.lake?.endpoint).toBe('http://lake:9001')
  })

  test('without credentials is anonymous, and stays so', async () => {
    const data = temporaryFolder('s3')
    const given: S3Places = { otherwise: { endpoint: 'http://other:9000', profile: 'usual' }, buckets: {} }
    await (await open(data, { given })).connect({ ...lake, keys: { kind: 'none' } })
    const later = await open(data, { given })
    expect(later.places().buckets.lake).toEqual({ endpoint: 'http://127.0.0.1:9000', pathStyle: true, anonymous: true })
    expect((await later.list()).connections[0]?.keys).toEqual({ kind: 'none' })
  })

  test('is forgotten with its keys', async () => {
    const data = temporaryFolder('s3')
    const vault = memoryVault()
    const store = await open(data, { vault })
    await store.connect({ ...lake, keys: { kind: 'typed', keep: true, typed } })
    await store.forget('lake')
    expect([store.places(), vault.kept.size, (await store.list()).connections, JSON.parse(fileIn(data))]).toEqual([{ otherwise: {}, buckets: {} }, 0, [], { formatVersion: 1, connections: [] }])
  })

  test.each<[string, Partial<NewS3Connection>, Record<string, string>]>([
    ['an empty address', { address: ' ' }, { address: 'The address is empty: write it as s3://bucket/folder.' }],
    ['a path', { address: '/data/silver' }, { address: 'This is no address on S3: write it as s3://bucket/folder.' }],
    ['keys in the address', { address: 's3://AKIAONE:one-secret@lake/silver' }, { address: 'The S3 address has something else than a bucket between // and the next /: write it as s3://bucket/folder, and give keys and the server in the settings.' }],
    ['no endpoint', { endpoint: '' }, { endpoint: 'The endpoint is empty: write it as https://host, or choose Amazon S3.' }],
    ['an endpoint of another kind', { endpoint: 'ftp://host' }, { endpoint: 'The endpoint is "ftp://host": write it as http://host:port or https://host.' }],
    ['a password in the endpoint', { endpoint: 'http://me:pass@host' }, { endpoint: 'The endpoint holds a user or a password: leave them out, and give access keys instead.' }],
    ['a region that is none', { region: 'Paris, France' }, { region: 'A region has letters, digits and hyphens, as in eu-west-3: correct it, or leave it empty.' }],
    ['no profile', { keys: { kind: 'profile', profile: '' } }, { profile: 'No profile is chosen: choose one, or other credentials.' }],
    ['no keys', { keys: { kind: 'typed', keep: false, typed: null } }, { accessKeyId: 'The access key is empty: type it, or choose other credentials.', secretAccessKey: 'The secret key is empty: type it, or choose other credentials.' }],
    ['a line end in a key', { keys: { kind: 'typed', keep: false, typed: { ...typed, secretAccessKey: 'one\nsecret' } } }, { secretAccessKey: 'The secret key has a character that no key has: copy it once more.' }],
    ['several', { address: '', endpoint: '' }, { address: 'The address is empty: write it as s3://bucket/folder.', endpoint: 'The endpoint is empty: write it as https://host, or choose Amazon S3.' }]
  ])('with %s is refused by its field, and nothing is written', async (_what, wrong, faults) => {
    const data = temporaryFolder('s3')
    const answer = await (await open(data)).connect({ ...lake, ...wrong })
    expect(answer).toEqual({ kind: 'refused', faults: Object.entries(faults).map(([field, message]) => ({ field, message })) })
    expect(readdirSync(data)).toEqual([])
  })

  test('with an endpoint without https:// gets it', async () => {
    const store = await open(temporaryFolder('s3'))
    await store.connect({ ...lake, endpoint: 'minio.example:9000' })
    expect(store.places().buckets.lake?.endpoint).toBe('https://minio.example:9000')
  })
})

describe('keys that are to be kept', () => {
  test('come back with the next start, until others are chosen', async () => {
    const data = temporaryFolder('s3')
    const vault = memoryVault()
    await (await open(data, { vault })).connect({ ...lake, keys: { kind: 'typed', keep: true, typed } })
    const later = await open(data, { vault })
    expect([later.places().buckets.lake?.keys, later.places().buckets.lake?.keysFrom, (await later.list()).connections[0]?.keys]).toEqual([{ accessKeyId: 'AKIAONE', secretAccessKey: typed.secretAccessKey }, 'the keys kept in the keychain', { kind: 'typed', kept: true, there: true }])
    await later.connect({ ...lake, keys: { kind: 'machine' } })
    expect([vault.kept.size, later.places().buckets.lake?.keys]).toEqual([0, undefined])
  })

  test('hold for this session where the keychain does not take them, and that is said', async () => {
    const refuses = { why: null as string | null }
    const vault = memoryVault(refuses)
    const data = temporaryFolder('s3')
    const store = await open(data, { vault })
    refuses.why = 'it is locked'
    expect(await store.connect({ ...lake, keys: { kind: 'typed', keep: true, typed } })).toMatchObject({ kind: 'connected', warning: 'the keychain of this system does not take the keys: they hold for this session' })
    expect([store.places().buckets.lake?.keys?.accessKeyId, (await store.list()).connections[0]?.keys, (await store.list()).cannotKeep]).toEqual(['AKIAONE', { kind: 'typed', kept: false, there: true }, 'it is locked'])
  })

  test('that the keychain does not give any more are asked for, and no others tried', async () => {
    const data = temporaryFolder('s3')
    const vault = memoryVault()
    await (await open(data, { vault })).connect({ ...lake, keys: { kind: 'typed', keep: true, typed } })
    vault.kept.clear()
    const later = await open(data, { vault })
    expect(later.places().buckets.lake).toMatchObject({ keysGone: 'the keychain of this system does not give them' })
    expect((await later.list()).connections[0]?.keys).toEqual({ kind: 'typed', kept: true, there: false })
  })
})

describe('the file of connections is read with distrust', () => {
  test('entries of another shape are left out', async () => {
    const data = temporaryFolder('s3')
    const good = { bucket: 'lake', endpoint: null, region: 'eu-1', pathStyle: false, keys: { kind: 'machine' } }
    const bad = [null, 7, { ...good, bucket: '../lake' }, { ...good, bucket: 'a' }, { ...good, endpoint: 'file:///etc' }, { ...good, endpoint: 'http://u:p@host' }, { ...good, region: 'x\ny' }, { ...good, pathStyle: 'yes' }, { ...good, keys: { kind: 'typed', kept: 'yes' } }, { ...good, keys: { kind: 'profile', profile: '' } }, { ...good, keys: {} }]
    writeFileSync(join(data, 's3.json'), JSON.stringify({ formatVersion: 1, connections: [...bad, { ...good, keys: { kind: 'machine', secretAccessKey: 'x' }, more: 1 }] }))
    expect((await (await open(data)).list()).connections).toEqual([good])
  })

  test.each(['no JSON', '{"formatVersion": 99}', '[]', ' '.repeat(1_100_000)])('%# is as good as none, and moved aside by the next change', async (text) => {
    const data = temporaryFolder('s3')
    writeFileSync(join(data, 's3.json'), text)
    const store = await open(data)
    expect((await store.list()).connections).toEqual([])
    await store.connect(lake)
    expect([readFileSync(join(data, 's3.aside.json'), 'utf8'), (await (await open(data)).list()).connections.length]).toEqual([text, 1])
  })

  test('a file that cannot be written is named', async () => {
    const data = temporaryFolder('s3')
    writeFileSync(join(data, 'file'), '')
    await expect((await open(join(data, 'file'))).connect(lake)).rejects.toThrow(join(data, 'file', 's3.json'))
  })
})

describe('profiles are known by name', () => {
  const profileNames = (environment: Record<string, string>) => readAwsConfiguration(awsFilesOf(environment)).profiles

  test('from both files of the AWS tools, each once; other sections are none', async () => {
    const home = temporaryFolder('home')
    mkdirSync(join(home, '.aws'))
    writeFileSync(join(home, '.aws', 'config'), '[profile analyst]\nsso_session = corp\nregion = eu-west-3\n[sso-session corp]\n[services lake]\n[default]\n  [profile "two words"]\n[profile old ]\n')
    writeFileSync(join(home, '.aws', 'credentials'), '[default]\naws_secret_access_key = a secret\r\n[ci]\r\n# [no]\n[analyst]\n')
    expect(profileNames({ HOME: home })).toEqual(['default', 'analyst', 'ci', 'old', 'two words'])
    expect((await (await open(home)).list()).profiles).toEqual(['default', 'analyst', 'ci', 'old', 'two words'])
    const elsewhere = join(home, 'elsewhere')
    writeFileSync(elsewhere, '[profile other]\n')
    expect(profileNames({ HOME: home, AWS_CONFIG_FILE: elsewhere, AWS_SHARED_CREDENTIALS_FILE: join(home, 'nothing') })).toEqual(['other'])
    expect(profileNames({ HOME: join(home, 'nobody') })).toEqual([])
    expect(profileNames({ HOME: home, AWS_CONFIG_FILE: home, AWS_SHARED_CREDENTIALS_FILE: home })).toEqual([])
  })

  test.each(Object.entries(encodings))('from files in %s; keys are not looked for in UTF-16, and that is said', (name, encode) => {
    const home = temporaryFolder('home')
    const file = join(home, 'elsewhere')
    writeFileSync(file, encode('[default]\r\nregion = eu-west-3\r\n[profile r\u00e9seau]\r\n'))
    expect(profileNames({ HOME: home, AWS_CONFIG_FILE: file })).toEqual(['default', 'r\u00e9seau'])
    const look = () => refuseUtf16(awsFilesOf({ HOME: home, AWS_SHARED_CREDENTIALS_FILE: file }))
    // The AWS tools read UTF-8 alone.
    if (name.startsWith('UTF-8')) look()
    else expect(look).toThrow(`${file} is not in UTF-8, and the AWS tools find no profile in it: save it as UTF-8, then try again`)
  })
})
