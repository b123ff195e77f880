import type { Channel } from '#shared/contract/channel.ts'

/** What is needed of Electron's MessagePortMain. */
export interface MainPort {
  postMessage(message: Uint8Array): void
  start(): void
  close(): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  once(event: 'close', listener: () => void): unknown
}

/** Main's end of a port to the window. Nothing is in a transfer list: such messages arrive empty (electron/electron#34905, #37157). */
export function electronPort(port: MainPort): Channel {
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', ({ data }) => (data instanceof Uint8Array ? listener(data) : port.close()))
      port.start()
    },
    onClose: (listener) => void port.once('close', () => listener('the window let it go')),
    close: () => port.close()
  }
}
