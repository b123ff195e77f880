import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { WebSocket, type ClientOptions } from 'ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maxFrameBytes } from '#shared/contract/frame.ts'
import { connect, serve } from '#shared/contract/rpc.ts'
import { socketPath, webSocketChannel } from '#shared/contract/webSocketChannel.ts'
import { startPageServer, type PageServer } from '#electron/serve.ts'
import { until } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { expectedPolicy, makePage, waysOut } from '#test/support/page.ts'
import { rawRequest, type RawAnswer } from './rawRequest.ts'

const downloadFolder = temporaryFolder('downloads')
let server: PageServer
let port: number
let token: string

beforeAll(async () => {
  const target = { greet: async (name: string) => `hello ${name}` }
  server = await startPageServer({ port: 0, pageFolder: makePage(), downloadFolder, onChannel: (channel) => void serve(target, ['greet'], channel) })
  const address = new URL(server.address)
  port = Number(address.port)
  token = address.searchParams.get('token')!
})
afterAll(() => server.close())

/** With the right Host and nothing else, unless the lines say so. */
function request(target: string, { method = 'GET', host = `127.0.0.1:${port}`, lines = [] as readonly string[] } = {}): Promise<RawAnswer> {
  return rawRequest(port, [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...lines, '', ''].join('\r\n'))
}

const page = (target = '/') => `${target}?token=${token}`

async function pageCookie(): Promise<string> {
  const { headers } = await request(page())
  return headers['set-cookie']!.split(';')[0]!
}

test('the address is of this machine alone and holds a token of 192 random bits', async () => {
  expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/)
  const other = await startPageServer({ port: 0, pageFolder: makePage(), downloadFolder, onChannel: () => undefined })
  await other.close()
  expect(new URL(other.address).searchParams.get('token')).not.toBe(token)
})

test('the page opens with the token, again and again, and is never kept', async () => {
  for (const _time of [1, 2]) {
    const { status, headers, body } = await request(page())
    expect({ status, type: headers['content-type'], cache: headers['cache-control'], body }).toEqual({ status: 200, type: 'text/html; charset=utf-8', cache: 'no-store', body: '<!doctype html><title>Contrail</title>' })
  }
})

test('the cookie of the page is kept from scripts and other sites, and is not the token', async () => {
  const { headers } = await request(page())
  expect(headers['set-cookie']).toMatch(new RegExp(`^contrail-${port}=[\\w-]{32}; Path=/; HttpOnly; SameSite=Strict$`))
  expect(headers['set-cookie']).not.toContain(token)
})

test.each([
  ['/assets/main-1.js', 'text/javascript; charset=utf-8'],
  ['/assets/main-1.css', 'text/css; charset=utf-8'],
  ['/assets/duckdb-1.wasm', 'application/wasm']
])('%s comes with the cookie as %s', async (path, type) => {
  const { status, headers } = await request(path, { lines: [`Cookie: other=1; ${await pageCookie()}`] })
  expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type })
})

describe('a file that was exported to be downloaded', () => {
  test('comes once, as an attachment, to who has the token', async () => {
    writeFileSync(join(downloadFolder, 'run-alerts.csv'), 'a,b\r\n')
    expect((await request('/downloads/run-alerts.csv', { lines: [`Cookie: ${await pageCookie()}`] })).status).toBe(404)
    const { status, headers, body } = await request(page('/downloads/run-alerts.csv'))
    expect({ status, how: headers['content-disposition'], policy: headers['content-security-policy'] !== undefined, body }).toEqual({ status: 200, how: 'attachment; filename="run-alerts.csv"', policy: true, body: 'a,b\r\n' })
    await until(() => !existsSync(join(downloadFolder, 'run-alerts.csv')))
    expect((await request(page('/downloads/run-alerts.csv'))).status).toBe(404)
  })

  test.each(['/downloads/', '/downloads/..', '/downloads/../serve.ts', '/downloads/%2e%2e%2fserve.ts', '/downloads/.hidden', '/downloads/a/b'])('%s is not there', async (path) => {
    expect((await request(page(path))).status).toBe(404)
  })
})

test('HEAD answers without a body', async () => {
  const { status, headers, body } = await request(page(), { method: 'HEAD' })
  expect({ status, length: headers['content-length'], body }).toEqual({ status: 200, length: '38', body: '' })
})

describe('without its token', () => {
  test.each([
    ['the page', '/'],
    ['the page with another token', '/?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['the page with an empty token', '/?token='],
    ['a file', '/assets/main-1.js'],
    ['what is not there', '/nothing.js']
  ])('%s is refused', async (_what, target) => {
    expect(await request(target)).toMatchObject({ status: 403 })
  })

  test('a cookie of another server does not open a file, and the right one does not open the page', async () => {
    expect(await request('/assets/main-1.js', { lines: [`Cookie: contrail-${port}=AAAA`] })).toMatchObject({ status: 403 })
    expect(await request('/', { lines: [`Cookie: ${await pageCookie()}`] })).toMatchObject({ status: 403 })
  })
})

test.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', '', 'localhost.evil.example'])('a page that lets the name "%s" point here is refused', async (host) => {
  expect(await request(page(), { host })).toMatchObject({ status: 403 })
})

test('localhost is this machine too', async () => {
  const { status, headers } = await request(page(), { host: `localhost:${port}` })
  expect({ status, policy: headers['content-security-policy'] }).toEqual({ status: 200, policy: expectedPolicy(` ws://localhost:${port}`) })
})

test.each(waysOut)('%s leads nowhere', async (path) => {
  const { status, body } = await request(page(path))
  expect(status).toBe(404)
  expect(body).not.toContain('secret')
})

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not answered', async (method) => {
  const { status, headers } = await request(page(), { method, lines: ['Content-Length: 0'] })
  expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD' })
})

