import { isFault } from '#shared/engine/fault.ts'
import type { Batch, EventTimeStats, Partials } from '#shared/engine/partials.ts'
import type { BoundQuery } from '#shared/pipeline/bindQuery.ts'
import type { Database } from '../duckdb/database.ts'
import { joinBatch, readEventTimes, readPartials, type Scan } from '../duckdb/readPartials.ts'
import type { OffsetRange, SourceFile, SourceStream } from '../source/source.ts'

/** What a micro-batch read. */
export interface ReadBatch {
  readonly batch: Batch
  readonly files: readonly SourceFile[]
  /** Rows of the files read, rows hidden by deletion vectors included, as Spark counts its input. */
  readonly inputRows: number
  /** Files that could not be read and were set aside, with the reason. Empty unless the pipeline quarantines bad files. */
  readonly setAside: readonly { readonly path: string; readonly message: string }[]
}

/** Event times are the same for every query over the same files: whoever asks first reads them. */
export type EventTimes = (eventTime: string, scan: Scan) => Promise<EventTimeStats | undefined>

/** Remembers the event times of the scans asked for last, so that two queries over the same files read them once. */
export function sharedEventTimes(database: Database): EventTimes {
  const recent = new Map<string, Promise<EventTimeStats | undefined>>()
  return (eventTime, scan) => {
    const id = `${eventTime}\n${scan.identity}`
    const known = recent.get(id)
    if (known) return known
    const read = readEventTimes(database, eventTime, scan)
    recent.set(id, read)
    read.catch(() => recent.delete(id))
    if (recent.size > 2000) recent.delete(recent.keys().next().value!)
    return read
  }
}

export interface BatchReader {
  readonly database: Database
  readonly eventTimes: EventTimes
  readonly stream: SourceStream
  readonly query: BoundQuery
  readonly onBadFile: 'stop' | 'quarantine'
}

/** Reads the files of a range into partials. A file that cannot be read ends it with a Fault that names the file, or is set aside. */
export async function readBatch(reader: BatchReader, range: OffsetRange): Promise<ReadBatch> {
  const files = await reader.stream.files(range)
  const setAside: { path: string; message: string }[] = []
  const parts = files.length === 0 ? [] : await readParts(reader, range, files, setAside)
  const batch = joinBatch(
    reader.query.spec,
    parts.map((part) => part.partials),
    parts.map((part) => part.eventTime)
  )
  const left = new Set(setAside.map((file) => file.path))
  const hidden = files.reduce((sum, file) => sum + (left.has(file.path) ? 0 : file.hiddenRows), 0)
  return { batch, files, inputRows: (batch.eventTime?.rows ?? 0) + hidden, setAside }
}

interface Part {
  readonly partials: Partials
  readonly eventTime: EventTimeStats | undefined
}

async function readParts(reader: BatchReader, range: OffsetRange, files: readonly SourceFile[], setAside: { path: string; message: string }[]): Promise<Part[]> {
  const all = files.map((_, position) => position)
  if (reader.onBadFile === 'stop') return readScans(reader, await reader.stream.scans(range))
  try {
    return await readScans(reader, await reader.stream.scans(range))
  } catch (error) {
    if (!isBadFile(error)) throw error
  }
  // One of them is bad: read each alone to find out which.
  const parts: Part[] = []
  for (const position of all) {
    try {
      parts.push(...(await readScans(reader, await reader.stream.scans(range, [position]))))
    } catch (error) {
      if (!isBadFile(error)) throw error
      setAside.push({ path: files[position]!.path, message: error.message })
    }
  }
  return parts
}

/** All scans at once: the database runs as many as it has connections. The parts come in the order of the scans, whoever is ready first. */
async function readScans({ database, eventTimes, query }: BatchReader, scans: readonly Scan[]): Promise<Part[]> {
  const reads = scans.map(async (scan) => {
    const [partials, eventTime] = await Promise.all([readPartials(database, query, scan), eventTimes(query.eventTime, scan)])
    return { partials, eventTime }
  })
  const settled = await Promise.allSettled(reads)
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

function isBadFile(error: unknown): error is Error {
  return isFault(error) && (error.code === 'corrupt' || error.code === 'notFound' || error.code === 'schema')
}
