import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { arrowFile } from '#shared/arrow/arrowFile.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import type { DeltaField } from '../delta/schema.ts'
import type { Database } from '../duckdb/database.ts'
import { streamRows } from '../duckdb/streamRows.ts'
import { csvColumn } from './csvColumn.ts'

export type ExportFormat = 'parquet' | 'csv' | 'arrow'

export interface TableToWrite {
  readonly format: ExportFormat
  readonly columns: readonly Pick<DeltaField, 'name' | 'type'>[]
  /** Gives these columns. */
  readonly sql: string
  /** Kept in the file, where its format has a place for it: Parquet and Arrow. */
  readonly metadata?: Readonly<Record<string, string>>
  /** How many there will be, and who wants to know how many are done; of Parquet and CSV it is reckoned from the share that was read. */
  readonly progress?: { readonly of: number; readonly onRows: (rows: number) => void }
}

/** Writes the rows of a SELECT into a file, in one statement; gives their number. */
export async function writeTable(database: Database, table: TableToWrite, file: string): Promise<number> {
  const { format, columns, sql, metadata = {}, progress } = table
  if (format === 'arrow') return writeArrow(database, table, file)
  const copied =
    format === 'parquet'
      ? `COPY (${sql}) TO ${quoteLiteral(file)} (FORMAT PARQUET, COMPRESSION SNAPPY, USE_TMP_FILE false${keyValues(metadata)})`
      : `COPY (SELECT ${columns.map(csvColumn).join(', ')} FROM (${sql})) TO ${quoteLiteral(file)} (FORMAT CSV, HEADER, NULLSTR '', NEW_LINE '\\r\\n', USE_TMP_FILE false${quotedFirst(columns)})`
  const result = await database.query(copied, progress && ((share) => progress.onRows(Math.floor(share * progress.of))))
  return Number(result.rows()[0]?.Count ?? 0)
}

/** A reader takes U+FEFF at the start of a file for a byte order mark, unless a quote stands before it. */
function quotedFirst([first]: TableToWrite['columns']): string {
  return first?.name.startsWith('\ufeff') === true ? `, FORCE_QUOTE (${quoteName(first.name)})` : ''
}

function keyValues(metadata: Readonly<Record<string, string>>): string {
  const entries = Object.entries(metadata).map(([key, value]) => `${quoteLiteral(key)}: ${quoteLiteral(value)}`)
  return entries.length === 0 ? '' : `, KV_METADATA {${entries.join(', ')}}`
}

async function writeArrow(database: Database, { columns, sql, metadata, progress }: TableToWrite, file: string): Promise<number> {
  const arrow = arrowFile(columns.map(({ name, type }) => ({ name, type })), metadata)
  const written = pipeline(Readable.from(arrow.bytes), createWriteStream(file))
  let done = 0
  const rows = streamRows(database, sql, (values) => {
    arrow.add(values)
    done += values[0]?.length ?? 0
    progress?.onRows(done)
  }).finally(() => arrow.end())
  const [count] = await Promise.all([rows, written])
  return count
}
