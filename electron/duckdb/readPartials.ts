import type { Batch, EventTimeStats, Partials } from '#shared/engine/partials.ts'
import { emptyBatch } from '#shared/engine/partials.ts'
import { emptyLane, growLane, type Lane, type LaneLayout } from '#shared/engine/lane.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import { laneLayoutsOf, slotsOf } from '#shared/engine/slots.ts'
import { micros, microsToMillis, millis } from '#shared/engine/time.ts'
import type { BoundQuery } from '#shared/pipeline/bindQuery.ts'
import { eventTimeSql, magnitudesSql, partialsSql, type Moments } from '#shared/query/partialsSql.ts'
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
  const plain = await run({ kind: 'plain' }).catch(ignoreOutOfRange)
  if (plain) return toPartials(spec, plain, scan, new Map())
  const scales = await readScales(database, spec, scan)
  return toPartials(spec, await run({ kind: 'guarded', scales }), scan, scales)
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

/** One batch out of its scans, in the order of the files. */
export function joinBatch(spec: QuerySpec, parts: readonly Partials[], times: readonly (EventTimeStats | undefined)[]): Batch {
  const layouts = laneLayoutsOf(spec)
  const eventTime = times.reduce<EventTimeStats | undefined>(joinEventTimes, undefined)
  const [only] = parts
  if (!only) return { ...emptyBatch(layouts), eventTime }
  return { partials: parts.length === 1 ? only : joinPartials(layouts, parts), eventTime }
}

function joinEventTimes(a: EventTimeStats | undefined, b: EventTimeStats | undefined): EventTimeStats | undefined {
  if (!a || !b) return a ?? b
  const rows = a.rows + b.rows
  return { rows, minMs: millis(Math.min(a.minMs, b.minMs)), maxMs: millis(Math.max(a.maxMs, b.maxMs)), avgMs: (a.avgMs * a.rows + b.avgMs * b.rows) / rows }
}

function joinPartials(layouts: readonly LaneLayout[], parts: readonly Partials[]): Partials {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const joined = { length, file: new Uint32Array(length), pane: new BigInt64Array(length), key: new Uint32Array(length) }
  const keys = new Map<string | null, number>()
  const lanes = layouts.map((layout) => emptyLane(layout))
  for (const lane of lanes) growLane(lane, length)
  let at = 0
  for (const part of parts) {
    const renumbered = part.keys.map((key) => keyNumber(keys, key))
    joined.file.set(part.file, at)
    joined.pane.set(part.pane, at)
    for (let i = 0; i < part.length; i++) joined.key[at + i] = renumbered[part.key[i]!]!
    part.lanes.forEach((lane, l) => copyInto(lane, lanes[l]!, part.length, at))
    at += part.length
  }
  return { ...joined, keys: [...keys.keys()], lanes }
}

function keyNumber(keys: Map<string | null, number>, key: string | null): number {
  const known = keys.get(key)
  if (known !== undefined) return known
  keys.set(key, keys.size)
  return keys.size - 1
}

function copyInto(from: Lane, to: Lane, length: number, at: number): void {
  if (from.store === 'number' && to.store === 'number') to.values.set(from.values.subarray(0, length), at)
  else for (let i = 0; i < length; i++) to.values[at + i] = from.values[i]!
}

function toPartials(spec: QuerySpec, result: QueryResult, scan: Scan, scales: ReadonlyMap<string, number>): Partials {
  const length = result.rowCount
  const positions = result.numbers(0)
  const panes = result.bigints(1)
  const keys = new Map<string | null, number>()
  const key = Uint32Array.from(result.strings(2), (text) => keyNumber(keys, text))
  const layouts = laneLayoutsOf(spec)
  const lanes = layouts.map((layout, i) => readLane(layout, result, 3 + i))
  for (const { slot, lane } of slotsOf(spec)) if (slot.kind === 'moments') mendMoments(lanes, lane, length, scales.get(slot.column.name) ?? 1)
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

/**
 * Undoes the scaling of large values. A single value that is not finite passes DuckDB's var_pop as 0: it must count as not finite, or two of them
 * would make a number.
 */
function mendMoments(lanes: readonly Lane[], first: number, length: number, scale: number): void {
  const [n, mean, m2] = [lanes[first], lanes[first + 1], lanes[first + 2]]
  if (n?.store !== 'number' || mean?.store !== 'number' || m2?.store !== 'number') throw new Error('moments are three lanes of numbers')
  for (let i = 0; i < length; i++) {
    if (!Number.isFinite(mean.values[i]!)) n.values[i] = mean.values[i] = m2.values[i] = 0
    else if (scale !== 1) {
      mean.values[i]! /= scale
      m2.values[i] = m2.values[i]! / scale / scale
    }
  }
}

/** Powers of two, so that scaling costs no digit. */
async function readScales(database: Database, spec: QuerySpec, scan: Scan): Promise<Map<string, number>> {
  const result = await query(database, scan, magnitudesSql(spec, scan.sql))
  return new Map(result.names.map((name, i) => [name, (result.numbers(i)[0] ?? 0) >= largestSafeMagnitude ? 2 ** -600 : 1]))
}

/** Its square, times the rows of a pane, is still a double. */
const largestSafeMagnitude = 1e145

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
