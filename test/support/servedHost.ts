import { WebSocket } from 'ws'
import { hostMethods, type Host } from '#shared/contract/host.ts'
import { connect } from '#shared/contract/rpc.ts'
import { socketPath, webSocketChannel, type BrowserSocket } from '#shared/contract/webSocketChannel.ts'
import { startContrail, until, type Running } from './contrail.ts'

/** `contrail serve` in a process of its own, and a page's end of its WebSocket. */
export interface ServedHost {
  readonly running: Running
  readonly host: Host
  readonly socket: WebSocket
  /** Why the connection is gone; undefined: it is there. */
  gone(): string | undefined
}

export async function startServe(dataFolder: string, env: Readonly<Record<string, string>> = {}): Promise<ServedHost> {
  const running = startContrail(['serve', '--no-open', '--data', dataFolder], { env })
  await until(() => running.output().includes('\n') || running.ended())
  const address = new URL(running.output().trim())
  const socket = new WebSocket(`ws://${address.host}${socketPath}${address.search}`, { origin: address.origin })
  let reason: string | undefined
  // ws speaks as a browser does, but for its declarations.
  const host = connect<Host>(hostMethods, webSocketChannel(socket as unknown as BrowserSocket), (why) => (reason = why))
  return { running, host, socket, gone: () => reason }
}
