import { decodePath } from '../delta/path.ts'
import type { AddFile } from '../delta/actions.ts'
import type { CheckpointReader, CheckpointRows } from '../delta/checkpoint.ts'
import { shapeOf } from '../delta/jsonShape.ts'
import { parseDeletionVector } from '../delta/parseAction.ts'
import { checkFooters } from '../parquet/checkFooters.ts'
import type { Database } from './database.ts'
import { fileFault } from './fileFault.ts'
import { fileList } from './fileNames.ts'
import { readParquetColumns } from './parquetSchema.ts'
import type { SqlValue } from './queryResult.ts'
import { openReadable, type ReadableFile } from './readableFile.ts'

/** Columns of a checkpoint that Contrail reads, with the types to read them as. What a file lacks is null. */
const columns = {
  add: 'STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, deletionVector STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, "offset" INTEGER, sizeInBytes INTEGER, cardinality BIGINT), stats VARCHAR)',
  protocol: 'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], writerFeatures VARCHAR[])',
  metaData: 'STRUCT(id VARCHAR, format STRUCT(provider VARCHAR), schemaString VARCHAR, partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR), name VARCHAR, description VARCHAR, createdTime BIGINT)',
  txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',
  sidecar: 'STRUCT(path VARCHAR)'
} as const

/** Reads the Parquet files of checkpoints with DuckDB. */
export function checkpointReader(database: Database): CheckpointReader {
  return async (files, names, { withStats }) => {
    const readable = await openAll(database, files, names)
    const paths = readable.map(({ path }) => path)
    const from = `read_parquet(${fileList(paths)}, hive_partitioning = false, schema = ${schemaOf(withStats)})`
    try {
      return await readRows(database, from, withStats, names.join(', '))
    } catch (error) {
      throw fileFault(error, (file) => (file === undefined ? names.join(', ') : (names[paths.indexOf(file)] ?? file)))
    } finally {
      for (const file of readable) file.release()
    }
  }
}

/** Spark compresses checkpoints as it does data: with a codec that DuckDB may not know. */
async function openAll(
  database: Database,
  files: readonly string[],
  names: readonly string[]
): Promise<readonly ReadableFile[]> {
  const undecodable = await checkFooters(files, names)
  const readable: ReadableFile[] = []
  try {
    for (const [i, path] of files.entries()) {
      const name = names[i] ?? path
      const [schema = []] = undecodable[i]!.size === 0 ? [] : await readParquetColumns(database, [path], [name])
      const needed = schema.filter((column) => Object.keys(columns).includes(column.name))
      readable.push(await openReadable(database, { path, name, schema, needed }))
    }
    return readable
  } catch (error) {
    for (const file of readable) file.release()
    throw error
  }
}

function schemaOf(withStats: boolean): string {
  const types = { ...columns, add: withStats ? columns.add : columns.add.replace(', stats VARCHAR', '') }
  return `MAP{${Object.entries(types)
    .map(([name, type]) => `'${name}': {name: '${name}', type: '${type}', default_value: NULL}`)
    .join(', ')}}`
}

async function readRows(database: Database, from: string, withStats: boolean, where: string): Promise<CheckpointRows> {
  // One query: the files are opened once, and both halves are of the same bytes.
  const result = await database.query(
    `SELECT add.path, add.partitionValues, add.size, add.modificationTime, add.dataChange, add.deletionVector, ${withStats ? 'add.stats' : 'NULL::VARCHAR'}, protocol, metaData, txn, sidecar
     FROM ${from} WHERE add.path IS NOT NULL OR protocol IS NOT NULL OR metaData IS NOT NULL OR txn IS NOT NULL OR sidecar IS NOT NULL`
  )
  const paths = result.strings(0)
  const partitionValues = result.values(1)
  const sizes = result.bigints(2)
  const times = result.bigints(3)
  const dataChanges = result.values(4)
  const vectors = result.values(5)
  const stats = result.strings(6)
  const rest = ['protocol', 'metaData', 'txn', 'sidecar'].map((name, i) => ({ name, values: result.values(7 + i) }))
  const adds: AddFile[] = []
  const others: unknown[] = []
  for (const [row, path] of paths.entries()) {
    if (path !== null) {
      const vector = vectors[row] ?? null
      adds.push({
        path: decodePath(path),
        partitionValues: textMap(partitionValues[row] ?? null),
        sizeBytes: Number(sizes[row]),
        modificationTime: Number(times[row]),
        dataChange: dataChanges[row] !== false,
        deletionVector: isPresent(vector) ? parseDeletionVector(shapeOf(vector, `${where}: add.deletionVector`)) : undefined,
        stats: stats[row] ?? undefined
      })
    }
    for (const { name, values } of rest) {
      const value = values[row] ?? null
      if (isPresent(value)) others.push({ [name]: mapsAsObjects(value) })
    }
  }
  return { adds, others }
}

/** Some writers store an absent action as a struct of nulls. */
function isPresent(value: SqlValue): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).some((field) => field !== null)
}

function textMap(entries: SqlValue): Record<string, string | null> {
  if (!Array.isArray(entries)) return {}
  return Object.fromEntries((entries as { key: string; value: string | null }[]).map(({ key, value }) => [key, value]))
}

/** The value as JSON has it. */
function mapsAsObjects(value: SqlValue): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, name === 'configuration' ? textMap(field as SqlValue) : (field as SqlValue)]))
}
