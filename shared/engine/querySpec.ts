import type { Millis } from './time.ts'
import type { ValueType } from './valueType.ts'
import type { WindowSpec } from './windowSpec.ts'

/**
 * A query as data: which column is the key, how windows lie, what is measured. The engine has no other knowledge of a query;
 * the notebook's two are `shared/pipeline/builtinQueries.ts`.
 */
export interface QuerySpec {
  /** Name of the gold table. */
  readonly name: string
  readonly window: WindowSpec
  /** How far the watermark stays behind the newest event time. */
  readonly delayMs: Millis
  readonly key: Column
  /** In the order of the gold columns behind window_start, window_end and the key. */
  readonly outputs: readonly Output[]
}

/** A column of silver, with the type it has there. */
export interface Column {
  readonly name: string
  readonly type: ValueType
}

export interface Output<C = Column> {
  readonly name: string
  readonly measure: Measure<C>
}

/** `C` is the column with its type, or only its name where no table is known yet. */
export type Measure<C = Column> =
  /** count(*) */
  | { readonly kind: 'count' }
  /** Rows whose value lies strictly outside [min, max]; NaN is above every number, null is not outside. SPEC A3 */
  | { readonly kind: 'countOutside'; readonly column: C; readonly min: number; readonly max: number }
  | { readonly kind: 'sum' | 'avg' | 'min' | 'max' | 'stddev'; readonly column: C }
  /** Sum of outputs over another output, as a double. */
  | { readonly kind: 'rate'; readonly numerators: readonly string[]; readonly denominator: string }
