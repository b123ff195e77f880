import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { channelPair } from '#shared/contract/channel.ts'
import { hostMethods, type Host } from '#shared/contract/host.ts'
import { connect, serve } from '#shared/contract/rpc.ts'
import type { SessionFile } from '#shared/contract/session.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { contrail } from '#test/support/contrail.ts'
import { encodings } from '#test/support/encodings.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { isState, openTestHost } from '#test/support/hosts.ts'
import { outcomeOf } from '#test/support/outcome.ts'

let database: Database
let silver: string

beforeAll(async () => {
  database = await openDatabase()
  silver = join(temporaryFolder('sessions'), 'silver')
  expect(await contrail(['sample', silver, '--minutes', '12', '--rows-per-minute', '100'])).toMatchObject({ code: 0 })
})
afterAll(() => database.close())

const limits = { altitudeMin: 0, altitudeMax: 9000, velocityMin: 50, velocityMax: 800 }
const view = { layout: 'tune', selection: { query: 'anomaly_alerts', startMs: 1.5 }, asked: { alerts: { filter: 'rate > 0', sort: null } } }

/** A run with settings of its own, and a session of it. */
async function savedSession(name = 'one') {
  const opened = await openTestHost()
  const { host } = opened
  const run = await host.createRun({ silver, mode: 'replay', name: 'Evening', maxFilesPerTrigger: 2, onBadFile: 'quarantine', limits })
  const file = await host.saveSession({ to: join(temporaryFolder('session'), name), force: false, runId: run.id, view })
  return { ...opened, run, file }
}

