import type * as Electron from 'electron'
import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'

/**
 * Stands in for the `electron` module in tests: each part has the declared type of the real one, does nothing, and remembers what it was given. The
 * vitest config resolves `electron` to this file. Events are Node's, as Electron's are.
 */

/** What the program has given to Electron, and what the person will answer. */
export const standIn = {
  isFirstInstance: true,
  quits: 0,
  schemes: [] as Electron.CustomScheme[],
  pages: new Map<string, (request: Request) => Response | Promise<Response>>(),
  handlers: new Map<string, (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown>(),
  permissionRequest: undefined as Parameters<Electron.Session['setPermissionRequestHandler']>[0] | undefined,
  permissionCheck: undefined as Parameters<Electron.Session['setPermissionCheckHandler']>[0] | undefined,
  devicePermission: undefined as Parameters<Electron.Session['setDevicePermissionHandler']>[0] | undefined,
  windows: [] as BrowserWindow[],
  menu: [] as Electron.MenuItemConstructorOptions[],
  opened: [] as string[],
  errors: [] as string[],
  exposed: new Map<string, unknown>(),
  paths: new Map<string, string>(),
  workAreas: [{ x: 0, y: 0, width: 1920, height: 1040 }],
  openDialog: { canceled: true, filePaths: [] } as Electron.OpenDialogReturnValue,
  saveDialog: { canceled: true, filePath: '' } as Electron.SaveDialogReturnValue,
  openOptions: undefined as Electron.OpenDialogOptions | undefined,
  saveOptions: undefined as Electron.SaveDialogOptions | undefined,
  keychain: 'gnome_libsecret' as ReturnType<Electron.SafeStorage['getSelectedStorageBackend']> | undefined,
  /** What the keychain's own secret is made of: another one opens nothing. */
  keychainId: 1
}

export const app = Object.assign(new EventEmitter(), {
  isPackaged: true,
  requestSingleInstanceLock: () => standIn.isFirstInstance,
  whenReady: async () => undefined,
  setPath: (name, path) => void standIn.paths.set(name, path),
  getPath: (name) => standIn.paths.get(name) ?? `/home/analyst/${name}`,
  quit: () => void (standIn.quits += 1)
} satisfies Pick<Electron.App, 'isPackaged' | 'requestSingleInstanceLock' | 'whenReady' | 'setPath' | 'getPath' | 'quit'>)

export const protocol = {
  registerSchemesAsPrivileged: (schemes) => void standIn.schemes.push(...schemes),
  handle: (scheme, handler) => void standIn.pages.set(scheme, handler as (request: Request) => Response | Promise<Response>) // Electron's and Node's are the same.
} satisfies Pick<Electron.Protocol, 'registerSchemesAsPrivileged' | 'handle'>

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler) => void (standIn.permissionRequest = handler),
    setPermissionCheckHandler: (handler) => void (standIn.permissionCheck = handler),
    setDevicePermissionHandler: (handler) => void (standIn.devicePermission = handler)
  } satisfies Pick<Electron.Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'>
}

/** What a page asks goes to main's handlers, and what main sends comes here: `event.sender` of the preload's side. */
export const ipcMain = {
  handle: (channel, listener) => void standIn.handlers.set(channel, listener)
} satisfies Pick<Electron.IpcMain, 'handle'>

class WebContents extends EventEmitter implements Pick<Electron.WebContents, 'send' | 'postMessage' | 'reload' | 'setWindowOpenHandler'> {
  openHandler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0] | undefined
  sent: unknown[][] = []
  reloads = 0
  send(channel: string, ...args: unknown[]) {
    this.sent.push([channel, ...args])
    ipcRenderer.emit(channel, { ports: [] }, ...args)
  }
  postMessage(channel: string, message: unknown, ports: readonly unknown[] = []) {
    ipcRenderer.emit(channel, { ports: ports.map((port) => (port as PortMainStandIn).port) }, message)
  }
  reload() {
    this.reloads += 1
  }
  setWindowOpenHandler(handler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0]) {
    this.openHandler = handler
  }
}

export class BrowserWindow
  extends EventEmitter
  implements Pick<Electron.BrowserWindow, 'loadURL' | 'show' | 'focus' | 'restore' | 'maximize' | 'isMinimized' | 'isMaximized' | 'getNormalBounds'>
{
  readonly options: Electron.BrowserWindowConstructorOptions
  readonly webContents = new WebContents()
  readonly calls: string[] = []
  minimised = false
  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super()
    this.options = options
    standIn.windows.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  async loadURL(url: string) {
    this.calls.push(`load ${url}`)
  }
  show() {
    this.calls.push('show')
  }
  focus() {
    this.calls.push('focus')
  }
  restore() {
    this.calls.push('restore')
  }
  maximize() {
    this.calls.push('maximize')
  }
  isMinimized() {
    return this.minimised
  }
  isMaximized() {
    return this.calls.includes('maximize')
  }
  getNormalBounds() {
    const { x = 0, y = 0, width = 0, height = 0 } = this.options
    return { x, y, width, height }
  }
}

