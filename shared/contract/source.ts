import type { ColumnMapping, ColumnOrigin } from '#shared/pipeline/columnMapping.ts'
import type { S3Where } from './s3.ts'

/** The five steps of a source check, in their order. The third is called by what silver is. */
export type CheckStepName = 'Reachable' | 'Listable' | 'Delta log read' | 'Parquet files read' | 'Columns match' | 'One file decoded'

export type CheckStepState = 'passed' | 'failed' | 'warning' | 'needs a decision' | 'waiting'

export interface CheckStep {
  readonly name: CheckStepName
  readonly state: CheckStepState
  /** What was found, or why it failed and what to do: one or two plain sentences. Empty while waiting. */
  readonly text: string
}

/** A column that the queries need, or that silver has besides. */
export interface ColumnCheck {
  /** As the queries call it; for columns that no query uses, as silver calls it. */
  readonly name: string
  /** Types in words; empty when nothing is expected of it. */
  readonly expected: string
  /** What silver has in its place, with its type; null when there is nothing. */
  readonly found: string | null
  readonly usedBy: readonly ('flight_phase_counts' | 'anomaly_alerts')[]
  readonly state: 'matches' | 'missing' | 'wrong type' | 'not used'
  /** For a missing or wrong one: columns that could be mapped to it, the likeliest first. */
  readonly candidates: readonly MappingCandidate[]
}

/** A way to fill a column from another one. `as`, `zone` and `onGround` are those of the mapping. */
export interface MappingCandidate extends Omit<ColumnOrigin, 'factor'> {
  readonly type: string
  readonly factor: number | null
  /** Of the values as they are, in one file; null where they are not numbers. */
  readonly min: number | null
  readonly max: number | null
  /** Why it is offered, with its consequence: "Gives 0 to 1,219 km/h, like other flight data." */
  readonly reason: string
}

/** The mapping of a kind of table that was recognised: one choice for all columns that need a decision. */
export interface PresetOffer {
  /** What these rows are: "OpenSky state vectors". */
  readonly name: string
  readonly columns: readonly PresetColumn[]
  /** Columns that must be decided all the same. */
  readonly left: readonly string[]
}

export interface PresetColumn {
  /** As the queries call it. */
  readonly name: string
  readonly candidate: MappingCandidate
}

export interface CheckReport {
  readonly path: string
  readonly format: 'delta' | 'parquet' | null
  /** null: it is a folder. */
  readonly s3: S3Where | null
  readonly steps: readonly CheckStep[]
  readonly columns: readonly ColumnCheck[]
  /** null: no known kind of table, or nothing to decide. */
  readonly preset: PresetOffer | null
  readonly files: number
  readonly bytes: number
  /** Delta's newest version. */
  readonly version: number | null
  /** True when a run can start: no step failed or needs a decision. */
  readonly ready: boolean
  /** Kept with the source. */
  readonly mapping: ColumnMapping
  readonly checkedMs: number
  readonly tookMs: number
}

export interface RecentSource {
  readonly path: string
  readonly openedMs: number
  /** "Delta v240, 240 files"; what the last check saw. */
  readonly text: string
  /** Of a place on S3 always true: it is not asked for. */
  readonly there: boolean
}

/** A table format that Contrail recognises; it reads Delta only. */
export type TableFormat = 'Delta' | 'Iceberg' | 'Hudi'

export interface FolderListing {
  readonly path: string
  readonly parent: string | null
  /** The table that the folder is, or lies in; null: none. */
  readonly table: { readonly format: TableFormat; readonly path: string } | null
  /** `table`: what the folder is by itself; null: no table. */
  readonly folders: readonly { readonly name: string; readonly table: TableFormat | null }[]
}
