import { Fault } from '#shared/engine/fault.ts'
import { bindQuery } from '#shared/pipeline/bindQuery.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { quoteName } from '#shared/query/sqlText.ts'
import type { Database } from '../duckdb/database.ts'
import { withScan } from '../duckdb/scan.ts'
import type { QueryResult } from '../duckdb/queryResult.ts'
import { isBadFile } from '../source/badFile.ts'
import { mapColumns } from '../source/mapColumns.ts'
import { openSource } from '../source/openSource.ts'
import type { OffsetRange, Source, SourceFile } from '../source/source.ts'
import { isDenied } from '../storage/s3/s3Fault.ts'
import type { Storage } from '../storage/storage.ts'
import { systemClock } from './clock.ts'

/*
 * The five steps of a source check, each a function that throws a Fault where silver is not what it must be: `contrail check` prints them and stops at
 * the first that fails, the workbench shows all five. Nothing is written.
 */

/** Reachable: the folder is there. A bucket that answers, and may not be listed, is reached: the next step tells. */
export async function reachSilver(storage: Storage): Promise<Storage> {
  const isThere = await storage.hasFolder('').catch((error: unknown) => {
    if (isDenied(error)) return true
    throw error
  })
  if (isThere) return storage
  if (storage.isRemote) throw new Fault('notFound', `[DELTA_SCHEMA_NOT_SET] nothing lies below ${storage.root}: check the address`)
  const isFile = (await storage.stat('')) !== undefined
  throw new Fault('notFound', `[DELTA_SCHEMA_NOT_SET] ${storage.root} ${isFile ? 'is a file: give the folder that holds the table' : 'is not there: check the path'}`)
}

/** Listable: what lies in the folder may be seen. */
export async function listSilver(storage: Storage): Promise<{ readonly isDelta: boolean }> {
  // Past every name, so that the folder is listed and none of its files is looked at.
  await storage.list('', '\u{10FFFF}')
  return { isDelta: await storage.hasFolder('_delta_log') }
}

/** Silver as it was read: all of its files, and its columns before any mapping. */
export interface Reading {
  readonly source: Source
  readonly range: OffsetRange
  readonly files: readonly SourceFile[]
  readonly bytes: number
}

/** Delta log read, or Parquet files read. */
export async function readSilver({ silver, trigger }: Pipeline, database: Database, openStorage: (uri: string) => Storage): Promise<Reading> {
  const unmapped = { silver: { ...silver, columns: {} }, trigger }
  const source = await openSource(unmapped, { database, openStorage, clock: systemClock, signal: new AbortController().signal })
  const start = await source.beginning()
  // Columns do not matter here: those that no query uses may be anything.
  const all = source.stream([])
  const range = { start, end: await all.latest(start) }
  const files = await all.files(range)
  return { source, range, files, bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) }
}

/** Columns match: each query finds its columns, with types that fit. Gives the source with the mapping, and the columns in use. */
export function matchColumns(pipeline: Pipeline, { source }: Reading, mapping: ColumnMapping): { readonly source: Source; readonly used: readonly string[] } {
  const mapped = mapColumns(source, mapping)
  const bound = builtinQueries(pipeline).map((query) => bindQuery(query, mapped.columns, mapped.name))
  const used = [...new Set(bound.flatMap((query) => query.columns))]
  mapped.stream(used) // Refuses files that differ in one of them.
  return { source: mapped, used }
}

export interface DecodedFile {
  readonly path: string
  readonly rows: number
}

/** One file decoded: every value of the columns in use, in the first file. undefined: there is no file. `pastBad`: passes over files that cannot be read. */
export async function decodeOne(database: Database, source: Source, { range, files }: Reading, used: readonly string[], pastBad = false): Promise<DecodedFile | undefined> {
  const counts = used.map((name, i) => `count(${quoteName(name)}) AS c${i}`)
  const read = await queryOneFile(database, source, { range, files }, { columns: used, select: ['count(*)::DOUBLE AS rows', ...counts].join(', ') }, pastBad)
  return read && { path: read.path, rows: Number(read.result.rows()[0]?.rows ?? 0) }
}

const badFilesPassed = 20

/** Runs a SELECT list over the first file that can be read, or over its first rows. undefined: there is no file. Faults name the file. */
export async function queryOneFile(
  database: Database,
  source: Source,
  { range, files }: Pick<Reading, 'range' | 'files'>,
  query: { readonly columns: readonly string[]; readonly select: string; readonly limit?: number | undefined },
  pastBad: boolean
): Promise<{ readonly path: string; readonly result: QueryResult } | undefined> {
  const stream = source.stream(query.columns)
  for (const [position, file] of files.entries()) {
    try {
      const [scan] = await stream.scans(range, [position])
      if (!scan) return undefined
      const limit = query.limit === undefined ? '' : ` LIMIT ${query.limit}`
      const result = await withScan(scan, (sql) => database.query(`SELECT ${query.select} FROM (${sql}${limit})`))
      return { path: file.path, result }
    } catch (error) {
      if (!pastBad || !isBadFile(error) || position + 1 >= Math.min(files.length, badFilesPassed)) throw error
    }
  }
  return undefined
}
