import { existsSync } from 'node:fs'
import { Fault, isFault } from '#shared/engine/fault.ts'
import type { DeltaField, MappingMode } from '../delta/schema.ts'
import type { Database } from '../duckdb/database.ts'
import { fileFault } from '../duckdb/fileFault.ts'
import { readParquetColumns, type ParquetColumn } from '../duckdb/parquetSchema.ts'
import { openReadable, type ReadableFile } from '../duckdb/readableFile.ts'
import type { OpenScan, Scan } from '../duckdb/scan.ts'
import { scanSql, type ScanColumn, type ScanFile } from '../duckdb/scanSql.ts'
import { findColumn } from '../duckdb/storedColumn.ts'
import { whichText } from '../duckdb/whichText.ts'
import type { LocalFile } from '../storage/storage.ts'
import { chunkFiles } from './chunkFiles.ts'

/** A data file that is on this machine and about to be read. */
export interface OpenedFile extends Omit<ScanFile, 'schema' | 'localPath'> {
  readonly local: LocalFile
  /** As messages call it. */
  readonly name: string
}

/** Schemas of the files read last, so that a second query over the same files need not open them again. */
export type RecentSchemas = Map<string, readonly ParquetColumn[]>

const keptSchemas = 2000

/** Refuses a file whose columns are not what its table has; `name` is how messages call it. */
export type CheckSchema = (schema: readonly ParquetColumn[], name: string) => void

export interface ScanParts {
  readonly database: Database
  readonly schemas: RecentSchemas
  readonly columns: readonly ScanColumn[]
  readonly mode: MappingMode
  readonly check: CheckSchema
  /** Columns of the files that this and other scans read. */
  readonly used: readonly DeltaField[]
  /** Hears of each file that has to be rewritten before DuckDB can read it, and why. */
  readonly onRewritten: (name: string, why: string) => void
}

/** How files of a source are told apart, and got hold of. */
export interface FileAccess<File> {
  /** The same for the same rows. */
  readonly identityOf: (file: File) => unknown
  /** Faults name a file that is not there. */
  readonly open: (file: File) => Promise<OpenedFile>
}

/** How to read a batch's files, in groups; `only` at these positions. */
export function scanFiles<File extends { readonly sizeBytes: number }>(parts: ScanParts, files: readonly File[], { identityOf, open }: FileAccess<File>, only?: readonly number[]): Scan[] {
  return chunkFiles(files, only).map((positions) => {
    const chosen = positions.map((position) => files[position]!)
    return { files: positions, identity: JSON.stringify(chosen.map(identityOf)), open: shared(() => openGroup(parts, chosen, open)) }
  })
}

/** Who comes while it is open, or being opened, shares it; the last one to leave closes it. */
function shared(open: () => Promise<OpenScan>): () => Promise<OpenScan> {
  let current: { readonly scan: Promise<OpenScan>; users: number } | undefined
  return async () => {
    const mine = (current ??= { scan: open(), users: 0 })
    mine.users += 1
    const leave = (): boolean => {
      mine.users -= 1
      if (mine.users > 0) return false
      if (current === mine) current = undefined
      return true
    }
    try {
      const scan = await mine.scan
      return { ...scan, release: () => void (leave() && scan.release()) }
    } catch (error) {
      leave()
      throw error
    }
  }
}

const filesAtOnce = 50

/** Does something with each file, some at a time; `only` those at these positions. */
export async function eachFile<File>(files: readonly File[], only: readonly number[] | undefined, work: (file: File) => Promise<unknown>): Promise<void> {
  const chosen = only ? only.map((position) => files[position]!) : files
  for (let start = 0; start < chosen.length; start += filesAtOnce) await Promise.all(chosen.slice(start, start + filesAtOnce).map(work))
}

async function openGroup<File>(parts: ScanParts, files: readonly File[], open: (file: File) => Promise<OpenedFile>): Promise<OpenScan> {
  const asked = await Promise.allSettled(files.map(open))
  const opened = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const readable: ReadableFile[] = []
  const release = () => [...readable, ...opened.map(({ local }) => local)].forEach((file) => file.release())
  const distrust = (error: unknown) => {
    // Whichever it is: a copy that was damaged on its way must not be read a second time.
    if (isFault(error) && error.code === 'corrupt') opened.forEach(({ local }) => local.distrust())
  }
  try {
    for (const one of asked) if (one.status === 'rejected') throw one.reason
    const sql = await groupSql(parts, opened, readable)
    const nameOf = (path: string | undefined) =>
      opened.find(({ local }, i) => local.path === path || readable[i]?.path === path)?.name ?? whichOf(opened)
    return {
      sql,
      async explain(error) {
        const fault = (await whichText(parts.database, sql, parts.columns, error, nameOf)) ?? fileFault(error, nameOf)
        distrust(fault)
        return withoutCopies(fault, opened)
      },
      release
    }
  } catch (error) {
    distrust(error)
    release()
    throw withoutCopies(error, opened)
  }
}

/** `readable` gets what DuckDB reads, in the order of `opened`; it has to be released. */
async function groupSql(parts: ScanParts, opened: readonly OpenedFile[], readable: ReadableFile[]): Promise<string> {
  const { database, schemas, columns, mode, check, used, onRewritten } = parts
  // Taken before anything is awaited: the other query may push them out meanwhile.
  const known = new Map(opened.flatMap(({ local: { path } }) => (schemas.has(path) ? [[path, schemas.get(path)!] as const] : [])))
  const unknown = opened.filter((file) => !known.has(file.local.path))
  const read = await readParquetColumns(
    database,
    unknown.map((file) => file.local.path),
    unknown.map((file) => file.name)
  )
  unknown.forEach((file, i) => {
    known.set(file.local.path, read[i]!)
    schemas.set(file.local.path, read[i]!)
  })
  for (const oldest of schemas.keys()) if (schemas.size > keptSchemas) schemas.delete(oldest)
  const scanned = opened.map((file) => ({ ...file, schema: known.get(file.local.path)! }))
  for (const { schema, name } of scanned) check(schema, name)
  for (const { local, name, schema } of scanned) {
    const find = (field: DeltaField) => findColumn(schema, field, mode) ?? []
    const needed = columns.flatMap(({ field, isPartition }) => (isPartition ? [] : find(field)))
    const file = await openReadable(database, { path: local.path, name, schema, needed, wanted: used.flatMap(find) })
    readable.push(file)
    if (file.rewritten !== undefined) onRewritten(name, file.rewritten)
  }
  const files = scanned.map((file, i) => ({ ...file, localPath: readable[i]!.path }))
  return scanSql(files, columns, { mode, fileIndex: opened.length > 1 })
}

/** Copies that went missing are no bad files: those that they are copies of are still there. */
function withoutCopies(error: unknown, opened: readonly OpenedFile[]): unknown {
  const gone = isFault(error) && error.code === 'notFound' ? opened.find(({ local }) => local.isCopy && !existsSync(local.path)) : undefined
  return gone ? new Fault('unavailable', `the copy of ${gone.name} on this machine was removed while it was read: leave the cache to Contrail, which keeps it within its bound, then start again`, { cause: error }) : error
}

function whichOf(opened: readonly OpenedFile[]): string {
  const [first, ...others] = opened
  return others.length === 0 ? first!.name : `one of ${opened.length} files from ${first!.name} on`
}
