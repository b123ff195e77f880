import { quoteLiteral } from '#shared/query/sqlText.ts'
import type { DeltaType } from '../delta/schema.ts'
import { deltaTypeSql } from './typeSql.ts'

/** A partition value of the log as a typed constant (PROTOCOL.md, "Partition Value Serialization"): null and '' are NULL for every type. */
export function partitionValueSql(value: string | null, type: DeltaType): string {
  const sqlType = deltaTypeSql(type)
  if (value === null || value === '') return `CAST(NULL AS ${sqlType})`
  if (type.kind === 'binary') return `encode(${quoteLiteral(value)})`
  return `CAST(${quoteLiteral(value)} AS ${sqlType})`
}
