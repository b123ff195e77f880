import type { Limits, QueryName } from './run.ts'

/** Which rows of silver: those behind a window, a key of it, or a key in all windows. */
export interface SilverQuestion {
  readonly query: QueryName
  /** Start of one of its windows; null: all of them. */
  readonly startMs: number | null
  /** A country or a phase, null for rows without one; absent: all. */
  readonly key?: string | null
  /** What crosses; null: what crossed the limits that each batch was counted with. */
  readonly limits: Limits | null
}

/** Rows of silver that the batches of a run have read, crossing rows first, then by event time; dropped ones last. */
export interface SilverRows {
  /**
   * Arrow streams of the same columns: those of silver, then `file`, `batch`, `late` ('', 'counted', 'dropped') and `crosses` ('', 'altitude', 'velocity',
   * 'both'), each with an underscore before it where silver has that name itself. Nested columns are text.
   */
  readonly rows: readonly Uint8Array[]
  /** Rows in `rows`, and how many there are in all. */
  readonly given: number
  readonly of: number
  readonly counted: number
  /** Of those that are counted. */
  readonly crossing: number
  /** Too late for the window; of a key in all windows: for each of the windows it lies in. */
  readonly dropped: number
}

export interface WindowQuestion {
  readonly query: QueryName
  readonly startMs: number
}

/** What the batches of a run have read of a window, row by row. A row is late when it is more than a minute older than the newest event before its batch, or dropped. */
export interface WindowFacts {
  /** Batches of the query that were there when it was counted. */
  readonly batches: number
  readonly counted: number
  readonly crossing: number
  readonly dropped: number
  /** Late rows: all, those that the other query has dropped from at least one window, and the longest delay; null without any. */
  readonly late: number
  readonly droppedByOther: number
  readonly longestDelayMs: number | null
  /** By start, those with rows. */
  readonly panes: readonly PaneFacts[]
  /** In the order in which they were read. */
  readonly files: readonly FileFacts[]
  /** Late rows of one file, pane and key, the longest delay first: the first 1,000. */
  readonly groups: readonly LateRows[]
  readonly ofGroups: number
  /** Late rows by delay, in equal parts from 0 on. */
  readonly delays: { readonly partMs: number; readonly rows: readonly number[]; readonly droppedByAny: readonly number[] }
  /** What closed it; null: it is not written. */
  readonly closedBy: ClosedBy | null
}

export interface PaneFacts {
  readonly startMs: number
  readonly counted: number
  /** Of those that are counted. */
  readonly late: number
  readonly crossing: number
  readonly dropped: number
}

export interface FileFacts {
  readonly path: string
  readonly batchId: number
  readonly onTime: number
  readonly lateCounted: number
  readonly dropped: number
}

export interface LateRows {
  readonly file: string
  readonly paneMs: number
  readonly key: string | null
  readonly rows: number
  readonly delayMs: number
  readonly here: 'counted' | 'dropped'
  /** What the other query has done with them: dropped from at least one window; '': not read yet, or there is no other. */
  readonly other: 'counted' | 'dropped' | ''
}

/** The batch that read the event that moved the watermark past the end of a window, and the one that wrote the window. */
export interface ClosedBy {
  readonly readBy: number
  readonly writtenBy: number
  /** null: the batch cannot be read any more. */
  readonly file: string | null
  /** Newest event of the file. */
  readonly eventMs: number | null
}
