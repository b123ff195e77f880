import type { WebSocket } from 'ws'
import type { Channel } from '#shared/contract/channel.ts'

/** Between a browser and the loopback server. The server limits the size of a message; text is not part of the contract and ends the connection. */
export function webSocket(socket: WebSocket): Channel {
  return {
    post: (message) => socket.send(message, () => undefined), // A failure is followed by a close.
    onMessage: (listener) =>
      void socket.on('message', (message, isBinary) => {
        if (isBinary) listener(Array.isArray(message) ? Buffer.concat(message) : new Uint8Array(message))
        else socket.close(1003, 'text is not understood')
      }),
    onClose: (listener) => void socket.once('close', (_code, reason) => listener(reason.length > 0 ? reason.toString() : 'the connection was closed')).on('error', () => undefined), // A close follows.
    close: () => socket.close()
  }
}
