import type { ColumnMapping } from './columnMapping.ts'

/** A pipeline as data: where silver is, which queries run over it, where gold and checkpoints go. Plain values, so that it can be posted to a worker. */
export interface Pipeline {
  readonly silver: SilverSettings
  readonly gold: { readonly uri: string }
  readonly checkpoints: { readonly uri: string }
  /** Of what is in s3:// places. */
  readonly s3: S3Settings
  readonly trigger: TriggerSettings
  /** At least one. */
  readonly queries: { readonly flight_phase_counts?: PhaseSettings | undefined; readonly anomaly_alerts?: AlertSettings | undefined }
}

export interface SilverSettings {
  readonly uri: string
  readonly format: 'auto' | 'delta' | 'parquet'
  /** null: 1000, unless bytes are limited. */
  readonly maxFilesPerTrigger: number | null
  readonly maxBytesPerTrigger: number | null
  readonly startingVersion: number | 'latest' | null
  readonly startingTimestamp: string | null
  readonly skipChangeCommits: boolean
  readonly ignoreDeletes: boolean
  readonly ignoreChanges: boolean
  readonly failOnDataLoss: boolean
  /** Columns that silver has under another name, in another unit or in another form. */
  readonly columns: ColumnMapping
  readonly onBadFile: 'stop' | 'quarantine'
}

/** How S3 is reached. Never keys: those come from the environment, a profile, or who types them. */
export interface S3Settings extends S3Place {
  /** Of buckets that are reached in another way than the others. */
  readonly buckets?: Readonly<Record<string, S3Place>> | undefined
}

interface S3Place {
  /** URL of a server that is not Amazon's. */
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  /** The bucket in the path instead of the host's name. Left out: with an endpoint. */
  readonly pathStyle?: boolean | undefined
  /** In the configuration of the AWS tools: its keys, its region and its server. */
  readonly profile?: string | undefined
  /** Public buckets: requests are not signed, and nothing is written. */
  readonly anonymous?: boolean | undefined
}

export type TriggerSettings = { readonly kind: 'availableNow' } | { readonly kind: 'processingTime'; readonly intervalMs: number | null }

export interface PhaseSettings {
  readonly windowUs: bigint
  readonly watermarkDelayMs: number
}

export interface AlertSettings {
  readonly windowUs: bigint
  readonly slideUs: bigint
  readonly watermarkDelayMs: number
  readonly thresholds: Thresholds
}

/** Values strictly outside are anomalies: metres, and km/h. */
export interface Thresholds {
  readonly altitudeMin: number
  readonly altitudeMax: number
  readonly velocityMin: number
  readonly velocityMax: number
}
