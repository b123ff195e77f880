import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readStream } from '#shared/arrow/readStream.ts'
import type { Host } from '#shared/contract/host.ts'
import type { BatchRecord, Limits, QueryName, RunEvent, RunSummary } from '#shared/contract/run.ts'
import type { SilverRows } from '#shared/contract/silver.ts'
import { openTableScan } from '#electron/delta/deltaTable.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { isState, openTestHost } from '#test/support/hosts.ts'

let database: Database
let folder: string
let silver: string
beforeAll(async () => {
  database = await openDatabase()
  folder = temporaryFolder('silver-rows')
  silver = join(folder, 'silver')
  expect(await contrail(['sample', silver, '--minutes', '24', '--rows-per-minute', '300'])).toMatchObject({ code: 0 })
})
afterAll(() => database.close())

const tight: Limits = { altitudeMin: 300, altitudeMax: 10_668, velocityMin: 0, velocityMax: 870.5 }

interface Replayed {
  readonly host: Host
  readonly run: RunSummary
  readonly batches: readonly BatchRecord[]
  readonly events: readonly RunEvent[]
}

async function replayed(limitsAfter?: number): Promise<Replayed> {
  const { host, heard } = await openTestHost()
  const run = await host.createRun({ silver, mode: 'replay', maxFilesPerTrigger: 1 })
  await host.openRun(run.id)
  if (limitsAfter !== undefined) {
    for (let step = 0; step < limitsAfter; step++) {
      const from = heard.events.length
      await host.controlRun(run.id, { kind: 'step', unit: 'file' })
      await heard.until((event) => event.kind === 'run', from)
    }
    await host.applyLimits(run.id, tight, '')
  }
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  return { host, run, batches: heard.events.flatMap((event) => (event.kind === 'batch' ? [event.batch] : [])), events: heard.events }
}

interface GoldWindow {
  readonly startMs: number
  readonly rows: number
  readonly anomalies: number
}

/** Closed windows of a query: as gold has them. */
async function goldOf(run: RunSummary, query: QueryName): Promise<GoldWindow[]> {
  const scan = await openTableScan(openStorage(join(run.gold, query)), {}, database)
  const [rows, anomalies] = query === 'anomaly_alerts' ? ['sum(total_observations)', 'sum(altitude_anomalies + velocity_anomalies)'] : ['sum(flight_count)', '0']
  return (await database.query(`SELECT epoch_ms(window_start)::DOUBLE AS start, ${rows}::DOUBLE AS rows, ${anomalies}::DOUBLE AS anomalies FROM (${scan.sql}) GROUP BY window_start ORDER BY window_start`)).rows().map((row) => ({ startMs: Number(row.start), rows: Number(row.rows), anomalies: Number(row.anomalies) }))
}

function columnOf({ rows }: SilverRows, name: string): readonly unknown[] {
  return rows.flatMap((stream) => Array.from(readStream(stream).columns.find((column) => column.name === name)!.values as ArrayLike<unknown>))
}

const anomaliesIn = (rows: SilverRows): number => {
  const late = columnOf(rows, 'late')
  return columnOf(rows, 'crosses').reduce<number>((sum, crosses, i) => sum + (late[i] === 'dropped' || crosses === '' ? 0 : crosses === 'both' ? 2 : 1), 0)
}

const droppedOf = (batches: readonly BatchRecord[], query: QueryName, startMs: number): number => batches.flatMap((batch) => (batch.query === query ? batch.dropped : [])).reduce((sum, window) => sum + (window.startMs === startMs ? window.rows : 0), 0)

test('the rows of every closed window are as many as gold counts, and as many cross as gold has anomalies, also where limits were changed in mid-run', async () => {
  for (const limitsAfter of [undefined, 12]) {
    const { host, run, batches } = await replayed(limitsAfter)
    let dropped = 0
    for (const query of ['anomaly_alerts', 'flight_phase_counts'] as const) {
      for (const { startMs, rows, anomalies } of await goldOf(run, query)) {
        const answer = await host.silverRows(run.id, { query, startMs, limits: null })
        expect({ counted: answer.counted, dropped: answer.dropped, given: answer.given, of: answer.of }).toEqual({ counted: rows, dropped: droppedOf(batches, query, startMs), given: rows + answer.dropped, of: rows + answer.dropped })
        if (query === 'anomaly_alerts') expect(anomaliesIn(answer)).toBe(anomalies)
        dropped += answer.dropped
      }
    }
    expect(dropped).toBeGreaterThan(20)
  }
})

