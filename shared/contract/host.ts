import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import type { DiskUse, Licence, LogTail } from './help.ts'
import type { RunOfSession, SaveSession, SessionFile, SessionListing, SessionRun } from './session.ts'
import type { NewS3Connection, S3Connected, S3Connections } from './s3.ts'
import type { CheckReport, FolderListing, RecentSource } from './source.ts'
import type { Distribution, DistributionQuestion, WhatIfAnswer, WhatIfQuestion, WhatIfRows } from './whatIf.ts'
import type { SilverQuestion, SilverRows, WindowFacts, WindowQuestion } from './silver.ts'
import type { Limits, NewRun, QueryName, RunCommand, RunEvent, RunSnapshot, RunSummary } from './run.ts'

/**
 * What a workbench may ask of a host. Electron's main process, the loopback server and tests give the same one; failures are Faults whose message names
 * the thing and the next step.
 */
export interface Host {
  about(): Promise<About>

  /** Folders below a path on the host (default: the home folder), for a browser that has no dialog of its own. */
  listFolder(path?: string): Promise<FolderListing>
  recentSources(): Promise<readonly RecentSource[]>
  /** The five steps. A mapping that is given is kept with the source. Never throws for what is wrong with the source: the report says it. */
  checkSource(path: string, mapping?: ColumnMapping): Promise<CheckReport>
  /** Folder of the sample recording, made on first use. */
  sampleSource(): Promise<string>

  /** How buckets are reached, and what can be chosen from for another one. */
  s3Connections(): Promise<S3Connections>
  /** How a bucket is reached from now on, also by what runs and what is open. Nothing is asked of the server; what cannot be meant is refused by its field. */
  connectS3(connection: NewS3Connection): Promise<S3Connected>
  /** With its keys. The bucket is reached as the environment says from then on. */
  forgetS3(bucket: string): Promise<void>

  listRuns(): Promise<readonly RunSummary[]>
  /** Makes a run; nothing runs before it is opened and played. */
  createRun(run: NewRun): Promise<RunSummary>
  /** Opens a run, paused where it stands; closes the one that was open. Events of it follow the answer. */
  openRun(runId: string): Promise<RunSnapshot>
  controlRun(runId: string, command: RunCommand): Promise<void>
  /** The limits of the open run's alerts from its next batch on. `why`: free text, kept with the run. */
  applyLimits(runId: string, limits: Limits, why: string): Promise<void>
  /** Makes a run that does the batches of the open one again, with other limits. Refused, naming it, when a file of silver is gone. */
  replayRun(runId: string, limits: Limits): Promise<RunSummary>
  /** Questions about other limits, of the open run. The answer comes as soon as it is known; ask the latest question only. */
  whatIf(runId: string, question: WhatIfQuestion): Promise<WhatIfAnswer>
  whatIfRows(runId: string, question: WhatIfQuestion): Promise<WhatIfRows>
  distribution(runId: string, question: DistributionQuestion): Promise<Distribution>

  /** The rows of silver behind a number of the open run, read from its files again: at most 100,000. A Fault names a file that is gone. */
  silverRows(runId: string, question: SilverQuestion): Promise<SilverRows>
  /** What files, panes and lateness a window of the open run is made of, read from its files again. */
  windowFacts(runId: string, question: WindowQuestion): Promise<WindowFacts>

  /** Removes a run that does not run now; never a folder that Contrail did not make. */
  deleteRun(runId: string): Promise<void>

  /** Writes a file on the host. An existing one is refused without `force`. */
  exportRows(request: ExportRequest): Promise<ExportDone>
  /** Opens the folder of an exported file in the system's file manager, where there is one. */
  revealFile(path: string): Promise<void>

  /** The workbench's own settings: theme, units, layout. JSON, at most 1 MB; null before the first save. */
  loadLayout(): Promise<unknown>
  saveLayout(layout: unknown): Promise<void>

  onRunEvent(listener: (event: RunEvent) => void): () => void
  onExportProgress(listener: (progress: ExportProgress) => void): () => void

  /** Folders and session files below a path on the host (default: where documents are), for a browser that has no dialog of its own. */
  listSessions(path?: string): Promise<SessionListing>
  /** Writes a session file; answers its path. */
  saveSession(session: SaveSession): Promise<string>
  /** Reads a session file and refuses what is none, in a sentence; nothing is opened or made. */
  readSession(path: string): Promise<SessionFile>
  /** The run of a session: of that id, or a new one over the same silver with the same settings. */
  runOfSession(run: SessionRun): Promise<RunOfSession>

  diskUse(runId: string): Promise<DiskUse>
  /** The newest 1,000 lines. */
  logs(): Promise<LogTail>
  /** What tells a problem to whoever helps, as text: versions, settings, problems, log; of the run, if one is given. Nothing is sent. */
  report(runId?: string): Promise<string>
  licences(): Promise<readonly Licence[]>
}

/** Every name of `Host`: what `serve` lets through. */
export const hostMethods = [
  'about',
  'listFolder',
  'recentSources',
  'checkSource',
  'sampleSource',
  's3Connections',
  'connectS3',
  'forgetS3',
  'listRuns',
  'createRun',
  'openRun',
  'controlRun',
  'applyLimits',
  'replayRun',
  'whatIf',
  'whatIfRows',
  'distribution',
  'silverRows',
  'windowFacts',
  'deleteRun',
  'exportRows',
  'revealFile',
  'loadLayout',
  'saveLayout',
  'onRunEvent',
  'onExportProgress',
  'listSessions',
  'saveSession',
  'readSession',
  'runOfSession',
  'diskUse',
  'logs',
  'report',
  'licences'
] as const satisfies readonly (keyof Host)[]

export interface About {
  readonly version: string
  readonly platform: 'browser' | 'electron'
  readonly dataFolder: string
  /** Where files are proposed to be saved. */
  readonly documentsFolder: string
}

export type ExportFormat = 'parquet' | 'csv' | 'arrow'

export interface ExportRequest {
  readonly runId: string
  readonly format: ExportFormat
  /** Path of the file on the host. */
  readonly to: string
  readonly force: boolean
  /** `gold`: a whole gold table. `shown`: rows as a grid shows them, as an Arrow IPC stream, columns in the grid's order. */
  readonly rows: { readonly kind: 'gold'; readonly query: QueryName } | { readonly kind: 'shown'; readonly title: string; readonly filter: string; readonly arrow: Uint8Array; readonly of: number }
  /** As the screen shows times: "UTC" or an IANA zone. Files always hold UTC; the name is kept in their metadata. */
  readonly timeZone: string
}

export interface ExportDone {
  readonly file: string
  readonly rows: number
  /** Beside a CSV: limits, source and time zone. */
  readonly sideFile: string | null
}

export interface ExportProgress {
  readonly file: string
  readonly rows: number
  readonly of: number
}
