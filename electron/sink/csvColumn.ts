import { firstWritableMicros } from '#shared/query/microsSql.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import type { DeltaField, DeltaType } from '../delta/schema.ts'

/**
 * A column as it stands in CSV: instants as ISO 8601 with Z, binary as hexadecimal, nested values as JSON. A text that a spreadsheet would take
 * for a formula gets a leading apostrophe, and so does such a name; numbers keep their sign.
 */
export function csvColumn({ name, type }: Pick<DeltaField, 'name' | 'type'>): string {
  const column = quoteName(name)
  return `${cellSql(column, type)} AS ${/^[=+\-@\t\r]/.test(name) ? quoteName(`'${name}`) : column}`
}

function cellSql(value: string, type: DeltaType): string {
  switch (type.kind) {
    case 'string':
      return `CASE WHEN regexp_matches(${value}, '^[=+\\-@\\t\\r]') THEN '\'\'' || ${value} ELSE ${value} END`
    case 'struct':
    case 'array':
    case 'map':
      return `CAST(to_json(${jsonSql(value, type, 0)}) AS VARCHAR)`
    default:
      return textSql(value, type)
  }
}

/** Leaves as text where DuckDB's own text would be another; other leaves as they are. */
function textSql(value: string, { kind }: DeltaType): string {
  switch (kind) {
    case 'timestamp':
      return isoSql(value, 'Z')
    case 'timestamp_ntz':
      return isoSql(value, '')
    case 'float':
    case 'double':
      return `CASE WHEN isnan(${value}) THEN 'NaN' WHEN isinf(${value}) THEN CASE WHEN ${value} > 0 THEN 'Infinity' ELSE '-Infinity' END ELSE CAST(${value} AS VARCHAR) END`
    case 'binary':
      return `lower(hex(${value}))`
    default:
      return value
  }
}

/** What DuckDB makes no date of (infinity, -infinity, the first hours that 64 bits hold) stands as it writes it. */
function isoSql(time: string, zone: string): string {
  return `CASE WHEN epoch_us(${time}) >= ${firstWritableMicros} THEN strftime(make_timestamp(epoch_us(${time})), '%Y-%m-%dT%H:%M:%S.%f${zone}') ELSE CAST(${time} AS VARCHAR) END`
}

/** A nested value whose leaves are what JSON can hold: what JSON has no number for is text. `depth` keeps the names of lambdas apart. */
function jsonSql(value: string, type: DeltaType, depth: number): string {
  const item = `v${depth}`
  switch (type.kind) {
    case 'struct':
      return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${type.fields.map((field) => `${quoteName(field.name)} := ${jsonSql(`struct_extract(${value}, ${quoteLiteral(field.name)})`, field.type, depth)}`).join(', ')}) END`
    case 'array':
      return `list_transform(${value}, lambda ${item}: ${jsonSql(item, type.element, depth + 1)})`
    case 'map':
      return `map_from_entries(list_transform(map_entries(${value}), lambda ${item}: struct_pack(key := ${textSql(`${item}.key`, type.key)}, value := ${jsonSql(`${item}.value`, type.value, depth + 1)})))`
    case 'float':
    case 'double':
      return `CASE WHEN isfinite(${value}) THEN to_json(${value}) ELSE to_json(${textSql(value, type)}) END`
    default:
      return textSql(value, type)
  }
}
