import type { EventTimeStats, Partials } from '#shared/engine/partials.ts'
import { combine } from '#shared/engine/combine.ts'
import { emptyMeasures, objectLane, type Measures } from '#shared/engine/measures.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import { slotLayoutOf } from '#shared/engine/slots.ts'
import { firstMicros, lastMicros, micros, microsToMillis, millis } from '#shared/engine/time.ts'
import type { BoundQuery } from '#shared/pipeline/bindQuery.ts'
import { eventTimeSql, hasLargeSql, infiniteTimesSql, largeScale, parseExact, partialsSql, type Moments } from '#shared/query/partialsSql.ts'
import type { Database } from './database.ts'
import { withScan, type Scan } from './scan.ts'
import type { QueryResult } from './queryResult.ts'


/** The partials of one scan. Rows stay in DuckDB; what comes over is one entry per (file, pane, key). */
export function readPartials(database: Database, { spec, eventTime }: BoundQuery, scan: Scan): Promise<Partials> {
  return withScan(scan, async (sql) => {
    const file = scan.files.length > 1
    const run = (moments: Moments) => database.query(partialsSql(spec, eventTime, sql, { file, moments }))
    const all = await run('all').catch(ignoreOutOfRange)
    if (all) return toPartials(spec, all, scan)
    const partials = toPartials(spec, await run('moderate'), scan)
    const [found] = (await database.query(hasLargeSql(spec, sql))).rows()
    if (found?.large === true) addLargeMoments(spec, partials, toPartials(spec, await run('large'), scan))
    return partials
  })
}

/** Rows of a file with an infinite event time. SPEC T5 */
export interface InfiniteTimes {
  /** Position of the file in the scan. */
  readonly file: number
  /** Rows with infinity, and with -infinity. */
  readonly after: number
  readonly before: number
}

export interface ScanTimes extends EventTimeStats {
  readonly infinite: readonly InfiniteTimes[]
}

/** Event times of all live rows of one scan; a null time counts as the epoch. undefined: no rows. SPEC T1, T5 */
export function readEventTimes(database: Database, eventTime: string, scan: Scan): Promise<ScanTimes | undefined> {
  return withScan(scan, async (sql) => {
    const result = await database.query(eventTimeSql(eventTime, sql))
    const rows = result.numbers(0)[0]!
    const present = result.numbers(1)[0]!
    if (rows === 0) return undefined
    if (present === 0) return { rows, minMs: millis(0), maxMs: millis(0), avgMs: 0, infinite: [] }
    const low = micros(result.bigints(2)[0]!)
    const high = micros(result.bigints(3)[0]!)
    const infinite = low <= -lastMicros || high === lastMicros ? await readInfinite(database, eventTime, scan, sql) : []
    const after = infinite.reduce((sum, file) => sum + file.after, 0)
    const before = infinite.reduce((sum, file) => sum + file.before, 0)
    const sum = result.numbers(4)[0]! * (present - after - before) + msOfInfinity * (after - before)
    const [minMs, maxMs] = [microsToMillis(low), microsToMillis(high)]
    if (present === rows) return { rows, minMs, maxMs, avgMs: infinite.length === 0 ? result.numbers(4)[0]! : sum / rows, infinite }
    return { rows, minMs: millis(Math.min(minMs, 0)), maxMs: millis(Math.max(maxMs, 0)), avgMs: sum / rows, infinite }
  })
}

const msOfInfinity = Number(lastMicros) / 1000

async function readInfinite(database: Database, eventTime: string, { files }: Scan, sql: string): Promise<InfiniteTimes[]> {
  const result = await database.query(infiniteTimesSql(eventTime, sql, files.length > 1))
  const [file, after, before] = [0, 1, 2].map((column) => result.numbers(column)) as [Float64Array, Float64Array, Float64Array]
  return Array.from(file, (position, i) => ({ file: position, after: after[i]!, before: before[i]! }))
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
  if (result.nulls(1).includes(1)) throw new Error('DuckDB gave no number for an event time that is not null')
  const keys = new Map<string | null, number>()
  const key = Uint32Array.from(result.strings(2), (text) => keyNumber(keys, text))
  return {
    length,
    file: Uint32Array.from(positions, (position) => scan.files[position]!),
    pane: panes.map((number) => paneOf(number * spec.window.pane)),
    key,
    keys: [...keys.keys()],
    measures: readMeasures(spec, result)
  }
}

/** A pane begins with a whole number of its widths: before the first time of all, perhaps, which then stands for it. */
const paneOf = (start: bigint): bigint => (start < firstMicros ? firstMicros : start)

const firstLane = 3

/** The lanes of a result, in the order of the slots. */
function readMeasures(spec: QuerySpec, result: QueryResult): Measures {
  const layout = slotLayoutOf(spec)
  const measures = emptyMeasures(layout, result.rowCount)
  let column = firstLane
  for (const { slot, store, lane } of layout.slots) {
    if (store === 'object') {
      const isText = slot.kind !== 'sum' && slot.kind !== 'rows' && slot.column.type.kind === 'string'
      result.strings(column++).forEach((text, row) => (objectLane(measures, lane)[row] = text === null || isText ? text : parseExact(text)))
      continue
    }
    const lanes = slot.kind === 'moments' ? 3 : 1
    for (let l = 0; l < lanes; l++) readNumbers(result, column++, measures, lane + l)
    if (slot.kind === 'moments') dropNonFinite(measures, lane, result.rowCount)
  }
  return measures
}

/** A null leaves the neutral element. */
function readNumbers(result: QueryResult, column: number, { numbers, stride }: Measures, lane: number): void {
  const values = result.numbers(column)
  const nulls = result.nulls(column)
  for (let row = 0; row < values.length; row++) if (!nulls[row]) numbers[row * stride + lane] = values[row]!
}

/** A single value that is not finite passes DuckDB's var_pop as 0: it must count as not finite, or two of them would make a number. */
function dropNonFinite({ numbers, stride }: Measures, lane: number, rows: number): void {
  for (let at = lane; at < rows * stride; at += stride) if (!Number.isFinite(numbers[at + 1]!)) numbers.fill(0, at, at + 3)
}

/** Adds the moments of large values, which were read scaled, to those of the moderate ones. Both have the same groups. */
function addLargeMoments(spec: QuerySpec, partials: Partials, large: Partials): void {
  const idOf = ({ file, pane, key, keys }: Partials, i: number) => JSON.stringify([file[i], String(pane[i]), keys[key[i]!]])
  const rows = new Map(Array.from({ length: partials.length }, (_, i) => [idOf(partials, i), i]))
  const moments = slotLayoutOf(spec).slots.filter(({ slot }) => slot.kind === 'moments')
  const { numbers, stride } = large.measures
  for (let i = 0; i < large.length; i++) {
    for (const { lane } of moments) {
      const at = i * stride + lane
      numbers[at + 1]! /= largeScale
      numbers[at + 2] = numbers[at + 2]! / largeScale / largeScale
    }
    combine(moments, partials.measures, rows.get(idOf(large, i))!, large.measures, i)
  }
}

function ignoreOutOfRange(error: unknown): undefined {
  if (error instanceof Error && error.message.includes('is out of range')) return undefined
  throw error
}
