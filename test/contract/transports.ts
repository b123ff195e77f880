import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { WebSocket, WebSocketServer } from 'ws'
import { channelPair, type Channel } from '#shared/contract/channel.ts'
import { maxFrameBytes } from '#shared/contract/frame.ts'
import { messagePortChannel, type BrowserPort } from '#shared/contract/messagePortChannel.ts'
import { webSocketChannel } from '#shared/contract/webSocketChannel.ts'
import { electronPort } from '#electron/transport/electronPort.ts'
import { webSocket } from '#electron/transport/webSocket.ts'
import { workerPort } from '#electron/transport/workerPort.ts'
import { PortMainStandIn } from '#test/support/electronStandIn.ts'

/** Two ends of one transport, and what to let go of after the test. */
export interface Ends {
  readonly host: Channel
  readonly workbench: Channel
  free(): void
}

/** Every way in, by name: the contract suite runs over each. */
export const transports: readonly { readonly name: string; open(): Promise<Ends> }[] = [
  {
    name: 'in-process pair',
    async open() {
      const [host, workbench] = channelPair()
      return { host, workbench, free: () => host.close() }
    }
  },
  {
    name: 'worker port',
    async open() {
      const { port1, port2 } = new MessageChannel()
      return { host: workerPort(port1), workbench: workerPort(port2), free: () => port1.close() }
    }
  },
  { name: 'WebSocket', open: () => openSocket((client) => once(client, 'open').then(() => webSocket(client))) },
  { name: 'WebSocket as a browser has it, still opening', open: () => openSocket(async (client) => webSocketChannel(client)) },
  {
    name: 'Electron port',
    async open() {
      // Node's ports are a browser's in all but their declaration.
      const { port1, port2 } = new MessageChannel()
      return { host: electronPort(new PortMainStandIn(port1)), workbench: messagePortChannel(port2 as unknown as BrowserPort), free: () => port1.close() }
    }
  }
]

async function openSocket(clientEnd: (client: WebSocket) => Promise<Channel>): Promise<Ends> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: maxFrameBytes })
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address')
  const accepted = once(server, 'connection')
  const client = new WebSocket(`ws://127.0.0.1:${address.port}`)
  client.on('error', () => undefined) // A test may end before it is open.
  const workbench = await clientEnd(client)
  const [socket] = (await accepted) as [WebSocket]
  return {
    host: webSocket(socket),
    workbench,
    free() {
      client.terminate()
      server.close()
    }
  }
}
