import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openTableScan } from '#electron/delta/deltaTable.ts'
import type { Database } from '#electron/duckdb/database.ts'
import type { SqlValue } from '#electron/duckdb/queryResult.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'

export interface HandMadeField {
  readonly name: string
  readonly type: unknown
  readonly metadata?: Readonly<Record<string, unknown>>
}

export const protocol = (minReaderVersion = 1, readerFeatures?: readonly string[]) => ({
  protocol: { minReaderVersion, minWriterVersion: 2, ...(readerFeatures && { minWriterVersion: 7, readerFeatures, writerFeatures: readerFeatures }) }
})

export const struct = (fields: readonly HandMadeField[]) => ({ type: 'struct', fields: fields.map((field) => ({ nullable: true, metadata: {}, ...field })) })

export function metaData(fields: readonly HandMadeField[], others: Readonly<Record<string, unknown>> = {}) {
  return { metaData: { id: 'a-table', format: { provider: 'parquet', options: {} }, schemaString: JSON.stringify(struct(fields)), partitionColumns: [], configuration: {}, ...others } }
}

export const add = (path: string, others: Readonly<Record<string, unknown>> = {}) => ({ add: { path, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true, ...others } })

export const remove = (path: string, others: Readonly<Record<string, unknown>> = {}) => ({ remove: { path, dataChange: true, ...others } })

/** All there is in a commit that changes nothing. */
export const commitInfo = () => ({ commitInfo: { timestamp: 1, operation: 'WRITE' } })

/** Name of a version's file in `_delta_log`. */
export const logFile = (version: number, rest = 'json') => `_delta_log/${String(version).padStart(20, '0')}.${rest}`

export function writeText(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

/** One commit per list of actions, from version `first` on. */
export function writeLog(folder: string, commits: readonly (readonly unknown[])[], first = 0): void {
  commits.forEach((actions, i) => writeText(folder, logFile(first + i), actions.map((action) => `${JSON.stringify(action)}\n`).join('')))
}

export async function writeParquet(database: Database, folder: string, path: string, select: string, options = ''): Promise<void> {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  await database.run(`COPY (${select}) TO ${quoteLiteral(join(folder, path))} (FORMAT PARQUET ${options})`)
}

export async function readTable(database: Database, folder: string, version?: number): Promise<Record<string, SqlValue>[]> {
  const scan = await openTableScan(openLocalStore(folder), version === undefined ? {} : { version }, database)
  return (await scan.explaining(() => database.query(scan.sql))).rows()
}
