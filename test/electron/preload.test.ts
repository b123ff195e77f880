import { beforeAll, expect, test } from 'vitest'
import type { MessagePort } from 'node:worker_threads'
import type { ContrailDesktop, PortMessage } from '#shared/contract/desktop.ts'
import { hostMethods, type Host } from '#shared/contract/host.ts'
import { messagePortChannel, type BrowserPort } from '#shared/contract/messagePortChannel.ts'
import { connect } from '#shared/contract/rpc.ts'
import { startDesktop } from '#electron/main.ts'
import { resetStandIn, standIn } from '#test/support/electronStandIn.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { makePage } from '#test/support/page.ts'

/** Messages of the window to itself. */
const posted: { readonly message: PortMessage; readonly origin: string; readonly ports: readonly MessagePort[] }[] = []

let desktop: ContrailDesktop

beforeAll(async () => {
  resetStandIn()
  const about = { version: '1', platform: 'electron' as const, dataFolder: '/data', documentsFolder: '/documents' }
  await startDesktop({ dataFolder: temporaryFolder('preload'), pageFolder: makePage(), preload: '', openHost: async () => ({ host: host(about), close: async () => undefined }) })
  Object.assign(globalThis, { window: { postMessage: (message: PortMessage, origin: string, ports: readonly MessagePort[]) => posted.push({ message, origin, ports }) } })
  await import('#electron/preload.ts')
  desktop = standIn.exposed.get('contrailDesktop') as ContrailDesktop
})

/** Only what is asked for here, and the two events. */
const host = (about: Awaited<ReturnType<Host['about']>>) => ({ about: async () => about, onRunEvent: () => () => undefined, onExportProgress: () => () => undefined }) as unknown as Host

test('the page gets these functions and nothing else', () => {
  expect([...standIn.exposed.keys()]).toEqual(['contrailDesktop'])
  expect(Object.entries(desktop).map(([name, value]) => `${name} ${typeof value}`)).toEqual(['connect function', 'openFolder function', 'openFile function', 'saveFile function', 'pathOfDrop function', 'onCommand function', 'setMenu function', 'setTheme function'])
})

test('a port to the host comes with the nonce of the page, and speaks the contract', async () => {
  await desktop.connect('nonce-of-the-page')
  expect(posted).toMatchObject([{ message: { contrailPort: 'nonce-of-the-page' } }])
  const [port] = posted[0]!.ports
  const remote = connect<Host>(hostMethods, messagePortChannel(port as unknown as BrowserPort))
  expect(await remote.about()).toEqual({ version: '1', platform: 'electron', dataFolder: '/data', documentsFolder: '/documents' })
  port!.close()
})

test('a dropped folder has its path', () => {
  expect(desktop.pathOfDrop({ name: 'silver' })).toBe('/dropped/silver')
})

test('commands of the menu are heard until one stops listening; others are not', () => {
  const heard: string[] = []
  const off = desktop.onCommand((command) => heard.push(command))
  const { webContents } = standIn.windows[0]!
  webContents.send('contrail:command', 'export')
  webContents.send('contrail:command', 7)
  webContents.send('contrail:command', { toString: 'export' })
  off()
  webContents.send('contrail:command', 'openFolder')
  expect(heard).toEqual(['export'])
})

test('dialogs and the theme reach main', async () => {
  standIn.openDialog = { canceled: false, filePaths: ['/silver'] }
  expect([await desktop.openFile(['contrail']), await desktop.openFolder(), await desktop.saveFile('gold.csv', ['csv']), await desktop.setTheme('dark'), await desktop.setMenu([])]).toEqual(['/silver', '/silver', null, undefined, undefined])
  await expect(desktop.saveFile('../gold.csv', ['csv'])).rejects.toThrow('the window sent something else than a file name')
})
