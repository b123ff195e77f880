import { Fault } from '#shared/engine/fault.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { parsePartitionValue } from '../delta/partitionValue.ts'
import type { DeltaType } from '../delta/schema.ts'
import { deltaTypeSql } from './typeSql.ts'

/** A partition value of the log as a typed constant. Faults name the column, where the text is no value of its type. */
export function partitionValueSql(value: string | null, type: DeltaType, column: string): string {
  const sqlType = deltaTypeSql(type)
  const text = parsePartitionValue(value, type)
  if (text === undefined) {
    throw new Fault('corrupt', `the log gives partition column ${column} the value "${value ?? ''}", which is no ${type.kind}: the table's writer is at fault; rewrite that partition`)
  }
  if (text === null) return `CAST(NULL AS ${sqlType})`
  if (type.kind === 'binary') return `encode(${quoteLiteral(text)})`
  return `CAST(${quoteLiteral(text)} AS ${sqlType})`
}
