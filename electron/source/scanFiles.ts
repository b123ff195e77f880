import type { MappingMode } from '../delta/schema.ts'
import type { Database } from '../duckdb/database.ts'
import { fileFault } from '../duckdb/fileFault.ts'
import { readParquetColumns, type ParquetColumn } from '../duckdb/parquetSchema.ts'
import type { Scan } from '../duckdb/readPartials.ts'
import { scanSql, type ScanColumn, type ScanFile } from '../duckdb/scanSql.ts'
import { chunkFiles } from './chunkFiles.ts'

/** A data file that is on this machine and about to be read. */
export interface OpenedFile extends Omit<ScanFile, 'schema'> {
  /** As messages call it. */
  readonly name: string
  /** The same for the same rows. */
  readonly identity: unknown
}

/** Schemas of the files read last, so that a second query over the same files need not open them again. */
export type RecentSchemas = Map<string, readonly ParquetColumn[]>

const keptSchemas = 2000

/** Refuses a file whose columns are not what its table has; `name` is how messages call it. */
export type CheckSchema = (schema: readonly ParquetColumn[], name: string) => void

export interface ScanParts {
  readonly database: Database
  readonly schemas: RecentSchemas
  readonly columns: readonly ScanColumn[]
  readonly mode: MappingMode
  readonly check: CheckSchema
}

/** How to read a batch's files, in groups; `only` at these positions. Faults name a file that is missing, damaged, or of other types than its table. */
export async function scanFiles<File extends { readonly sizeBytes: number }>(parts: ScanParts, files: readonly File[], open: (file: File) => Promise<OpenedFile>, only?: readonly number[]): Promise<Scan[]> {
  const scans: Scan[] = []
  for (const positions of chunkFiles(files, only)) {
    const opened = await Promise.all(positions.map((position) => open(files[position]!)))
    scans.push(await scanGroup(parts, opened, positions))
  }
  return scans
}

const filesAtOnce = 50

/** Does something with each file, some at a time; `only` those at these positions. */
export async function eachFile<File>(files: readonly File[], only: readonly number[] | undefined, work: (file: File) => Promise<unknown>): Promise<void> {
  const chosen = only ? only.map((position) => files[position]!) : files
  for (let start = 0; start < chosen.length; start += filesAtOnce) await Promise.all(chosen.slice(start, start + filesAtOnce).map(work))
}

async function scanGroup({ database, schemas, columns, mode, check }: ScanParts, opened: readonly OpenedFile[], positions: readonly number[]): Promise<Scan> {
  // Taken before anything is awaited: the other query may push them out meanwhile.
  const known = new Map(opened.flatMap(({ localPath }) => (schemas.has(localPath) ? [[localPath, schemas.get(localPath)!] as const] : [])))
  const unknown = opened.filter((file) => !known.has(file.localPath))
  const read = await readParquetColumns(
    database,
    unknown.map((file) => file.localPath),
    unknown.map((file) => file.name)
  )
  unknown.forEach((file, i) => {
    known.set(file.localPath, read[i]!)
    schemas.set(file.localPath, read[i]!)
  })
  const scanned = opened.map((file) => ({ ...file, schema: known.get(file.localPath)! }))
  for (const { schema, name } of scanned) check(schema, name)
  for (const oldest of schemas.keys()) if (schemas.size > keptSchemas) schemas.delete(oldest)
  return {
    sql: scanSql(scanned, columns, { mode, fileIndex: positions.length > 1 }),
    files: positions,
    identity: JSON.stringify(opened.map((file) => file.identity)),
    explain: (error) => fileFault(error, (localPath) => opened.find((file) => file.localPath === localPath)?.name ?? whichOf(opened))
  }
}

function whichOf(opened: readonly OpenedFile[]): string {
  const [first, ...others] = opened
  return others.length === 0 ? first!.name : `one of ${opened.length} files from ${first!.name} on`
}
