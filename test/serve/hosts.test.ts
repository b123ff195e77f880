import { once } from 'node:events'
import { connect as connectSocket, createServer, type AddressInfo, type Server } from 'node:net'
import { WebSocket } from 'ws'
import { afterEach, describe, expect, test } from 'vitest'
import { connect, serve } from '#shared/contract/rpc.ts'
import { socketPath, webSocketChannel } from '#shared/contract/webSocketChannel.ts'
import { startPageServer, type PageServer } from '#electron/serve.ts'
import { parseAllowedHost } from '#electron/web/hostGate.ts'
import { startContrail, until } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { expectedPolicy, makePage } from '#test/support/page.ts'
import { rawRequest } from './rawRequest.ts'

interface Served {
  readonly server: PageServer
  readonly port: number
  readonly token: string
  readonly refused: readonly string[]
}

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function start(...allowed: readonly string[]): Promise<Served> {
  const target = { greet: async (name: string) => `hello ${name}` }
  const refused: string[] = []
  const allowedHosts = allowed.map(parseAllowedHost)
  const server = await startPageServer({
    port: 0,
    pageFolder: makePage(),
    downloadFolder: temporaryFolder('downloads'),
    allowedHosts,
    onRefusedHost: (why) => refused.push(why),
    onChannel: (channel) => void serve(target, ['greet'], channel)
  })
  closing.push(() => server.close())
  const { port, searchParams } = new URL(server.address)
  return { server, port: Number(port), token: searchParams.get('token')!, refused }
}

/** A port of this machine that leads to another one, as `ssh -L` makes it. */
async function forwardTo(port: number): Promise<number> {
  const forward: Server = createServer((socket) => {
    const onward = connectSocket(port, '127.0.0.1')
    for (const [from, to] of [
      [socket, onward],
      [onward, socket]
    ] as const) {
      from.on('error', () => to.destroy())
      from.pipe(to)
    }
  })
  forward.listen(0, '127.0.0.1')
  await once(forward, 'listening')
  closing.push(() => new Promise((resolve) => forward.close(resolve)))
  return (forward.address() as AddressInfo).port
}

const get = ({ port, token }: Served, host: string | undefined) =>
  rawRequest(
    port,
    [
      `GET /?token=${token} HTTP/1.1`,
      ...(host === undefined ? [] : [`Host: ${host}`]),
      'Connection: close',
      '',
      ''
    ].join('\r\n')
  )

async function greet({ token }: Served, port: number, origin: string): Promise<string> {
  const socket = new WebSocket(`ws://localhost:${port}${socketPath}?token=${token}`, { origin })
  socket.on('error', () => undefined)
  const remote = connect<{ greet(name: string): Promise<string> }>(['greet'], webSocketChannel(socket))
  const answer = await remote.greet('you').catch(() => 'refused')
  socket.close()
  return answer
}

describe('through a port forward to another port', () => {
  test('the answer and the terminal name the Host header and what allows it, and blame no token', async () => {
    const served = await start()
    const forwarded = await forwardTo(served.port)
    const answer = await fetch(`http://localhost:${forwarded}/?token=${served.token}`)
    const why = `a request for the host localhost:${forwarded} (its Host header) was refused, since this server answers to 127.0.0.1:${served.port} and localhost:${served.port}: if that is your own way here, as through a port forward, start contrail serve with --allow-host localhost:${forwarded}, and open its address with that host in it`
    expect([answer.status, await answer.text()]).toEqual([403, `A${why.slice(1)}.\n`])
    await fetch(`http://localhost:${forwarded}/assets/main-1.js`)
    expect(served.refused).toEqual([why])
    expect(await greet(served, forwarded, `http://localhost:${forwarded}`)).toBe('refused')
  })

  test('the page and its WebSocket come where the host is allowed, with the token alone', async () => {
    const served = await start('localhost')
    const way = await forwardTo(served.port)
    expect(await get(served, `localhost:${way}`)).toMatchObject({
      status: 200,
      headers: { 'content-security-policy': expectedPolicy(` ws://localhost:${way} wss://localhost:${way}`) }
    })
    const keyless = await get({ ...served, token: 'AAAA' }, `localhost:${way}`)
    expect([keyless.status, keyless.body]).toEqual([
      403,
      expect.stringContaining(
        'Open the address that contrail serve has written: it holds the token that this page needs.'
      )
    ])
    for (const origin of [`http://localhost:${way}`, `https://localhost:${way}`])
      expect(await greet(served, way, origin)).toBe('hello you')
    for (const origin of ['http://evil.example', `http://localhost:${way + 1}`, 'null', `http://127.0.0.1:${way}`])
      expect(await greet(served, way, origin)).toBe('refused')
    expect(await greet({ ...served, token: 'AAAA' }, way, `http://localhost:${way}`)).toBe('refused')
  })
})

