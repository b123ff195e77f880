import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { randomUUID } from 'node:crypto'
import { Fault } from '#shared/engine/fault.ts'
import { arrowFile } from '#shared/arrow/arrowFile.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { openTableScan } from '../delta/deltaTable.ts'
import type { DeltaField } from '../delta/schema.ts'
import { checkSelect } from '../duckdb/checkSelect.ts'
import type { Database } from '../duckdb/database.ts'
import { streamRows } from '../duckdb/streamRows.ts'
import type { Storage } from '../storage/storage.ts'
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
  if (existsSync(file) && !request.force) throw new Fault('usage', `${file} is already there: choose another name, or add --force to replace it`)
  const scan = await openTableScan(request.table, { ...(request.version !== undefined && { version: request.version }) }, database)
  const columns = choose(scan.columns, request.columns, request.table)
  const sql = await selectSql(database, scan.sql, scan.columns, columns, request)
  const temporary = `${file}.${randomUUID()}.tmp`
  await mkdir(dirname(file), { recursive: true })
  try {
    const rows = await scan.explaining(() => write(database, format, columns, sql, temporary))
    await rename(temporary, file)
    return { version: scan.version, rows, file }
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

function choose(all: readonly DeltaField[], names: readonly string[] | undefined, table: Storage): readonly DeltaField[] {
  if (!names) return all
  return names.map((name) => {
    const column = all.find((field) => field.name === name) ?? all.find((field) => field.name.toLowerCase() === name.toLowerCase())
    if (column) return column
    throw new Fault('usage', `${table.root} has no column ${name}; it has ${all.map((field) => field.name).join(', ')}`)
  })
}

/** SPEC: gold comes out by window, then key, unless another order is asked for. */
async function selectSql(database: Database, scan: string, all: readonly DeltaField[], columns: readonly DeltaField[], { where, orderBy }: ExportRequest): Promise<string> {
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
  if (where !== undefined || orderBy !== undefined) await checkSelect(database, sql, [where && `--where ${where}`, orderBy && `--order-by ${orderBy}`].filter(Boolean).join(' '))
  return sql
}

async function write(database: Database, format: ExportFormat, columns: readonly DeltaField[], sql: string, file: string): Promise<number> {
  if (format === 'arrow') return writeArrow(database, columns, sql, file)
  const copied =
    format === 'parquet'
      ? `COPY (${sql}) TO ${quoteLiteral(file)} (FORMAT PARQUET, COMPRESSION SNAPPY)`
      : `COPY (SELECT ${columns.map(csvColumn).join(', ')} FROM (${sql})) TO ${quoteLiteral(file)} (FORMAT CSV, HEADER, NULLSTR '')`
  const result = await database.query(copied)
  return Number(result.rows()[0]?.Count ?? 0)
}

async function writeArrow(database: Database, columns: readonly DeltaField[], sql: string, file: string): Promise<number> {
  const arrow = arrowFile(columns.map(({ name, type }) => ({ name, type })))
  const written = pipeline(Readable.from(arrow.bytes), createWriteStream(file, { flags: 'wx' }))
  const rows = streamRows(database, sql, (values) => arrow.add(values)).finally(() => arrow.end())
  const [count] = await Promise.all([rows, written])
  return count
}
