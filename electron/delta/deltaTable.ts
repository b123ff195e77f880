import { isFault } from '#shared/engine/fault.ts'
import type { Database } from '../duckdb/database.ts'
import { checkFileTypes } from '../duckdb/checkFileTypes.ts'
import { fileFault } from '../duckdb/fileFault.ts'
import { readParquetColumns, type ParquetColumn } from '../duckdb/parquetSchema.ts'
import { checkpointReader } from '../duckdb/readCheckpoint.ts'
import { openReadable, type ReadableFile } from '../duckdb/readableFile.ts'
import { scanSql, type ScanColumn, type ScanFile } from '../duckdb/scanSql.ts'
import { findColumn } from '../duckdb/storedColumn.ts'
import { whichText } from '../duckdb/whichText.ts'
import type { LocalFile, Storage } from '../storage/storage.ts'
import type { AddFile, MetaData } from './actions.ts'
import { readDeletionVector } from './deletionVector.ts'
import { pathInTable } from './path.ts'
import { mappingModeOf, type DeltaField } from './schema.ts'
import { loadSnapshot } from './snapshot.ts'

/** All live rows of a Delta table at one version. */
export interface TableScan {
  readonly version: number
  readonly metaData: MetaData
  /** Of the whole table, in its order. */
  readonly columns: readonly DeltaField[]
  /** A SELECT of these columns, or of those of them that were chosen. */
  readonly sql: string
  /** Runs a query over `sql`; what DuckDB says of a file becomes a Fault that names the file. */
  explaining<Answer>(work: () => Promise<Answer>): Promise<Answer>
  /** `sql` is of no use any more. */
  release(): void
}

export interface TableScanOptions {
  /** Absent: the newest. */
  readonly version?: number
  /** Chooses the columns that `sql` has; absent: all. A file may have others that cannot be read. */
  readonly choose?: (columns: readonly DeltaField[]) => readonly DeltaField[]
}

/** Opens a table for reading. Faults name the table, and a file of it that is missing, damaged, or of another type than the table says. */
export async function openTableScan(
  storage: Storage,
  options: TableScanOptions,
  database: Database
): Promise<TableScan> {
  const { version, metaData, files } = await loadSnapshot(storage, options, checkpointReader(database))
  const mode = mappingModeOf(metaData.configuration, storage.root)
  const chosen = options.choose?.(metaData.fields) ?? metaData.fields
  const columns = chosen.map((field): ScanColumn => {
    return { name: field.name, field, isPartition: metaData.partitionColumns.includes(field.name) }
  })
  const stored = columns.flatMap(({ field, isPartition }) => (isPartition ? [] : [field]))
  const opened: LocalFile[] = []
  const copies: ReadableFile[] = []
  const release = () => [...copies.splice(0), ...opened.splice(0)].forEach((file) => file.release())
  try {
    const known = await knownFiles(storage, database, files, opened)
    for (const { schema, name } of known) checkFileTypes(schema, columns, mode, name)
    const scanned: KnownFile[] = []
    for (const file of known) {
      const { schema } = file
      const needed = stored.flatMap((field) => findColumn(schema, field, mode) ?? [])
      const readable = await openReadable(database, { path: file.localPath, name: file.name, schema, needed })
      copies.push(readable)
      scanned.push({ ...file, localPath: readable.path })
    }
    const sql = scanSql(scanned, columns, { mode })
    const nameOf = (localPath: string | undefined) =>
      scanned.find((file) => file.localPath === localPath)?.name ?? `a data file of ${storage.root}`
    return {
      version,
      metaData,
      columns: metaData.fields,
      sql,
      async explaining(work) {
        try {
          return await work()
        } catch (error) {
          throw (await whichText(database, sql, columns, error, nameOf)) ?? fileFault(error, nameOf)
        }
      },
      release
    }
  } catch (error) {
    if (isFault(error) && error.code === 'corrupt') opened.forEach((file) => file.distrust())
    release()
    throw error
  }
}

interface NamedFile extends ScanFile {
  /** As messages call it. */
  readonly name: string
}

interface KnownFile extends NamedFile {
  readonly schema: readonly ParquetColumn[]
}

/** `opened` gets what has to be released. */
async function knownFiles(storage: Storage, database: Database, files: readonly AddFile[], opened: LocalFile[]): Promise<KnownFile[]> {
  const scanned: KnownFile[] = []
  const atOnce = 500
  // By path, so that the same table gives its rows in the same order each time.
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
  for (let start = 0; start < sorted.length; start += atOnce) {
    const group = await Promise.all(sorted.slice(start, start + atOnce).map((file) => namedFile(storage, file, opened)))
    const schemas = await readParquetColumns(
      database,
      group.map((file) => file.localPath),
      group.map((file) => file.name)
    )
    scanned.push(...group.map((file, i) => ({ ...file, schema: schemas[i] ?? [] })))
  }
  return scanned
}

async function namedFile(storage: Storage, file: AddFile, opened: LocalFile[]): Promise<NamedFile> {
  const path = pathInTable(storage.root, file.path)
  const local = await storage.localFile(path, { sizeBytes: file.sizeBytes })
  opened.push(local)
  const deletedRows = file.deletionVector && (await readDeletionVector(storage, file.deletionVector, path))
  return { localPath: local.path, partitionValues: file.partitionValues, deletedRows, name: `${storage.root}/${path}` }
}
