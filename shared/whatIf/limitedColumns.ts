import type { Column, QuerySpec } from '#shared/engine/querySpec.ts'
import { formsOf, type Form } from './sortedValues.ts'

/** A column whose values are held against two limits, and the output that counts those outside. */
export interface LimitedColumn {
  readonly output: string
  readonly column: Column
  readonly forms: readonly Form[]
  /** Where its forms begin among the orders of a block. */
  readonly firstOrder: number
}

/** The columns of a query that have limits, in the order of its outputs. */
export function limitedColumns({ outputs }: QuerySpec): readonly LimitedColumn[] {
  let firstOrder = 0
  return outputs.flatMap(({ name, measure }) => {
    if (measure.kind !== 'countOutside') return []
    const forms = formsOf(measure.column.type)
    const limited = { output: name, column: measure.column, forms, firstOrder }
    firstOrder += forms.length
    return [limited]
  })
}

/** Values strictly outside are anomalies. SPEC A3 */
export interface Range {
  readonly min: number
  readonly max: number
}

/** The limits that a query is bound with, one range a measured column. */
export function rangesOf({ outputs }: QuerySpec): readonly Range[] {
  return outputs.flatMap(({ measure }) => (measure.kind === 'countOutside' ? [{ min: measure.min, max: measure.max }] : []))
}
