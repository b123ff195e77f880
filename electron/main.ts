import { app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, nativeTheme, protocol, safeStorage, screen, session, shell, type IpcMainInvokeEvent, type WebContents } from 'electron'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import type { DesktopMenu } from '#shared/contract/desktop.ts'
import { sessionExtension } from '#shared/contract/session.ts'
import { channels } from './app/channels.ts'
import { parseExtensions, parseMenus, parseNonce, parseSaveRequest, parseTheme } from './app/desktopRequests.ts'
import { isExternalLink, streamingGuide } from './app/externalLinks.ts'
import { openKeyVault } from './app/keyVault.ts'
import { menuTemplate } from './app/menu.ts'
import { closeInTime, type OpenHost } from './app/openedHost.ts'
import { servePage } from './app/servePage.ts'
import { placeWindow, readWindowState, saveWindowState, smallestWindow } from './app/windowState.ts'
import { electronPort } from './transport/electronPort.ts'
import { answerPage, pageOrigin, pageScheme } from './web/pageProtocol.ts'

export interface DesktopOptions {
  readonly dataFolder: string
  /** The built workbench. */
  readonly pageFolder: string
  /** File of the built preload. */
  readonly preload: string
  readonly openHost: OpenHost
}

/** The permissions that a page may have. */
const granted: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'notifications'])

/**
 * Runs the desktop app: one window over one host in this process. It must be called before Electron is ready, in the turn that loads the program. A
 * second start hands over to the first and ends.
 */
export async function startDesktop({ dataFolder, pageFolder, preload, openHost }: DesktopOptions): Promise<void> {
  protocol.registerSchemesAsPrivileged([{ scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } }])
  // Before the lock, which lies in this folder: two data folders are two programs.
  const ownFolder = join(dataFolder, 'desktop')
  mkdirSync(ownFolder, { recursive: true })
  app.setPath('userData', ownFolder)
  if (!app.requestSingleInstanceLock()) return app.quit()

  let window: BrowserWindow | undefined
  app.on('second-instance', () => {
    if (!window) return
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  app.on('web-contents-created', (_event, contents) => confine(contents))
  app.on('window-all-closed', () => app.quit())
  await app.whenReady()

  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(granted.has(permission)))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => granted.has(permission))
  session.defaultSession.setDevicePermissionHandler(() => false)
  protocol.handle(pageScheme, (request) => answerPage(request, pageFolder))

  const opening = openHost({ dataFolder, platform: 'electron', vault: openKeyVault(safeStorage, join(dataFolder, 's3-keys.json')) })
  closeBeforeQuit(opening)
  window = openWindow(join(ownFolder, 'window.json'), preload)
  const shown = window
  shown.on('closed', () => (window = undefined))
  handle(channels.connect, async (event, nonce) => {
    const checked = parseNonce(nonce)
    const { host } = await opening
    const { port1, port2 } = new MessageChannelMain()
    servePage(host, electronPort(port1))
    event.sender.postMessage(channels.port, checked, [port2])
  })
  handle(channels.openFolder, async () => {
    const { canceled, filePaths } = await dialog.showOpenDialog(shown, { title: 'Open folder', properties: ['openDirectory'] })
    return canceled ? null : (filePaths[0] ?? null)
  })
  handle(channels.openFile, async (_event, extensions) => {
    const { canceled, filePaths } = await dialog.showOpenDialog(shown, { title: 'Open', filters: filtersOf(parseExtensions(extensions)), properties: ['openFile'] })
    return canceled ? null : (filePaths[0] ?? null)
  })
  handle(channels.saveFile, async (_event, defaultName, extensions) => {
    const request = parseSaveRequest(defaultName, extensions)
    const { canceled, filePath } = await dialog.showSaveDialog(shown, { title: 'Save as', defaultPath: join(app.getPath('documents'), request.defaultName), filters: filtersOf(request.extensions), properties: ['showOverwriteConfirmation', 'createDirectory'] })
    return canceled || filePath === '' ? null : filePath
  })
  handle(channels.setTheme, async (_event, theme) => {
    nativeTheme.themeSource = parseTheme(theme)
  })
  const actions = {
    send: (id: string) => window?.webContents.send(channels.command, id),
    openGuide: () => openOutside(streamingGuide),
    showDataFolder: () => void shell.openPath(dataFolder)
  }
  const setMenu = (menus: readonly DesktopMenu[]) => Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(actions, menus, { isMac: process.platform === 'darwin', isPackaged: app.isPackaged })))
  setMenu([])
  handle(channels.setMenu, async (_event, menus) => setMenu(parseMenus(menus)))

  try {
    await Promise.all([shown.loadURL(`${pageOrigin}/`), opening])
  } catch (error) {
    dialog.showErrorBox('Contrail cannot start', error instanceof Error ? error.message : String(error))
    app.quit()
  }
}

const filtersOf = (extensions: readonly string[]) => extensions.map((extension) => ({ name: extension === sessionExtension ? 'Contrail session' : extension.toUpperCase(), extensions: [extension] }))

function openWindow(stateFile: string, preload: string): BrowserWindow {
  const state = readWindowState(stateFile)
  const window = new BrowserWindow({
    ...placeWindow(state, screen.getAllDisplays().map(({ workArea }) => workArea)),
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    title: 'Contrail',
    show: false,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      webSecurity: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      allowRunningInsecureContent: false,
      navigateOnDragDrop: false,
      spellcheck: false
    }
  })
  if (state.maximised) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => saveWindowState(stateFile, { bounds: window.getNormalBounds(), maximised: window.isMaximized() }))
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    const again = dialog.showMessageBoxSync(window, { type: 'error', message: 'The window broke down', detail: `Its process ended (${reason}). What runs goes on; the window can be loaded again.`, buttons: ['Load again', 'Quit'] })
    if (again === 0) window.webContents.reload()
    else app.quit()
  })
  return window
}

/** Of the whole program: nothing leads a page anywhere else, and nothing opens beside it. */
function confine(contents: WebContents): void {
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url)
    return { action: 'deny' }
  })
}

function openOutside(address: string): void {
  if (isExternalLink(address)) void shell.openExternal(address)
}

/** Answers what the preload asks, from our own page only. */
function handle(channel: string, answer: (event: IpcMainInvokeEvent, ...args: readonly unknown[]) => Promise<unknown>): void {
  ipcMain.handle(channel, async (event, ...args: readonly unknown[]) => {
    const frame = event.senderFrame
    if (frame?.origin !== pageOrigin || frame.parent !== null) throw new Fault('usage', `${channel} was asked for by ${frame?.url ?? 'a frame that is gone'}, which is not the workbench`)
    return await answer(event, ...args)
  })
}

/** Quitting waits until the host has left things in order. */
function closeBeforeQuit(opening: ReturnType<OpenHost>): void {
  let closing = false
  app.on('will-quit', (event) => {
    if (closing) return
    closing = true
    event.preventDefault()
    void opening
      .then(closeInTime)
      .catch(() => undefined) // It never opened, or is as safe as after a crash.
      .finally(() => app.quit())
  })
}
