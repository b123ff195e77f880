import type { Measures } from './measures.ts'
import type { Millis } from './time.ts'

/**
 * What a micro-batch is to the engine: mergeable measures per (file, pane, key), as a struct of arrays of `length` entries.
 * Owned by the caller; the engine copies what it keeps.
 */
export interface Partials {
  readonly length: number
  /** Index into the batch's list of files, ascending: partials are merged in this order, so that float sums repeat bit for bit. */
  readonly file: Uint32Array
  /** Start of the pane, in microseconds; the first time of all where it begins before that. */
  readonly pane: BigInt64Array
  /** Index into `keys`. */
  readonly key: Uint32Array
  /** Texts of the keys: a string as it is, other types as Spark casts them to string; null is a key of its own. SPEC K1 */
  readonly keys: readonly (string | null)[]
  /** As `slotLayoutOf(spec)` says; a row an entry. */
  readonly measures: Measures
}

/** Event times of all live rows of a batch, late ones too. SPEC T1: a null event time counts as 1970-01-01T00:00:00Z. */
export interface EventTimeStats {
  readonly rows: number
  readonly minMs: Millis
  readonly maxMs: Millis
  readonly avgMs: number
}

export interface Batch {
  readonly partials: Partials
  /** undefined: the batch had no live row. */
  readonly eventTime: EventTimeStats | undefined
}
