import { join } from 'node:path'
import { existsSync, readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Host } from '#shared/contract/host.ts'
import type { OpenHost } from '#electron/app/openedHost.ts'
import { pageOrigin } from '#electron/web/pageProtocol.ts'
import { app, ask, resetStandIn, standIn, type BrowserWindow } from '#test/support/electronStandIn.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { expectedPolicy, makePage, waysOut } from '#test/support/page.ts'
import { startDesktop } from '#electron/main.ts'

let dataFolder: string
let hostClosed: number

beforeEach(() => {
  resetStandIn()
  dataFolder = temporaryFolder('desktop')
  hostClosed = 0
})

const start = (pageFolder = makePage()) =>
  startDesktop({
    dataFolder,
    pageFolder,
    preload: '/dist/preload.cjs',
    openHost: async ({ platform }) => ({
      host: { about: async () => ({ version: '1', platform, dataFolder, documentsFolder: '/documents' }) } as Host, // The rest is not asked for.
      close: async () => void (hostClosed += 1)
    })
  })

const onlyWindow = (): BrowserWindow => {
  expect(standIn.windows).toHaveLength(1)
  return standIn.windows[0]!
}

const ours = { url: `${pageOrigin}/`, origin: pageOrigin, parent: null }

test('the window is a sandbox without Node, and shows the page of the program', async () => {
  await start()
  const { options, calls } = onlyWindow()
  expect(options.webPreferences).toEqual({
    preload: '/dist/preload.cjs',
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
  })
  expect(calls).toEqual(['load contrail://app/'])
  onlyWindow().emit('ready-to-show')
  expect(calls).toEqual(['load contrail://app/', 'show'])
})

test('only clipboard writes and notifications are permitted, and no device', async () => {
  await start()
  const asked = ['clipboard-sanitized-write', 'notifications', 'clipboard-read', 'media', 'geolocation', 'fileSystem', 'openExternal', 'usb', 'unknown'] as const
  const contents = onlyWindow().webContents as never // Not looked at.
  const requested = asked.filter((permission) => {
    let answer: boolean | undefined
    standIn.permissionRequest!(contents, permission as never, (granted) => (answer = granted), {} as never)
    return answer
  })
  const checked = asked.filter((permission) => standIn.permissionCheck!(contents, permission as never, pageOrigin, {} as never))
  expect({ requested, checked, device: standIn.devicePermission!({} as never) }).toEqual({ requested: ['clipboard-sanitized-write', 'notifications'], checked: ['clipboard-sanitized-write', 'notifications'], device: false })
})

test.each(['will-frame-navigate', 'will-redirect', 'will-attach-webview'])('%s is prevented, in any contents', async (name) => {
  await start()
  const preventDefault = vi.fn()
  onlyWindow().webContents.emit(name, { preventDefault, url: 'https://spark.apache.org/' })
  expect(preventDefault).toHaveBeenCalledOnce()
})

test.each<[string, boolean]>([
  ['https://spark.apache.org/docs/latest/', true],
  ['https://docs.delta.io/', true],
  ['http://spark.apache.org/', false],
  ['https://spark.apache.org:8443/', false],
  ['https://me@spark.apache.org/', false],
  ['https://spark.apache.org.evil.example/', false],
  ['https://evil.example/', false],
  ['file:///etc/passwd', false],
  ['contrail://app/', false],
  ['smb://server/share', false],
  ['not an address', false]
])('a new window is denied; %s goes to the browser: %s', async (url, opens) => {
  await start()
  expect(onlyWindow().webContents.openHandler!({ url } as never)).toEqual({ action: 'deny' })
  expect(standIn.opened).toEqual(opens ? [url] : [])
})

describe('the page has a scheme of its own', () => {
  const load = async (url: string, method = 'GET') => await standIn.pages.get('contrail')!(new Request(url, { method }))

  test('standard and secure, without a way round the policy', async () => {
    await start()
    expect(standIn.schemes).toEqual([{ scheme: 'contrail', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } }])
  })

  test.each<[string, string, number, string | null]>([
    ['GET', 'contrail://app/', 200, 'text/html; charset=utf-8'],
    ['GET', 'contrail://app/index.html?x=1#y', 200, 'text/html; charset=utf-8'],
    ['GET', 'contrail://app/assets/main-1.js', 200, 'text/javascript; charset=utf-8'],
    ['GET', 'contrail://app/assets/duckdb-1.wasm', 200, 'application/wasm'],
    ['HEAD', 'contrail://app/assets/main-1.css', 200, 'text/css; charset=utf-8'],
    ['GET', 'contrail://app/nothing.js', 404, null],
    ['GET', 'contrail://app/assets/main-1.js.map', 404, null],
    ['GET', 'contrail://other/', 403, null],
    ['POST', 'contrail://app/', 405, null]
  ])('%s %s: %i, with the security headers', async (method, url, status, type) => {
    await start()
    const response = await load(url, method)
    expect({ status: response.status, type: response.headers.get('Content-Type'), policy: response.headers.get('Content-Security-Policy'), sniff: response.headers.get('X-Content-Type-Options') }).toEqual({ status, type, policy: expectedPolicy(), sniff: 'nosniff' })
  })

  test.each(waysOut)('%s leads nowhere', async (path) => {
    await start()
    const response = await load(`contrail://app${path}`)
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('')
  })
})