export const screen = {
  getAllDisplays: () => standIn.workAreas.map((workArea) => ({ workArea }) as Electron.Display) // No more of it is looked at.
} satisfies Pick<Electron.Screen, 'getAllDisplays'>

export const dialog = {
  async showOpenDialog(...[, options]: unknown[]) {
    standIn.openOptions = options as Electron.OpenDialogOptions
    return standIn.openDialog
  },
  async showSaveDialog(...[, options]: unknown[]) {
    standIn.saveOptions = options as Electron.SaveDialogOptions
    return standIn.saveDialog
  },
  showMessageBoxSync: () => 0,
  showErrorBox: (title, content) => void standIn.errors.push(`${title}: ${content}`)
} satisfies Pick<Electron.Dialog, 'showOpenDialog' | 'showSaveDialog' | 'showMessageBoxSync' | 'showErrorBox'>

export const shell = {
  openExternal: async (url) => void standIn.opened.push(url),
  async openPath(path) {
    standIn.opened.push(path)
    return ''
  }
} satisfies Pick<Electron.Shell, 'openExternal' | 'openPath'>

/** A keychain, or none where `standIn.keychain` is undefined. What it gives is no more readable than the real one's, and as little to be relied on. */
export const safeStorage = {
  isEncryptionAvailable: () => standIn.keychain !== undefined,
  getSelectedStorageBackend: () => standIn.keychain ?? 'unknown',
  encryptString: (text) => Buffer.from([standIn.keychainId, ...Buffer.from(text)].map((byte) => byte ^ 0x5a)),
  decryptString(bytes) {
    const [id, ...text] = [...bytes].map((byte) => byte ^ 0x5a)
    if (id !== standIn.keychainId) throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.')
    return Buffer.from(text).toString()
  }
} satisfies Pick<Electron.SafeStorage, 'isEncryptionAvailable' | 'getSelectedStorageBackend' | 'encryptString' | 'decryptString'>

export const nativeTheme: Pick<Electron.NativeTheme, 'themeSource'> = { themeSource: 'system' }

export const Menu = {
  buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) => template,
  setApplicationMenu: (template: Electron.MenuItemConstructorOptions[]) => void (standIn.menu = template)
}

/** One end in main of a channel of Node, as Electron's is one of Chromium: messages wait for `start`. */
export class PortMainStandIn extends EventEmitter implements Pick<Electron.MessagePortMain, 'postMessage' | 'start' | 'close'> {
  readonly port: MessagePort
  constructor(port: MessagePort) {
    super()
    this.port = port
    port.on('close', () => this.emit('close'))
  }
  postMessage(message: unknown, transfer: readonly unknown[] = []) {
    if (transfer.length > 0) throw new Error('a message with a buffer in its transfer list arrives empty')
    this.port.postMessage(message)
  }
  start() {
    this.port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }))
  }
  close() {
    this.port.close()
  }
}

export class MessageChannelMain {
  readonly port1: PortMainStandIn
  readonly port2: PortMainStandIn
  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new PortMainStandIn(port1)
    this.port2 = new PortMainStandIn(port2)
  }
}

export const contextBridge = {
  exposeInMainWorld: (key, api) => void standIn.exposed.set(key, api)
} satisfies Pick<Electron.ContextBridge, 'exposeInMainWorld'>

/** The page that asks: its frame is the window's own. */
export const ipcRenderer = Object.assign(new EventEmitter(), {
  invoke: (channel, ...args) => ask(channel, { url: 'contrail://app/', origin: 'contrail://app', parent: null }, ...args)
} satisfies Pick<Electron.IpcRenderer, 'invoke'>)

export const webUtils = {
  getPathForFile: (file) => `/dropped/${file.name}`
} satisfies Pick<Electron.WebUtils, 'getPathForFile'>

/** Asks main as a frame would. */
export async function ask(channel: string, senderFrame: { readonly url: string; readonly origin: string; readonly parent: object | null } | null, ...args: unknown[]): Promise<unknown> {
  const handler = standIn.handlers.get(channel)
  if (!handler) throw new Error(`No handler registered for '${channel}'`)
  const event = { senderFrame, sender: standIn.windows.at(-1)!.webContents } as unknown as Electron.IpcMainInvokeEvent // All that is looked at.
  return await handler(event, ...args)
}

/** A fresh program: nothing given, nothing answered. */
export function resetStandIn(): void {
  app.removeAllListeners()
  ipcRenderer.removeAllListeners()
  Object.assign(standIn, { isFirstInstance: true, quits: 0, schemes: [], windows: [], menu: [], opened: [], errors: [], workAreas: [{ x: 0, y: 0, width: 1920, height: 1040 }] })
  Object.assign(standIn, { permissionRequest: undefined, permissionCheck: undefined, devicePermission: undefined, openDialog: { canceled: true, filePaths: [] }, saveDialog: { canceled: true, filePath: '' }, keychain: 'gnome_libsecret', keychainId: 1 })
  for (const map of [standIn.pages, standIn.handlers, standIn.exposed, standIn.paths]) map.clear()
}

