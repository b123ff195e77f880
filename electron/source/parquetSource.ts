import { Fault } from '#shared/engine/fault.ts'
import { typeName } from '#shared/engine/valueType.ts'
import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import type { Database } from '../duckdb/database.ts'
import type { Clock } from '../host/clock.ts'
import { parseObject } from '../storage/parseObject.ts'
import type { Storage, StorageEntry } from '../storage/storage.ts'
import { openParquetFolder, type Patience } from './parquetFolder.ts'
import { planFiles } from './planFiles.ts'
import { rewrittenFiles } from './rewrittenFiles.ts'
import {
  checkParquetFiles,
  readFolderSchema,
  refuseDifferent,
  scanParquetFiles,
  type FolderColumn,
  type FolderScanParts
} from './scanParquetFiles.ts'
import { findPartitions, type MisreadFolder, type PartitionColumn } from './hivePartitions.ts'
import { lackingColumns } from './lackingColumns.ts'
import { leftOutProblems } from './leftOut.ts'
import type { RecentSchemas } from './scanFiles.ts'
import { describeSource, type OffsetText, type Source, type SourceProblem, type SourceStream } from './source.ts'

/** A file as an offset lists it: what tells that it is the same file. */
export interface TakenFile {
  readonly path: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  /** Where the store has one, it tells more than the time. */
  readonly etag?: string
}

/** A file that a stream is done with. One that was set aside unread may come again when it has changed. */
interface SeenFile extends TakenFile {
  readonly setAside?: true
}