describe('what a page asks for', () => {
  test.each<[string, Parameters<typeof ask>[1]]>([
    ['another origin', { url: 'https://evil.example/', origin: 'https://evil.example', parent: null }],
    ['a frame within the page', { url: 'contrail://app/', origin: pageOrigin, parent: {} }],
    ['a sandboxed frame', { url: 'contrail://app/', origin: 'null', parent: null }],
    ['a frame that is gone', null]
  ])('is refused to %s', async (_what, frame) => {
    await start()
    for (const channel of standIn.handlers.keys()) await expect(ask(channel, frame, 'light')).rejects.toThrow('which is not the workbench')
    expect([...standIn.handlers.keys()]).toEqual(['contrail:connect', 'contrail:openFolder', 'contrail:openFile', 'contrail:saveFile', 'contrail:setTheme', 'contrail:setMenu'])
  })

  test.each<[string, unknown[]]>([
    ['contrail:connect', []],
    ['contrail:connect', ['short']],
    ['contrail:connect', [{ length: 20 }]],
    ['contrail:openFile', []],
    ['contrail:openFile', ['contrail']],
    ['contrail:openFile', [['../contrail']]],
    ['contrail:saveFile', []],
    ['contrail:saveFile', ['../gold.csv', ['csv']]],
    ['contrail:saveFile', ['/etc/passwd', ['csv']]],
    ['contrail:saveFile', ['C:gold.csv', ['csv']]],
    ['contrail:saveFile', ['gold\u0000.csv', ['csv']]],
    ['contrail:saveFile', ['.bashrc', ['csv']]],
    ['contrail:saveFile', ['gold.csv', 'csv']],
    ['contrail:saveFile', ['gold.csv', []]],
    ['contrail:saveFile', ['gold.csv', ['*']]],
    ['contrail:saveFile', ['gold.csv', [7]]],
    ['contrail:setTheme', ['pink']]
  ])('%s with %j is refused', async (channel, args) => {
    await start()
    await expect(ask(channel, ours, ...args)).rejects.toThrow('the window sent something else than')
  })

  test('a folder and a file to save come from the system, or null', async () => {
    await start()
    expect([await ask('contrail:openFolder', ours), await ask('contrail:saveFile', ours, 'gold.csv', ['csv'])]).toEqual([null, null])
    standIn.openDialog = { canceled: false, filePaths: ['/silver'] }
    standIn.saveDialog = { canceled: false, filePath: '/exports/gold.csv' }
    expect([await ask('contrail:openFolder', ours), await ask('contrail:saveFile', ours, 'gold.csv', ['csv', 'parquet'])]).toEqual(['/silver', '/exports/gold.csv'])
    expect(standIn.saveOptions).toMatchObject({
      defaultPath: join('/home/analyst/documents', 'gold.csv'),
      filters: [
        { name: 'CSV', extensions: ['csv'] },
        { name: 'PARQUET', extensions: ['parquet'] }
      ],
      properties: expect.arrayContaining(['showOverwriteConfirmation'])
    })
  })
})

test('a file to open comes from the system, or null', async () => {
  await start()
  expect(await ask('contrail:openFile', ours, ['contrail'])).toBeNull()
  standIn.openDialog = { canceled: false, filePaths: ['/sessions/one.contrail'] }
  expect(await ask('contrail:openFile', ours, ['contrail'])).toBe('/sessions/one.contrail')
  expect(standIn.openOptions).toMatchObject({ filters: [{ name: 'Contrail session', extensions: ['contrail'] }], properties: ['openFile'] })
})

describe('a second start', () => {
  test('ends without a window or a host', async () => {
    standIn.isFirstInstance = false
    await start()
    expect({ quits: standIn.quits, windows: standIn.windows.length, handlers: standIn.handlers.size }).toEqual({ quits: 1, windows: 0, handlers: 0 })
  })

  test('shows the window of the first', async () => {
    await start()
    onlyWindow().minimised = true
    app.emit('second-instance')
    expect(onlyWindow().calls).toEqual(['load contrail://app/', 'restore', 'focus'])
  })
})

/** Every entry of the menu, and of the menus in it. */
const entriesOfMenu = () => standIn.menu.flatMap((entry) => (Array.isArray(entry.submenu) ? [entry, ...entry.submenu] : [entry]))

