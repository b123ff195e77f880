import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { bindQuery, type BoundQuery } from '#shared/pipeline/bindQuery.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import { buildBlock, type Block } from '#shared/whatIf/block.ts'
import { rangesOf, type Range } from '#shared/whatIf/limitedColumns.ts'
import type { Tally } from '#shared/whatIf/tally.ts'
import { openThresholdIndex, type ThresholdIndex } from '#shared/whatIf/thresholdIndex.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import type { Scan } from '#electron/duckdb/scan.ts'
import { readLimitedRows } from '#electron/duckdb/readLimitedRows.ts'
import { systemClock } from '#electron/host/clock.ts'
import { startPipeline } from '#electron/host/startPipeline.ts'
import { openSource } from '#electron/source/openSource.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { startWhatIf } from '#electron/whatIf/startWhatIf.ts'

// Limits that move: the index over all rows of a table against a recount by DuckDB over the same rows in memory; what it weighs; and what building it costs a replay.
const pipelineOf = (silver: string, target: string) => parsePipeline({ silver: { uri: silver, maxFilesPerTrigger: 1 }, gold: { uri: join(target, 'gold') }, checkpoints: { uri: join(target, 'checkpoints') } }, 'bench')

export async function benchWhatIf(silver: string, repeats: number): Promise<void> {
  const database = await openDatabase({ preserveInsertionOrder: false, threads: 2, connections: 1, memoryLimit: '4GB' })
  const pipeline = pipelineOf(silver, 'unused')
  const source = await openSource(pipeline, { database, openStorage, clock: systemClock, signal: new AbortController().signal })
  const query = bindQuery(builtinQueries(pipeline).find(({ name }) => name === 'anomaly_alerts')!, source.columns, source.name)
  const start = await source.beginning()
  const scans = await source.stream(query.columns).scans({ start, end: await source.stream(query.columns).latest(start) })
  const index = await indexOf(database, query, scans)
  await tableOf(database, query, scans)
  const { values, bytes } = index.size()
  const [{ rows }] = (await database.query('SELECT count(*)::INTEGER AS rows FROM observations')).rows() as unknown as readonly [{ readonly rows: number }]
  console.log(`\nmoving a limit over ${values.toLocaleString('en-US')} values of ${rows.toLocaleString('en-US')} rows, against a recount by DuckDB over the same rows in memory (2 threads), ${repeats} times`)
  console.log(`  memory: ${(bytes / values).toFixed(2)} bytes a row and measure, windows and cells included (${(bytes / 1e6).toFixed(0)} MB)`)
  for (const [altitude, velocity] of [[{ min: -100, max: 11_950 }, notebook.velocity], [{ min: 250, max: 9_000.5 }, { min: 12, max: 905.5 }]] as const) await sameCounts(database, index, altitude, velocity)
  const steps: number[] = []
  // There and back over what the limits may be, the altitude first, then the velocity.
  for (let i = 0; i < 400; i++) steps.push(timed(() => ask(index, { min: -100, max: 12_500 - 50 * there(i, 50) }, notebook.velocity)))
  for (let i = 0; i < 400; i++) steps.push(timed(() => ask(index, { min: -100, max: 12_500 }, { min: 0, max: 1050 - 5 * there(i, 50) })))
  const jumps: number[] = []
  for (let i = 0; i < 40; i++) jumps.push(timed(() => ask(index, { min: -100, max: i % 2 ? 12_000 : 3_000 + 100 * i }, { min: 0, max: i % 2 ? 1000 : 200 + 10 * i })))
  const recounts: number[] = []
  const answers: number[] = []
  for (let i = 0; i < repeats; i++) {
    const altitude = { min: -100, max: 12_000 - 50 * i }
    recounts.push(await timedAsync(() => database.run(recountSql(altitude))))
    answers.push(await timedAsync(() => database.run(answerSql(altitude, notebook.velocity))))
  }
  const step = median(steps)
  const jump = median(jumps)
  const times = (all: readonly number[], of: number) => `${(median(all) / of).toFixed(0)} times as long (${(Math.min(...all) / of).toFixed(0)} to ${(Math.max(...all) / of).toFixed(0)})`
  console.log(`  a step of 50 m or 5 km/h: median ${step.toFixed(3)} ms, 99 % within ${quantile(steps, 0.99).toFixed(2)} ms, the longest ${Math.max(...steps).toFixed(2)} ms; a jump over most rows ${jump.toFixed(2)} ms`)
  console.log(`  a recount of that measure alone, by window, takes ${times(recounts, step)}; against a jump, ${times(recounts, jump)}`)
  console.log(`  a recount of what a step answers, both measures and what changes, takes ${times(answers, step)}; against a jump, ${times(answers, jump)}`)
  await database.close()
  await benchBuild(silver, repeats)
}