export interface ParquetSourceOptions extends Patience {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** How often a watch looks at a folder whose first files are still being written. */
const firstFilePollMs = 1000

/** A plain folder of Parquet files as a stream: each file once, when it is whole, by (time, path). SPEC O10 */
export async function openParquetSource(storage: Storage, database: Database, options: ParquetSourceOptions): Promise<Source> {
  const folder = openParquetFolder(storage, options.clock, options)
  await folder.refresh(options.signal)
  while (options.unfinished === 'wait' && folder.files().length === 0 && folder.problems().some((problem) => !problem.stuck)) {
    await options.clock.sleep(firstFilePollMs, options.signal)
    await folder.refresh(options.signal)
  }
  if (folder.files().length === 0) {
    const waits = folder.problems()[0]
    throw new Fault('notFound', `[DELTA_SCHEMA_NOT_SET] ${storage.root} has no Parquet file that could be read${waits ? ` (${waits.message})` : ''}, and no Delta log: check silver.uri, or start again when there is data`)
  }
  const schemas: RecentSchemas = new Map()
  /** Of all streams: a file that one of them has fetched does for the others. */
  const used = new Set<string>()
  const rewritten = rewrittenFiles()
  const partitions = findPartitions(folder.files().map(({ path }) => path), storage.root)
  const files = (): StorageEntry[] => folder.files().filter(({ path }) => !partitions.isBeside(path))
  const lacking = lackingColumns()
  const stored = await readFolderSchema(storage, database, files(), { quarantine: options.quarantine, lacking })
  const fields = withPartitions(stored, partitions.columns)
  const scanParts: FolderScanParts = { storage, database, schemas, columns: fields, used, partitions, lacking, onRewritten: rewritten.add }

  function stream(columns: readonly string[]): SourceStream {
    for (const column of columns) used.add(column)
    if (!options.quarantine) refuseDifferent(fields, columns, storage)
    const seen = new Map<string, SeenFile>()
    const fresh = (): TakenFile[] => files().filter((file) => isNew(seen.get(file.path), file, storage)).map(taken)
    // The bound of a run is asked for with every batch, and may list all files there are.
    let boundFiles: { readonly of: OffsetText; readonly paths: ReadonlySet<string> } | undefined
    const pathsOf = (bound: OffsetText): ReadonlySet<string> => {
      if (boundFiles?.of !== bound) boundFiles = { of: bound, paths: new Set(parseFiles(bound).map((file) => file.path)) }
      return boundFiles.paths
    }
    return {
      plansAhead: false, // From what it has read: a file may have changed since.
      latest: async (start) => offsetOf(fresh(), start),
      async plan(start, limits, bound) {
        if (bound === start) return start
        const within = bound === undefined ? undefined : pathsOf(bound)
        return offsetOf(planFiles(fresh().filter((file) => within?.has(file.path) ?? true), limits), start)
      },
      files: async ({ start, end }) => (start === end ? [] : parseFiles(end).map(({ path, sizeBytes }) => ({ path, sizeBytes, hiddenRows: 0 }))),
      checkFiles: async ({ start, end }, only) => (start === end ? undefined : checkParquetFiles(storage, parseFiles(end), only)),
      scans: async ({ start, end }, only) => (start === end ? [] : scanParquetFiles(scanParts, parseFiles(end), columns, only)),
      checkOffset: (offset) => void parseFiles(offset),
      remember({ start, end }, setAside) {
        if (start !== end) for (const [position, file] of parseFiles(end).entries()) seen.set(file.path, setAside.includes(position) ? { ...file, setAside: true } : file)
        return { files: [...seen.values()] }
      },
      recall(memory) {
        for (const file of (memory as { readonly files: readonly SeenFile[] }).files) seen.set(file.path, file)
      }
    }
  }

  return {
    id: `parquet files in ${storage.root}`,
    description: describeSource('ParquetSource', storage.root),
    name: storage.root,
    columns: fields.map(({ name, type }): SilverColumn => ({ name, type })),
    columnIdentity(name) {
      const type = fields.find((field) => field.name === name)?.type
      return type === undefined ? 'nothing' : typeName(type)
    },
    refresh: () => folder.refresh(options.signal),
    beginning: () => Promise.resolve(JSON.stringify({ files: [] })),
    stream,
    problems: () => [
      ...folder.problems(),
      ...leftOutProblems([{ why: 'beside', paths: folder.files().flatMap(({ path }) => (partitions.isBeside(path) ? [path] : [])) }]),
      ...misreadProblems(partitions.misread),
      ...lacking.problems(fields.flatMap(({ name, isPartition }) => (used.has(name) && !isPartition ? [name] : [])))
    ],
    rewritten: rewritten.note
  }
}

/** Where a file has a column of a partition, too, the folder's value counts, and the column keeps its place. SPEC O12 */
function withPartitions(fields: readonly FolderColumn[], partitions: readonly PartitionColumn[]): FolderColumn[] {
  // Where no file could be read, nothing is known of the columns.
  if (fields.length === 0) return []
  const isSameName = (a: { readonly name: string }, b: { readonly name: string }): boolean => a.name.toLowerCase() === b.name.toLowerCase()
  const columns = partitions.map(({ name, type }): FolderColumn => ({ name, type, file: '', isPartition: true }))
  return [
    ...fields.map((field) => columns.find((column) => isSameName(column, field)) ?? field),
    ...columns.filter((column) => !fields.some((field) => isSameName(field, column)))
  ]
}

function misreadProblems(folders: readonly MisreadFolder[]): SourceProblem[] {
  const [first] = folders
  if (!first) return []
  const { folder, value, meant } = first
  const others = folders.length === 1 ? '' : ` (and ${folders.length - 1} more such folders)`
  const message = `the folder ${folder}${others} is read as "${value}", as Spark has it, which takes each percent code for one character: rename it if "${meant}" is meant`
  return [{ path: folder, stuck: true, message, lasting: 'misread' }]
}

const taken = ({ path, sizeBytes, modifiedMs, etag }: StorageEntry): TakenFile => ({ path, sizeBytes, modifiedMs, ...(etag !== undefined && { etag }) })

function isNew(before: SeenFile | undefined, file: StorageEntry, storage: Storage): boolean {
  if (before === undefined) return true
  if (isSameFile(before, file)) return false
  if (before.setAside) return true
  throw new Fault('changed', `${storage.root}/${file.path} was changed after it had been read, which a stream cannot follow: put new rows into new files, and start with a new checkpoint`)
}

/** An ETag says it whatever the times are: an object may be copied onto itself. */
export function isSameFile(a: TakenFile, b: TakenFile): boolean {
  return a.sizeBytes === b.sizeBytes && (a.etag !== undefined && b.etag !== undefined ? a.etag === b.etag : a.modifiedMs === b.modifiedMs)
}

/** An offset that lists a batch's files; the offset before it when there are none. */
function offsetOf(files: readonly TakenFile[], start: OffsetText): OffsetText {
  return files.length === 0 ? start : JSON.stringify({ files })
}

/** Fault `checkpoint` for anything else than what `offsetOf` writes. */
function parseFiles(text: OffsetText): readonly TakenFile[] {
  const value = parseObject(text)
  if (Array.isArray(value.files) && value.files.every(isTakenFile)) return value.files
  if ('reservoirId' in value) {
    throw new Fault('checkpoint', `[DELTA_SCHEMA_NOT_SET] the checkpoint has read a Delta table, and there is no _delta_log where it was: restore the table, or start with a new checkpoint`)
  }
  throw new Fault('checkpoint', `"${text.slice(0, 200)}" is not an offset of a folder of Parquet files: the checkpoint is damaged, or belongs to another kind of source; start with a new one`)
}

function isTakenFile(value: unknown): value is TakenFile {
  if (typeof value !== 'object' || value === null) return false
  const { path, sizeBytes, modifiedMs, etag } = value as Record<string, unknown>
  return typeof path === 'string' && Number.isFinite(sizeBytes) && Number.isFinite(modifiedMs) && (etag === undefined || typeof etag === 'string')
}
