/** The newest lines of the host's log, oldest first. */
export interface LogTail {
  readonly file: string
  readonly lines: readonly string[]
}

/** A package of others that Contrail holds. */
export interface Licence {
  readonly name: string
  readonly version: string
  /** As its package.json says: "MIT". */
  readonly licence: string
  readonly text: string
}

/** Bytes of what Contrail made for a run, in the run's own folder. Links are not followed. */
export interface DiskUse {
  readonly bytes: number
  readonly gold: number
  readonly checkpoints: number
  readonly journal: number
  /** Rows that the what-if index keeps. */
  readonly whatIf: number
  /** Settings, and batches that another run has recorded. */
  readonly other: number
  /** False: there are more files than are looked at, and it is at least so much. */
  readonly isWhole: boolean
  /** Gold and checkpoints that were put into folders of their own, or into a bucket: not counted. */
  readonly elsewhere: readonly string[]
}
