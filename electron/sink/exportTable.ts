import { createWriteStream, existsSync, statSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { randomUUID } from 'node:crypto'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { arrowFile } from '#shared/arrow/arrowFile.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { openTableScan } from '../delta/deltaTable.ts'
import type { DeltaField } from '../delta/schema.ts'
import { checkSelect } from '../duckdb/checkSelect.ts'
import type { Database } from '../duckdb/database.ts'
import { streamRows } from '../duckdb/streamRows.ts'
import type { Storage } from '../storage/storage.ts'
import { storageFault } from '../storage/storageFault.ts'
import { csvColumn } from './csvColumn.ts'

export type ExportFormat = 'parquet' | 'csv' | 'arrow'

export interface ExportRequest {
  readonly table: Storage
  /** undefined: the newest. */
  readonly version?: number | undefined
  /** Path of a file on this machine; its ending says the format. */
  readonly to: string
  /** undefined: all. */
  readonly columns?: readonly string[] | undefined
  /** SQL behind WHERE and ORDER BY. */
  readonly where?: string | undefined
  readonly orderBy?: string | undefined
  /** Replace a file that is there. */
  readonly force: boolean
}

export interface ExportedTable {
  readonly version: number
  readonly rows: number
  readonly file: string
}

const formats: Readonly<Record<string, ExportFormat>> = { '.parquet': 'parquet', '.csv': 'csv', '.arrow': 'arrow' }

/**
 * Any Delta table at any version as one file. It is written beside its place and renamed when it is whole, so that no half of it is ever found.
 * Faults name the table, the column, the SQL or the file.
 */
export async function exportTable(database: Database, request: ExportRequest): Promise<ExportedTable> {
  const file = resolve(request.to)
  const format = formats[extname(file).toLowerCase()]
  if (!format) throw new Fault('usage', `${request.to} does not say in which format to export: end it with .parquet, .csv or .arrow`)
  if (existsSync(file) && statSync(file).isDirectory()) throw new Fault('usage', `${file} is a folder: give the name of a file`)
  if (existsSync(file) && !request.force) throw new Fault('usage', `${file} is already there: choose another name, or add --force to replace it`)
  const scan = await openTableScan(request.table, { ...(request.version !== undefined && { version: request.version }) }, database)
  const columns = choose(scan.columns, request.columns, request.table)
  const sql = await selectSql(database, scan.sql, scan.columns, columns, request)
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(temporary, '', { flag: 'wx' }) // Here the system says why it cannot be written; DuckDB only says that.
    const rows = await scan.explaining(() => write(database, format, columns, sql, temporary).catch((error: unknown) => Promise.reject(explain(error, temporary, request))))
    await rename(temporary, file)
    return { version: scan.version, rows, file }
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined) // What went wrong first is told.
    throw storageFault(error, 'write', file)
  }
}

/** What DuckDB says of the file that it writes, and of values that the user's SQL does not take. */
function explain(error: unknown, temporary: string, request: ExportRequest): unknown {
  if (!(error instanceof Error)) return error
  const said = isFault(error) && error.cause instanceof Error ? error.cause : error
  if (said.message.includes(temporary)) return new Fault('storage', `cannot write ${resolve(request.to)}: ${firstLine(said).replaceAll(temporary, 'it')}; the disk may be full: make room, then start again`, { cause: error })
  if (isFault(error)) return error
  const from = sqlOf(request)
  return from !== '' && /^(Conversion|Invalid Input|Out of Range) Error/.test(error.message) ? new Fault('usage', `${from}: ${firstLine(error)}`, { cause: error }) : error
}

const firstLine = (error: Error): string => error.message.split('\n')[0] ?? ''

/** What the user wrote, as it was given. */
const sqlOf = ({ where, orderBy }: ExportRequest): string => [...(where === undefined ? [] : [`--where ${where}`]), ...(orderBy === undefined ? [] : [`--order-by ${orderBy}`])].join(' ')

function choose(all: readonly DeltaField[], names: readonly string[] | undefined, table: Storage): readonly DeltaField[] {
  if (!names) return all
  const chosen = names.map((name) => {
    const column = all.find((field) => field.name === name) ?? all.find((field) => field.name.toLowerCase() === name.toLowerCase())
    if (column) return column
    throw new Fault('usage', `${table.root} has no column ${name === '' ? '""' : name}; it has ${all.map((field) => field.name).join(', ')}`)
  })
  const twice = chosen.find((column, i) => chosen.indexOf(column) < i)
  if (twice) throw new Fault('usage', `--columns names ${twice.name} twice: name each column once`)
  return chosen
}

/** SPEC: gold comes out by window, then key, unless another order is asked for. */
async function selectSql(database: Database, scan: string, all: readonly DeltaField[], columns: readonly DeltaField[], request: ExportRequest): Promise<string> {
  const { where, orderBy } = request
  if (where?.trim() === '') throw new Fault('usage', '--where is empty: give an SQL condition, or leave it out')
  if (orderBy?.trim() === '') throw new Fault('usage', '--order-by is empty: give an SQL order, or leave it out')
  const [first, second, key] = all
  const isGold = first?.name === 'window_start' && second?.name === 'window_end' && key !== undefined
  const order = orderBy ?? (isGold ? `window_start, ${quoteName(key.name)} NULLS FIRST` : undefined)
  const parts = [
    // The newlines end a `--` comment in what the user wrote.
    `SELECT ${columns.map((column) => quoteName(column.name)).join(', ')} FROM (${scan})`,
    ...(where === undefined ? [] : [`WHERE (${where}\n)`]),
    ...(order === undefined ? [] : [`ORDER BY ${order}\n`])
  ]
  const sql = parts.join(' ')
  if (where !== undefined || orderBy !== undefined) await checkSelect(database, sql, sqlOf(request))
  return sql
}

async function write(database: Database, format: ExportFormat, columns: readonly DeltaField[], sql: string, file: string): Promise<number> {
  if (format === 'arrow') return writeArrow(database, columns, sql, file)
  const copied =
    format === 'parquet'
      ? `COPY (${sql}) TO ${quoteLiteral(file)} (FORMAT PARQUET, COMPRESSION SNAPPY, USE_TMP_FILE false)`
      : `COPY (SELECT ${columns.map(csvColumn).join(', ')} FROM (${sql})) TO ${quoteLiteral(file)} (FORMAT CSV, HEADER, NULLSTR '', NEW_LINE '\\r\\n', USE_TMP_FILE false)`
  const result = await database.query(copied)
  return Number(result.rows()[0]?.Count ?? 0)
}

async function writeArrow(database: Database, columns: readonly DeltaField[], sql: string, file: string): Promise<number> {
  const arrow = arrowFile(columns.map(({ name, type }) => ({ name, type })))
  const written = pipeline(Readable.from(arrow.bytes), createWriteStream(file))
  const rows = streamRows(database, sql, (values) => arrow.add(values)).finally(() => arrow.end())
  const [count] = await Promise.all([rows, written])
  return count
}
