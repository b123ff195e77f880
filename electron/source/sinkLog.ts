import { Fault } from '#shared/engine/fault.ts'
import type { Storage, StorageEntry } from '../storage/storage.ts'

/** Whether a file of the folder belongs to a batch that was finished. */
export type IsCommitted = (path: string) => boolean

/** The log that Spark's file sink keeps of a folder. Files that it does not list come from batches that failed. SPEC O11 */
export interface SinkLog {
  /** undefined: the folder has no such log. `entries`: all that lies in the folder now. Faults name an entry of the log. */
  read(entries: readonly StorageEntry[]): Promise<IsCommitted | undefined>
}

interface LogFile {
  readonly entry: StorageEntry
  readonly batch: number
  readonly isCompact: boolean
}

/** Files by their path when they were written, decoded. */
type Listed = readonly { readonly path: string; readonly isDeleted: boolean }[]

export function openSinkLog(storage: Storage): SinkLog {
  const known = new Map<string, Promise<Listed>>()
  let last: { readonly of: string; readonly isCommitted: IsCommitted } | undefined

  function listedIn({ entry }: LogFile): Promise<Listed> {
    const listed = known.get(idOf(entry)) ?? readLogFile(storage, entry.path)
    known.set(idOf(entry), listed)
    listed.catch(() => known.delete(idOf(entry)))
    return listed
  }

  return {
    async read(entries) {
      const log = filesToRead(entries.flatMap(logFileOf), storage.root)
      if (log.length === 0) return undefined
      const of = log.map(({ entry }) => idOf(entry)).join()
      if (last?.of !== of) last = { of, isCommitted: committedBy(await Promise.all(log.map(listedIn))) }
      for (const id of known.keys()) if (!log.some(({ entry }) => idOf(entry) === id)) known.delete(id)
      return last.isCommitted
    }
  }
}

const idOf = ({ path, sizeBytes, modifiedMs, etag }: StorageEntry): string =>
  [path, sizeBytes, modifiedMs, etag].join(' ')

function logFileOf(entry: StorageEntry): LogFile[] {
  const [, batch, compact] = /^_spark_metadata\/(\d+)(\.compact)?$/.exec(entry.path) ?? []
  return batch === undefined ? [] : [{ entry, batch: Number(batch), isCompact: compact !== undefined }]
}

/** The newest compact file, which lists everything before it, and all after it. */
function filesToRead(log: readonly LogFile[], root: string): LogFile[] {
  const sorted = [...log].sort((a, b) => a.batch - b.batch)
  const compact = sorted.findLast(({ isCompact }) => isCompact)
  const read = compact ? sorted.filter((file) => file === compact || file.batch > compact.batch) : sorted
  const first = compact?.batch ?? 0
  const gap = read.findIndex(({ batch }, i) => batch !== first + i)
  if (gap < 0) return read
  throw new Fault(
    'corrupt',
    `${root}/_spark_metadata has no entry ${first + gap}, so the files of that batch are not known: restore the log, ` +
      `or remove it if every file of the folder is to be read`
  )
}

async function readLogFile(storage: Storage, path: string): Promise<Listed> {
  const [version, ...lines] = Buffer.from(await storage.read(path))
    .toString('utf8')
    .split('\n')
  const name = `${storage.root}/${path}`
  if (version !== 'v1')
    throw new Fault('unsupported', `${name} is no log of Spark's file sink of version 1: restore it`)
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const { path: uri, action } = parsed(line, name)
      if (typeof uri !== 'string') throw damaged(name)
      return { path: decoded(uri), isDeleted: action === 'delete' }
    })
}

function parsed(line: string, name: string): { readonly path?: unknown; readonly action?: unknown } {
  try {
    return (JSON.parse(line) as object | null) ?? {}
  } catch (cause) {
    throw damaged(name, cause)
  }
}

const damaged = (name: string, cause?: unknown): Fault =>
  new Fault('corrupt', `${name} does not list files as Spark's file sink does: it is damaged; restore it from a copy`, {
    cause
  })

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri)
  } catch {
    return uri
  }
}

/** The folder may have been moved since: a file is the one whose path ends as it lies below the folder. */
function committedBy(logs: readonly Listed[]): IsCommitted {
  const byName = new Map<string, Set<string>>()
  for (const { path, isDeleted } of logs.flat()) {
    const paths = byName.get(nameOf(path)) ?? new Set()
    byName.set(nameOf(path), paths)
    if (isDeleted) paths.delete(path)
    else paths.add(path)
  }
  return (path) => [...(byName.get(nameOf(path)) ?? [])].some((full) => full.endsWith(`/${path}`))
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