describe('a host that is allowed', () => {
  test.each([
    [
      'localhost:9999',
      ['localhost:9999', 'LOCALHOST:9999'],
      [
        'localhost:9998',
        'localhost',
        'localhost.:9999',
        '127.0.0.1:9999',
        'localhost:9999.evil.example',
        'evil.localhost:9999'
      ]
    ],
    [
      'mybox',
      ['mybox', 'mybox:1', 'MyBox:65535'],
      ['mybox.evil.example', 'notmybox', 'mybox:0', 'mybox:70000', 'mybox:', 'mybox@evil.example', 'mybox/x']
    ],
    ['mybox:80', ['mybox', 'mybox:80'], ['mybox:81']],
    ['mybox:443', ['mybox', 'mybox:443'], ['mybox:80']],
    ['[::1]:9999', ['[::1]:9999', '[0:0:0:0:0:0:0:1]:9999'], ['[::1]', '[::2]:9999', '::1:9999']],
    ['192.168.1.7:8080', ['192.168.1.7:8080'], ['192.168.1.7', '192.168.1.70:8080']]
  ])('%s', async (allowed, accepted, refused) => {
    const served = await start('other', allowed)
    for (const host of [...accepted, 'other:5', `127.0.0.1:${served.port}`, `LOCALHOST:${served.port}`])
      expect([host, (await get(served, host)).status]).toEqual([host, 200])
    for (const host of refused) expect([host, (await get(served, host)).status]).toEqual([host, 403])
    expect((await get(served, undefined)).status).toBe(403)
  })

  test.each([
    '*',
    '*.example',
    'http://localhost:9999',
    'localhost:9999/',
    '',
    ' ',
    'a b',
    'localhost:0',
    'localhost:99999',
    'me@localhost',
    '::1',
    '.',
    'x;y',
    'a\r\nb'
  ])('must be a host: %j is refused', (text) => {
    expect(() => parseAllowedHost(text)).toThrow(
      text.includes('*')
        ? /^--allow-host is ".*": a pattern would let the pages of others in; name each host that is yours$/
        : /^--allow-host is ".*": write the host, or host:port, as it stands in the address of the browser$/
    )
  })
})

test('a Host header that is made to do harm is shown as text, and the terminal hears of a few', async () => {
  const served = await start()
  const { body, headers } = await get(served, '<script>\u001b[31mx</script>')
  expect([headers['content-type'], body.includes('\u001b'), body.includes('--allow-host')]).toEqual([
    'text/plain; charset=utf-8',
    false,
    false
  ])
  for (let i = 0; i < 20; i++) await get(served, `host${i}.example`)
  expect(served.refused.length).toBe(5)
})

test('contrail serve takes several hosts, refuses a pattern, and tells on standard error', async () => {
  const data = temporaryFolder('data')
  const refused = startContrail(['serve', '--no-open', '--data', data, '--allow-host', '*'])
  expect(await refused.finished).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'contrail: --allow-host is "*": a pattern would let the pages of others in; name each host that is yours\n'
  })
  const { child, finished, output } = startContrail([
    'serve',
    '--no-open',
    '--data',
    data,
    '--allow-host',
    'one:1',
    '--allow-host',
    'two',
    'three:3'
  ])
  await until(() => output().includes('\n'))
  const { port, searchParams } = new URL(output().trim())
  const asked = (host: string) =>
    rawRequest(
      Number(port),
      `GET /?token=${searchParams.get('token')} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
    )
  for (const host of ['one:1', 'two:7', 'three:3']) expect((await asked(host)).status).toBe(200)
  expect((await asked('one:2')).status).toBe(403)
  child.kill('SIGINT')
  const { stderr, stdout } = await finished
  expect(stdout.split('\n').length).toBe(2)
  expect(stderr).toMatch(
    /^contrail: a request for the host one:2 \(its Host header\) was refused, since this server answers to 127\.0\.0\.1:\d+ and localhost:\d+ and one:1 and two and three:3: .* --allow-host one:2/
  )
})
