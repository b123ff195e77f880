import { Fault } from '#shared/engine/fault.ts'
import type { AddFile, MetaData } from '../delta/actions.ts'
import { readDeletionVector } from '../delta/deletionVector.ts'
import { pathInTable } from '../delta/path.ts'
import { mappingModeOf } from '../delta/schema.ts'
import { checkFileTypes } from '../duckdb/checkFileTypes.ts'
import type { Database } from '../duckdb/database.ts'
import type { Scan } from '../duckdb/readPartials.ts'
import type { ScanColumn } from '../duckdb/scanSql.ts'
import type { Storage } from '../storage/storage.ts'
import { refuseGone } from './refuseGone.ts'
import { eachFile, scanFiles, type CheckSchema, type OpenedFile, type RecentSchemas } from './scanFiles.ts'

export interface DeltaScanParts {
  readonly storage: Storage
  readonly database: Database
  readonly metaData: MetaData
  readonly schemas: RecentSchemas
}

/** A data file, and the version of the table that it was met in. */
export interface StreamedFile extends AddFile {
  readonly version: number
}

/** How to read data files of a Delta table: deletion vectors applied, partition values from the log. */
export async function scanDeltaFiles(parts: DeltaScanParts, files: readonly StreamedFile[], names: readonly string[], only?: readonly number[]): Promise<Scan[]> {
  const { storage, database, metaData, schemas } = parts
  const mode = mappingModeOf(metaData.configuration, storage.root)
  const columns = names.map((name): ScanColumn => {
    const field = metaData.fields.find((candidate) => candidate.name === name)
    if (!field) throw new Error(`${storage.root} has no column ${name}`)
    return { name, field, isPartition: metaData.partitionColumns.includes(name) }
  })
  const check: CheckSchema = (schema, name) => checkFileTypes(schema, columns, mode, name)
  return scanFiles({ database, schemas, columns, mode, check }, files, (file) => openFile(storage, file), only)
}

/** Fault `notFound` for the first data file that is not there any more; `only` at these positions. */
export async function checkDeltaFiles(storage: Storage, files: readonly StreamedFile[], only?: readonly number[]): Promise<void> {
  await eachFile(files, only, (file) => existing(storage, file))
}

/** Path and name of a data file. */
async function existing(storage: Storage, file: StreamedFile): Promise<{ readonly path: string; readonly name: string }> {
  const path = pathInTable(storage.root, file.path)
  const name = `${storage.root}/${path} (version ${file.version})`
  if (await storage.stat(path)) return { path, name }
  await refuseGone(storage, '_delta_log')
  throw new Fault('notFound', `${name} is not there any more, and this batch needs it (the table may have been vacuumed): restore it, or set silver.onBadFile to "quarantine" to go on without it`)
}

async function openFile(storage: Storage, file: StreamedFile): Promise<OpenedFile> {
  const { path, name } = await existing(storage, file)
  const deletedRows = file.deletionVector && (await readDeletionVector(storage, file.deletionVector, path))
  return { localPath: await storage.localFile(path), partitionValues: file.partitionValues, deletedRows, name, identity: [file.path, file.deletionVector] }
}
