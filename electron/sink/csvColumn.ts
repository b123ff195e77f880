import { quoteName } from '#shared/query/sqlText.ts'
import type { DeltaField } from '../delta/schema.ts'

/**
 * A column as it stands in CSV: instants as ISO 8601 with Z, binary as hexadecimal, nested values as JSON. A text that a spreadsheet would take
 * for a formula gets a leading apostrophe; numbers keep their sign.
 */
export function csvColumn({ name, type }: DeltaField): string {
  const column = quoteName(name)
  return `${csvSql(column, type.kind)} AS ${column}`
}

function csvSql(column: string, kind: DeltaField['type']['kind']): string {
  switch (kind) {
    case 'timestamp':
      return `strftime(CAST(${column} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')`
    case 'timestamp_ntz':
      return `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%f')`
    case 'float':
    case 'double':
      return `CASE WHEN isnan(${column}) THEN 'NaN' WHEN isinf(${column}) THEN CASE WHEN ${column} > 0 THEN 'Infinity' ELSE '-Infinity' END ELSE CAST(${column} AS VARCHAR) END`
    case 'string':
      return `CASE WHEN regexp_matches(${column}, '^[=+\\-@\\t\\r]') THEN '''' || ${column} ELSE ${column} END`
    case 'binary':
      return `lower(hex(${column}))`
    case 'struct':
    case 'array':
    case 'map':
      return `CAST(to_json(${column}) AS VARCHAR)`
    default:
      return column
  }
}