async function indexOf(database: Database, query: BoundQuery, scans: readonly Scan[]): Promise<ThresholdIndex> {
  const index = openThresholdIndex(query.spec, rangesOf(query.spec))
  const blocks: Block[] = []
  for (const scan of scans) await readLimitedRows(database, query, scan, (rows) => blocks.push(buildBlock(query.spec, rows, -1n)))
  index.addBatch({ blocks, ranges: rangesOf(query.spec), closedUpTo: 1n << 40n })
  return index
}

async function tableOf(database: Database, { spec, eventTime }: BoundQuery, scans: readonly Scan[]): Promise<void> {
  const pane = `epoch_us("${eventTime}") // ${spec.window.pane}`
  const opened = await Promise.all(scans.map((scan) => scan.open()))
  const union = opened.map(({ sql }) => `SELECT "${eventTime}", origin_country, altitude_meters, velocity_kmh FROM (${sql})`).join(' UNION ALL ')
  await database.run(`CREATE TABLE observations AS SELECT (${pane})::INTEGER AS pane, origin_country AS country, altitude_meters AS altitude, velocity_kmh AS velocity FROM (${union}) WHERE "${eventTime}" IS NOT NULL`)
  await database.run(`CREATE TABLE current_windows AS ${windowsSql(notebook.altitude, notebook.velocity)}`)
}

const notebook = { altitude: { min: -100, max: 12_000 }, velocity: { min: 0, max: 1000 } }

/** What a drag asks for at each step. */
function ask(index: ThresholdIndex, altitude: Range, velocity: Range): Tally {
  index.propose([altitude, velocity])
  return index.tally()
}

const outside = (column: string, { min, max }: Range) => `count(*) FILTER (${column} > ${max} OR ${column} < ${min})`

/** One measure, by pane first and then by window, as the index has it. */
const recountSql = (altitude: Range) => `SELECT pane - n AS first, country, sum(outside) AS outside FROM (SELECT pane, country, ${outside('altitude', altitude)} AS outside FROM observations GROUP BY pane, country), range(5) w(n) GROUP BY first, country`

const windowsSql = (altitude: Range, velocity: Range) =>
  `SELECT pane - n AS first, country, sum(a) AS a, sum(v) AS v FROM (SELECT pane, country, ${outside('altitude', altitude)} AS a, ${outside('velocity', velocity)} AS v FROM observations GROUP BY pane, country), range(5) w(n) GROUP BY first, country`

/** The same sums as `Tally` has them; `current_windows` are counted once, with the notebook's limits. */
const answerSql = (altitude: Range, velocity: Range) =>
  `SELECT count(*) FILTER (w.a + w.v > 0) AS alerts, count(DISTINCT coalesce(w.country, '')) FILTER (w.a + w.v > 0) AS countries, sum(w.a) AS altitude, sum(w.v) AS velocity,
    count(*) FILTER (w.a + w.v > 0 AND c.a + c.v > 0) AS kept, count(*) FILTER (w.a + w.v > 0 AND c.a + c.v > 0 AND (w.a, w.v) IS DISTINCT FROM (c.a, c.v)) AS changed,
    count(*) FILTER (w.a + w.v > 0 AND c.a + c.v = 0) AS gained, count(*) FILTER (w.a + w.v = 0 AND c.a + c.v > 0) AS lost
  FROM (${windowsSql(altitude, velocity)}) w JOIN current_windows c ON w.first = c.first AND w.country IS NOT DISTINCT FROM c.country`

