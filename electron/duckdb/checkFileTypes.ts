import { Fault } from '#shared/engine/fault.ts'
import { twinsFault } from '../delta/columnTwins.ts'
import type { DeltaField, DeltaType, MappingMode } from '../delta/schema.ts'
import type { ParquetColumn } from './parquetSchema.ts'
import type { ScanColumn } from './scanSql.ts'
import { findColumns } from './storedColumn.ts'
import { deltaTypeSql } from './typeSql.ts'

/**
 * Refuses a file whose column cannot be read as the table's type without loss: DuckDB would cast what it can and round the rest. `name` is how
 * messages call the file.
 */
export function checkFileTypes(file: readonly ParquetColumn[], columns: readonly ScanColumn[], mode: MappingMode, name: string): void {
  if (mode === 'id' && file.length > 0 && file.every((column) => column.fieldId === undefined)) {
    throw new Fault('schema', `${name} has no Parquet field ids, and its table finds columns by them: rewrite that file, or remove it`)
  }
  for (const { field, isPartition } of columns) {
    if (isPartition) continue
    const stored = onlyColumn(file, field, { mode, name, column: field.name }, '')
    if (!stored) continue
    if (listDepth(stored) > mostListDepth) throw new Fault('schema', `column ${field.name} has lists or maps in each other to more than ${mostListDepth} levels in ${name}, which Contrail does not read: rewrite that file without it, or remove it`)
    checkType(stored, field.type, { mode, name, column: field.name })
  }
}

/** DuckDB takes twice as long for every level of lists. */
const mostListDepth = 16

function listDepth({ shape, children }: ParquetColumn): number {
  return Math.max(0, ...children.map(listDepth)) + (shape === 'list' || shape === 'map' ? 1 : 0)
}

interface Place {
  readonly mode: MappingMode
  readonly name: string
  readonly column: string
}

function checkType(stored: ParquetColumn, type: DeltaType, place: Place): void {
  const inside = (name: string): Place => ({ ...place, column: `${place.column}.${name}` })
  const [first, second] = stored.children
  if (type.kind === 'struct' && stored.shape === 'struct') {
    for (const field of type.fields) {
      const child = onlyColumn(stored.children, field, place, place.column)
      if (child) checkType(child, field.type, inside(field.name))
    }
  } else if (type.kind === 'array' && stored.shape === 'list') {
    if (first) checkType(first, type.element, inside('element'))
  } else if (type.kind === 'map' && stored.shape === 'map') {
    if (first) checkType(first, type.key, inside('key'))
    if (second) checkType(second, type.value, inside('value'))
  } else if (!fits(stored, type)) {
    throw new Fault('schema', `column ${place.column} is ${stored.type ?? stored.shape} in ${place.name}, and ${deltaTypeSql(type)} in its table: that file cannot be read without loss; rewrite it, or remove it`)
  }
}

/** `path`: the column whose fields these are. */
function onlyColumn(columns: readonly ParquetColumn[], field: DeltaField, { mode, name }: Place, path: string): ParquetColumn | undefined {
  const [column, ...twins] = findColumns(columns, field, mode)
  if (!column || twins.length === 0) return column
  if (mode !== 'id') throw twinsFault([column, ...twins], name, path)
  throw new Fault('schema', `${name} has the field id ${field.fieldId} in ${column.name} and in ${twins[0]!.name}, and its table finds columns by their ids: rewrite that file, or remove it`)
}

const widerThan: Readonly<Record<string, readonly string[]>> = {
  TINYINT: ['SMALLINT', 'INTEGER', 'BIGINT', 'DOUBLE'],
  SMALLINT: ['INTEGER', 'BIGINT', 'DOUBLE'],
  // Parquet has no 8 and 16 bit integers of its own; old writers leave out that they are narrow.
  INTEGER: ['TINYINT', 'SMALLINT', 'BIGINT', 'DOUBLE'],
  UTINYINT: ['SMALLINT', 'INTEGER', 'BIGINT'],
  USMALLINT: ['INTEGER', 'BIGINT'],
  UINTEGER: ['BIGINT'],
  UBIGINT: ['DECIMAL(20,0)'],
  FLOAT: ['DOUBLE'],
  DATE: ['TIMESTAMP'],
  // Instants without a zone are UTC: older writers leave it out.
  TIMESTAMP: ['TIMESTAMPTZ'],
  'TIMESTAMP WITH TIME ZONE': ['TIMESTAMPTZ'],
  TIMESTAMP_NS: ['TIMESTAMP', 'TIMESTAMPTZ'],
  TIMESTAMP_S: ['TIMESTAMP'],
  TIMESTAMP_MS: ['TIMESTAMP'],
  BLOB: ['VARCHAR'],
  VARCHAR: ['BLOB'],
  JSON: ['VARCHAR', 'BLOB']
}

function fits({ type = '', shape }: ParquetColumn, wanted: DeltaType): boolean {
  const table = deltaTypeSql(wanted)
  if (wanted.kind === 'void') return true
  if (shape !== 'leaf') return false
  if (type === table || widerThan[type]?.includes(table) === true) return true
  const [from, to] = [decimalOf(type), decimalOf(table)]
  if (to === undefined) return false
  const wholeDigits = to.precision - to.scale
  if (from === undefined) return ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'].includes(type) && wholeDigits >= (type === 'BIGINT' ? 19 : 10)
  return to.scale >= from.scale && wholeDigits >= from.precision - from.scale
}

function decimalOf(type: string): { precision: number; scale: number } | undefined {
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? []
  return precision === undefined ? undefined : { precision: Number(precision), scale: Number(scale) }
}
