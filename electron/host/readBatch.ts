import { Fault } from '#shared/engine/fault.ts'
import type { EventTimeStats, Partials } from '#shared/engine/partials.ts'
import type { OpenStep } from '#shared/engine/step.ts'
import type { BoundQuery } from '#shared/pipeline/bindQuery.ts'
import type { Database } from '../duckdb/database.ts'
import { joinEventTimes, readEventTimes, readPartials, type InfiniteTimes, type ScanTimes } from '../duckdb/readPartials.ts'
import type { Scan } from '../duckdb/scan.ts'
import { isBadFile } from '../source/badFile.ts'
import type { OffsetRange, SourceFile, SourceStream } from '../source/source.ts'

/** What a micro-batch read. */
export interface ReadBatch {
  /** Holds the partials of all files, in their order. */
  readonly open: OpenStep
  readonly eventTime: EventTimeStats | undefined
  readonly files: readonly SourceFile[]
  /** Rows of the files read, rows hidden by deletion vectors included, as Spark counts its input. */
  readonly inputRows: number
  /** Files that could not be read and were set aside, with the reason. Empty unless the pipeline quarantines bad files. */
  readonly setAside: readonly SetAside[]
  /** Files with infinite event times, by position in the batch's list. SPEC T5 */
  readonly infinite: readonly InfiniteTimes[]
}

export interface SetAside extends FileInPlace {
  readonly message: string
}

/** Event times are the same for every query over the same files: whoever asks first reads them. */
export type EventTimes = (eventTime: string, scan: Scan) => Promise<ScanTimes | undefined>

/**
 * Remembers the event times of the scans asked for last, so that two queries over the same files read them once. The other scan may have a column that
 * its file holds in a wrong type: what fails there is read again with one's own.
 */
