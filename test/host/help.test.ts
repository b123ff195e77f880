import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openHostLog } from '#electron/host/hostLog.ts'
import { reportOf } from '#electron/host/report.ts'
import { withoutCredentials } from '#electron/host/withoutCredentials.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { closeHosts, isState, openTestHost } from '#test/support/hosts.ts'

let silver: string

beforeAll(async () => {
  silver = join(temporaryFolder('help'), 'silver')
  expect(await contrail(['sample', silver, '--minutes', '12', '--rows-per-minute', '100'])).toMatchObject({ code: 0 })
})

/** Lines without their times. */
const saidIn = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ''))

describe('the log', () => {
  test('tells starts, runs that come, go and fail, and what was refused', async () => {
    const { host, heard, dataFolder } = await openTestHost()
    const run = await host.createRun({ silver, mode: 'replay' })
    await host.openRun(run.id)
    await host.controlRun(run.id, { kind: 'play' })
    await heard.until(isState('done'))
    await host.deleteRun(run.id)
    await host.openRun(run.id).catch(() => undefined)
    await closeHosts()
    const { file, lines } = await (await openTestHost(dataFolder)).host.logs()
    expect(file).toBe(join(dataFolder, 'logs', 'contrail.log'))
    expect(lines.every((line) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S/.test(line))).toBe(true)
    const started = expect.stringMatching(/^started: Contrail \S+, browser, \w+ \w+, Node \d+\.\d+\.\d+, DuckDB v\d+\.\d+\.\d+$/) as string
    expect(saidIn(lines)).toEqual([
      started,
      `run ${run.id} created: replay of ${silver}`,
      `run ${run.id} opened, new`,
      `run ${run.id} is running`,
      `run ${run.id} is done`,
      `run ${run.id} deleted`,
      expect.stringContaining(`openRun failed: notFound: the run ${run.id} is not there any more`),
      'ended',
      started
    ])
  })

  test('tells why a run failed', async () => {
    const { host, heard } = await openTestHost()
    const run = await host.createRun({ silver: '/nowhere/silver', mode: 'replay' })
    await host.openRun(run.id)
    await heard.until(isState('failed'))
    expect(saidIn((await host.logs()).lines)).toContainEqual(expect.stringMatching(new RegExp(`^run ${run.id} is failed: .*/nowhere/silver`)))
  })

  test('stays below two megabytes, and its newest lines are told, oldest first', async () => {
    const folder = temporaryFolder('log')
    let nowMs = 0
    const log = openHostLog(folder, { nowMs: () => nowMs++, sleep: () => Promise.resolve() })
    const filler = 'x'.repeat(900)
    for (let i = 0; i < 3000; i++) {
      log.write(`${i} ${filler}`)
      if (i % 50 === 0) await log.settled()
    }
    const numbers = saidIn((await log.tail(1000)).lines).map((line) => Number(line.split(' ')[0]))
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([1000, 2000, 2999])
    expect(['contrail.log', 'contrail.1.log'].every((name) => statSync(join(folder, 'logs', name)).size <= 1_000_000)).toBe(true)
  })

  test('is a line each, cut where it is long, without credentials; what repeats is one line and a count', async () => {
    const folder = temporaryFolder('log')
    const log = openHostLog(folder, { nowMs: () => 0, sleep: () => Promise.resolve() })
    for (const what of ['a\n  b', 'c', 'c', 'c', 'x'.repeat(5000), 's3://user:secret@bucket/silver?token=abc&x=1']) log.write(what)
    const lines = saidIn((await log.tail(10)).lines)
    expect(lines).toEqual(['a | b', 'c', 'the line before came 2 more times', 'x'.repeat(2000), 's3://…@bucket/silver?token=…&x=1'])
  })

  test('that cannot be written is in nobody’s way', async () => {
    const folder = temporaryFolder('log')
    writeFileSync(join(folder, 'logs'), 'a file where a folder must be')
    const { host } = await openTestHost(folder)
    expect((await host.logs()).lines).toEqual([])
    expect(await host.listRuns()).toEqual([])
  })
})

test.each<[string, string]>([
  ['https://a:b@host/x', 'https://…@host/x'],
  ['AWS_SECRET_ACCESS_KEY=abc def', 'AWS_SECRET_ACCESS_KEY=… def'],
  ['password: "a b" next', 'password: … next'],
  ['x-amz-security-token=q', 'x-amz-security-token=…'],
  ['/data/tokens/part-1.parquet', '/data/tokens/part-1.parquet'],
  ['mail a@b.c', 'mail a@b.c']
])('%s is told as %s', (text, told) => {
  expect(withoutCredentials(text)).toBe(told)
})

