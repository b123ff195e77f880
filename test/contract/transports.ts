import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { WebSocket, WebSocketServer } from 'ws'
import { channelPair, type Channel } from '#shared/contract/channel.ts'
import { webSocket } from '#electron/transport/webSocket.ts'
import { workerPort } from '#electron/transport/workerPort.ts'

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
  {
    name: 'WebSocket',
    async open() {
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
      await once(server, 'listening')
      const address = server.address()
      if (typeof address !== 'object' || address === null) throw new Error('the server has no address')
      const accepted = once(server, 'connection')
      const client = new WebSocket(`ws://127.0.0.1:${address.port}`)
      const [[socket]] = (await Promise.all([accepted, once(client, 'open')])) as [[WebSocket], unknown]
      return {
        host: webSocket(socket),
        workbench: webSocket(client),
        free() {
          client.terminate()
          server.close()
        }
      }
    }
  }
]
