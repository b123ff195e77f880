import { formatType } from '#shared/engine/valueType.ts'
import type { BatchSettings } from '#shared/pipeline/batchSettings.ts'
import type { ColumnStats, MemoryColumn } from '../duckdb/writeRows.ts'

/** What of a batch goes into its commit besides the rows: enough to do the very same batch again. */
export interface BatchNote extends BatchSettings {
  /** Of silver. */
  readonly range: { readonly start: string | null; readonly end: string }
  /** What the batch evicted with: every window that ends at or before it is closed. */
  readonly watermarkMs: number
  /** Silver files that were set aside in this batch, and their places in its list of files. */
  readonly setAside?: readonly { readonly path: string; readonly position: number }[]
}

export interface NewFile {
  /** Relative to the table, percent-encoded. */
  readonly path: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly rowCount: number
  readonly stats: readonly ColumnStats[]
}

/** First commit of a gold table: readable by every engine, append-only, nobody needs a feature. */
export function creationLines(columns: readonly Pick<MemoryColumn, 'name' | 'type'>[], tableId: string, nowMs: number): string[] {
  return [
    JSON.stringify({ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }),
    JSON.stringify({
      metaData: {
        id: tableId,
        format: { provider: 'parquet', options: {} },
        schemaString: schemaString(columns),
        partitionColumns: [],
        configuration: { 'delta.appendOnly': 'true' },
        createdTime: nowMs
      }
    })
  ]
}

/** Delta's JSON form of the schema. All columns are nullable, as Spark makes them. */
export function schemaString(columns: readonly Pick<MemoryColumn, 'name' | 'type'>[]): string {
  return JSON.stringify({ type: 'struct', fields: columns.map(({ name, type }) => ({ name, type: formatType(type), nullable: true, metadata: {} })) })
}

/** Names as Spark's streaming sink writes them, so that table history reads the same. */
export function commitInfoLine(commit: { queryId: string; batchId: number; txnId: string; nowMs: number; engine: string; file: NewFile | undefined; note: BatchNote }): string {
  const { file } = commit
  return JSON.stringify({
    commitInfo: {
      timestamp: commit.nowMs,
      operation: 'STREAMING UPDATE',
      operationParameters: { outputMode: 'Append', queryId: commit.queryId, epochId: String(commit.batchId) },
      isolationLevel: 'Serializable',
      isBlindAppend: true,
      operationMetrics: {
        numAddedFiles: file ? '1' : '0',
        numRemovedFiles: '0',
        numOutputRows: String(file?.rowCount ?? 0),
        numOutputBytes: String(file?.sizeBytes ?? 0)
      },
      userMetadata: JSON.stringify(commit.note),
      engineInfo: commit.engine,
      txnId: commit.txnId
    }
  })
}

export function txnLine(queryId: string, batchId: number, nowMs: number): string {
  return JSON.stringify({ txn: { appId: queryId, version: batchId, lastUpdated: nowMs } })
}

export function addLine(file: NewFile): string {
  return JSON.stringify({
    add: {
      path: file.path,
      partitionValues: {},
      size: file.sizeBytes,
      modificationTime: Math.floor(file.modifiedMs),
      dataChange: true,
      stats: statsText(file.rowCount, file.stats)
    }
  })
}

/** Written by hand where a number must keep its digits: longs and decimals beyond 2^53. */
function statsText(rowCount: number, stats: readonly ColumnStats[]): string {
  const object = (entries: readonly (readonly [string, string])[]) => `{${entries.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`
  const edges = (side: 'min' | 'max') =>
    object(
      stats.flatMap((column) => {
        const text = column[side]
        return text === undefined ? [] : [[column.name, isQuoted(column) ? JSON.stringify(text) : text] as const]
      })
    )
  return `{"numRecords":${rowCount},"minValues":${edges('min')},"maxValues":${edges('max')},"nullCount":${object(stats.map((column) => [column.name, String(column.nulls)] as const))}}`
}

const isQuoted = ({ type }: ColumnStats): boolean => ['string', 'date', 'timestamp', 'timestamp_ntz'].includes(type.kind)
