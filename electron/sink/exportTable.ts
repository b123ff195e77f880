import { extname } from 'node:path'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { quoteName } from '#shared/query/sqlText.ts'
import { openTableScan } from '../delta/deltaTable.ts'
import type { DeltaField } from '../delta/schema.ts'
import { checkSelect } from '../duckdb/checkSelect.ts'
import type { Database } from '../duckdb/database.ts'
import type { Storage } from '../storage/storage.ts'
import { refuseExisting, writeFault, writeWhole } from './wholeFile.ts'
import { writeTable, type ExportFormat } from './writeTable.ts'
import { wholePath } from '../storage/workingDirectory.ts'

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

/** By the ending of a file's name. */
export const formats: Readonly<Record<string, ExportFormat>> = { '.parquet': 'parquet', '.csv': 'csv', '.arrow': 'arrow' }

/**
 * Any Delta table at any version as one file. It is written beside its place and renamed when it is whole, so that no half of it is ever found.
 * Faults name the table, the column, the SQL or the file.
 */
export async function exportTable(database: Database, request: ExportRequest): Promise<ExportedTable> {
  const file = wholePath(request.to)
  const format = formats[extname(file).toLowerCase()]
  if (!format) throw new Fault('usage', `${request.to} does not say in which format to export: end it with .parquet, .csv or .arrow`)
  refuseExisting(file, request.force, 'add --force to replace it')
  const options = { choose: (all: readonly DeltaField[]) => readBy(request, all) }
  const version = request.version !== undefined && { version: request.version }
  const scan = await openTableScan(request.table, { ...options, ...version }, database)
  try {
    const columns = choose(scan.columns, request.columns, request.table)
    const sql = await selectSql(database, scan.sql, scan.columns, columns, request)
    const rows = await writeWhole({ file }, (temporary) =>
      scan.explaining(() => writeTable(database, { format, columns, sql }, temporary).catch((error: unknown) => Promise.reject(explain(writeFault(error, temporary, file), request))))
    )
    return { version: scan.version, rows, file }
  } finally {
    scan.release()
  }
}

/** What DuckDB says of values that the user's SQL does not take. */
function explain(error: unknown, request: ExportRequest): unknown {
  const from = sqlOf(request)
  if (!(error instanceof Error) || isFault(error) || from === '') return error
  return /^(Conversion|Invalid Input|Out of Range|Not implemented) Error/.test(error.message) ? new Fault('usage', `${from}: ${error.message.split('\n')[0] ?? ''}`, { cause: error }) : error
}

/** What the user wrote, as it was given. */
const sqlOf = ({ where, orderBy }: ExportRequest): string => [...(where === undefined ? [] : [`--where ${where}`]), ...(orderBy === undefined ? [] : [`--order-by ${orderBy}`])].join(' ')

/** Columns that the export may read: those that it writes, and those whose names stand anywhere in the user's SQL. */
function readBy(request: ExportRequest, all: readonly DeltaField[]): readonly DeltaField[] {
  const { columns, table, where = '', orderBy } = request
  const written = choose(all, columns, table)
  const sql = `${where} ${orderBy ?? goldOrder(all) ?? ''}`.toLowerCase()
  if (sql.includes('*') || sql.includes('columns')) return all
  const isNamed = (name: string) => [name, quoteName(name).slice(1, -1)].some((text) => sql.includes(text.toLowerCase()))
  return all.filter((field) => written.includes(field) || isNamed(field.name))
}

function choose(all: readonly DeltaField[], names: readonly string[] | undefined, table: Storage): readonly DeltaField[] {
  if (!names) return all
  const chosen = names.map((name) => {
    // Last without the blanks that one writes behind a comma; a name that has them comes first.
    const column = all.find((field) => field.name === name) ?? findAnyCase(all, name) ?? findAnyCase(all, name.replace(/^ +| +$/g, ''))
    if (column) return column
    throw new Fault('usage', `${table.root} has no column ${name === '' ? '""' : name}; it has ${all.map((field) => field.name).join(', ')}`)
  })
  const twice = chosen.find((column, i) => chosen.indexOf(column) < i)
  if (twice) throw new Fault('usage', `--columns names ${twice.name} twice: name each column once`)
  return chosen
}

const findAnyCase = (all: readonly DeltaField[], name: string): DeltaField | undefined => all.find((field) => field.name.toLowerCase() === name.toLowerCase())

/** SPEC: gold comes out by window, then key, unless another order is asked for. */
async function selectSql(database: Database, scan: string, all: readonly DeltaField[], columns: readonly DeltaField[], request: ExportRequest): Promise<string> {
  const { where, orderBy } = request
  if (where?.trim() === '') throw new Fault('usage', '--where is empty: give an SQL condition, or leave it out')
  if (orderBy?.trim() === '') throw new Fault('usage', '--order-by is empty: give an SQL order, or leave it out')
  const order = orderBy ?? goldOrder(all)
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

/** By window, then key; undefined for what is no gold table. */
export function goldOrder([start, end, key]: readonly DeltaField[]): string | undefined {
  return start?.name === 'window_start' && end?.name === 'window_end' && key !== undefined ? `window_start, ${quoteName(key.name)} NULLS FIRST` : undefined
}
