import { writeFile, rm } from 'node:fs/promises'
import { isFault } from '#shared/engine/fault.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { checkpointPath } from '../delta/log.ts'
import { loadSnapshot, type CheckpointReader, type Snapshot } from '../delta/snapshot.ts'
import type { Database } from '../duckdb/database.ts'
import { fileList } from '../duckdb/fileNames.ts'
import type { Storage } from '../storage/storage.ts'

/** Spark's delta.checkpointInterval. */
const checkpointInterval = 10

const columns = `{
  protocol: 'STRUCT("minReaderVersion" INTEGER, "minWriterVersion" INTEGER, "readerFeatures" VARCHAR[], "writerFeatures" VARCHAR[])',
  metaData: 'STRUCT("id" VARCHAR, "name" VARCHAR, "description" VARCHAR, "format" STRUCT("provider" VARCHAR, "options" MAP(VARCHAR, VARCHAR)), "schemaString" VARCHAR, "partitionColumns" VARCHAR[], "configuration" MAP(VARCHAR, VARCHAR), "createdTime" BIGINT)',
  txn: 'STRUCT("appId" VARCHAR, "version" BIGINT, "lastUpdated" BIGINT)',
  add: 'STRUCT("path" VARCHAR, "partitionValues" MAP(VARCHAR, VARCHAR), "size" BIGINT, "modificationTime" BIGINT, "dataChange" BOOLEAN, "stats" VARCHAR)',
  remove: 'STRUCT("path" VARCHAR, "deletionTimestamp" BIGINT, "dataChange" BOOLEAN)'
}`

/**
 * Every ten versions, one classic checkpoint of gold's log and the hint that points to it. Best effort: the commits are all still there, so a
 * checkpoint that fails costs readers some time and nothing else.
 */
export async function writeLogCheckpoint(storage: Storage, database: Database, checkpointReader: CheckpointReader, version: number): Promise<void> {
  if (version === 0 || version % checkpointInterval !== 0) return
  try {
    const lines = actionsOf(await loadSnapshot(storage, { version, withStats: true }, checkpointReader))
    await writeParquet(storage, database, checkpointPath(version), lines)
    await storage.replace('_delta_log/_last_checkpoint', Buffer.from(JSON.stringify({ version, size: lines.length })))
    // A checksum that Hadoop left for an older hint would make it reject ours.
    await storage.remove('_delta_log/._last_checkpoint.crc')
  } catch (error) {
    if (!isFault(error)) throw error
  }
}

async function writeParquet(storage: Storage, database: Database, path: string, lines: readonly string[]): Promise<void> {
  const staged = await storage.stage(path)
  const json = `${staged.file}.json`
  try {
    await writeFile(json, lines.join('\n'))
    await database.run(`COPY (SELECT * FROM read_json(${fileList([json])}, format = 'newline_delimited', columns = ${columns}, maximum_object_size = 268435456)) TO ${quoteLiteral(staged.file)} (FORMAT PARQUET, COMPRESSION SNAPPY)`)
    await staged.publish()
  } catch (error) {
    await staged.discard()
    throw error
  } finally {
    await rm(json, { force: true })
  }
}

/** The whole table as JSON lines: no commitInfo, no tombstones (gold is never deleted from). */
function actionsOf({ protocol, metaData, txns, files }: Snapshot): string[] {
  const { id, name, description, schemaString, partitionColumns, configuration, formatProvider, createdTime } = metaData
  return [
    JSON.stringify({ protocol }),
    JSON.stringify({ metaData: { id, name, description, format: { provider: formatProvider, options: {} }, schemaString, partitionColumns, configuration, createdTime } }),
    ...[...txns.values()].map(({ appId, version, lastUpdated }) => `{"txn":{"appId":${JSON.stringify(appId)},"version":${version}${lastUpdated === undefined ? '' : `,"lastUpdated":${lastUpdated}`}}}`),
    ...files.map(({ path, partitionValues, sizeBytes, modificationTime, stats }) =>
      JSON.stringify({ add: { path: path.split('/').map(encodeURIComponent).join('/'), partitionValues, size: sizeBytes, modificationTime, dataChange: true, stats } })
    )
  ]
}
