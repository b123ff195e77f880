import { once } from 'node:events'
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

/** A request that came to the proxy. */
export interface ProxiedRequest {
  readonly method: string
  /** What it was asked for: host:port of CONNECT, else the whole address. */
  readonly target: string
  /** User and password, as they came. */
  readonly user: string | undefined
}

export interface ProxyOptions {
  /** user:password that it wants; left out: it lets everybody in. */
  readonly user?: string
  /** Refuses whoever is let in. */
  readonly status?: number
  /** Port of this machine that all lead to, whatever they ask for: names that nobody knows can be asked for. */
  readonly leadsTo?: number
}

/** A proxy of HTTP for tests, on 127.0.0.1: it forwards whole addresses and opens tunnels. */
export interface TestProxy {
  /** http://127.0.0.1:port */
  readonly address: string
  readonly port: number
  readonly requests: readonly ProxiedRequest[]
  close(): Promise<void>
}

export async function startProxy({ user, status, leadsTo }: ProxyOptions = {}): Promise<TestProxy> {
  const requests: ProxiedRequest[] = []

  /** The status of a refusal; undefined: it is let through. */
  function meet({ method = '', url = '', headers }: IncomingMessage): number | undefined {
    const [, encoded] = /^Basic (.+)$/.exec(headers['proxy-authorization'] ?? '') ?? []
    const given = encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString()
    requests.push({ method, target: url, user: given })
    return user !== undefined && given !== user ? 407 : status
  }

  const server = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    const refused = meet(incoming)
    const target = URL.canParse(incoming.url ?? '') ? new URL(incoming.url!) : undefined
    if (refused !== undefined || !target)
      return void response
        .writeHead(refused ?? 400, { 'content-type': 'text/html' })
        .end('<html>The proxy says no</html>')
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !name.startsWith('proxy-')))
    const onward = ask({
      host: leadsTo === undefined ? target.hostname : '127.0.0.1',
      port: leadsTo ?? target.port,
      path: target.pathname + target.search,
      method: incoming.method,
      headers
    })
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('error', () => response.destroy())
      answer.pipe(response)
    })
    onward.on('error', () =>
      response.headersSent ? response.destroy() : response.writeHead(502).end('The proxy cannot reach it')
    )
    incoming.pipe(onward)
  })
  server.on('connect', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined)
    const refused = meet(incoming)
    if (refused !== undefined)
      return void socket.end(`HTTP/1.1 ${refused} No\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\nno\n`)
    const [host = '', port = ''] = (incoming.url ?? '').split(/:(?=\d+$)/)
    const onward = connect(leadsTo ?? Number(port), leadsTo === undefined ? host : '127.0.0.1')
    onward.on('error', () => socket.end('HTTP/1.1 502 Unreachable\r\nContent-Length: 0\r\n\r\n'))
    onward.on('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.write(head)
      onward.pipe(socket)
      socket.pipe(onward)
    })
    socket.on('close', () => onward.destroy())
  })
  const sockets = new Set<Duplex>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    port,
    requests,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy() // Tunnels are no connections of the server any more.
      await closed
    }
  }
}