test('windows that are open have the rows that they count so far, and nothing has closed them', async () => {
  const { host, run, events } = await replayed()
  const open = events.filter((event) => event.kind === 'open' && event.query === 'anomaly_alerts').at(-1) as Extract<RunEvent, { kind: 'open' }>
  const { columns, length } = readStream(open.rows)
  const byWindow = new Map<number, number>()
  for (let row = 0; row < length; row++) {
    const startMs = Number(columns[0]!.values[row]) / 1000
    byWindow.set(startMs, (byWindow.get(startMs) ?? 0) + Number(columns.find(({ name }) => name === 'total_observations')!.values[row]))
  }
  expect(byWindow.size).toBeGreaterThan(3)
  for (const [startMs, rows] of byWindow) {
    const facts = await host.windowFacts(run.id, { query: 'anomaly_alerts', startMs })
    expect({ counted: facts.counted, closedBy: facts.closedBy }).toEqual({ counted: rows, closedBy: null })
  }
})

test('crossing rows come first, dropped ones last, each by time, with its file and the batch that read it', async () => {
  const { host, run, batches } = await replayed()
  const { startMs } = batches.flatMap(({ query, dropped }) => (query === 'anomaly_alerts' ? dropped.filter(({ rows }) => rows > 2) : []))[0]!
  const answer = await host.silverRows(run.id, { query: 'anomaly_alerts', startMs, limits: tight })
  const rank = columnOf(answer, 'late').map((late, i) => (late === 'dropped' ? 4 : columnOf(answer, 'crosses')[i] === '' ? 2 : 1) + (late === 'dropped' && columnOf(answer, 'crosses')[i] === '' ? 1 : 0))
  expect(rank).toEqual([...rank].sort())
  expect(new Set(rank).size).toBeGreaterThan(2)
  expect(answer.crossing).toBe(rank.filter((place) => place === 1).length)
  const at = columnOf(answer, 'event_timestamp').map(Number)
  expect(at.filter((time, i) => i > 0 && rank[i] === rank[i - 1] && time < at[i - 1]!)).toEqual([])
  expect(at.every((time) => time >= startMs * 1000 && time < (startMs + 300_000) * 1000)).toBe(true)
  const files = new Map(batches.filter(({ query }) => query === 'anomaly_alerts').flatMap(({ batchId, files: own }) => own.map(({ path }) => [path, batchId])))
  expect(columnOf(answer, 'batch').map(Number)).toEqual(columnOf(answer, 'file').map((file) => files.get(String(file))))
  const [whole] = (await database.query(`SELECT count(*)::INTEGER AS n FROM read_parquet('${silver}/*.parquet') WHERE epoch_ms(event_timestamp) >= ${startMs} AND epoch_ms(event_timestamp) < ${startMs + 300_000}`)).rows()
  expect(answer.of).toBe(whole?.n)
  expect(readStream(answer.rows[0]!).columns.map(({ name }) => name).slice(-6)).toEqual(['rolling_avg_velocity', 'flight_phase', 'file', 'batch', 'late', 'crosses'])
})

test('a country or a phase of a window, rows without a phase, and a country in all windows', async () => {
  const { host, run } = await replayed()
  for (const [query, key, count] of [['anomaly_alerts', 'origin_country', 'total_observations'], ['flight_phase_counts', 'flight_phase', 'flight_count']] as const) {
    const scan = await openTableScan(openStorage(join(run.gold, query)), {}, database)
    const gold = (await database.query(`SELECT epoch_ms(window_start)::DOUBLE AS start, ${key} AS key, ${count}::DOUBLE AS rows FROM (${scan.sql}) WHERE ${key} IN ('Malta', 'Germany', 'TAKEOFF') OR ${key} IS NULL ORDER BY ALL`)).rows()
    expect(gold.length).toBeGreaterThan(10)
    if (query === 'flight_phase_counts') expect(gold.some((row) => row.key === null)).toBe(true)
    for (const row of gold) expect((await host.silverRows(run.id, { query, startMs: Number(row.start), key: row.key as string | null, limits: null })).counted).toBe(row.rows)
  }
  const germany = await host.silverRows(run.id, { query: 'anomaly_alerts', startMs: null, key: 'Germany', limits: null })
  const [whole] = (await database.query(`SELECT count(*)::INTEGER AS n FROM read_parquet('${silver}/*.parquet') WHERE origin_country = 'Germany' AND event_timestamp IS NOT NULL`)).rows()
  expect(germany.counted + germany.dropped).toBe(whole?.n)
})

test('no more than 100,000 rows come, and all are counted', async () => {
  const many = join(folder, 'many')
  expect(await contrail(['sample', many, '--minutes', '5', '--rows-per-minute', '30000'])).toMatchObject({ code: 0 })
  const { host, heard } = await openTestHost()
  const run = await host.createRun({ silver: many, mode: 'replay' })
  await host.openRun(run.id)
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  const answer = await host.silverRows(run.id, { query: 'anomaly_alerts', startMs: Date.UTC(2026, 0, 23, 12), limits: null })
  expect(answer.of).toBeGreaterThan(140_000)
  expect(answer.given).toBe(100_000)
  expect(columnOf(answer, 'crosses').filter((crosses) => crosses !== '')).toHaveLength(answer.crossing)
})