/** 0, 1, … and back, over and over. */
const there = (i: number, most: number): number => (Math.floor(i / most) % 2 === 0 ? i % most : most - 1 - (i % most))

/** Both sides must agree before anything is timed. */
async function sameCounts(database: Database, index: ThresholdIndex, altitude: Range, velocity: Range): Promise<void> {
  const { proposed, kept, changed, gained, lost } = ask(index, altitude, velocity)
  const counted = { alerts: proposed.alerts, countries: proposed.keys, altitude: proposed.anomalies[0], velocity: proposed.anomalies[1], kept, changed, gained, lost }
  const [found] = (await database.query(answerSql(altitude, velocity))).rows()
  const expected = Object.fromEntries(Object.entries(found!).map(([name, count]) => [name, Number(count)]))
  if (!isDeepStrictEqual(counted, expected)) throw new Error(`the index counts ${JSON.stringify(counted)}, DuckDB ${JSON.stringify(expected)}`)
  const alone = (await database.query(recountSql(altitude))).rows().reduce((sum, { outside: rows }) => sum + Number(rows), 0)
  if (alone !== counted.altitude) throw new Error(`the index counts ${counted.altitude} altitude anomalies, DuckDB ${alone}`)
}

/** A replay as fast as possible, with the index beside it as an open run has it, and without. */
async function benchBuild(silver: string, repeats: number): Promise<void> {
  const ratios: number[] = []
  const afterwards: number[] = []
  for (let i = 0; i <= repeats; i++) {
    const without = await replay(silver, false)
    const withIndex = await replay(silver, true)
    if (i === 0) continue // The first pair warms the page cache.
    ratios.push(withIndex.seconds / without.seconds)
    afterwards.push(withIndex.indexSeconds / without.seconds)
  }
  console.log(`  a replay with its index waiting beside it takes ${median(ratios).toFixed(3)} of the time without, from ${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}; the index is there after another ${median(afterwards).toFixed(2)} of it`)
}

async function replay(silver: string, indexed: boolean): Promise<{ readonly seconds: number; readonly indexSeconds: number }> {
  const target = mkdtempSync(join(tmpdir(), 'contrail-bench-whatif-'))
  try {
    const pipeline = pipelineOf(silver, target)
    const whatIf = indexed ? startWhatIf(pipeline, { folder: join(target, 'rows'), storage: { cacheFolder: join(target, 'cache') } }) : undefined
    await whatIf?.hold(true)
    let batches = 0
    const started = performance.now()
    const running = startPipeline(pipeline, {
      storage: { cacheFolder: join(target, 'cache') },
      workbench: { journalFolder: join(target, 'journal'), pace: { playing: true, speed: 'max' } },
      onEvent(event) {
        if (event.kind === 'record' && event.query === 'anomaly_alerts') void whatIf?.look(++batches).catch(() => undefined)
      }
    })
    for (const end of (await running.ended).values()) if (end) throw end
    const seconds = (performance.now() - started) / 1000
    const held = performance.now()
    await whatIf?.hold(false)
    await whatIf?.look(batches)
    const indexSeconds = (performance.now() - held) / 1000
    await whatIf?.close()
    return { seconds, indexSeconds }
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
}

function timed(work: () => void): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

async function timedAsync(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

const quantile = (values: readonly number[], share: number): number => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)]!
const median = (values: readonly number[]): number => quantile(values, 0.5)
