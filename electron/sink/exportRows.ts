import { writeFile } from 'node:fs/promises'
import { extname, isAbsolute } from 'node:path'
import { streamAsFile } from '#shared/arrow/arrowFile.ts'
import { readStream, type StreamColumn, type StreamTable } from '#shared/arrow/readStream.ts'
import type { ExportDone, ExportRequest } from '#shared/contract/host.ts'
import type { RunSummary } from '#shared/contract/run.ts'
import { Fault } from '#shared/engine/fault.ts'
import { lastMicros } from '#shared/engine/time.ts'
import { firstWritableMicros } from '#shared/query/microsSql.ts'
import { openTableScan } from '../delta/deltaTable.ts'
import type { Database } from '../duckdb/database.ts'
import { withRows, type MemoryColumn } from '../duckdb/writeRows.ts'
import { engineName } from '../host/version.ts'
import type { Storage } from '../storage/storage.ts'
import { exportMetadata, metadataEntries } from './exportMetadata.ts'
import { formats, goldOrder } from './exportTable.ts'
import { refuseExisting, writeFault, writeWhole } from './wholeFile.ts'
import { writeTable } from './writeTable.ts'

export interface ExportParts {
  readonly database: Database
  readonly run: RunSummary
  /** Opens the folder of a gold table. */
  readonly openStorage: (uri: string) => Storage
  /** Rows written, of the rows that there are. Once at the start and once at the end; in between where the format lets it be known (Arrow). */
  readonly onProgress?: (rows: number, of: number) => void
}

/**
 * Writes a gold table, or rows as a grid shows them, into one file, which is renamed into its place when it is whole. The file says where its rows come
 * from: in its own metadata, or for CSV in a second file beside it. Faults name the file, the run or the table.
 */
export async function exportRows(request: ExportRequest, parts: ExportParts): Promise<ExportDone> {
  const { to: file, format, force } = request
  if (!isAbsolute(file)) throw new Fault('usage', `${file === '' ? 'the file to export to' : file} is not a whole path: give it from the root on, as in /home/me/alerts.${format}`)
  const ending = formats[extname(file).toLowerCase()]
  if (ending && ending !== format) throw new Fault('usage', `${file} ends with ${extname(file)}, and the format is ${format}: give the name another ending, or choose another format`)
  const sideFile = format === 'csv' ? `${file}.metadata.json` : null
  for (const written of [file, sideFile]) if (written !== null) refuseExisting(written, force, 'replace it')
  const rows = request.rows.kind === 'gold' ? await exportGold(request, request.rows.query, sideFile, parts) : await exportShown(request, request.rows, sideFile, parts)
  return { file, rows, sideFile }
}

async function exportGold(request: ExportRequest, query: string, sideFile: string | null, { database, run, openStorage, onProgress }: ExportParts): Promise<number> {
  const storage = openStorage(`${run.gold}/${query}`)
  if (!(await storage.hasFolder('_delta_log'))) throw new Fault('notFound', `the run ${run.name} has no gold table ${query} in ${run.gold} yet: play it until its first batch is done, then export`)
  const { file, format } = { file: request.to, format: request.format }
  const scan = await openTableScan(storage, {}, database)
  try {
    const order = goldOrder(scan.columns)
    const sql = `SELECT * FROM (${scan.sql})${order === undefined ? '' : ` ORDER BY ${order}`}`
    const of = await scan.explaining(async () => Number((await database.query(`SELECT count(*)::DOUBLE AS rows FROM (${scan.sql})`)).rows()[0]?.rows ?? 0))
    const metadata = exportMetadata({ request, run, engine: engineName, rows: of, of })
    onProgress?.(0, of)
    const rows = await writeWhole({ file, side: sideOf(sideFile, metadata) }, (temporary) =>
      scan.explaining(() =>
        writeTable(database, { format, columns: scan.columns, sql, metadata: metadataEntries(metadata), progress: { of, onRows: (done) => onProgress?.(done, of) } }, temporary).catch((error: unknown) => Promise.reject(writeFault(error, temporary, file)))
      )
    )
    onProgress?.(rows, of)
    return rows
  } finally {
    scan.release()
  }
}

type ShownRows = Extract<ExportRequest['rows'], { readonly kind: 'shown' }>

async function exportShown(request: ExportRequest, { arrow, of }: ShownRows, sideFile: string | null, { database, run, onProgress }: ExportParts): Promise<number> {
  const { to: file, format } = request
  const table = readShown(arrow)
  const metadata = exportMetadata({ request, run, engine: engineName, rows: table.length, of })
  onProgress?.(0, of)
  await writeWhole({ file, side: sideOf(sideFile, metadata) }, async (temporary) => {
    if (format === 'arrow') return writeFile(temporary, streamAsFile(arrow, metadataEntries(metadata)))
    const names = distinctNames(table.columns.map(({ name }) => name))
    const columns = table.columns.map((column, i) => memoryColumn(column, names[i]!))
    const write = (sql: string) => writeTable(database, { format, columns, sql, metadata: metadataEntries(metadata) }, temporary)
    await withRows(database, columns, table.length, write).catch((error: unknown) => Promise.reject(writeFault(error, temporary, file)))
  })
  onProgress?.(table.length, of)
  return table.length
}

/** More than any table of the page holds. */
const mostRows = 10_000_000

function readShown(arrow: Uint8Array): StreamTable {
  let table: StreamTable
  try {
    table = readStream(arrow, mostRows)
  } catch (error) {
    throw new Fault('corrupt', `the rows to export are no Arrow stream that can be read (${error instanceof Error ? error.message : String(error)}): export them again`, { cause: error })
  }
  if (table.columns.length === 0) throw new Fault('usage', 'no column is shown, so there is nothing to export: show at least one')
  return table
}

function sideOf(file: string | null, metadata: object): { readonly file: string; readonly text: string } | undefined {
  return file === null ? undefined : { file, text: `${JSON.stringify(metadata, null, 2)}\n` }
}

function memoryColumn({ type, kind, values, nulls }: StreamColumn, name: string): MemoryColumn {
  // DuckDB's tables take decimals unscaled.
  if (kind === 'bigints' && isTime(type)) refuseUnwritable(values, name)
  const isDecimal = kind === 'texts' && type.kind === 'decimal'
  return { name, type, values: isDecimal ? values.map((text) => (text === null ? null : BigInt(text.replace('.', '')))) : values, ...(nulls && { nulls }) }
}

const isTime = ({ kind }: StreamColumn['type']): boolean => kind === 'timestamp' || kind === 'timestamp_ntz'

function refuseUnwritable(values: BigInt64Array, name: string): void {
  if (!values.some((us) => us < firstWritableMicros && us !== -lastMicros)) return
  const why = 'has a time in the first four hours that 64 bits hold (the year 290309 BC), which DuckDB cannot write'
  throw new Fault('unsupported', `column ${name} ${why}: leave those rows out, or export them as Arrow`)
}

/** A grid may show two columns of one name, which a table cannot have; names that differ only by case are one to DuckDB. */
function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    const base = name === '' ? 'column' : name
    let distinct = base
    for (let number = 2; taken.has(distinct.toLowerCase()); number++) distinct = `${base}_${number}`
    taken.add(distinct.toLowerCase())
    return distinct
  })
}
