import type { PlainFault } from './faults.ts'
import type { S3Usage } from './s3.ts'
import type { WhatIfProgress } from './whatIf.ts'

/** Names of the two queries, and of their gold tables. */
export type QueryName = 'flight_phase_counts' | 'anomaly_alerts'

/** Values strictly outside are anomalies: metres, and km/h. */
export interface Limits {
  readonly altitudeMin: number
  readonly altitudeMax: number
  readonly velocityMin: number
  readonly velocityMax: number
}

/** Windows of a query, in microseconds of event time; the delay of its watermark in milliseconds. All are whole numbers below 2^53. */
export interface WindowSettings {
  readonly sizeUs: number
  readonly slideUs: number
  readonly watermarkDelayMs: number
}

/** A source, pipeline settings, and a gold folder and checkpoints of its own. */
export interface NewRun {
  /** Folder of silver, or s3://bucket/folder; so are the others. */
  readonly silver: string
  readonly mode: RunMode
  /** For the list of runs; default: the last name of silver's path and a number. */
  readonly name?: string
  /** Any folder; default: inside the run's own. */
  readonly gold?: string
  readonly checkpoints?: string
  readonly maxFilesPerTrigger?: number
  /** Watch: seconds between two triggers; absent: batch after batch. */
  readonly intervalSeconds?: number
  readonly onBadFile?: 'stop' | 'quarantine'
  readonly limits?: Limits
}

export type RunMode = 'replay' | 'watch'

/** `interrupted`: it was running when its host ended; it goes on with `play`. */
export type RunState = 'new' | 'running' | 'paused' | 'done' | 'failed' | 'interrupted'

export interface RunSummary {
  readonly id: string
  readonly name: string
  readonly mode: RunMode
  readonly state: RunState
  readonly silver: string
  readonly gold: string
  readonly checkpoints: string
  readonly createdMs: number
  readonly queries: Readonly<Partial<Record<QueryName, WindowSettings>>>
  /** Of the next batch. */
  readonly limits: Limits
  /** Name of the run whose batches it does again. */
  readonly replayOf?: string
  /** Watch: seconds between two triggers; absent: batch after batch. */
  readonly intervalSeconds?: number
  /** Why it failed. */
  readonly fault?: PlainFault
}

/** Events a second of processing time over event time, 0.1 to 1000; `max`: as fast as possible. */
export type Speed = number | 'max'

/** What one step goes on to: the end of a batch that read a file; one trigger of each query; a window that closed; an alert in a closed window. */
export type StepUnit = 'file' | 'trigger' | 'windowClose' | 'alert'

export type RunCommand = { readonly kind: 'play' } | { readonly kind: 'pause' } | { readonly kind: 'step'; readonly unit: StepUnit } | { readonly kind: 'speed'; readonly speed: Speed } | { readonly kind: 'stop' }

/** Progress of a batch in the shape of Spark's StreamingQueryProgress, as JSON holds it; `electron/host/progress.ts` is its maker. */
export interface BatchProgress {
  readonly name: QueryName
  readonly timestamp: string
  readonly batchId: number
  readonly numInputRows: number
  readonly durationMs: Readonly<Record<string, number>>
  readonly eventTime: Readonly<Record<string, string>>
  readonly stateOperators: readonly { readonly numRowsTotal: number; readonly numRowsUpdated: number; readonly numRowsRemoved: number; readonly numRowsDroppedByWatermark: number }[]
  readonly sink: { readonly numOutputRows: number }
  readonly contrail: { readonly numInputFiles: number; readonly lateRows: number; readonly nextWatermark: string; readonly setAside: readonly { readonly path: string; readonly message: string }[] }
}

/** What a batch did, as the run's journal keeps it and the workbench gets it. Times are milliseconds since 1970, with fractions where needed. */
export interface BatchRecord {
  readonly query: QueryName
  readonly batchId: number
  readonly finishedMs: number
  readonly progress: BatchProgress
  /** Newest event time of the batch, late ones too; null when it has no row. */
  readonly maxEventMs: number | null
  /** After the batch. */
  readonly watermarkMs: number
  /** What the batch evicted with: windows that end at or before it are closed. */
  readonly closedMs: number
  readonly files: readonly FileRead[]
  /** Windows that closed in this batch, ascending. */
  readonly closed: readonly WindowSummary[]
  /** Rows dropped from windows that had closed before, by window. */
  readonly dropped: readonly { readonly startMs: number; readonly rows: number }[]
  /** Groups that were late for at least one window. */
  readonly late: readonly LateGroup[]
}

export interface FileRead {
  readonly path: string
  readonly sizeBytes: number
  /** Rows with an event time. */
  readonly rows: number
  /** Event times, to the pane; null when it has no row. */
  readonly minEventMs: number | null
  readonly maxEventMs: number | null
  readonly lateRows: number
  /** Set when it was not read: why. */
  readonly setAside?: string
}

