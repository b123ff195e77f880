import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { proxiesOf, proxyFor, proxyName } from '#electron/storage/s3/proxies.ts'
import { openStorages, type StoragesOptions } from '#electron/storage/storages.ts'
import { selfSignedCertificate } from '#test/support/certificate.ts'
import { contrail } from '#test/support/contrail.ts'
import { startFakeS3, type FakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { startProxy, type ProxyOptions, type TestProxy } from '#test/support/proxy.ts'
import { placeAt } from '#test/support/s3Places.ts'
import { impatient } from '#test/support/s3Story.ts'
import { secretsIn } from '#test/support/secrets.ts'

describe('which proxy an address takes', () => {
  const proxyOf = (variables: Record<string, string>, address = 'https://bucket.s3.eu-west-3.amazonaws.com/key') => {
    const proxies = proxiesOf(variables)
    const proxy = proxies && proxyFor(new URL(address), proxies)
    return proxy && proxyName(proxy)
  }

  test.each<[Record<string, string>, string | undefined, string | undefined]>([
    [{}, undefined, undefined],
    [{ HTTPS_PROXY: 'http://p:3128' }, undefined, 'the proxy http://p:3128 (HTTPS_PROXY)'],
    [{ https_proxy: 'http://low:1', HTTPS_PROXY: 'http://p:3128' }, undefined, 'the proxy http://low:1 (https_proxy)'],
    [{ https_proxy: '', HTTPS_PROXY: ' http://p:3128 ' }, undefined, 'the proxy http://p:3128 (HTTPS_PROXY)'],
    [{ HTTP_PROXY: 'http://p:3128' }, undefined, undefined],
    [{ HTTP_PROXY: 'http://p:3128' }, 'http://minio:9000', 'the proxy http://p:3128 (HTTP_PROXY)'],
    [{ HTTPS_PROXY: 'http://p:3128' }, 'http://minio:9000', undefined],
    [{ ALL_PROXY: 'p:3128' }, undefined, 'the proxy http://p:3128 (ALL_PROXY)'],
    [{ all_proxy: 'http://a:1', http_proxy: 'http://p:2' }, 'http://minio:9000', 'the proxy http://p:2 (http_proxy)'],
    [{ HTTPS_PROXY: 'me:hidden@p:3128' }, undefined, 'the proxy http://p:3128 (HTTPS_PROXY)'],
    [{ HTTPS_PROXY: 'https://me:hid%40den@p' }, undefined, 'the proxy https://p (HTTPS_PROXY)'],
    // Loopback is asked through a proxy too, as curl and the AWS CLI do, unless NO_PROXY names it.
    [{ HTTP_PROXY: 'http://p:3128' }, 'http://127.0.0.1:9000', 'the proxy http://p:3128 (HTTP_PROXY)']
  ])('%j for %s', (variables, address, expected) => expect(proxyOf(variables, address)).toBe(expected))

  test.each([
    ['*', 'https://minio:9000', true],
    ['minio', 'https://minio:9000', true],
    ['MINIO', 'https://minio:9000', true],
    ['minio:9000', 'https://minio:9000', true],
    ['minio:9001', 'https://minio:9000', false],
    ['minio:443', 'https://minio', true],
    ['amazonaws.com', 'https://b.s3.amazonaws.com', true],
    ['.amazonaws.com', 'https://b.s3.amazonaws.com', true],
    ['*.amazonaws.com', 'https://b.s3.amazonaws.com', true],
    ['.amazonaws.com', 'https://amazonaws.com', true],
    ['aws.com', 'https://b.s3.amazonaws.com', false],
    ['other, localhost  127.0.0.1', 'https://127.0.0.1:9000', true],
    ['localhost', 'https://127.0.0.1:9000', false],
    ['0.0.1', 'https://127.0.0.1:9000', false],
    ['127.0.0.0/8', 'https://127.3.0.1:9000', true],
    ['10.0.0.0/8', 'https://127.0.0.1:9000', false],
    ['10.0.0.0/99', 'https://10.0.0.1', false],
    ['::1', 'https://[::1]:9000', true],
    ['[::1]', 'https://[::1]:9000', true],
    ['[::1]:9000', 'https://[::1]:9000', true],
    ['0:0:0:0:0:0:0:1', 'https://[::1]:9000', true],
    ['fe80::/10', 'https://[fe80::1]:9000', true],
    ['minio.', 'https://minio', true],
    [',', 'https://minio', false]
  ])('NO_PROXY=%s leaves %s out: %s', (entries, address, isLeftOut) => {
    expect(proxyOf({ HTTPS_PROXY: 'http://p:1', NO_PROXY: entries }, address) === undefined).toBe(isLeftOut)
    expect(proxyOf({ https_proxy: 'http://p:1', no_proxy: entries, NO_PROXY: 'nothing' }, address) === undefined).toBe(
      isLeftOut
    )
  })

  test.each([
    [
      'socks5://me:hidden@p:1080',
      /^HTTPS_PROXY names a socks5 proxy, and Contrail knows those of HTTP: set HTTPS_PROXY and HTTP_PROXY to http:\/\/host:port, or name the server in NO_PROXY$/
    ],
    ['http://me:hidden@:3128', /^HTTPS_PROXY is no address of a proxy: write it as http:\/\/host:port$/],
    ['http://p:99999', /^HTTPS_PROXY is no address of a proxy/],
    [
      'http://me:hidden%zz@p:3128',
      /^HTTPS_PROXY has a user or password with a % that encodes nothing: write the % as %25$/
    ]
  ])('%s is refused without what is secret in it', (value, says) => {
    expect(() => proxyOf({ HTTPS_PROXY: value })).toThrow(says)
    expect(() => proxyOf({ HTTPS_PROXY: value })).not.toThrow(/hidden/)
  })
})

const silver = join(repository, 'test/fixtures/oracle/notebook/silver')
const secure = selfSignedCertificate()
let plain: FakeS3
let tls: FakeS3
let bundle: string
let open: TestProxy[] = []
beforeAll(async () => {
  plain = await startFakeS3({ buckets: ['lake'] })
  tls = await startFakeS3({ buckets: ['lake'], tls: secure })
  for (const server of [plain, tls]) await server.putFolder('lake', 'silver', silver)
  bundle = join(temporaryFolder('certificates'), 'own.pem')
  writeFileSync(bundle, secure.cert)
})
afterEach(async () => {
  for (const proxy of open.splice(0)) await proxy.close()
})
afterAll(async () => {
  await plain.close()
  await tls.close()
})

async function proxyWith(options: ProxyOptions = {}): Promise<TestProxy> {
  const proxy = await startProxy(options)
  open = [...open, proxy]
  return proxy
}

interface Asked {
  readonly server?: FakeS3
  readonly variables: Record<string, string>
  readonly limits?: StoragesOptions['limits']
}

/** Storages that reach a server with the variables of an environment. */
function storagesWith({ server = plain, variables, limits = { ...impatient, attempts: 1 } }: Asked) {
  const place = { ...placeAt(server), ...(server === tls && { caBundle: bundle }) }
  const proxies = proxiesOf(variables)
  return openStorages({
    places: { otherwise: place, buckets: {} },
    cacheFolder: temporaryFolder('cache'),
    limits,
    ...(proxies && { proxies })
  })
}

/** What went wrong. */
async function complaint(asked: Asked): Promise<string> {
  const error: unknown = await storagesWith(asked)
    .open('s3://lake/silver')
    .list('')
    .catch((thrown: unknown) => thrown)
  if (!(error instanceof Error)) return 'nothing is wrong'
  expect(
    secretsIn(
      Buffer.from(`${error.stack} ${String((error.cause as Error | undefined)?.stack)} ${JSON.stringify(error)}`),
      ['hid@den']
    )
  ).toEqual([])
  return error.message
}

describe('what is asked for goes through the proxy of the environment', () => {
  test('as whole addresses to a server without TLS, with user and password, over connections that are kept', async () => {
    const proxy = await proxyWith({ user: 'me:hid@den' })
    const storages = storagesWith({ variables: { HTTP_PROXY: proxy.address.replace('//', '//me:hid%40den@') } })
    const storage = storages.open('s3://lake/silver')
    const before = plain.requests.length
    for (let i = 0; i < 3; i++) expect((await storage.listDeep('')).length).toBeGreaterThan(2)
    const [first] = await storage.list('_delta_log')
    expect((await storage.read(first!.path)).byteLength).toBe(first!.sizeBytes)
    await storage.replace('written', new Uint8Array(3_000_000))
    expect(plain.get('lake', 'silver/written')?.byteLength).toBe(3_000_000)
    plain.delete('lake', 'silver/written')
    expect(plain.requests.length - before).toBe(proxy.requests.length)
    expect(new Set(proxy.requests.map(({ target, user }) => `${new URL(target).origin} ${user}`))).toEqual(
      new Set([`${plain.endpoint} me:hid@den`])
    )
    expect(storages.where('s3://lake/x')?.server).toBe(
      `${plain.endpoint} (through the proxy ${proxy.address} (HTTP_PROXY))`
    )
  })

  test('as a tunnel to a server with TLS, whose certificate AWS_CA_BUNDLE holds', async () => {
    const proxy = await proxyWith({ user: 'me:hid@den' })
    const storage = storagesWith({
      server: tls,
      variables: { https_proxy: proxy.address.replace('//', '//me:hid%40den@') }
    }).open('s3://lake/silver')
    expect((await storage.listDeep('')).length).toBeGreaterThan(2)
    await storage.putIfAbsent('written', new Uint8Array([1]))
    await storage.remove('written')
    expect(new Set(proxy.requests.map(({ method, target }) => `${method} ${target}`))).toEqual(
      new Set([`CONNECT ${new URL(tls.endpoint).host}`])
    )
  })

  test('but not what NO_PROXY names, nor what is asked in another way', async () => {
    const proxy = await proxyWith()
    for (const variables of [
      { HTTP_PROXY: proxy.address, NO_PROXY: 'localhost,127.0.0.1' },
      { HTTPS_PROXY: proxy.address },
      { ALL_PROXY: proxy.address, no_proxy: '*' }
    ] as Record<string, string>[]) {
      expect(await complaint({ variables })).toBe('nothing is wrong')
    }
    expect(proxy.requests).toEqual([])
  })

  test('of the command line, which .env may tell of it, and no output holds the password', async () => {
    const proxy = await proxyWith({ user: 'me:hid@den' })
    const folder = temporaryFolder('proxied')
    const address = proxy.address.replace('//', '//me:hid%40den@')
    writeFileSync(join(folder, '.env'), `HTTPS_PROXY=${address}\n`)
    const env = { ...tls.environment, AWS_CA_BUNDLE: bundle, HOME: folder, CONTRAIL_DATA: join(folder, 'data') }
    const places = [
      '--silver',
      's3://lake/silver',
      '--gold',
      's3://lake/gold',
      '--checkpoints',
      join(folder, 'checkpoints')
    ]
    const check = await contrail(['check', '--silver', 's3://lake/silver'], { cwd: folder, env })
    expect(check).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining(
        `  at ${tls.endpoint} (through the proxy ${proxy.address} (HTTPS_PROXY)), with the keys in the environment\n`
      ) as string
    })
    const asked = proxy.requests.length
    const replay = await contrail(['replay', ...places], { cwd: folder, env })
    expect(replay).toMatchObject({ code: 0, stderr: '' })
    expect(proxy.requests.length).toBeGreaterThan(asked)
    await proxy.close()
    open = []
    const down = await contrail(['--debug', 'check', '--silver', 's3://lake/silver'], { cwd: folder, env })
    expect(down).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`the proxy ${proxy.address} (HTTPS_PROXY) cannot be reached`) as string
    })
    expect(secretsIn(Buffer.from(JSON.stringify([check, replay, down])), ['hid@den', 'hid%40den'])).toEqual([])
  })
})

