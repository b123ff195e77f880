import type { ChangeOptions } from '#shared/pipeline/batchSettings.ts'
import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import type { Scan } from '../duckdb/scan.ts'
import type { RewrittenNote } from './rewrittenFiles.ts'

/**
 * Where a stream stands in its source, as the one line of text that offsets/N holds. Only the source that wrote it reads it;
 * two offsets are the same place when their texts are equal.
 */
export type OffsetText = string

/** What a micro-batch reads: everything after `start` up to and including `end`. */
export interface OffsetRange {
  readonly start: OffsetText
  readonly end: OffsetText
  /** As they were when the range was planned, so that it stands for the same rows. Absent: as they are now. */
  readonly changes?: ChangeOptions
}

/** How much one micro-batch may take. A file is taken while room is left before it, so one always passes. SPEC O5 */
export interface ReadLimits {
  /** null: no limit. */
  readonly maxFiles: number | null
  readonly maxBytes: number | null
}

/** A source as Spark's progress describes it. */
export const describeSource = (kind: string, root: string): string => `${kind}[${root.includes('://') ? root : `file:${root}`}]`

/** A data file of a batch. */
export interface SourceFile {
  /** As messages, the list of files and late rows name it: its path in the source. */
  readonly path: string
  readonly sizeBytes: number
  /** Rows that a deletion vector hides: Spark counts them as input. */
  readonly hiddenRows: number
  /** Delta's statistics of the file, where the log has them. */
  readonly stats?: string | undefined
}

/** A table or folder of observations that grows. Both queries of a pipeline share one; each keeps its own offset in a stream of its own. */
export interface Source {
  /** Identity of the table: another one under the same checkpoint is refused. */
  readonly id: string
  /** As Spark's progress describes it. */
  readonly description: string
  /** Path, for messages. */
  readonly name: string
  /** Schema when the run started. */
  readonly columns: readonly SilverColumn[]
  /** How a column is found in the data files; a change of it under a checkpoint is refused. */
  columnIdentity(name: string): string
  /** Looks for what is new. All streams see the same answer until it is called again. */
  refresh(): Promise<void>
  /** Where a stream without a checkpoint starts. */
  beginning(): Promise<OffsetText>
  /** A way through the source for a query that reads these columns. */
  stream(columns: readonly string[]): SourceStream
  /** What a person should know: files that wait to be finished, and files that are not read. */
  problems(): readonly SourceProblem[]
  /** Files that are read more slowly, since DuckDB cannot decode them as they are; undefined: none so far. */
  rewritten(): RewrittenNote | undefined
}

export interface SourceStream {
  /** What `plan` gives depends on `start` alone, so that it can be asked for batches that are not its turn yet. */
  readonly plansAhead: boolean
  /**
   * The end of everything that is there after `start`, with every commit on the way checked; `start` when nothing is new.
   * This is the bound of an availableNow run.
   */
  latest(start: OffsetText): Promise<OffsetText>
  /** The end of the next batch: after `start`, within the limits, not beyond `bound`. `start` when nothing is new. */
  plan(start: OffsetText, limits: ReadLimits, bound: OffsetText | undefined): Promise<OffsetText>
  /** The files of a range. The same range gives the same files in the same order, also after a restart. */
  files(range: OffsetRange): Promise<readonly SourceFile[]>
  /** Fault `notFound`, naming it, when a file of the range is not there any more. Nothing is read. */
  checkFiles(range: OffsetRange, only?: readonly number[]): Promise<void>
  /** How to read the files that `files` gave for the range: the union of the scans is the batch. `only`: of the files at these positions. */
  scans(range: OffsetRange, only?: readonly number[]): Promise<readonly Scan[]>
  /**
   * The range is done, `setAside` of it unread: positions in its list of files. Gives what must be kept with the state to go on from there, as JSON.
   */
  remember(range: OffsetRange, setAside: readonly number[]): unknown
  /** Fault `checkpoint` for a text that is not an offset of this source, `changed` for one of another table. */
  checkOffset(offset: OffsetText): void
  /** Goes back to what `remember` gave. */
  recall(memory: unknown): void
}

export interface SourceProblem {
  /** A file that it is about; one of several, as an example. */
  readonly path: string
  /** Nothing has happened to it for a while. */
  readonly stuck: boolean
  readonly message: string
  /** Nothing will come of waiting: the message tells how things are, and is told once while this text stays the same. */
  readonly lasting?: string
}
