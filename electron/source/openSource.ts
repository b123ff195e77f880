import { Fault } from '#shared/engine/fault.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import type { Database } from '../duckdb/database.ts'
import { checkpointReader } from '../duckdb/readCheckpoint.ts'
import type { Clock } from '../host/clock.ts'
import { interruptible } from '../storage/interruptible.ts'
import type { Storage } from '../storage/storage.ts'
import { openDeltaSource } from './deltaSource.ts'
import { mapColumns } from './mapColumns.ts'
import { openParquetSource } from './parquetSource.ts'
import { refuseInsideTable, refuseTables } from './refuseTables.ts'
import type { Source } from './source.ts'

export interface SourceParts {
  readonly database: Database
  readonly openStorage: (uri: string) => Storage
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Default false: files come without the statistics of the log. */
  readonly withStats?: boolean
}

/** Opens silver as what it is: a Delta table, or a plain folder of Parquet files. Faults name the path and what is wrong with it. */
export async function openSource({ silver, trigger }: Pick<Pipeline, 'silver' | 'trigger'>, parts: SourceParts): Promise<Source> {
  const storage = interruptible(parts.openStorage(silver.uri), parts.signal)
  const source =
    (await formatOf(storage, silver.format, parts.openStorage)) === 'delta'
      ? await openDeltaSource(storage, parts.database, checkpointReader(parts.database), { ...silver, withStats: parts.withStats ?? false, clock: parts.clock })
      : await openPlainFolder(storage, { silver, trigger }, parts)
  return mapColumns(source, silver.columns)
}

async function openPlainFolder(storage: Storage, { silver, trigger }: Pick<Pipeline, 'silver' | 'trigger'>, parts: SourceParts): Promise<Source> {
  const source = await openParquetSource(storage, parts.database, {
    clock: parts.clock,
    signal: parts.signal,
    unfinished: trigger.kind === 'availableNow' ? 'refuse' : 'wait',
    quarantine: silver.onBadFile === 'quarantine'
  })
  // A folder above may become a table, too. In a bucket, to look at each poll would cost requests.
  if (storage.isRemote) return source
  return {
    ...source,
    async refresh() {
      await refuseInsideTable(storage, parts.openStorage, true)
      await source.refresh()
    }
  }
}

async function formatOf(storage: Storage, format: Pipeline['silver']['format'], openStorage: SourceParts['openStorage']): Promise<'delta' | 'parquet'> {
  const hasLog = await storage.hasFolder('_delta_log')
  if (hasLog && format === 'parquet') throw new Fault('usage', `silver.format is parquet, but ${storage.root} has a _delta_log: read as plain files, removed and unfinished data would count; set silver.format to delta or auto`)
  if (hasLog) return 'delta'
  if (await storage.stat('_delta_log')) throw new Fault('corrupt', `${storage.root}/_delta_log is a file, and a Delta table has a folder there: restore the table, or move the file away`)
  await refuseInsideTable(storage, openStorage, false)
  const entries = await storage.listDeep('')
  refuseTables(storage.root, entries, false)
  if (format === 'delta') return 'delta'
  if (entries.length === 0) throw new Fault('notFound', `[DELTA_SCHEMA_NOT_SET] ${storage.root} ${(await storage.stat('')) ? 'is a file, and silver is a folder' : 'is not there, or is empty'}: check silver.uri`)
  return 'parquet'
}
