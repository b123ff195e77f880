import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { ContrailDesktop, PortMessage } from '#shared/contract/desktop.ts'
import { channels } from './app/channels.ts'

// Runs in the window, in a sandbox and a world of its own; the compiler of this folder knows no browser.
declare const window: { postMessage(message: unknown, origin: string, ports: readonly unknown[]): void }

const desktop: ContrailDesktop = {
  async connect(nonce) {
    await ipcRenderer.invoke(channels.connect, nonce)
  },
  openFolder: () => ipcRenderer.invoke(channels.openFolder) as Promise<string | null>, // Main's handler of that name.
  openFile: (extensions) => ipcRenderer.invoke(channels.openFile, extensions) as Promise<string | null>,
  saveFile: (defaultName, extensions) => ipcRenderer.invoke(channels.saveFile, defaultName, extensions) as Promise<string | null>,
  pathOfDrop: (file) => webUtils.getPathForFile(file as File), // It throws for anything else.
  onCommand(listener) {
    const hear = (_event: unknown, id: unknown) => {
      if (typeof id === 'string') listener(id)
    }
    ipcRenderer.on(channels.command, hear)
    return () => void ipcRenderer.off(channels.command, hear)
  },
  async setMenu(menus) {
    await ipcRenderer.invoke(channels.setMenu, menus)
  },
  async setTheme(theme) {
    await ipcRenderer.invoke(channels.setTheme, theme)
  }
}

contextBridge.exposeInMainWorld('contrailDesktop', desktop)

// Ports cannot cross the bridge; a message of the window to itself can carry one. Only this window hears it, whatever its origin.
ipcRenderer.on(channels.port, (event, nonce: unknown) => {
  if (typeof nonce === 'string') window.postMessage({ contrailPort: nonce } satisfies PortMessage, '*', event.ports)
})
