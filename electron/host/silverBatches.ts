import { randomUUID } from 'node:crypto'
import type { BatchRecord, Limits, QueryName } from '#shared/contract/run.ts'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { micros, microsOf, millis, millisToMicros } from '#shared/engine/time.ts'
import { lastWindow, lastWindowEndingBy, lastWindowOf, windowStart, type WindowSpec } from '#shared/engine/windowSpec.ts'
import { withBatchSettings, type BatchSettings } from '#shared/pipeline/batchSettings.ts'
import { bindQuery, type BoundQuery } from '#shared/pipeline/bindQuery.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { inputsOf, keySql, outsideSql } from '#shared/query/partialsSql.ts'
import { microsSql } from '#shared/query/microsSql.ts'
import { filePositionColumn, quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import type { Database } from '../duckdb/database.ts'
import { withScan, type OpenScan, type Scan } from '../duckdb/scan.ts'
import type { SourceParts } from '../source/openSource.ts'
import type { SourceFile, SourceStream } from '../source/source.ts'
import type { RecordedBatch } from '../whatIf/recordedBatches.ts'
import { openRecordedQuery, type RecordedQuery } from '../whatIf/recordedQuery.ts'
import { refuseMoved } from './readBatch.ts'

/** What the batches of a run are read again with. */
export interface SilverParts extends SourceParts {
  readonly database: Database
  readonly pipeline: () => Pipeline
  /** What the journal has of the run's batches, of both queries. */
  readonly records: () => readonly BatchRecord[]
}

/** A query of a run, its silver, and the batches that gold has of it. */
export interface SilverQuery {
  readonly recorded: RecordedQuery
  readonly batches: readonly RecordedBatch[]
  /** By batch id. */
  readonly records: ReadonlyMap<number, BatchRecord>
  readonly other: OtherQuery | undefined
}

/** The query that reads the same rows for other windows. */
interface OtherQuery {
  /** Rows of a file with an earlier time, in microseconds, were dropped from at least one of its windows; undefined where it has not read the file. */
  droppedBefore(path: string): bigint | undefined
}

/** Opens the queries of a run once each; what has come since is looked for at every call. */
export function openSilverQueries(parts: SilverParts): (query: QueryName) => Promise<SilverQuery> {
  const opened = new Map<QueryName, Promise<{ readonly recorded: RecordedQuery; readonly batches: RecordedBatch[] }>>()
  return async (query) => {
    const pipeline = parts.pipeline()
    let known = opened.get(query)
    if (!known) {
      known = openRecordedQuery(pipeline, query, parts).then((recorded) => ({ recorded, batches: [] }))
      opened.set(query, known)
      known.catch(() => opened.delete(query))
    }
    const { recorded, batches } = await known
    const from = batches.length
    const found = await recorded.batches(from)
    // Another call may have found them meanwhile.
    if (batches.length === from) batches.push(...found)
    const records = (name: string) => new Map(parts.records().flatMap((record) => (record.query === name ? [[record.batchId, record] as const] : [])))
    const other = builtinQueries(pipeline).find(({ name }) => name !== query)
    return { recorded, batches, records: records(query), other: other && otherQuery(bindQuery(other, recorded.source.columns, recorded.source.name).spec.window, records(other.name)) }
  }
}

/** Which rows, by event time and key. */
export interface RowsWanted {
  readonly query: QueryName
  /** Microseconds; undefined: rows of all windows. */
  readonly window: { readonly startUs: bigint; readonly endUs: bigint } | undefined
  readonly key: string | null | undefined
  readonly limits: Limits | null
  /** Of silver; names. */
  readonly columns: readonly string[]
}

/**
 * The rows as a table of the database, which is there while `work` is at it: columns c0, c1, ... as wanted, then file, batch, us (event time in microseconds),
 * key, delay (milliseconds; NULL: nothing was read before its batch), dropped (from the
 * window, or from every one of the row's), missed (from the window, or from one of them), other_dropped (NULL: not read), crosses.
 */
export async function withSilverRows<Answer>(parts: SilverParts, silver: SilverQuery, wanted: RowsWanted, work: (table: string) => Promise<Answer>): Promise<Answer> {
  const { database } = parts
  const { recorded } = silver
  const table = quoteName(`silver ${randomUUID()}`)
  const stream = recorded.source.stream([...new Set([...wanted.columns, ...recorded.query.columns, ...columnsOfLimits(parts.pipeline(), recorded)])])
  let made = false
  try {
    const reading = batchesToRead(silver, wanted)
    for (let from = 0; from < reading.length; from += batchesAtOnce) {
      const part = await Promise.all(reading.slice(from, from + batchesAtOnce).map(async (context) => ({ ...(await scansOf(stream, context, wanted)), query: boundWith(parts.pipeline(), recorded, context.batch.settings, wanted.limits), context })))
      const scans = part.flatMap(({ files, scans: own, query, context }) => own.map((scan): Selected => ({ scan, select: (sql) => selectSql(silver, wanted, context, query, files, scan, sql) })))
      if (scans.length === 0) continue
      if (!made) await withScan(scans[0]!.scan, (sql) => database.run(`CREATE TABLE ${table} AS SELECT * FROM (${scans[0]!.select(sql)}) LIMIT 0`))
      made = true
      await fill(database, table, scans)
    }
    if (!made) await database.run(`CREATE TABLE ${table} AS ${noRowsSql(wanted)}`)
    return await work(table)
  } finally {
    await database.run(`DROP TABLE IF EXISTS ${table}`)
  }
}

/** One statement reads them: many small files cost more to ask for than to read. */
const batchesAtOnce = 24

interface BatchContext {
  readonly batch: RecordedBatch
  readonly record: BatchRecord | undefined
  /** What the batch before it evicted with: what ended by then is late. SPEC L1 */
  readonly closedMs: number
  /** Newest event of the batches before. */
  readonly newestMs: number | undefined
}

/** Batches that may hold such rows: those of which a file's times, as the journal has them, meet the window; and all that it does not know. */
function batchesToRead({ batches, records }: SilverQuery, wanted: RowsWanted): BatchContext[] {
  let newestMs: number | undefined
  return batches.flatMap((batch, i) => {
    const record = records.get(batch.batchId)
    const context = { batch, record, closedMs: batches[i - 1]?.watermarkMs ?? 0, newestMs }
    if (record && record.maxEventMs !== null) newestMs = Math.max(newestMs ?? -Infinity, record.maxEventMs)
    return batch.range.start === batch.range.end || meetsOf(record, wanted)?.includes(true) === false ? [] : [context]
  })
}

/** Which files may hold such rows; undefined: it is not known. */
const meetsOf = (record: BatchRecord | undefined, { window }: RowsWanted): readonly boolean[] | undefined =>
  record?.files.map(({ minEventMs, maxEventMs }) => minEventMs !== null && maxEventMs !== null && (!window || (microsOf(minEventMs) - 1n < window.endUs && microsOf(maxEventMs) + 1n >= window.startUs)))

interface Selected {
  readonly scan: Scan
  /** What is wanted of the scan's rows. */
  readonly select: (sql: string) => string
}

/** All at once; where that fails, one after the other, so that it is known of which file it fails. */
async function fill(database: Database, table: string, scans: readonly Selected[]): Promise<void> {
  const asked = await Promise.allSettled(scans.map(({ scan }) => scan.open()))
  const opened = asked.flatMap((one): OpenScan[] => (one.status === 'fulfilled' ? [one.value] : []))
  try {
    for (const one of asked) if (one.status === 'rejected') throw one.reason
    return await database.run(`INSERT INTO ${table} ${opened.map(({ sql }, i) => `(${scans[i]!.select(sql)})`).join(' UNION ALL ')}`)
  } catch (error) {
    if (isFault(error)) throw error
  } finally {
    opened.forEach((scan) => scan.release())
  }
  for (const { scan, select } of scans) await withScan(scan, (sql) => database.run(`INSERT INTO ${table} ${select(sql)}`))
}

async function scansOf(stream: SourceStream, { batch: { range, setAside }, record }: BatchContext, wanted: RowsWanted): Promise<{ files: readonly SourceFile[]; scans: readonly Scan[] }> {
  const files = await stream.files(range)
  refuseMoved(files, setAside)
  const left = new Set(setAside.map(({ position }) => position))
  const meets = meetsOf(record, wanted)
  const known = meets?.length === files.length ? meets : undefined
  const positions = [...files.keys()].filter((position) => !left.has(position) && (known?.[position] ?? true))
  return { files, scans: positions.length === 0 ? [] : await stream.scans(range, positions) }
}

/** A query with limits that the batch was counted with, or with others. */
function boundWith(pipeline: Pipeline, { source }: RecordedQuery, settings: BatchSettings | undefined, limits: Limits | null): BoundQuery | undefined {
  const own = settings && Object.keys(settings.limits).length > 0 ? settings : undefined
  const as = own ? withBatchSettings(pipeline, 'anomaly_alerts', limits ? { ...own, limits: { ...limits } } : own) : limits && pipeline.queries.anomaly_alerts ? { ...pipeline, queries: { ...pipeline.queries, anomaly_alerts: { ...pipeline.queries.anomaly_alerts, thresholds: limits } } } : pipeline
  const definition = builtinQueries(as).find(({ name }) => name === 'anomaly_alerts')
  return definition && bindQuery(definition, source.columns, source.name)
}

const columnsOfLimits = (pipeline: Pipeline, recorded: RecordedQuery): readonly string[] => boundWith(pipeline, recorded, undefined, null)?.columns ?? []

function selectSql(silver: SilverQuery, wanted: RowsWanted, context: BatchContext, query: BoundQuery | undefined, files: readonly SourceFile[], scan: Scan, sql: string): string {
  const { spec, eventTime } = silver.recorded.query
  const at = microsSql(quoteName(eventTime))
  const where = [`${quoteName(eventTime)} IS NOT NULL`]
  if (wanted.window) where.push(`${at} >= ${wanted.window.startUs} AND ${at} < ${wanted.window.endUs}`)
  if (wanted.key !== undefined) where.push(`${keySql(spec.key)} IS NOT DISTINCT FROM ${wanted.key === null ? 'NULL' : quoteLiteral(wanted.key)}`)
  const closed = lastWindowEndingBy(spec.window, millisToMicros(millis(context.closedMs)))
  const lastEver = lastWindow(spec.window)
  // In a window: whether that one had closed. In all of them: whether no window of the row was left to count it. SPEC L2, W7
  const dropped = wanted.window
    ? String(wanted.window.endUs <= BigInt(context.closedMs) * 1000n)
    : `(${at} < ${windowStart(spec.window, closed + 1n)} OR ${at} >= ${windowStart(spec.window, lastEver) + spec.window.size})`
  const outputs = query?.spec.outputs.flatMap(({ name, measure }) => (measure.kind === 'countOutside' ? [{ name, measure }] : [])) ?? []
  const inputs = [...new Map(outputs.map(({ measure: { column } }) => [column.name, column])).values()].flatMap((column) => inputsOf(column, 'all'))
  const [altitude = 'false', velocity = 'false'] = ['altitude_anomalies', 'velocity_anomalies'].map((output) => {
    const found = outputs.find(({ name }) => name === output)
    return found && `coalesce(${outsideSql(found.measure.column, found.measure.min, found.measure.max)}, false)`
  })
  const columns = [
    ...columnsSql(silver.recorded, wanted),
    `${perFileSql(scan, (position) => quoteLiteral(files[position]!.path), 'VARCHAR')} AS file`,
    `${context.batch.batchId}::INTEGER AS batch`,
    `${at} AS us`,
    `${keySql(spec.key)} AS key`,
    `${context.newestMs === undefined ? 'NULL' : `${context.newestMs} - ${at} / 1000`}::DOUBLE AS delay`,
    `${dropped} AS dropped`,
    `${wanted.window ? dropped : `(${at} < ${windowStart(spec.window, closed) + spec.window.size} OR ${at} >= ${windowStart(spec.window, lastEver + 1n)})`} AS missed`,
    `${at} < ${perFileSql(scan, (position) => String(silver.other?.droppedBefore(files[position]!.path) ?? 'NULL'), 'BIGINT')} AS other_dropped`,
    `CASE WHEN ${altitude} THEN CASE WHEN ${velocity} THEN 'both' ELSE 'altitude' END WHEN ${velocity} THEN 'velocity' ELSE '' END AS crosses`
  ]
  return `SELECT ${columns.join(', ')} FROM (SELECT *${inputs.map((input) => `, ${input}`).join('')} FROM (${sql}) WHERE ${where.join(' AND ')})`
}

function noRowsSql({ columns }: RowsWanted): string {
  return `SELECT ${[...columns.map((_, i) => `NULL::VARCHAR AS c${i}`), `''::VARCHAR AS file`, '0::INTEGER AS batch', '0::BIGINT AS us', `''::VARCHAR AS key`, '0::DOUBLE AS delay', 'false AS dropped', 'false AS missed', 'false AS other_dropped', `'' AS crosses`].join(', ')} WHERE false`
}

/** Nested ones as text. */
function columnsSql({ source }: RecordedQuery, { columns }: RowsWanted): string[] {
  return columns.map((name, i) => `${typeof source.columns.find((column) => column.name === name)?.type === 'string' ? `CAST(${quoteName(name)} AS VARCHAR)` : quoteName(name)} AS c${i}`)
}

/** A value a file. */
function perFileSql({ files }: Scan, valueOf: (position: number) => string, type: string): string {
  const values = files.map(valueOf)
  return new Set(values).size === 1 ? `${values[0]}::${type}` : `list_extract([${values.join(', ')}]::${type}[], ${quoteName(filePositionColumn)} + 1)`
}

function otherQuery(window: WindowSpec, records: ReadonlyMap<number, BatchRecord>): OtherQuery {
  let batchOf: Map<string, number> | undefined
  return {
    droppedBefore(path) {
      batchOf ??= new Map([...records].flatMap(([batchId, { files }]) => files.flatMap((file) => (file.setAside === undefined ? [[file.path, batchId] as const] : []))))
      const batchId = batchOf.get(path)
      if (batchId === undefined) return undefined
      return windowStart(window, lastWindowEndingBy(window, millisToMicros(millis(records.get(batchId - 1)?.closedMs ?? 0)))) + window.size
    }
  }
}

/** The window of a question. Fault `usage` where the query has none that begins then. */
export function windowOf({ recorded: { query } }: SilverQuery, startMs: number): { readonly startUs: bigint; readonly endUs: bigint } {
  const { window } = query.spec
  const startUs = Number.isFinite(startMs) ? microsOf(startMs) : micros(-1n)
  if (windowStart(window, lastWindowOf(window, startUs)) !== startUs) throw new Fault('usage', `${query.spec.name} has no window that begins at ${startMs} ms: give the start of one`)
  return { startUs, endUs: startUs + window.size }
}
