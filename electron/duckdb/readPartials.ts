import type { EventTimeStats, Partials } from '#shared/engine/partials.ts'
import { combine } from '#shared/engine/combine.ts'
import { numbersOf, type Lane, type LaneLayout } from '#shared/engine/lane.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import { laneLayoutsOf, slotsOf } from '#shared/engine/slots.ts'
import { micros, microsToMillis, millis } from '#shared/engine/time.ts'
import type { BoundQuery } from '#shared/pipeline/bindQuery.ts'
import { eventTimeSql, hasLargeSql, largeScale, partialsSql, type Moments } from '#shared/query/partialsSql.ts'
import type { Database } from './database.ts'
import type { QueryResult } from './queryResult.ts'

/** SQL over some files of a batch, and their positions in its list. With several files, the SQL's column `file` is an index into `files`. */
export interface Scan {
  readonly sql: string
  readonly files: readonly number[]
  /** The same for the same rows, whatever columns the SQL asks for. */
  readonly identity: string
  /** Turns what DuckDB says of a file that it cannot read into a Fault that names the file. Other errors come back as they are. */
  explain(error: unknown): unknown
}

/** The partials of one scan. Rows stay in DuckDB; what comes over is one entry per (file, pane, key). */
export async function readPartials(database: Database, { spec, eventTime }: BoundQuery, scan: Scan): Promise<Partials> {
  const file = scan.files.length > 1
  const run = (moments: Moments) => query(database, scan, partialsSql(spec, eventTime, scan.sql, { file, moments }))
  const all = await run('all').catch(ignoreOutOfRange)
  if (all) return toPartials(spec, all, scan)
  const partials = toPartials(spec, await run('moderate'), scan)
  const [found] = (await query(database, scan, hasLargeSql(spec, scan.sql))).rows()
  if (found?.large === true) addLargeMoments(spec, partials, toPartials(spec, await run('large'), scan))
  return partials
}

/** Event times of all live rows of one scan; a null time counts as the epoch. undefined: no rows. SPEC T1 */
export async function readEventTimes(database: Database, eventTime: string, scan: Scan): Promise<EventTimeStats | undefined> {
  const result = await query(database, scan, eventTimeSql(eventTime, scan.sql))
  const rows = result.numbers(0)[0]!
  const present = result.numbers(1)[0]!
  if (rows === 0) return undefined
  if (present === 0) return { rows, minMs: millis(0), maxMs: millis(0), avgMs: 0 }
  const low = microsToMillis(micros(result.bigints(2)[0]!))
  const high = microsToMillis(micros(result.bigints(3)[0]!))
  const mean = result.numbers(4)[0]!
  if (present === rows) return { rows, minMs: low, maxMs: high, avgMs: mean }
  return { rows, minMs: millis(Math.min(low, 0)), maxMs: millis(Math.max(high, 0)), avgMs: (mean * present) / rows }
}

/** Event times of two parts of a batch together. */
export function joinEventTimes(a: EventTimeStats | undefined, b: EventTimeStats | undefined): EventTimeStats | undefined {
  if (!a || !b) return a ?? b
  const rows = a.rows + b.rows
  return { rows, minMs: millis(Math.min(a.minMs, b.minMs)), maxMs: millis(Math.max(a.maxMs, b.maxMs)), avgMs: (a.avgMs * a.rows + b.avgMs * b.rows) / rows }
}

function keyNumber(keys: Map<string | null, number>, key: string | null): number {
  const known = keys.get(key)
  if (known !== undefined) return known
  keys.set(key, keys.size)
  return keys.size - 1
}

function toPartials(spec: QuerySpec, result: QueryResult, scan: Scan): Partials {
  const length = result.rowCount
  const positions = result.numbers(0)
  const panes = result.bigints(1)
  const keys = new Map<string | null, number>()
  const key = Uint32Array.from(result.strings(2), (text) => keyNumber(keys, text))
  const layouts = laneLayoutsOf(spec)
  const lanes = layouts.map((layout, i) => readLane(layout, result, 3 + i))
  for (const { slot, lane } of slotsOf(spec)) if (slot.kind === 'moments') dropNonFinite(lanes, lane, length)
  return {
    length,
    file: Uint32Array.from(positions, (position) => scan.files[position]!),
    pane: panes.map((number) => number * spec.window.pane),
    key,
    keys: [...keys.keys()],
    lanes
  }
}

function readLane(layout: LaneLayout, result: QueryResult, column: number): Lane {
  if (layout.store === 'number') {
    const values = result.numbers(column)
    const nulls = result.nulls(column)
    for (let i = 0; i < values.length; i++) if (nulls[i]) values[i] = layout.empty
    return { ...layout, values }
  }
  const texts = result.strings(column)
  if (layout.store === 'text') return { store: 'text', values: texts }
  return { store: 'bigint', values: texts.map((text) => (text === null ? null : BigInt(text.replace('.', '')))) }
}

/** A single value that is not finite passes DuckDB's var_pop as 0: it must count as not finite, or two of them would make a number. */
function dropNonFinite(lanes: readonly Lane[], first: number, length: number): void {
  const [n, mean, m2] = [numbersOf(lanes, first), numbersOf(lanes, first + 1), numbersOf(lanes, first + 2)]
  for (let i = 0; i < length; i++) if (!Number.isFinite(mean[i]!)) n[i] = mean[i] = m2[i] = 0
}

/** Adds the moments of large values, which were read scaled, to those of the moderate ones. Both have the same groups. */
function addLargeMoments(spec: QuerySpec, partials: Partials, large: Partials): void {
  const idOf = ({ file, pane, key, keys }: Partials, i: number) => JSON.stringify([file[i], String(pane[i]), keys[key[i]!]])
  const rows = new Map(Array.from({ length: partials.length }, (_, i) => [idOf(partials, i), i]))
  const moments = slotsOf(spec).filter(({ slot }) => slot.kind === 'moments')
  for (let i = 0; i < large.length; i++) {
    for (const { lane } of moments) {
      numbersOf(large.lanes, lane + 1)[i]! /= largeScale
      numbersOf(large.lanes, lane + 2)[i] = numbersOf(large.lanes, lane + 2)[i]! / largeScale / largeScale
    }
    combine(moments, partials.lanes, rows.get(idOf(large, i))!, large.lanes, i)
  }
}

async function query(database: Database, scan: Scan, sql: string): Promise<QueryResult> {
  try {
    return await database.query(sql)
  } catch (error) {
    throw scan.explain(error)
  }
}

function ignoreOutOfRange(error: unknown): undefined {
  if (error instanceof Error && error.message.includes('is out of range')) return undefined
  throw error
}
