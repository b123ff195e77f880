import type { AddFile, MetaData } from '../delta/actions.ts'
import { readDeletionVector } from '../delta/deletionVector.ts'
import { pathInTable } from '../delta/path.ts'
import { mappingModeOf } from '../delta/schema.ts'
import type { Database } from '../duckdb/database.ts'
import type { Scan } from '../duckdb/readPartials.ts'
import type { ScanColumn } from '../duckdb/scanSql.ts'
import type { Storage } from '../storage/storage.ts'
import { scanFiles, type OpenedFile, type RecentSchemas } from './scanFiles.ts'

export interface DeltaScanParts {
  readonly storage: Storage
  readonly database: Database
  readonly metaData: MetaData
  readonly schemas: RecentSchemas
}

/** How to read data files of a Delta table: deletion vectors applied, partition values from the log. */
export async function scanDeltaFiles(parts: DeltaScanParts, files: readonly AddFile[], names: readonly string[], only?: readonly number[]): Promise<Scan[]> {
  const { storage, database, metaData, schemas } = parts
  const mode = mappingModeOf(metaData.configuration, storage.root)
  const columns = names.map((name): ScanColumn => {
    const field = metaData.fields.find((candidate) => candidate.name === name)
    if (!field) throw new Error(`${storage.root} has no column ${name}`)
    return { name, field, isPartition: metaData.partitionColumns.includes(name) }
  })
  return scanFiles({ database, schemas, columns, mode }, files, (file) => openFile(storage, file), only)
}

async function openFile(storage: Storage, file: AddFile): Promise<OpenedFile> {
  const path = pathInTable(storage.root, file.path)
  const deletedRows = file.deletionVector && (await readDeletionVector(storage, file.deletionVector, path))
  return { localPath: await storage.localFile(path), partitionValues: file.partitionValues, deletedRows, name: `${storage.root}/${path}`, identity: [file.path, file.deletionVector] }
}
