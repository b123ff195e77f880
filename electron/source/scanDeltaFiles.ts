import type { AddFile, MetaData } from '../delta/actions.ts'
import { readDeletionVector } from '../delta/deletionVector.ts'
import { pathInTable } from '../delta/path.ts'
import { mappingModeOf } from '../delta/schema.ts'
import { checkFileTypes } from '../duckdb/checkFileTypes.ts'
import type { Database } from '../duckdb/database.ts'
import { fileFault } from '../duckdb/fileFault.ts'
import { readParquetColumns } from '../duckdb/parquetSchema.ts'
import type { Scan } from '../duckdb/readPartials.ts'
import { scanSql, type ScanColumn, type ScanFile } from '../duckdb/scanSql.ts'
import type { Storage } from '../storage/storage.ts'
import { chunkFiles } from './chunkFiles.ts'

/** Data files whose types have been checked, so that a second query over the same files need not. By local path. */
export type CheckedFiles = Set<string>

export interface DeltaScanParts {
  readonly storage: Storage
  readonly database: Database
  readonly metaData: MetaData
  readonly checked: CheckedFiles
}

/** How to read data files of a Delta table, in groups. Faults name a file that is missing, damaged, or of other types than its table. */
export async function scanDeltaFiles(parts: DeltaScanParts, files: readonly AddFile[], columns: readonly string[], only?: readonly number[]): Promise<Scan[]> {
  const chunks = chunkFiles(files, only)
  const scans: Scan[] = []
  for (const positions of chunks) scans.push(await scanChunk(parts, files, positions, columns))
  return scans
}

async function scanChunk({ storage, database, metaData, checked }: DeltaScanParts, files: readonly AddFile[], positions: readonly number[], names: readonly string[]): Promise<Scan> {
  const mode = mappingModeOf(metaData.configuration, storage.root)
  const columns = names.map((name): ScanColumn => {
    const field = metaData.fields.find((candidate) => candidate.name === name)
    if (!field) throw new Error(`${storage.root} has no column ${name}`)
    return { name, field, isPartition: metaData.partitionColumns.includes(name) }
  })
  const chunk = positions.map((position) => files[position]!)
  const paths = chunk.map((file) => pathInTable(storage.root, file.path))
  const scanned = await Promise.all(chunk.map((file, i) => scanFile(storage, file, paths[i]!)))
  const nameOf = (i: number) => `${storage.root}/${paths[i]}`
  const fresh = scanned.flatMap((file, i) => (checked.has(file.localPath) ? [] : [i]))
  const schemas = await readParquetColumns(database, fresh.map((i) => scanned[i]!.localPath), fresh.map(nameOf))
  fresh.forEach((i, n) => {
    checkFileTypes(schemas[n]!, columns, mode, nameOf(i))
    checked.add(scanned[i]!.localPath)
  })
  return {
    sql: scanSql(scanned, columns, { mode, fileIndex: positions.length > 1 }),
    files: positions,
    identity: JSON.stringify(chunk.map(({ path, deletionVector }) => [path, deletionVector])),
    explain: (error) => fileFault(error, (localPath) => nameOf(Math.max(0, scanned.findIndex((file) => file.localPath === localPath))))
  }
}

async function scanFile(storage: Storage, file: AddFile, path: string): Promise<ScanFile> {
  const deletedRows = file.deletionVector && (await readDeletionVector(storage, file.deletionVector, path))
  return { localPath: await storage.localFile(path), partitionValues: file.partitionValues, deletedRows }
}
