import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openTableScan } from '#electron/delta/deltaTable.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { systemClock } from '#electron/host/clock.ts'
import { runPipeline } from '#electron/host/runPipeline.ts'
import { openSource } from '#electron/source/openSource.ts'
import type { Source } from '#electron/source/source.ts'
import { openStorages, type Storages } from '#electron/storage/storages.ts'
import type { RecordedBatch } from '#electron/whatIf/recordedBatches.ts'
import { takeRecordings } from '#electron/whatIf/recordings.ts'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { startFakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { randomFrom } from '#test/support/random.ts'
import { openSoakFaults } from './faults.ts'
import { openGrowingSilver } from './growingSilver.ts'

// `npm run soak -- --minutes N [--seed S]`: a watch over a bucket whose silver grows, while faults arrive at random from a seed and the run is killed and
// started again. At the end its batches must hold every file once, and gold must be what a clean replay of them gives, row for row. (A replay from the beginning has other batches
// than a watch, and what is late depends on them.)
const root = fileURLToPath(new URL('../..', import.meta.url))
const minutes = numberAfter('--minutes', 5)
const seed = numberAfter('--seed', 1)
const growEveryMs = 700
const faultEveryMs = [1500, 9000] as const

const folder = mkdtempSync(join(tmpdir(), 'contrail-soak-'))
const cacheFolder = join(folder, 'cache')
const random = randomFrom(seed)
const server = await startFakeS3({ buckets: ['lake'], pageSize: 200 })
const database = await openDatabase({ connections: 1 })
/** What the soak itself reads and writes by: no fault is meant for it. */
const own = { accessKeyId: 'AKIASOAK', secretAccessKey: 'of the soak' }
server.acceptCredentials(own)
const storages = openStorages({ places: { otherwise: { endpoint: server.endpoint, region: server.region, keys: own }, buckets: {} }, cacheFolder: join(folder, 'own-cache') })
const silver = openGrowingSilver({ server, bucket: 'lake', prefix: 'silver', folder, database, storage: storages.open('s3://lake/silver'), random: randomFrom(seed + 1), onDamaged: (mend) => setTimeout(mend, 3000) })
const settings = { silver: { uri: 's3://lake/silver', startingVersion: 0, maxFilesPerTrigger: 1 }, gold: { uri: 's3://lake/gold' }, checkpoints: { uri: 's3://lake/checkpoints' } }
const file = join(folder, 'pipeline.json')
writeFileSync(file, JSON.stringify(settings))

const tally = { restarts: 0, peakKb: 0, endings: new Map<string, number>() }
const others = new Set<ChildProcess>()
let current: ChildProcess | undefined
let over = false
const endMs = Date.now() + minutes * 60_000

await silver.grow()
const faults = openSoakFaults({ server, random, child: () => current, second: () => void start('replay', others), cacheFolder })
const [stopped] = await Promise.allSettled([keepWatching(), keepGrowing(), keepFailing(), keepMeasuring(), keepTelling()])
if (stopped.status === 'rejected') throw stopped.reason
process.exitCode = (await conclude()) ? 0 : 1
await database.close()
await server.close()
rmSync(folder, { recursive: true, force: true })

function start(verb: 'watch' | 'replay', among?: Set<ChildProcess>): ChildProcess {
  const { AWS_PROFILE: _profile, ...environment } = process.env
  const child = spawn(process.execPath, [join(root, 'dist/cli.js'), verb, '--pipeline', file], { cwd: folder, env: { ...environment, ...server.environment, CONTRAIL_CACHE: cacheFolder }, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-4000)))
  among?.add(child)
  child.on('close', (code, signal) => {
    among?.delete(child)
    const last = said.trim().split('\n').at(-1) ?? ''
    // A sentence of ours, without what differs from time to time.
    const why = signal ?? `${code} ${last.replaceAll(/s3:\/\/\S+|http:\/\/[\d.:]+|part-\S+|\d+/g, '…').slice(0, 160)}`
    tally.endings.set(why, (tally.endings.get(why) ?? 0) + 1)
    if (/a mistake in Contrail itself/.test(said) || (signal !== null && signal !== 'SIGKILL')) {
      console.log(`broke down (${why}):\n${said}`)
      process.exitCode = 1
    }
  })
  return child
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.on('close', () => resolve()))
}

async function keepWatching(): Promise<void> {
  while (!over) {
    current = start('watch')
    await ended(current)
    current = undefined
    if (over) return
    tally.restarts += 1
    await wait(300)
  }
}

async function keepGrowing(): Promise<void> {
  while (Date.now() < endMs) {
    await silver.grow()
    await wait(growEveryMs)
  }
}

async function keepFailing(): Promise<void> {
  while (Date.now() < endMs - 5000) {
    await wait(faultEveryMs[0] + random() * (faultEveryMs[1] - faultEveryMs[0]))
    faults.inject()
  }
  await faults.end()
  // A stop that came while a child was asleep, a rule that has not been met: nothing of it may stay.
  current?.kill('SIGCONT')
  while (Date.now() < endMs) await wait(200)
  over = true
  current?.kill('SIGTERM')
  for (const child of others) child.kill('SIGKILL')
}

