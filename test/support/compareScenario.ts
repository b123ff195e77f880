import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Database } from '#electron/duckdb/database.ts'
import type { SqlValue } from '#electron/duckdb/queryResult.ts'
import { formatInstant, type Progress } from '#electron/host/progress.ts'
import { queryNames, readLines, type OracleQuery, type Scenario } from './oracle.ts'
import type { ScenarioOutcome } from './runScenario.ts'

/** Holds what the runs gave against the recording, with the tolerance of its README. */
export async function expectRecorded(scenario: Scenario, outcome: ScenarioOutcome, database: Database): Promise<void> {
  scenario.runs.forEach((run, i) => {
    for (const query of queries) {
      const end = outcome.ends[i]!.get(queryNames[query].gold)
      const refused = run.error?.[query]?.errorClass
      if (refused === undefined) expect(end, `run ${i} of ${query}`).toBeUndefined()
      else expect(end?.message).toContain(`[${refused}] `)
    }
  })
  for (const query of queries) {
    const schema = JSON.parse(readFileSync(join(scenario.folder, 'expected', `${query}.schema.json`), 'utf8')) as unknown
    const table = join(outcome.gold, queryNames[query].gold)
    if (schema === null) {
      expect(existsSync(table), `${query} was refused, and must leave nothing`).toBe(false)
      expect(existsSync(join(outcome.checkpoints, queryNames[query].checkpoint))).toBe(false)
      continue
    }
    expect(schemaOf(table)).toEqual(schema)
    await expectGold(scenario, outcome, query, database)
    expectProgress(outcome.progress.get(queryNames[query].gold) ?? [], readLines(join(scenario.folder, 'expected', `${query}.progress.jsonl`)))
  }
}

/** The newest batch that each place holds; -1: none. */
export interface Reached {
  readonly offsets: number
  readonly gold: number
  readonly commits: number
}

const everything: Reached = { offsets: Infinity, gold: Infinity, commits: Infinity }

/** Rows, offsets and commits of one query: all that outlives a crash. `reached`: the recording up to these batches, and nothing after them. `source`: whether offsets are those of the recorded table. */
export async function expectGold(scenario: Scenario, { gold, checkpoints }: Pick<ScenarioOutcome, 'gold' | 'checkpoints'>, query: OracleQuery, database: Database, reached = everything, source: 'as recorded' | 'another' = 'as recorded'): Promise<void> {
  const expected = readLines(join(scenario.folder, 'expected', `${query}.jsonl`)).filter(({ batchId }) => (batchId as number) <= reached.gold)
  const table = join(gold, queryNames[query].gold)
  expectRows(existsSync(table) ? await goldRows(table, database) : [], expected)
  expectCheckpoint(join(checkpoints, queryNames[query].checkpoint), join(scenario.folder, 'expected', `${query}.checkpoint.json`), reached, source)
}

const queries: readonly OracleQuery[] = ['phase_counts', 'anomaly_alerts']

function commitsOf(table: string): Record<string, unknown>[][] {
  const log = join(table, '_delta_log')
  return readdirSync(log)
    .filter((name) => /^\d{20}\.json$/.test(name))
    .sort()
    .map((name) => readLines(join(log, name)))
}

function schemaOf(table: string): unknown {
  const metaData = commitsOf(table)[0]!.find((action) => 'metaData' in action)!.metaData as { schemaString: string }
  return JSON.parse(metaData.schemaString)
}

/** Gold's rows with the batch that wrote them, read through its log, values as the recordings write them. `where`: an SQL condition. */
export async function goldRows(table: string, database: Database, where = 'true'): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = []
  for (const actions of commitsOf(table)) {
    const own = actions.find((action) => 'txn' in action)
    if (!own) continue // Another writer's.
    const batchId = (own.txn as { version: number }).version
    for (const action of actions) {
      if (!('add' in action)) continue
      const file = join(table, decodeURIComponent((action.add as { path: string }).path))
      const result = await database.query(`SELECT * FROM read_parquet('${file}') WHERE ${where}`)
      const columns = result.names.map((_, i) => result.values(i))
      for (let row = 0; row < result.rowCount; row++) {
        rows.push({ batchId, ...Object.fromEntries(result.names.map((name, i) => [name, plain(columns[i]![row]!, result.types[i]!)])) })
      }
    }
  }
  return rows
}

