import { quoteLiteral } from '#shared/query/sqlText.ts'
import type { DeltaType } from '../delta/schema.ts'
import { deltaTypeSql } from './typeSql.ts'

/** SQL that turns a value as a data file holds it into the table's type: fields by their physical names at every level, missing ones NULL. */
export function nestedValueSql(value: string, type: DeltaType): string {
  return `CAST(${hasRenames(type) ? renamed(value, type, 0) : value} AS ${deltaTypeSql(type)})`
}

/** DuckDB casts structs by field name; only where the names differ must they be built anew. */
function hasRenames(type: DeltaType): boolean {
  if (type.kind === 'struct') return type.fields.some((field) => field.physicalName !== field.name || hasRenames(field.type))
  if (type.kind === 'array') return hasRenames(type.element)
  return type.kind === 'map' && (hasRenames(type.key) || hasRenames(type.value))
}

function renamed(value: string, type: DeltaType, depth: number): string {
  if (!hasRenames(type)) return value
  if (type.kind === 'struct') {
    const fields = type.fields.map((field) => `${quoteLiteral(field.name)}: ${renamed(`struct_extract(${value}, ${quoteLiteral(field.physicalName)})`, field.type, depth)}`)
    return `CASE WHEN ${value} IS NULL THEN NULL ELSE {${fields.join(', ')}} END`
  }
  const item = `x${depth}`
  if (type.kind === 'array') return `list_transform(${value}, lambda ${item}: ${renamed(item, type.element, depth + 1)})`
  if (type.kind !== 'map') return value
  const entry = `{'key': ${renamed(`${item}.key`, type.key, depth + 1)}, 'value': ${renamed(`${item}.value`, type.value, depth + 1)}}`
  return `map_from_entries(list_transform(map_entries(${value}), lambda ${item}: ${entry}))`
}