describe('a report', () => {
  test('has versions, the settings, the problems and the log, and nowhere the folders of the person', async () => {
    const { host, heard, dataFolder } = await openTestHost()
    const run = await host.createRun({ silver, mode: 'replay', maxFilesPerTrigger: 3, limits: { altitudeMin: -5, altitudeMax: 9123, velocityMin: 0, velocityMax: 900 } })
    await host.openRun(run.id)
    await host.controlRun(run.id, { kind: 'play' })
    await heard.until(isState('done'))
    const report = await host.report(run.id)
    expect(report).toMatch(/^Contrail \S+, in a browser, \d{4}-.*Z\nSystem: \w+ \w+, .*\nNode \d+\.\d+\.\d+, DuckDB v\d+\.\d+\.\d+\n/)
    for (const part of [`Run: silver, replay, done (${run.id})`, '"maxFilesPerTrigger": 3', '"altitudeMax": 9123', '"uri": "silver"', '"uri": "gold"', 'Problems: 0 of 0', 'Log: the last ', 'created: replay of silver']) expect(report).toContain(part)
    expect(report).not.toContain(silver)
    expect(report).not.toContain(join(dataFolder, 'runs', run.id, 'gold'))
    expect(await host.report()).toContain('\nNo run is open.\n')
    await expect(host.report('../../etc')).rejects.toThrow('there is no run')
  })

  test('tells the last name of a place only, and of the home folder a tilde', () => {
    const saved = { formatVersion: 1, id: 'r', name: 'n', mode: 'replay', state: 'failed', createdMs: 0, pipeline: { silver: { uri: '/mnt/client x/silver' }, gold: { uri: '/home/ann/gold' }, checkpoints: { uri: '/home/ann/gold/checkpoints' } }, fault: { code: 'notFound', message: '/mnt/client x/silver is not there: check the path' } } as const
    const problems = [{ severity: 'error', atMs: 0, query: 'anomaly_alerts', message: 'cannot read /mnt/client x/silver/part-1.parquet', file: null }] as const
    const report = reportOf({ shell: 'electron', duckdb: 'v1', nowMs: 0, run: { saved, state: 'failed', problems }, log: ['saved /home/ann/Documents/a.contrail', 'key=1 secret=2'], places: ['/mnt/client x/silver', '/home/ann/gold', '/home/ann/gold/checkpoints'], home: '/home/ann' })
    expect(report).not.toMatch(/client x|\/home\/ann/)
    for (const line of ['Why it failed: silver is not there: check the path', '1970-01-01T00:00:00.000Z error, anomaly_alerts: cannot read silver/part-1.parquet', 'saved ~/Documents/a.contrail', 'key=1 secret=…', '    "uri": "checkpoints"']) expect(report.split('\n')).toContain(line)
  })

  test('of the last 200 lines at most', async () => {
    const { host } = await openTestHost()
    for (let i = 0; i < 250; i++) await host.diskUse(`no-${i}`).catch(() => undefined)
    const [, log] = (await host.report()).split('Log: the last 200 lines\n')
    expect(log!.trimEnd().split('\n')).toHaveLength(200)
  })
})

describe('disk used by a run', () => {
  test('is what lies in its own folder, by part', async () => {
    const { host, heard, dataFolder } = await openTestHost()
    const run = await host.createRun({ silver, mode: 'replay' })
    const empty = await host.diskUse(run.id)
    const folder = join(dataFolder, 'runs', run.id)
    expect(empty).toEqual({ bytes: statSync(join(folder, 'run.json')).size, gold: 0, checkpoints: 0, journal: 0, whatIf: 0, other: statSync(join(folder, 'run.json')).size, isWhole: true, elsewhere: [] })
    await host.openRun(run.id)
    await host.controlRun(run.id, { kind: 'play' })
    await heard.until(isState('done'))
    await closeHosts()
    const { host: later } = await openTestHost(dataFolder)
    const use = await later.diskUse(run.id)
    const { bytes, isWhole, elsewhere, ...parts } = use
    expect({ bytes, isWhole, elsewhere }).toEqual({ bytes: Object.values(parts).reduce((sum, part) => sum + part), isWhole: true, elsewhere: [] })
    expect(parts.gold > 0 && parts.checkpoints > 0 && parts.journal > 0).toBe(true)
    expect(parts.journal).toBe(['flight_phase_counts', 'anomaly_alerts'].reduce((sum, query) => sum + statSync(join(folder, 'journal', `${query}.journal`)).size, 0))
  })

  test('has nothing of what links lead to, nor of gold elsewhere', async () => {
    const { host, dataFolder } = await openTestHost()
    const gold = join(temporaryFolder('elsewhere'), 'gold')
    const run = await host.createRun({ silver, mode: 'replay', gold })
    const before = await host.diskUse(run.id)
    expect(before.elsewhere).toEqual([gold])
    const folder = join(dataFolder, 'runs', run.id)
    mkdirSync(gold)
    writeFileSync(join(gold, 'part'), 'x'.repeat(1000))
    symlinkSync(silver, join(folder, 'journal'))
    symlinkSync('..', join(folder, 'round'))
    symlinkSync(join(gold, 'part'), join(folder, 'link'))
    mkdirSync(join(folder, 'whatIf'))
    writeFileSync(join(folder, 'whatIf', '0.rows'), 'x'.repeat(77))
    expect(await host.diskUse(run.id)).toEqual({ ...before, bytes: before.bytes + 77, whatIf: 77 })
    await expect(host.diskUse('../..')).rejects.toThrow('there is no run')
  })
})

test('licences are of every package that is built in, each with what its text says', async () => {
  const { host } = await openTestHost()
  const found = await host.licences()
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> }
  for (const [name, version] of Object.entries(dependencies)) expect(found).toContainEqual(expect.objectContaining({ name, version }))
  // What those draw in, and what the desktop app is made of.
  for (const name of ['zrender', 'react-aria', 'scheduler', 'flatbuffers', 'electron']) expect(found.map((licence) => licence.name)).toContain(name)
  for (const name of ['vitest', 'esbuild', '@types/node']) expect(found.map((licence) => licence.name)).not.toContain(name)
  expect(found.every(({ licence, text }) => licence !== 'not said' && text.length > 70)).toBe(true)
  expect(found.find(({ name }) => name === 'apache-arrow')!.text).toMatch(/Apache License[^]*Apache Arrow[^]*copyright/i)
})