describe('what goes wrong at a proxy is told of the proxy, its variable and the server', () => {
  const both = [
    ['HTTP_PROXY', () => plain],
    ['HTTPS_PROXY', () => tls]
  ] as const
  const through = (variable: string, address: string) => ({ [variable]: address })

  test.each(both)('%s that is down', async (variable, server) => {
    const proxy = await startProxy()
    await proxy.close()
    expect(
      await complaint({
        server: server(),
        variables: through(variable, proxy.address.replace('//', '//me:hid%40den@'))
      })
    ).toBe(
      `cannot list s3://lake/silver: the proxy ${proxy.address} (${variable}) cannot be reached, nothing listens there (ECONNREFUSED); correct ${variable}, or name the server in NO_PROXY to ask it directly`
    )
  })

  test.each(both)('%s that wants a user, or another one', async (variable, server) => {
    const proxy = await proxyWith({ user: 'me:other' })
    expect(await complaint({ server: server(), variables: through(variable, proxy.address) })).toBe(
      `cannot list s3://lake/silver: the proxy ${proxy.address} (${variable}) wants a user and a password (407); write them into ${variable} as http://user:password@host:port`
    )
    expect(
      await complaint({
        server: server(),
        variables: through(variable, proxy.address.replace('//', '//me:hid%40den@'))
      })
    ).toBe(
      `cannot list s3://lake/silver: the proxy ${proxy.address} (${variable}) does not accept the user and password that it was given (407); correct them in ${variable}`
    )
  })

  test.each(both)('%s that refuses', async (variable, server) => {
    const proxy = await proxyWith({ status: 403 })
    expect(await complaint({ server: server(), variables: through(variable, proxy.address) })).toBe(
      `cannot list s3://lake/silver: the proxy ${proxy.address} (${variable}) does not let requests to ${server().endpoint} through (403); have the proxy allow it, or name the server in NO_PROXY to ask it directly`
    )
  })

  test.each(both)('%s that cannot reach the server', async (variable, server) => {
    const proxy = await proxyWith({ status: 502 })
    expect(await complaint({ server: server(), variables: through(variable, proxy.address) })).toBe(
      `cannot list s3://lake/silver: the proxy ${proxy.address} (${variable}) cannot reach ${server().endpoint} (502); check the endpoint, or name the server in NO_PROXY to ask it directly`
    )
  })

  test.each(both)('%s whose name is not known', async (variable, server) => {
    expect(await complaint({ server: server(), variables: through(variable, 'http://proxy.invalid:3128') })).toMatch(
      new RegExp(
        `^cannot list s3://lake/silver: the proxy http://proxy\\.invalid:3128 \\(${variable}\\) cannot be reached, its name (is not known|cannot be looked up now) \\(`
      )
    )
  })

  test('one that is no proxy and hangs up, and one that never says a word', async () => {
    for (const [talk, says] of [
      [
        true,
        /ended the connection without an answer; check that HTTPS_PROXY is the address of a proxy|cannot be reached, the connection broke/
      ],
      [false, /\(HTTPS_PROXY\) does not answer, or https:\S+ behind it; check HTTPS_PROXY/]
    ] as const) {
      const server = createServer((socket) => {
        socket.on('error', () => undefined)
        if (talk) socket.once('data', () => socket.end())
      })
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      expect(
        await complaint({
          server: tls,
          variables: { HTTPS_PROXY: `http://127.0.0.1:${port}` },
          limits: { attempts: 1, silenceMs: 300 }
        })
      ).toMatch(says)
      server.close()
    }
  })

  test('what the server itself says stays what it says', async () => {
    const proxy = await proxyWith()
    for (const server of [plain, tls]) {
      const mend = server.fail({ do: { kind: 'permissionLost' } })
      expect(await complaint({ server, variables: { ALL_PROXY: proxy.address } })).toMatch(
        /^no permission to list s3:\/\/lake\/silver with the keys of the test/
      )
      mend()
    }
  })

  test('a certificate that nobody trusts, and a bundle that is not there', async () => {
    const proxy = await proxyWith()
    const place = { ...placeAt(tls), caBundle: '/nowhere/at/all.pem' }
    const storages = (otherwise: typeof place | ReturnType<typeof placeAt>) =>
      openStorages({
        places: { otherwise, buckets: {} },
        cacheFolder: temporaryFolder('cache'),
        limits: { ...impatient, attempts: 1 },
        proxies: proxiesOf({ HTTPS_PROXY: proxy.address })
      })
    await expect(storages(placeAt(tls)).open('s3://lake').list('')).rejects.toThrow(
      /the certificate that came through the proxy \S+ \(HTTPS_PROXY\) is not trusted \(\w+\); name the proxy's own certificate in AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS/
    )
    await expect(storages(place).open('s3://lake').list('')).rejects.toThrow(
      /^the certificates in \/nowhere\/at\/all\.pem cannot be read: correct AWS_CA_BUNDLE or ca_bundle of the profile, or leave it out$/
    )
  })
})
