import { Fault, isFault } from '#shared/engine/fault.ts'
import type { AddFile, MetaData } from '../delta/actions.ts'
import { readDeletionVector } from '../delta/deletionVector.ts'
import { pathInTable } from '../delta/path.ts'
import { mappingModeOf } from '../delta/schema.ts'
import { checkFileTypes } from '../duckdb/checkFileTypes.ts'
import type { Database } from '../duckdb/database.ts'
import { partsWithColumns } from '../duckdb/partsWithColumns.ts'
import type { Scan } from '../duckdb/scan.ts'
import type { ScanColumn } from '../duckdb/scanSql.ts'
import type { Storage, WantedParts } from '../storage/storage.ts'
import { refuseGone } from './refuseGone.ts'
import {
  eachFile,
  scanFiles,
  type CheckSchema,
  type OpenedFile,
  type RecentSchemas,
  type ScanParts
} from './scanFiles.ts'

export interface DeltaScanParts {
  readonly storage: Storage
  readonly database: Database
  readonly metaData: MetaData
  readonly schemas: RecentSchemas
  /** Columns that this and other scans of the table read: where a file has to be fetched, no others need be. */
  readonly used: ReadonlySet<string>
  readonly onRewritten: ScanParts['onRewritten']
}

/** A data file, and the version of the table that it was met in. */
export interface StreamedFile extends AddFile {
  readonly version: number
}

/** How to read data files of a Delta table: deletion vectors applied, partition values from the log. */
export function scanDeltaFiles(parts: DeltaScanParts, files: readonly StreamedFile[], names: readonly string[], only?: readonly number[]): Scan[] {
  const { storage, database, metaData, schemas } = parts
  const mode = mappingModeOf(metaData.configuration, storage.root)
  const columns = names.map((name): ScanColumn => {
    const field = metaData.fields.find((candidate) => candidate.name === name)
    if (!field) throw new Error(`${storage.root} has no column ${name}`)
    return { name, field, isPartition: metaData.partitionColumns.includes(name) }
  })
  const check: CheckSchema = (schema, name) => checkFileTypes(schema, columns, mode, name)
  const fetched = metaData.fields.filter((field) => parts.used.has(field.name) && !metaData.partitionColumns.includes(field.name))
  const wantedParts = storage.isRemote ? partsWithColumns(database, fetched, mode) : undefined
  const scanParts = { database, schemas, columns, mode, check, used: fetched, onRewritten: parts.onRewritten }
  return scanFiles(scanParts, files, {
    identityOf: (file) => [file.path, file.deletionVector],
    open: (file) => openFile(storage, file, wantedParts)
  }, only)
}

/** Fault `notFound` for the first data file that is not there any more; `only` at these positions. */
export async function checkDeltaFiles(storage: Storage, files: readonly StreamedFile[], only?: readonly number[]): Promise<void> {
  await eachFile(files, only, async (file) => {
    const { path, name } = nameOf(storage, file)
    if (!(await storage.stat(path))) throw await gone(storage, name)
  })
}

function nameOf(storage: Storage, file: StreamedFile): { readonly path: string; readonly name: string } {
  const path = pathInTable(storage.root, file.path)
  return { path, name: `${storage.root}/${path} (version ${file.version})` }
}

/** A table that is gone as a whole is told as that. */
async function gone(storage: Storage, name: string, cause?: unknown): Promise<Fault> {
  await refuseGone(storage, '_delta_log')
  return new Fault('notFound', `${name} is not there any more, and this batch needs it (the table may have been vacuumed): restore it, or set silver.onBadFile to "quarantine" to go on without it`, { cause })
}

async function openFile(storage: Storage, file: StreamedFile, parts: WantedParts | undefined): Promise<OpenedFile> {
  const { path, name } = nameOf(storage, file)
  const deletedRows = file.deletionVector && (await readDeletionVector(storage, file.deletionVector, path))
  const local = await storage.localFile(path, { sizeBytes: file.sizeBytes, ...(parts && { parts }) }).catch(async (error: unknown) => {
    throw isFault(error) && error.code === 'notFound' ? await gone(storage, name, error) : error
  })
  return { local, partitionValues: file.partitionValues, deletedRows, name }
}