function plain(value: SqlValue, type: string): unknown {
  if (typeof value === 'bigint') return type.startsWith('TIMESTAMP') ? isoMicros(value) : Number(value)
  if (typeof value === 'number' && type === 'DATE') return new Date(value * 86_400_000).toISOString().slice(0, 10)
  if (typeof value === 'number' && !Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
  return value
}

export function isoMicros(us: bigint): string {
  const ms = us >= 0n ? us / 1000n : -((-us + 999n) / 1000n)
  return `${formatInstant(Number(ms)).slice(0, -1)}${String(us - ms * 1000n).padStart(3, '0')}Z`
}

const identity = (row: Record<string, unknown>) => JSON.stringify([row.batchId, row.window_start, row.flight_phase ?? row.origin_country ?? null])

export function expectRows(actual: readonly Record<string, unknown>[], expected: readonly Record<string, unknown>[]): void {
  expect(actual.map(identity).sort()).toEqual(expected.map(identity).sort())
  const byId = new Map(actual.map((row) => [identity(row), row]))
  for (const row of expected) {
    const found = byId.get(identity(row))!
    expect(Object.keys(found)).toEqual(Object.keys(row))
    for (const [name, value] of Object.entries(row)) expectValue(found[name], value, `${name} of ${identity(row)}`)
  }
}

function expectValue(actual: unknown, expected: unknown, where: string): void {
  const number = expected === '-0.0' ? 0 : expected
  if (typeof number !== 'number' || typeof actual !== 'number') return expect(actual === '-0.0' ? 0 : actual, where).toEqual(number)
  expect(Math.abs(actual - number), `${where}: ${actual} for ${number}`).toBeLessThanOrEqual(/avg|stddev|rate/.test(where) ? 1e-9 * Math.max(1, Math.abs(number)) : 0)
}

/** A batch finished after a crash is reported again: the last line of each batch counts. */
function expectProgress(actual: readonly Progress[], expected: readonly Record<string, unknown>[]): void {
  const last = <Line extends { readonly batchId: number }>(lines: readonly Line[]) => [...new Map(lines.map((line) => [line.batchId, line])).values()].sort((a, b) => a.batchId - b.batchId)
  const lines = last(actual).map(({ batchId, numInputRows, eventTime, stateOperators, sources }) => ({
    batchId,
    numInputRows,
    eventTime: withoutAverage(eventTime),
    numRowsTotal: stateOperators[0].numRowsTotal,
    numRowsUpdated: stateOperators[0].numRowsUpdated,
    numRowsRemoved: stateOperators[0].numRowsRemoved,
    numRowsDroppedByWatermark: stateOperators[0].numRowsDroppedByWatermark,
    startOffset: sources[0].startOffset,
    endOffset: sources[0].endOffset
  }))
  const wanted = last(expected as { batchId: number; eventTime: Record<string, string> }[]).map(({ run: _run, eventTime, ...line }: Record<string, unknown>) => ({ ...line, eventTime: asOurs(withoutAverage(eventTime as Record<string, string>)) }))
  expect(lines).toEqual(wanted)
  for (const { batchId, eventTime } of expected as { batchId: number; eventTime: Record<string, string> }[]) {
    const average = actual.filter((line) => line.batchId === batchId).at(-1)!.eventTime.avg
    if (eventTime.avg !== undefined && /^[1-9]\d{3}-/.test(eventTime.avg)) expect(Math.abs(Date.parse(average!) - Date.parse(eventTime.avg))).toBeLessThanOrEqual(1)
  }
}

function withoutAverage({ avg: _avg, ...rest }: Readonly<Record<string, string>>): Record<string, string> {
  return rest
}

/** SPEC T5: in the last 7,000 years of 64 bits, our milliseconds are even. */
function asOurs(times: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(times).map(([name, text]) => [name, /^29\d{4}-/.test(text) ? text.replace(/[13579]Z$/, (odd) => `${Number(odd[0]) - 1}Z`) : text]))
}

function expectCheckpoint(folder: string, recording: string, reached: Reached, source: 'as recorded' | 'another'): void {
  const expected = JSON.parse(readFileSync(recording, 'utf8')) as Record<'offsets' | 'commits', Record<string, string>>
  for (const kind of ['offsets', 'commits'] as const) {
    const names = existsSync(join(folder, kind)) ? readdirSync(join(folder, kind)).filter((name) => /^\d+$/.test(name)) : []
    const wanted = Object.keys(expected[kind]).filter((name) => Number(name) <= reached[kind])
    expect(names.sort(), kind).toEqual(wanted.sort())
    const plain = (text: string) => (source === 'another' ? { ...essence(text), source: undefined } : essence(text))
    for (const name of names) expect(plain(readFileSync(join(folder, kind, name), 'utf8'))).toEqual(plain(expected[kind][name]!))
  }
}

/** What other tools may rely on: the watermark and the source's line. */
function essence(text: string) {
  const [version, metadata, source] = text.replace(/\b9\d{15}\b/g, (ms) => String(BigInt(ms) & ~1n)).split('\n') // SPEC T5
  const { batchWatermarkMs, nextBatchWatermarkMs } = JSON.parse(metadata!) as Record<string, unknown>
  return { version, batchWatermarkMs, nextBatchWatermarkMs, source }
}