test('a session file holds the run, its settings and the view, as JSON that a person can read', async () => {
  const { file, run } = await savedSession()
  expect(file).toMatch(/one\.contrail$/)
  const { contrail: version, savedMs, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as SessionFile
  expect({ version: typeof version, savedMs: typeof savedMs, ...rest }).toEqual({
    version: 'string',
    savedMs: 'number',
    formatVersion: 1,
    run: {
      id: run.id,
      name: 'Evening',
      mode: 'replay',
      silver,
      settings: { silver: { columns: {}, maxFilesPerTrigger: 2, onBadFile: 'quarantine' }, trigger: { kind: 'availableNow' }, queries: { flight_phase_counts: {}, anomaly_alerts: {} } },
      limits
    },
    view
  })
})

test('where its run is, that one is opened; nothing is made', async () => {
  const { host, file, run } = await savedSession()
  const session = await host.readSession(file)
  expect(session.view).toEqual(view)
  expect(await host.runOfSession(session.run)).toEqual({ runId: run.id, isNew: false })
  expect(await host.listRuns()).toHaveLength(1)
})

test('elsewhere a run is made over the same silver with the same settings, and its gold is the same', async () => {
  const first = await savedSession()
  const second = await openTestHost()
  const { run } = await second.host.readSession(first.file)
  const made = await second.host.runOfSession(run)
  expect(made.isNew).toBe(true)
  const outcomes = []
  for (const [{ host, heard }, id] of [[first, first.run.id], [second, made.runId]] as const) {
    const { run: opened } = await host.openRun(id)
    expect(opened).toMatchObject({ name: 'Evening', mode: 'replay', state: 'new', silver, limits })
    await host.controlRun(id, { kind: 'play' })
    await heard.until(isState('done'))
    outcomes.push(await outcomeOf(opened.gold, opened.checkpoints, database))
  }
  expect(outcomes[1]).toEqual(outcomes[0])
  // Saved there, it is the same session but for its id.
  const again = await second.host.readSession(await second.host.saveSession({ to: join(second.dataFolder, 'again'), force: false, runId: made.runId, view }))
  expect({ ...again.run, id: run.id }).toEqual(run)
})

test('a watched run comes back watching, with its interval', async () => {
  const first = await openTestHost()
  const run = await first.host.createRun({ silver, mode: 'watch', intervalSeconds: 7 })
  const file = await first.host.saveSession({ to: join(first.dataFolder, 'watched'), force: false, runId: run.id, view })
  const { host } = await openTestHost()
  const { runId } = await host.runOfSession((await host.readSession(file)).run)
  expect(await host.listRuns()).toMatchObject([{ id: runId, mode: 'watch', intervalSeconds: 7, state: 'new', limits: run.limits }])
})

test('a run whose silver is gone is refused, naming the folder; nothing is made', async () => {
  const { file } = await savedSession()
  const { host } = await openTestHost()
  const { run } = await host.readSession(file)
  await expect(host.runOfSession({ ...run, silver: '/nowhere/silver' })).rejects.toThrow('neither is its silver (/nowhere/silver): connect the drive that holds it')
  expect(await host.listRuns()).toEqual([])
})

test('an existing file is replaced only where that was said', async () => {
  const { host, file, run } = await savedSession()
  const to = file.replace(/\.contrail$/, '')
  await expect(host.saveSession({ to, force: false, runId: run.id, view: {} })).rejects.toMatchObject({ code: 'exists', message: expect.stringContaining('is there already: choose another name') as string })
  expect((await host.readSession(file)).view).toEqual(view)
  await host.saveSession({ to, force: true, runId: run.id, view: {} })
  expect((await host.readSession(file)).view).toEqual({})
  await expect(host.saveSession({ to: 'relative', force: false, runId: run.id, view })).rejects.toThrow('the file is "relative": give a whole path')
  await expect(host.saveSession({ to: '/nowhere/at/all', force: false, runId: run.id, view })).rejects.toThrow('/nowhere/at/all.contrail is not there')
})

test('a list shows folders and session files, and no other file', async () => {
  const { host } = await openTestHost()
  const folder = temporaryFolder('list')
  mkdirSync(join(folder, 'inner'))
  for (const name of ['b.contrail', 'a.contrail', '.hidden.contrail', 'secret.txt']) writeFileSync(join(folder, name), '')
  mkdirSync(join(folder, 'folder.contrail'))
  const { files, ...rest } = await host.listSessions(folder)
  expect({ ...rest, files: files.map(({ name }) => name) }).toEqual({ path: folder, parent: join(folder, '..'), folders: ['folder.contrail', 'inner'], files: ['a.contrail', 'b.contrail'] })
})

describe('what is no session is refused in a sentence that names the file', () => {
  type Change = (session: Record<string, unknown> & { run: Record<string, unknown> & { settings: Record<string, Record<string, unknown>> } }) => void
  test.each<[string, Change, string]>([
    ['a newer format', (session) => (session.formatVersion = 7), 'was saved by a newer Contrail (session format 7, and this one reads 1): open it with that one'],
    ['no format', (session) => delete session.formatVersion, 'formatVersion is missing, and must be 1'],
    ['a format that is no number', (session) => (session.formatVersion = '1'), 'formatVersion is "1", and must be 1'],
    ['an unknown key', (session) => (session.script = 'alert(1)'), '"script" is a key that no session has'],
    ['an unknown key of the run', (session) => (session.run.gold = '/etc'), '"run.gold" is a key that no session has'],
    ['a place among the settings', (session) => (session.run.settings.gold = { uri: '/etc' }), '"run.settings.gold" is a key that no session has'],
    ['another silver among the settings', (session) => (session.run.settings.silver!.uri = '/etc'), 'run.settings.silver.uri is a key that no session has'],
    ['an unknown setting', (session) => (session.run.settings.silver!.command = 'rm'), 'silver.command is not a setting'],
    ['a setting out of range', (session) => (session.run.settings.silver!.maxFilesPerTrigger = -1), 'silver.maxFilesPerTrigger is -1: must be at least 1'],
    ['an id that leads elsewhere', (session) => (session.run.id = '../../etc'), 'run.id is "../../etc", which is no id of a run'],
    ['a relative silver', (session) => (session.run.silver = '../silver'), 'run.silver is "../silver", and must be a whole path'],
    ['a silver with a null in it', (session) => (session.run.silver = '/a\0b'), 'run.silver is "/a\\u0000b", and must be text'],
    ['a name of many lines', (session) => (session.run.name = 'a\nb'), 'run.name is "a\\nb", and must be text of at most 200 characters, in one line'],
    ['a name as long as a book', (session) => (session.run.name = 'a'.repeat(201)), 'and must be text of at most 200 characters'],
    ['a mode there is not', (session) => (session.run.mode = 'delete'), 'run.mode is "delete", and must be replay or watch'],
    ['a trigger of another mode', (session) => (session.run.mode = 'watch'), 'run.settings.trigger.kind is "availableNow", which is no trigger of a run that is to watch'],
    ['limits that are text', (session) => (session.run.limits = { ...limits, altitudeMax: '9000' }), 'run.limits.altitudeMax is "9000", and must be a number'],
    ['limits that cross', (session) => (session.run.limits = { ...limits, altitudeMax: -9000 }), 'altitudeMin (0) is above altitudeMax (-9000)'],
    ['a view that is a list', (session) => (session.view = [1]), 'view is a list, and must be an object'],
    ['a key that messages give a meaning to', (session) => (session.view = { a: { $bytes: [0, 9e15] } }), 'nested too deep, too large, or has a key that no session has']
  ])('%s', async (_what, change, message) => {
    const { host, file } = await savedSession()
    const session = JSON.parse(readFileSync(file, 'utf8')) as Parameters<Change>[0]
    change(session)
    writeFileSync(file, JSON.stringify(session))
    const { message: said, code } = await host.readSession(file).then(
      () => ({ message: 'it was read', code: '' }),
      (error: Error & { code: string }) => error
    )
    expect(said).toContain(message)
    expect(said).toContain(file)
    expect(['corrupt', 'unsupported', 'usage']).toContain(code)
  })

  test('other bytes, deep nests and prototypes; the channel lives on', async () => {
    const { host, file } = await savedSession()
    const [near, far] = channelPair()
    serve(host, hostMethods, near)
    const page = connect<Host>(hostMethods, far)
    const text = readFileSync(file, 'utf8')
    const refused = 'is not a session of Contrail'
    for (const bad of ['', 'hello', '[]', 'null', '7', text.slice(0, -20), '['.repeat(400_000), `{"formatVersion":1,"view":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`, text.replace('"view": {', '"view": { "__proto__": {"layout": "tune"},'), '\xff\xfe\0']) {
      writeFileSync(file, bad)
      await expect(page.readSession(file), bad.slice(0, 50)).rejects.toThrow(refused)
    }
    expect('layout' in {}).toBe(false)
  })

  test.each(Object.entries(encodings))('and one in %s is read', async (_, encode) => {
    const { host, file } = await savedSession()
    writeFileSync(file, encode(readFileSync(file, 'utf8')))
    expect((await host.readSession(file)).view).toEqual(view)
  })

  test('a huge file, a folder, a pipe, a device, a link to what is none, another name', async () => {
    const { host, file } = await savedSession()
    const folder = temporaryFolder('none')
    truncateSync(file, 3e9)
    await expect(host.readSession(file)).rejects.toThrow(`${file} is not a session of Contrail: it has more than 1 MB`)
    rmSync(file)
    await expect(host.readSession(file)).rejects.toThrow(`${file} is not there`)
    mkdirSync(join(folder, 'folder.contrail'))
    symlinkSync('/etc/hosts', join(folder, 'link.contrail'))
    symlinkSync('/dev/zero', join(folder, 'zero.contrail'))
    execFileSync('mkfifo', [join(folder, 'pipe.contrail')])
    for (const name of ['folder', 'zero', 'pipe']) await expect(host.readSession(join(folder, `${name}.contrail`))).rejects.toThrow('is not a file: choose another one')
    await expect(host.readSession(join(folder, 'link.contrail'))).rejects.toThrow('it is not JSON')
    await expect(host.readSession('/etc/passwd')).rejects.toThrow('/etc/passwd is not a session file, whose name ends in .contrail')
    for (const path of ['one.contrail', '', '/a\0.contrail', 7, undefined]) await expect(host.readSession(path as string)).rejects.toThrow('give a whole path, from the root on')
  })

  test('also where a page gives it', async () => {
    const { host } = await savedSession()
    for (const run of [undefined, 7, {}, { id: '../..' }]) await expect(host.runOfSession(run as never)).rejects.toThrow('what was given is not a session of Contrail')
    expect(await host.listRuns()).toHaveLength(1)
  })
})

describe('the layout comes back', () => {
  test('as it was saved last, whoever was faster', async () => {
    const { host, dataFolder } = await openTestHost()
    expect(await host.loadLayout()).toBeNull()
    await Promise.all(Array.from({ length: 20 }, (_, i) => host.saveLayout({ formatVersion: 1, view: { i } })))
    expect(await (await openTestHost(dataFolder)).host.loadLayout()).toEqual({ formatVersion: 1, view: { i: 19 } })
  })

  test.each<[string, string]>([
    ['torn', '{"formatVersion":1,"view":{"layout"'],
    ['of another version', '{"formatVersion":2,"view":{}}'],
    ['no object', '[]'],
    ['empty', ''],
    ['with a key that messages give a meaning to', '{"formatVersion":1,"view":{"sizes":{"$bytes":[0,100]}}}']
  ])('but not one that is %s: it is kept aside, and told in the log', async (_what, text) => {
    const { host, dataFolder } = await openTestHost()
    writeFileSync(join(dataFolder, 'layout.json'), text)
    expect(await host.loadLayout()).toBeNull()
    await host.saveLayout({ formatVersion: 1, view: { a: 1 } })
    expect(await host.loadLayout()).toEqual({ formatVersion: 1, view: { a: 1 } })
    writeFileSync(join(dataFolder, 'layout.json'), `${text} `)
    expect(await host.loadLayout()).toBeNull()
    expect(readdirSync(dataFolder).filter((name) => name.startsWith('layout')).map((name) => [name, readFileSync(join(dataFolder, name), 'utf8')])).toEqual([['layout.aside-2.json', `${text} `], ['layout.aside.json', text]])
    expect((await host.logs()).lines.filter((line) => line.includes('layout.aside.json'))).toHaveLength(1)
  })

  test('and what is none is refused, so that the one before stays', async () => {
    const { host } = await openTestHost()
    await host.saveLayout({ formatVersion: 1, view: { a: 1 } })
    for (const layout of [null, [], 7, {}, { formatVersion: 2 }, { formatVersion: 1, view: 'x'.repeat(1_000_001) }]) await expect(host.saveLayout(layout)).rejects.toThrow(/^(a|the) layout /)
    expect(await host.loadLayout()).toEqual({ formatVersion: 1, view: { a: 1 } })
  })
})
