import type { MappingCandidate } from '#shared/contract/source.ts'
import { typeName } from '#shared/engine/valueType.ts'
import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import type { ColumnOrigin } from '#shared/pipeline/columnMapping.ts'
import type { ColumnValues } from './columnValues.ts'

/** A way to read a column's values as those of a needed column. */
export interface ColumnReading extends Omit<ColumnOrigin, 'from' | 'factor'> {
  readonly factor: number | null
  /** Why, with its consequence. */
  readonly reason: string
  readonly looksRight: boolean
  /** Added to the likeness of its name, where the values speak for it. */
  readonly bonus?: number
}

export function candidateOf(column: SilverColumn, values: ColumnValues, reading: ColumnReading): MappingCandidate {
  const { factor, reason, as, zone, onGround } = reading
  const range = isTimeOfText(reading) ? { min: null, max: null } : { min: values.min, max: values.max }
  return {
    from: column.name,
    type: typeName(column.type),
    factor,
    ...(as !== undefined && { as }),
    ...(zone !== undefined && { zone }),
    ...(onGround !== undefined && { onGround }),
    ...range,
    reason
  }
}

/** Their range is one of instants. */
const isTimeOfText = ({ as }: ColumnReading): boolean => as === 'ISO text' || as === 'local time'