export interface WindowSummary {
  readonly startMs: number
  readonly endMs: number
  readonly rows: number
  readonly keys: number
  /** Keys with an anomaly; 0 for phase counts. */
  readonly keysOver: number
}

export interface LateGroup {
  readonly file: string
  /** Start of the pane. */
  readonly paneMs: number
  readonly key: string | null
  readonly rows: number
  /** Windows of the pane that had closed. */
  readonly missedWindows: number
}

/** What silver holds for a run from its beginning on, as far as its log tells without reading files. */
export interface Recording {
  readonly files: number
  readonly bytes: number
  /** null where the log has no statistics. */
  readonly minEventMs: number | null
  readonly maxEventMs: number | null
  /** Rows by equal parts of the time from min to max; empty without statistics. */
  readonly volume: readonly number[]
}

/** A batch as it will be done. Without files it reads nothing, and only closes what the watermark has passed. */
export interface AheadBatch {
  readonly batchId: number
  readonly files: readonly AheadFile[]
}

/** A file that is not read yet, as far as the log tells; null: it does not. */
export interface AheadFile {
  readonly path: string
  readonly minEventMs: number | null
  /** In whole milliseconds, cut downwards, so that the watermark it leads to is known exactly. */
  readonly maxEventMs: number | null
}

/** What a query reads next, as a replay knows it: the next batches in their order, at most about 1,000 files. */
export interface Ahead {
  readonly batches: readonly AheadBatch[]
  /** What follows them: more files; a batch without data when the watermark has moved; nothing at all. */
  readonly then: 'files' | 'cleanUp' | 'nothing'
}

export type Severity = 'warning' | 'error'

export interface Problem {
  readonly severity: Severity
  readonly atMs: number
  readonly query: QueryName | null
  readonly message: string
  /** The file it is about. */
  readonly file: string | null
}

/** What a query is at, in Spark's words (StreamingQueryStatus). */
export interface QueryStatus {
  readonly message: string
  readonly isDataAvailable: boolean
  readonly isTriggerActive: boolean
  /** Since when. */
  readonly sinceMs: number
}

/** All of a run so far. Its later batches follow as `history` events and gold's rows as `rows` events, oldest first, before any later event. */
export interface RunSnapshot {
  readonly run: RunSummary
  readonly speed: Speed
  readonly recording: Recording | null
  /** The first 1,000. */
  readonly batches: readonly BatchRecord[]
  readonly problems: readonly Problem[]
  readonly status: Readonly<Partial<Record<QueryName, QueryStatus>>>
  /** What each query reads next; of a watch, and where the log tells nothing of it, none. */
  readonly ahead: Readonly<Partial<Record<QueryName, Ahead>>>
  /** Gold rows that are there in all, by query: only the newest 1,000,000 of each are sent. */
  readonly goldRows: Readonly<Partial<Record<QueryName, number>>>
  /** Of its batches and of what counts with other limits, since it was opened; null: it has not asked S3 for anything. */
  readonly usage: S3Usage | null
}

/**
 * `rows`: an Arrow IPC stream with gold's columns in gold's order; instants are microseconds in UTC. A batch comes before its rows, if it has any.
 */
export type RunEvent =
  | { readonly kind: 'run'; readonly runId: string; readonly run: RunSummary; readonly speed: Speed }
  | { readonly kind: 'recording'; readonly runId: string; readonly recording: Recording }
  /** What a query reads next, in place of what was told before. Told anew before its end is reached. */
  | { readonly kind: 'ahead'; readonly runId: string; readonly query: QueryName; readonly ahead: Ahead }
  /** Batches that were done when the run was opened, beyond those of the snapshot. */
  | { readonly kind: 'history'; readonly runId: string; readonly batches: readonly BatchRecord[] }
  /** Closed rows of gold. `loaded`: they were there when the run was opened. */
  | { readonly kind: 'rows'; readonly runId: string; readonly query: QueryName; readonly loaded: boolean; readonly rows: Uint8Array }
  /** All rows of gold that were there when the run was opened have come. */
  | { readonly kind: 'loaded'; readonly runId: string }
  | { readonly kind: 'batch'; readonly runId: string; readonly batch: BatchRecord }
  /** All open windows of a query, provisional: the latest replaces the one before. */
  | { readonly kind: 'open'; readonly runId: string; readonly query: QueryName; readonly watermarkMs: number; readonly closedMs: number; readonly rows: Uint8Array }
  | { readonly kind: 'status'; readonly runId: string; readonly query: QueryName; readonly status: QueryStatus }
  /** The what-if index has come further. */
  | { readonly kind: 'whatIf'; readonly runId: string; readonly progress: WhatIfProgress }
  /** In place of what was told before. */
  | { readonly kind: 'usage'; readonly runId: string; readonly usage: S3Usage }
  | { readonly kind: 'problem'; readonly runId: string; readonly problem: Problem }
