import type { Channel } from './channel.ts'

/** What is needed of a browser's MessagePort: the compiler of this folder knows no browser. */
export interface BrowserPort {
  postMessage(message: Uint8Array): void
  start(): void
  close(): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: () => void): void
}

/** The window's end of a port from Electron's main process. Nothing is in a transfer list: such messages arrive empty (electron/electron#34905). */
export function messagePortChannel(port: BrowserPort): Channel {
  let told = false
  const closeListeners: ((reason: string) => void)[] = []
  const closed = (reason: string) => {
    if (told) return
    told = true
    for (const listener of closeListeners) listener(reason)
  }
  port.addEventListener('close', () => closed('the main process let it go'))
  const close = () => {
    port.close()
    closed('closed') // A browser tells the other side only.
  }
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.addEventListener('message', ({ data }) => (data instanceof Uint8Array ? listener(data) : close()))
      port.start()
    },
    onClose: (listener) => void closeListeners.push(listener),
    close
  }
}
