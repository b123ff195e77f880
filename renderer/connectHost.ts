import type { Channel } from '#shared/contract/channel.ts'
import type { ContrailDesktop, PortMessage } from '#shared/contract/desktop.ts'
import { hostMethods, type Host } from '#shared/contract/host.ts'
import { messagePortChannel } from '#shared/contract/messagePortChannel.ts'
import { connect } from '#shared/contract/rpc.ts'
import { socketPath, webSocketChannel } from '#shared/contract/webSocketChannel.ts'

declare global {
  interface Window {
    /** In the desktop app only. */
    readonly contrailDesktop?: ContrailDesktop
  }
}

/** The host of this page: over a port in the desktop app, over the loopback server's WebSocket in a browser. `onClose`: it is gone. */
export async function connectHost(onClose: (reason: string) => void): Promise<Host> {
  const channel = window.contrailDesktop ? await desktopChannel(window.contrailDesktop) : webSocketChannel(new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${socketPath}${location.search}`))
  return connect<Host>(hostMethods, channel, onClose)
}

/** The port comes to whoever knows the nonce; frames of other windows do not. */
function desktopChannel(desktop: ContrailDesktop): Promise<Channel> {
  const nonce = crypto.randomUUID()
  return new Promise((resolve, reject) => {
    const hear = (event: MessageEvent<Partial<PortMessage> | null>) => {
      const [port] = event.ports
      if (event.source !== window || event.data?.contrailPort !== nonce || !port) return
      window.removeEventListener('message', hear)
      resolve(messagePortChannel(port))
    }
    window.addEventListener('message', hear)
    desktop.connect(nonce).catch(reject)
  })
}
