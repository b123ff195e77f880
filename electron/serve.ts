import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WebSocketServer } from 'ws'
import { Fault } from '#shared/engine/fault.ts'
import type { Channel } from '#shared/contract/channel.ts'
import { maxFrameBytes } from '#shared/contract/frame.ts'
import { socketPath } from '#shared/contract/webSocketChannel.ts'
import { errorCode } from './storage/storageFault.ts'
import { webSocket } from './transport/webSocket.ts'
import { openHostGate, type AllowedHost } from './web/hostGate.ts'
import { pageHeaders } from './web/pageHeaders.ts'
import { readPageFile } from './web/pageFiles.ts'

export interface PageServer {
  /** Of the page, with the token that lets it in. */
  readonly address: string
  close(): Promise<void>
}

export interface PageServerOptions {
  /** 0: one that is free. */
  readonly port: number
  /** The built workbench. */
  readonly pageFolder: string
  /** Files that the workbench has exported in order to download them; each is removed once it was fetched. */
  readonly downloadFolder: string
  /** Hosts that a page may be asked for by, besides those of loopback: where requests are forwarded to. */
  readonly allowedHosts?: readonly AllowedHost[]
  /** A host was refused, and not before: why, and what allows it. */
  readonly onRefusedHost?: (why: string) => void
  /** A workbench has come in. */
  readonly onChannel: (channel: Channel) => void
}

/**
 * The workbench for a browser on this machine. It listens on 127.0.0.1 only. The page and its WebSocket need the token of the address; the page's files
 * need the token or the cookie that came with the page, which opens nothing else: cookies are sent to every port of a host. `Host` and `Origin` must be
 * our own or allowed (`hostGate.ts`), so no other page can reach it, not even by a name that it lets point here.
 *
 * It does not protect from other programs of the same user, who can read its memory and its files anyway; from who can read the browser's history or
 * the terminal, where the token stands; from extensions of the browser; or from other users where the system lets them read this user's
 * processes. It is not for a network: what is sent is not encrypted.
 */
