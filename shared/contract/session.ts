import type { Limits, RunMode } from './run.ts'

/** Name of a session file behind the dot. */
export const sessionExtension = 'contrail'

/** What a person looked at and thought of, in a file: which run, and how it was seen. No credentials and no rows. */
export interface SessionFile {
  readonly formatVersion: 1
  /** Version of the Contrail that saved it. */
  readonly contrail: string
  readonly savedMs: number
  readonly run: SessionRun
  /** As the page keeps it; a host only knows that it is plain JSON. */
  readonly view: Readonly<Record<string, unknown>>
}

/** Enough to find a run, or to make one over the same silver with the same settings. */
export interface SessionRun {
  readonly id: string
  readonly name: string
  readonly mode: RunMode
  /** Folder of silver. */
  readonly silver: string
  /** As in a pipeline file, but for the three places and the limits. */
  readonly settings: { readonly silver: Readonly<Record<string, unknown>>; readonly trigger: Readonly<Record<string, unknown>>; readonly queries: Readonly<Record<string, unknown>> }
  /** null: the run writes no alerts. */
  readonly limits: Limits | null
}

export interface SaveSession {
  /** Path of the file on the host; `.contrail` is put behind it where it is not. */
  readonly to: string
  /** An existing file is refused without it. */
  readonly force: boolean
  readonly runId: string
  readonly view: Readonly<Record<string, unknown>>
}

/** The run that a session is about. `isNew`: it was not there, and has been made. */
export interface RunOfSession {
  readonly runId: string
  readonly isNew: boolean
}

/** Folders and session files in a folder of the host. */
export interface SessionListing {
  readonly path: string
  readonly parent: string | null
  readonly folders: readonly string[]
  readonly files: readonly { readonly name: string; readonly savedMs: number }[]
}
