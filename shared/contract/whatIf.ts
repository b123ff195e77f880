import type { Limits } from './run.ts'

/** Limits that someone thinks of, and what makes an alert. */
export interface WhatIfQuestion {
  readonly limits: Limits
  /** An alert is a closed window and country with an anomaly and at least so many observations. */
  readonly minimumObservations: number
  /** Those that the next batch is counted with. */
  readonly current: Limits
  /** Also what takes longer: episodes, and what each of the limits that differ does. */
  readonly whole: boolean
}

/** Current against proposed, over the closed windows of a run. Current: gold as it is written. Proposed: all its batches counted with the proposed limits. */
export interface WhatIfAnswer {
  readonly limits: Limits
  readonly minimumObservations: number
  readonly current: WhatIfSide
  readonly proposed: WhatIfSide
  /** Alerts in both; `changed` of them with other counts. */
  readonly kept: number
  readonly changed: number
  readonly gained: number
  readonly lost: number
  /** Countries with an alert on either side, those that change most first; the first 1,000. */
  readonly countries: readonly CountryChange[]
  /** Alerts when one limit alone is moved, of those that differ; empty unless the whole was asked for. */
  readonly oneAtATime: readonly { readonly limit: keyof Limits; readonly alerts: number }[]
  /** Rows read, each once, and those of them outside the current and the proposed limits. */
  readonly altitude: RowsOutside
  readonly velocity: RowsOutside
  readonly coverage: Coverage
}

export interface WhatIfSide {
  readonly alerts: number
  /** With at least one alert. */
  readonly countries: number
  /** Runs of overlapping alerts of one country; null unless the whole was asked for. */
  readonly episodes: number | null
  readonly altitudeAnomalies: number
  readonly velocityAnomalies: number
}

export interface CountryChange {
  readonly country: string | null
  readonly current: number
  readonly proposed: number
  readonly kept: number
  readonly changed: number
  /** The limits without whose move its alerts would be others; where it takes none of them in particular, those that do it alone. Empty unless the whole was asked for. */
  readonly decidedBy: readonly (keyof Limits)[]
}

/** Rows with a value. */
export interface RowsOutside {
  readonly rows: number
  readonly current: { readonly below: number; readonly above: number }
  readonly proposed: { readonly below: number; readonly above: number }
}

/** What an answer is about. */
export interface Coverage {
  readonly closedWindows: number
  /** Start of the first and end of the last closed window; null: none. */
  readonly fromMs: number | null
  readonly toMs: number | null
  /** Rows of gold. */
  readonly rows: number
  readonly observations: number
  /** Closed windows that were counted with more than one set of limits: for them current and proposed may differ at equal limits. */
  readonly mixedWindows: number
  /** Batches that have been counted so far, of those that gold has. Less: the answer is about those. */
  readonly batches: number
  readonly ofBatches: number
  /** Why no more are counted: a file that is gone, or memory. */
  readonly stopped: string | null
}

/** Closed windows and countries with an alert on either side, newest windows first: an Arrow stream, and how many there are in all. */
export interface WhatIfRows {
  readonly rows: Uint8Array
  readonly of: number
}

export type Measure = 'altitude' | 'velocity'

export interface DistributionQuestion {
  readonly measure: Measure
  /** `bins` equal parts of [from, to), in the unit of silver. */
  readonly from: number
  readonly to: number
  readonly bins: number
}

/** Rows read, by value. */
export interface Distribution {
  readonly counts: readonly number[]
  /** Outside of what was asked for. */
  readonly below: number
  readonly above: number
  readonly notANumber: number
  /** Of finite values; null: none. */
  readonly min: number | null
  readonly max: number | null
  /** Values that so many percent of the rows do not exceed. */
  readonly percentiles: readonly { readonly percent: number; readonly value: number }[]
}

/** How far the index over a run's rows has come. */
export interface WhatIfProgress {
  readonly batches: number
  readonly ofBatches: number
  readonly stopped: string | null
}