describe('every response carries the security headers', () => {
  test.each<[string, number, () => Promise<RawAnswer>]>([
    ['the page', 200, () => request(page())],
    ['a file', 200, () => request(page('/assets/duckdb-1.wasm'))],
    ['no token', 403, () => request('/')],
    ['another host', 403, () => request(page(), { host: 'evil.example' })],
    ['no such file', 404, () => request(page('/nothing.js'))],
    ['another method', 405, () => request(page(), { method: 'POST', lines: ['Content-Length: 0'] })],
    ['no HTTP', 400, () => rawRequest(port, 'hello\r\n\r\n')],
    ['no Host', 403, () => rawRequest(port, `GET ${page()} HTTP/1.1\r\nConnection: close\r\n\r\n`)],
    ['an address with a scheme', 400, () => request(`http://127.0.0.1:${port}${page()}`)],
    ['headers without end', 400, () => request(page(), { lines: [`X: ${'x'.repeat(20_000)}`] })],
    ['an expectation', 400, () => request(page(), { lines: ['Expect: more'] })],
    ['a WebSocket elsewhere', 404, () => upgrade(page('/elsewhere'), [`Origin: http://127.0.0.1:${port}`])],
    ['a WebSocket without a token', 403, () => upgrade(socketPath, [`Origin: http://127.0.0.1:${port}`])],
    ['a WebSocket without a key', 400, () => upgrade(page(socketPath), [`Origin: http://127.0.0.1:${port}`], [])]
  ])('%s: %i', async (_what, expected, send) => {
    const { status, headers } = await send()
    expect(status).toBe(expected)
    expect(headers).toMatchObject({
      'content-security-policy': expectedPolicy(` ws://127.0.0.1:${port}`),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=(), microphone=()'),
      'cache-control': expect.stringMatching(/^no-(store|cache)$/)
    })
    expect(headers).not.toHaveProperty('x-powered-by')
  })
})

const key = ['Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==']

function upgrade(target: string, lines: readonly string[], keyLines: readonly string[] = key): Promise<RawAnswer> {
  const head = [`GET ${target} HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', ...keyLines, ...lines]
  return rawRequest(port, [...head, '', ''].join('\r\n'))
}

/** undefined when it opened. */
async function refusedWith(target: string, options: ClientOptions): Promise<number | undefined> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${target}`, options)
  return await new Promise((resolve) => {
    socket.on('open', () => resolve(undefined)).on('error', () => undefined)
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
  }).then((status) => {
    socket.terminate()
    return status as number | undefined
  })
}

describe('the WebSocket', () => {
  const origin = () => `http://127.0.0.1:${port}`

  test('speaks the contract', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${page(socketPath)}`, { origin: origin() })
    const host = connect<{ greet(name: string): Promise<string> }>(['greet'], webSocketChannel(socket))
    expect(await host.greet('you')).toBe('hello you')
    socket.close()
  })

  test('opens for our page alone', async () => {
    expect({
      ours: await refusedWith(page(socketPath), { origin: origin() }),
      ourName: await refusedWith(page(socketPath), { origin: `http://localhost:${port}`, headers: { Host: `localhost:${port}` } }),
      noToken: await refusedWith(socketPath, { origin: origin() }),
      wrongToken: await refusedWith(`${socketPath}?token=${'A'.repeat(32)}`, { origin: origin() }),
      cookieAlone: await refusedWith(socketPath, { origin: origin(), headers: { Cookie: await pageCookie() } }),
      otherSite: await refusedWith(page(socketPath), { origin: 'https://evil.example' }),
      otherPort: await refusedWith(page(socketPath), { origin: 'http://127.0.0.1:1' }),
      noOrigin: await refusedWith(page(socketPath), {}),
      nullOrigin: await refusedWith(page(socketPath), { origin: 'null' }),
      otherHost: await refusedWith(page(socketPath), { origin: 'http://evil.example', headers: { Host: 'evil.example' } }),
      elsewhere: await refusedWith(page('/'), { origin: origin() })
    }).toEqual({ ours: undefined, ourName: undefined, noToken: 403, wrongToken: 403, cookieAlone: 403, otherSite: 403, otherPort: 403, noOrigin: 403, nullOrigin: 403, otherHost: 403, elsewhere: 404 })
  })

  test('ends at a message above the limit', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${page(socketPath)}`, { origin: origin() })
    await once(socket, 'open')
    socket.on('error', () => undefined)
    socket.send(new Uint8Array(maxFrameBytes + 1), () => undefined)
    const [code] = (await once(socket, 'close')) as [number]
    expect([1006, 1009]).toContain(code) // It may go before its reason has come through.
  })

  test('ends at text', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${page(socketPath)}`, { origin: origin() })
    await once(socket, 'open')
    socket.send('{"kind":"hello"}')
    expect((await once(socket, 'close'))[0]).toBe(1003)
  })
})

test('a port in use is named, with what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port: taken } = other.address() as AddressInfo
  await expect(startPageServer({ port: taken, pageFolder: '.', downloadFolder, onChannel: () => undefined })).rejects.toThrow(`port ${taken} is in use: choose another with --port, or leave it out for any free one`)
  other.close()
})

test('closing ends what is open', async () => {
  const own = await startPageServer({ port: 0, pageFolder: makePage(), downloadFolder, onChannel: () => undefined })
  const { host, search } = new URL(own.address)
  const socket = new WebSocket(`ws://${host}${socketPath}${search}`, { origin: `http://${host}` })
  await once(socket, 'open')
  const closed = once(socket, 'close')
  await own.close()
  await closed
  await expect(fetch(own.address)).rejects.toThrow()
})
