import type { Channel } from './channel.ts'

/** Where the loopback server takes WebSockets; the page's own query (`?token=...`) follows it. */
export const socketPath = '/socket'

/** What is needed of a browser's WebSocket: the compiler of this folder knows no browser. */
export interface BrowserSocket {
  binaryType: string
  readonly readyState: number
  send(message: Uint8Array<ArrayBuffer>): void
  close(): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly reason: string }) => void): void
}

const opening = 0

/** The browser's end of a WebSocket, which may still be opening: what is posted before it is open waits. */
export function webSocketChannel(socket: BrowserSocket): Channel {
  const waiting: Uint8Array<ArrayBuffer>[] = []
  socket.binaryType = 'arraybuffer'
  socket.addEventListener('open', () => waiting.splice(0).forEach((message) => socket.send(message)))
  return {
    post(message) {
      const bytes = message as Uint8Array<ArrayBuffer> // encodeFrame makes its own; shared memory is not part of the contract.
      if (socket.readyState === opening) waiting.push(bytes)
      else socket.send(bytes)
    },
    onMessage: (listener) =>
      socket.addEventListener('message', ({ data }) => {
        if (data instanceof ArrayBuffer) listener(new Uint8Array(data))
        else socket.close()
      }),
    onClose: (listener) => socket.addEventListener('close', ({ reason }) => listener(reason || 'the server closed it or is gone')),
    close: () => socket.close()
  }
}