export function sharedEventTimes(database: Database): EventTimes {
  const recent = new Map<string, Promise<ScanTimes | undefined>>()
  return (eventTime, scan) => {
    const id = `${eventTime}\n${scan.identity}`
    const known = recent.get(id)
    if (known) return known.catch(() => readEventTimes(database, eventTime, scan))
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

/**
 * Reads the files of a range into partials and hands them to a step. A file that cannot be read ends it with a Fault that names the file, or is set
 * aside. `begin` opens a step; it is called again when the reading has to start over.
 */
export async function readBatch(reader: BatchReader, range: OffsetRange, begin: () => OpenStep): Promise<ReadBatch> {
  const files = await reader.stream.files(range)
  if (reader.onBadFile === 'stop') {
    try {
      return await readAllBut(reader, range, files, [], begin())
    } catch (error) {
      throw await named(error, reader, range, files, begin)
    }
  }
  try {
    return await readAllBut(reader, range, files, [], begin())
  } catch (error) {
    if (!isBadFile(error)) throw error
  }
  return readOneByOne(reader, range, files, begin())
}

/** Rows of a batch that are known already. */
export interface KnownRows {
  /** Files that were not among them. */
  readonly setAside: readonly FileInPlace[]
  /** For messages. */
  readonly where: 'gold' | 'the recorded run'
}

/** Reads the files of a range as they were read for rows that are known already: all but those set aside then, whatever can be read now. */
export async function readBatchAgain(reader: BatchReader, range: OffsetRange, { setAside, where }: KnownRows, begin: () => OpenStep): Promise<ReadBatch> {
  const files = await reader.stream.files(range)
  refuseMoved(files, setAside)
  const known = setAside.map((file) => ({ ...file, message: 'it was set aside when this batch was written to gold' }))
  try {
    return await readAllBut(reader, range, files, known, begin())
  } catch (error) {
    if (!isBadFile(error)) throw error
    throw new Fault(error.code, `${where} already holds rows of a file that its batch is done again with: ${error.message}`, { cause: error })
  }
}

/** A file and its position in the list of its batch: a path may come twice. */
export interface FileInPlace {
  readonly path: string
  readonly position: number
}

/** Fault `changed` when files that were set aside are not where they were. */
export function refuseMoved(files: readonly SourceFile[], setAside: readonly FileInPlace[]): void {
  const moved = setAside.find(({ path, position }) => files[position]?.path !== path)
  if (moved) throw new Fault('changed', `gold's commit says that ${moved.path} was set aside in this batch, and the batch does not have it in its place any more: silver has lost files or versions; restore them, or start with a new checkpoint and a new gold folder`)
}

/** Positions of all files but those set aside; undefined: all. */
export function positionsBut(files: readonly SourceFile[], setAside: readonly FileInPlace[]): readonly number[] | undefined {
  const left = new Set(setAside.map((file) => file.position))
  return left.size === 0 ? undefined : files.flatMap((_, position) => (left.has(position) ? [] : [position]))
}

async function readAllBut(reader: BatchReader, range: OffsetRange, files: readonly SourceFile[], setAside: readonly SetAside[], open: OpenStep): Promise<ReadBatch> {
  const { eventTime, infinite } = await readScans(reader, await reader.stream.scans(range, positionsBut(files, setAside)), open)
  return { open, eventTime, files, inputRows: inputRows(eventTime, files, setAside), setAside, infinite }
}

/** DuckDB does not say which of several files has damaged pages: read alone, it is the one that fails. */
async function named(error: unknown, reader: BatchReader, range: OffsetRange, files: readonly SourceFile[], begin: () => OpenStep): Promise<unknown> {
  if (!isBadFile(error) || files.length === 1) return error
  const { setAside } = await readOneByOne(reader, range, files, begin(), 'first')
  const [bad] = setAside
  return bad ? new Fault(error.code, bad.message, { cause: error }) : error
}

/** One of the files is bad: read each alone to find out which. `first`: no further than to the first one. */
async function readOneByOne(reader: BatchReader, range: OffsetRange, files: readonly SourceFile[], open: OpenStep, until: 'first' | 'last' = 'last'): Promise<ReadBatch> {
  const setAside: SetAside[] = []
  const infinite: InfiniteTimes[] = []
  let eventTime: EventTimeStats | undefined
  for (const [position, file] of files.entries()) {
    try {
      const times = await readScans(reader, await reader.stream.scans(range, [position]), open)
      eventTime = joinEventTimes(eventTime, times.eventTime)
      infinite.push(...times.infinite)
    } catch (error) {
      if (!isBadFile(error)) throw error
      setAside.push({ path: file.path, position, message: error.message })
      if (until === 'first') break
    }
  }
  return { open, eventTime, files, inputRows: inputRows(eventTime, files, setAside), setAside, infinite }
}

function inputRows(eventTime: EventTimeStats | undefined, files: readonly SourceFile[], setAside: readonly SetAside[]): number {
  const left = new Set(setAside.map((file) => file.position))
  return files.reduce((sum, file, position) => sum + (left.has(position) ? 0 : file.hiddenRows), eventTime?.rows ?? 0)
}

/** Enough that the database always has the next query waiting, few enough that their results do not pile up. */
const scansInFlight = 4

/** Reads scans, some at a time, and adds their partials in the order of the scans, whoever is ready first. */
async function readScans({ database, eventTimes, query }: BatchReader, scans: readonly Scan[], open: OpenStep): Promise<Pick<ReadBatch, 'eventTime' | 'infinite'>> {
  const read = async (scan: Scan): Promise<{ scan: Scan; partials: Partials; times: ScanTimes | undefined }> => {
    const [partials, times] = await Promise.all([readPartials(database, query, scan), eventTimes(query.eventTime, scan)])
    return { scan, partials, times }
  }
  const ahead: ReturnType<typeof read>[] = []
  const infinite: InfiniteTimes[] = []
  let eventTime: EventTimeStats | undefined
  try {
    for (let next = 0; next < scans.length || ahead.length > 0; ) {
      while (next < scans.length && ahead.length < scansInFlight) {
        const reading = read(scans[next++]!)
        // It may fail before its turn: unheard, that would end the thread, and DuckDB then aborts the process.
        reading.catch(() => undefined)
        ahead.push(reading)
      }
      const { scan, partials, times } = await ahead.shift()!
      open.add(partials)
      eventTime = joinEventTimes(eventTime, times)
      // The scan of the other query may have its files elsewhere in its batch: each has its own positions.
      for (const { file, ...rows } of times?.infinite ?? []) infinite.push({ file: scan.files[file]!, ...rows })
    }
    return { eventTime, infinite }
  } finally {
    // After a failure the others are still under way; nothing may be left running, or unheard.
    await Promise.allSettled(ahead)
  }
}