describe('what is known of a window', () => {
  test('panes, files and late rows are the rows of the window, each once, and agree with the records of the other query', async () => {
    const { host, run, batches } = await replayed()
    for (const { startMs, rows } of await goldOf(run, 'anomaly_alerts')) {
      const facts = await host.windowFacts(run.id, { query: 'anomaly_alerts', startMs })
      const sum = <Fact>(all: readonly Fact[], of: (fact: Fact) => number) => all.reduce((total, fact) => total + of(fact), 0)
      const dropped = droppedOf(batches, 'anomaly_alerts', startMs)
      expect({ counted: facts.counted, dropped: facts.dropped }).toEqual({ counted: rows, dropped })
      expect({ counted: sum(facts.panes, (pane) => pane.counted), dropped: sum(facts.panes, (pane) => pane.dropped), crossing: sum(facts.panes, (pane) => pane.crossing) }).toEqual({ counted: rows, dropped, crossing: facts.crossing })
      expect({ counted: sum(facts.files, (file) => file.onTime + file.lateCounted), dropped: sum(facts.files, (file) => file.dropped) }).toEqual({ counted: rows, dropped })
      expect(sum(facts.groups, (group) => group.rows)).toBe(facts.late)
      expect(sum(facts.delays.rows, (part) => part)).toBe(facts.late)
      expect(sum(facts.panes, (pane) => pane.late) + dropped).toBe(facts.late)
      // A minute of the phase counts is a pane of this window.
      expect(facts.droppedByOther).toBe(sum(facts.panes, (pane) => droppedOf(batches, 'flight_phase_counts', pane.startMs)))
    }
  })

  test('E1 which batch and file closed it: the first event that moved the watermark past its end', async () => {
    const { host, run, batches } = await replayed()
    const times = new Map((await database.query(`SELECT parse_filename(filename) AS file, epoch_ms(max(event_timestamp))::DOUBLE AS ms FROM read_parquet('${silver}/*.parquet', filename = true) GROUP BY ALL`)).rows().map(({ file, ms }) => [String(file), Number(ms)]))
    for (const query of ['anomaly_alerts', 'flight_phase_counts'] as const) {
      const own = batches.filter((batch) => batch.query === query)
      for (const { batchId, closed } of own) {
        for (const { startMs, endMs } of closed) {
          const { path } = own[batchId - 1]!.files[0]!
          expect((await host.windowFacts(run.id, { query, startMs })).closedBy).toEqual({ readBy: batchId - 1, writtenBy: batchId, file: path, eventMs: times.get(path) })
          expect(times.get(path)!).toBeGreaterThanOrEqual(endMs + run.queries[query]!.watermarkDelayMs)
        }
      }
    }
  })
})

test('a file that is gone is named, and what is asked wrongly is refused', async () => {
  const { host, run } = await replayed()
  const question = { query: 'anomaly_alerts', startMs: Date.UTC(2026, 0, 23, 12, 3), limits: null } as const
  await expect(host.silverRows(run.id, { ...question, startMs: question.startMs + 1 })).rejects.toThrow('anomaly_alerts has no window that begins at')
  await expect(host.silverRows(run.id, { ...question, query: 'x' as QueryName })).rejects.toThrow('there is no query "x"')
  await expect(host.silverRows(run.id, { ...question, limits: { ...tight, altitudeMin: 1e6 } })).rejects.toThrow('the altitude minimum (1000000) is above')
  await expect(host.windowFacts('another', { query: 'anomaly_alerts', startMs: 0 })).rejects.toThrow('that run is not open')
  const file = readdirSync(silver).find((name) => name.startsWith('part-00004'))!
  renameSync(join(silver, file), join(folder, file))
  try {
    await expect(host.silverRows(run.id, question)).rejects.toThrow(new RegExp(`${file}.*is not there any more`))
  } finally {
    renameSync(join(folder, file), join(silver, file))
  }
  const whole = readFileSync(join(silver, file))
  writeFileSync(join(silver, file), Buffer.concat([whole.subarray(0, 2000), Buffer.alloc(whole.length - 2008), whole.subarray(whole.length - 8)]))
  try {
    await expect(host.silverRows(run.id, question)).rejects.toThrow(file)
  } finally {
    writeFileSync(join(silver, file), whole)
  }
  expect((await host.silverRows(run.id, question)).counted).toBeGreaterThan(0)
})