export async function startPageServer({ port, pageFolder, downloadFolder, allowedHosts = [], onRefusedHost, onChannel }: PageServerOptions): Promise<PageServer> {
  const secrets = { token: randomBytes(24).toString('base64url'), cookie: randomBytes(24).toString('base64url') }
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes })
  // What Node or ws would refuse by themselves would lack our headers: a missing Host, an expectation, a bad request, a bad handshake.
  const server = createServer({ requireHostHeader: false }, (request, response) => void answer(request, response))
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => refuse(request, response, 400))
  server.on('clientError', (_error, socket) => refuseRaw(socket, 400))
  sockets.on('wsClientError', (_error, socket) => refuseRaw(socket, 400))
  server.on('upgrade', upgrade)
  const listening = await listen(server, port)
  const cookieName = `contrail-${listening}`
  const gate = openHostGate(listening, allowedHosts)
  const told = new Set<string>()
  const ownSocket = `ws://127.0.0.1:${listening}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusalOf(request)
    if (refusal !== undefined) return refuse(request, response, refusal)
    const { path, token } = targetOf(request)
    const hasToken = isSame(token, secrets.token)
    const isPage = path === '/'
    if (!hasToken && (isPage || !isSame(cookieOf(request, cookieName), secrets.cookie))) return refuse(request, response, 403)
    if (path.startsWith(downloadPath)) return sendDownload(request, response, hasToken ? downloadName(path) : undefined)
    const file = await readPageFile(pageFolder, path)
    if (!file) return refuse(request, response, 404)
    response.writeHead(200, {
      ...headersFor(request),
      'Content-Type': file.type,
      'Content-Length': file.bytes.byteLength,
      'Cache-Control': file.cacheControl,
      ...(isPage && { 'Set-Cookie': `${cookieName}=${secrets.cookie}; Path=/; HttpOnly; SameSite=Strict` })
    })
    response.end(request.method === 'HEAD' ? undefined : file.bytes)
  }

  async function sendDownload(request: IncomingMessage, response: ServerResponse, name: string | undefined): Promise<void> {
    const file = name === undefined ? undefined : await open(join(downloadFolder, name)).catch(() => undefined)
    if (name === undefined || !file) return refuse(request, response, 404)
    try {
      const { size } = await file.stat()
      response.writeHead(200, { ...headersFor(request), 'Content-Type': 'application/octet-stream', 'Content-Length': size, 'Content-Disposition': `attachment; filename="${name}"`, 'Cache-Control': 'no-store' })
      if (request.method === 'HEAD') return void response.end()
      await pipeline(file.createReadStream({ autoClose: false }), response)
      await rm(join(downloadFolder, name), { force: true })
    } catch {
      response.destroy() // Whoever fetched it has gone; the file is there for the next try.
    } finally {
      await file.close()
    }
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { path, token } = targetOf(request)
    const isOurs = gate.accepted(request.headers.host)?.origins.includes(request.headers.origin?.toLowerCase() ?? '') === true
    const refusal = refusalOf(request) ?? (path !== socketPath ? 404 : isSame(token, secrets.token) && isOurs ? undefined : 403)
    if (refusal !== undefined) return refuseRaw(socket, refusal, textOf(refusal, request))
    sockets.handleUpgrade(request, socket, head, (accepted) => onChannel(webSocket(accepted)))
  }

  function refusalOf(request: IncomingMessage): number | undefined {
    if (!gate.accepted(request.headers.host)) return 403
    if (request.method !== 'GET' && request.method !== 'HEAD') return 405
    return request.url?.startsWith('/') === true ? undefined : 400
  }

  function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
    response.writeHead(status, { ...headersFor(request), ...refusalHeaders(status) })
    response.end(request.method === 'HEAD' ? undefined : textOf(status, request))
  }

  /** Who is refused for the host must not look for a token. The terminal hears of the first ones. */
  function textOf(status: number, { headers: { host } }: IncomingMessage): string | undefined {
    if (status !== 403 || gate.accepted(host)) return refusals[status]
    const why = gate.refusal(host)
    if (told.size < mostTold && !told.has(why)) {
      told.add(why)
      onRefusedHost?.(why)
    }
    return `${why.charAt(0).toUpperCase()}${why.slice(1)}.\n`
  }

  /** Before there is a request, or after it has become a socket. */
  function refuseRaw(socket: Duplex, status: number, text = refusals[status] ?? ''): void {
    if (!socket.writable) return void socket.destroy()
    const headers = { ...pageHeaders({ socketOrigin: ownSocket }), ...refusalHeaders(status), 'Content-Length': Buffer.byteLength(text), Connection: 'close' }
    socket.on('error', () => undefined) // It is let go in any case.
    socket.end(`HTTP/1.1 ${status} Refused\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${text}`)
  }

  function headersFor(request: IncomingMessage): Readonly<Record<string, string>> {
    return pageHeaders({ socketOrigin: gate.accepted(request.headers.host)?.sockets.join(' ') ?? ownSocket })
  }

  return {
    address: `http://127.0.0.1:${listening}/?token=${secrets.token}`,
    close() {
      for (const client of sockets.clients) client.terminate()
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    }
  }
}

/** Hosts of refused requests that the terminal hears of: a scan must not fill it. */
const mostTold = 5

const downloadPath = '/downloads/'

/** One plain name: no folder, no hidden file. */
function downloadName(path: string): string | undefined {
  const name = path.slice(downloadPath.length)
  return /^[\w-][\w.-]*$/.test(name) ? name : undefined
}

const refusals: Readonly<Record<number, string>> = {
  400: 'This is not a request that Contrail understands.\n',
  403: 'Open the address that contrail serve has written: it holds the token that this page needs.\n',
  404: 'There is no such page.\n',
  405: 'Only GET and HEAD are answered.\n'
}

function refusalHeaders(status: number): Readonly<Record<string, string>> {
  return { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', ...(status === 405 && { Allow: 'GET, HEAD' }) }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFault(port, error)))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve((server.address() as AddressInfo).port)) // Not a pipe.
  })
}

function listenFault(port: number, error: Error): Fault {
  const why = { EADDRINUSE: 'is in use', EACCES: 'needs rights that you do not have' }[errorCode(error) ?? '']
  return new Fault('usage', why === undefined ? `127.0.0.1 cannot be listened on (${errorCode(error) ?? error.message}): check the network settings` : `port ${port} ${why}: choose another with --port, or leave it out for any free one`, { cause: error })
}

/** As it was sent: `URL` would resolve `..` before anybody could refuse it. */
function targetOf({ url = '' }: IncomingMessage): { readonly path: string; readonly token: string } {
  const [path = '', query = ''] = url.split(/\?(.*)/s)
  return { path, token: new URLSearchParams(query).get('token') ?? '' }
}

function cookieOf({ headers }: IncomingMessage, name: string): string {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([key]) => key === name)?.[1] ?? ''
}

/** Takes as long whatever is given. */
function isSame(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(secret))
}