test('the menu holds the commands of the page by their menus, sends their ids back, and leaves to the system what it knows', async () => {
  await start()
  expect(entriesOfMenu().flatMap(({ role }) => (role === undefined ? [] : [role]))).toEqual(expect.arrayContaining(['copy', 'minimize', 'about', 'reload', 'togglefullscreen']))
  expect(entriesOfMenu().map(({ role }) => role)).not.toContain('toggleDevTools') // It is packaged.
  const item = (id: string, label: string) => ({ id, label, separated: false, enabled: true })
  await ask('contrail:setMenu', ours, [
    { title: 'Edit', items: [{ ...item('undo', 'Undo apply limits'), accelerator: 'CmdOrCtrl+Z' }, { ...item('redo', 'Redo'), enabled: false }] },
    { title: 'View', items: [{ ...item('tune', 'Tune'), checked: { kind: 'one', is: true } }, { ...item('sql', 'SQL'), separated: true }] }
  ])
  const entries = entriesOfMenu()
  expect(standIn.menu.map(({ label }) => label)).toEqual(['&File', '&Edit', '&View', '&Window', '&Help'])
  expect(entries.find(({ label }) => label === 'Undo apply limits')).toMatchObject({ accelerator: 'CmdOrCtrl+Z', registerAccelerator: false, enabled: true })
  expect(entries.find(({ label }) => label === 'Redo')).toMatchObject({ enabled: false })
  expect(entries.find(({ label }) => label === 'Tune')).toMatchObject({ type: 'radio', checked: true })
  for (const label of ['Undo apply limits', 'SQL']) entries.find((entry) => entry.label === label)!.click!({} as never, undefined, {} as never)
  expect(onlyWindow().webContents.sent.map(([, id]) => id)).toEqual(['undo', 'sql'])
})

test.each<readonly [string, unknown]>([
  ['no list', { title: 'Edit' }],
  ['a title that is no text', [{ title: 7, items: [] }]],
  ['a command without an id', [{ title: 'Edit', items: [{ label: 'Undo' }] }]],
  ['keys of another kind', [{ title: 'Edit', items: [{ id: 'undo', label: 'Undo', accelerator: 'VolumeUp' }] }]],
  ['too much', [{ title: 'Edit', items: Array.from({ length: 201 }, () => ({ id: 'undo', label: 'Undo' })) }]]
])('a menu that is %s is refused, and the old one stays', async (_name, menus) => {
  await start()
  const before = standIn.menu
  await expect(ask('contrail:setMenu', ours, menus)).rejects.toThrow('the window sent something else than')
  expect(standIn.menu).toBe(before)
})

test('quitting waits for the host, and a second time does not', async () => {
  await start()
  const preventDefault = vi.fn()
  app.emit('will-quit', { preventDefault })
  await vi.waitFor(() => expect(standIn.quits).toBe(1))
  app.emit('will-quit', { preventDefault })
  expect({ hostClosed, prevented: preventDefault.mock.calls.length }).toEqual({ hostClosed: 1, prevented: 1 })
})

test('keys of the host are kept by the keychain of the system, in the data folder', async () => {
  let vault: Parameters<OpenHost>[0]['vault']
  await startDesktop({
    dataFolder,
    pageFolder: makePage(),
    preload: '',
    openHost: async (options) => {
      vault = options.vault
      return { host: {} as Host, close: async () => undefined }
    }
  })
  await vault!.keep('lake', { accessKeyId: 'A', secretAccessKey: 'S' })
  expect([existsSync(join(dataFolder, 's3-keys.json')), await vault!.read('lake')]).toEqual([true, { accessKeyId: 'A', secretAccessKey: 'S' }])
})

test('a host that cannot be opened is told, and the program ends', async () => {
  await startDesktop({ dataFolder, pageFolder: makePage(), preload: '', openHost: () => Promise.reject(new Error('the data folder is full')) })
  expect({ errors: standIn.errors, quits: standIn.quits }).toEqual({ errors: ['Contrail cannot start: the data folder is full'], quits: 1 })
})

test('what Electron keeps for itself lies in the data folder, and so does the place of the window', async () => {
  await start()
  expect(standIn.paths.get('userData')).toBe(join(dataFolder, 'desktop'))
  const first = onlyWindow()
  Object.assign(first.options, { x: 100, y: 50, width: 1000, height: 700 })
  first.maximize()
  first.emit('close')
  expect(JSON.parse(readFileSync(join(dataFolder, 'desktop', 'window.json'), 'utf8'))).toEqual({ bounds: { x: 100, y: 50, width: 1000, height: 700 }, maximised: true })
  resetStandIn()
  await start()
  expect(onlyWindow().options).toMatchObject({ x: 100, y: 50, width: 1000, height: 700, minWidth: 900, minHeight: 600 })
  expect(onlyWindow().calls).toContain('maximize')
})
