import { unreachable } from '#shared/engine/fault.ts'
import { quoteName } from '#shared/query/sqlText.ts'
import type { DeltaType } from '../delta/schema.ts'

/** DuckDB's name of a Delta type. Void columns are never stored; any type does for their NULLs. */
export function deltaTypeSql(type: DeltaType): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN'
    case 'byte':
      return 'TINYINT'
    case 'short':
      return 'SMALLINT'
    case 'integer':
    case 'void':
      return 'INTEGER'
    case 'long':
      return 'BIGINT'
    case 'float':
      return 'FLOAT'
    case 'double':
      return 'DOUBLE'
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`
    case 'string':
      return 'VARCHAR'
    case 'binary':
      return 'BLOB'
    case 'date':
      return 'DATE'
    case 'timestamp':
      return 'TIMESTAMPTZ'
    case 'timestamp_ntz':
      return 'TIMESTAMP'
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `${quoteName(field.name)} ${deltaTypeSql(field.type)}`).join(', ')})`
    case 'array':
      return `${deltaTypeSql(type.element)}[]`
    case 'map':
      return `MAP(${deltaTypeSql(type.key)}, ${deltaTypeSql(type.value)})`
    default:
      return unreachable(type)
  }
}