async function keepMeasuring(): Promise<void> {
  while (!over) {
    const pid = current?.pid
    const status = pid !== undefined && existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : ''
    tally.peakKb = Math.max(tally.peakKb, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0))
    await wait(250)
  }
}

async function keepTelling(): Promise<void> {
  for (let next = Date.now() + 60_000; !over; ) {
    await wait(500)
    if (Date.now() < next) continue
    next += 60_000
    console.log(`${Math.round((endMs - Date.now()) / 60_000)} min left: ${silver.counts.files} files, ${commitsOf('gold_aggregations')} and ${commitsOf('gold_anomalies')} batches kept, ${sum(faults.counts)} faults, ${tally.restarts} restarts, peak ${(tally.peakKb / 1024).toFixed(0)} MB`)
  }
}

/** The newest commit of a checkpoint. */
function commitsOf(checkpoint: string): number {
  return server.keys('lake', `checkpoints/${checkpoint}/commits/`).reduce((most, key) => Math.max(most, Number(key.split('/').at(-1)) + 1), 0)
}

/** Reads what is left without faults, and compares. True: no difference. */
async function conclude(): Promise<boolean> {
  await faults.end()
  const last = start('replay')
  await ended(last)
  if (last.exitCode !== 0) {
    console.log('the last replay, without any fault, did not come to its end')
    return false
  }
  const parts = { database, openStorage: storages.open, clock: systemClock, signal: new AbortController().signal }
  const soaked = parsePipeline(settings, 'the soak')
  const recordings = await takeRecordings(soaked, parts)
  // Of what silver holds, nothing is left out and nothing is read twice.
  const source = await openSource(soaked, parts)
  const all = { start: await source.beginning(), end: await source.stream([]).latest(await source.beginning()) }
  let differences = 0
  for (const [query, batches] of recordings) {
    const gaps = batches.filter(({ range }, i) => range.start !== (i === 0 ? all.start : batches[i - 1]!.range.end)).length + (batches.at(-1)?.range.end === all.end ? 0 : 1)
    const files = await filesRead(source, batches)
    const missed = Math.abs(files - silver.counts.files)
    differences += gaps + missed
    console.log(`${query}: ${batches.length} batches read ${files} of ${silver.counts.files} files, with ${gaps} gaps`)
  }
  const clean = await cleanReplay({ ...parts, recorded: () => Promise.resolve(recordings) })
  let rows = 0
  for (const table of ['flight_phase_counts', 'anomaly_alerts']) {
    const own = await load(storages, `s3://lake/gold/${table}`, 'soaked')
    await load(storages, join(clean.gold.uri, table), 'clean')
    const count = await differing('soaked', 'clean')
    rows += own
    differences += count
    console.log(`${table}: ${own} rows, ${count} differ from a clean replay`)
  }
  await storages.close()
  const batches = [...recordings.values()].map((recorded) => recorded.length)
  console.log(JSON.stringify({ minutes, seed, silver: silver.counts, batches: { flight_phase_counts: batches[0], anomaly_alerts: batches[1] }, goldRows: rows, faults: sum(faults.counts), faultsByKind: Object.fromEntries([...faults.counts].sort()), restarts: tally.restarts, endings: Object.fromEntries(tally.endings), requests: server.requests.length, peakMemoryMb: Math.round(tally.peakKb / 1024), differences }, undefined, 2))
  return differences === 0 && process.exitCode !== 1
}

async function filesRead(source: Source, batches: readonly RecordedBatch[]): Promise<number> {
  const paths = new Set<string>()
  const stream = source.stream([])
  for (const { range } of batches) if (range.start !== range.end) for (const { path } of await stream.files(range)) paths.add(path)
  return paths.size
}

/** The batches of the soaked run, done again in folders of this machine. */
async function cleanReplay(parts: Omit<Parameters<typeof runPipeline>[1], 'publish' | 'engine'>): Promise<Pipeline> {
  const pipeline = parsePipeline({ ...settings, gold: { uri: join(folder, 'gold') }, checkpoints: { uri: join(folder, 'checkpoints') } }, 'the clean replay')
  const ends = await runPipeline(pipeline, { ...parts, publish: () => undefined, engine: 'Contrail/soak' })
  for (const end of ends.values()) if (end) throw end
  return pipeline
}

async function load(storages: Storages, uri: string, table: string): Promise<number> {
  const scan = await openTableScan(storages.open(uri), {}, database)
  await database.run(`CREATE OR REPLACE TABLE ${table} AS SELECT * FROM (${scan.sql})`)
  scan.release()
  return Number((await database.query(`SELECT count(*)::DOUBLE AS rows FROM ${table}`)).rows()[0]!.rows)
}

async function differing(a: string, b: string): Promise<number> {
  const [row] = (await database.query(`SELECT (SELECT count(*) FROM (SELECT * FROM ${a} EXCEPT ALL SELECT * FROM ${b}))::DOUBLE + (SELECT count(*) FROM (SELECT * FROM ${b} EXCEPT ALL SELECT * FROM ${a}))::DOUBLE AS rows`)).rows()
  return Number(row!.rows)
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0)
}

function numberAfter(flag: string, otherwise: number): number {
  const at = process.argv.indexOf(flag)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}

