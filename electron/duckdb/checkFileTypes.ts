import { Fault } from '#shared/engine/fault.ts'
import type { DeltaType, MappingMode } from '../delta/schema.ts'
import type { ParquetColumn } from './parquetSchema.ts'
import type { ScanColumn } from './scanSql.ts'
import { deltaTypeSql } from './typeSql.ts'

/**
 * Refuses a file whose column cannot be read as the table's type without loss: DuckDB would cast what it can and round the rest. `name` is how
 * messages call the file. Nested columns are left to the cast.
 */
export function checkFileTypes(file: readonly ParquetColumn[], columns: readonly ScanColumn[], mode: MappingMode, name: string): void {
  for (const { field, isPartition } of columns) {
    if (isPartition) continue
    const stored = mode === 'id' ? file.find((column) => column.fieldId === field.fieldId) : file.find((column) => column.name.toLowerCase() === field.physicalName.toLowerCase())
    if (stored?.type === undefined || fits(stored, field.type)) continue
    throw new Fault('schema', `column ${field.name} is ${stored.type} in ${name}, and ${deltaTypeSql(field.type)} in its table: that file cannot be read without loss; rewrite it, or remove it`)
  }
}

const widerThan: Readonly<Record<string, readonly string[]>> = {
  TINYINT: ['SMALLINT', 'INTEGER', 'BIGINT', 'DOUBLE'],
  SMALLINT: ['INTEGER', 'BIGINT', 'DOUBLE'],
  INTEGER: ['BIGINT', 'DOUBLE'],
  FLOAT: ['DOUBLE'],
  DATE: ['TIMESTAMP'],
  // How files tell instants: Spark's INT96 without a zone, others with one. Text columns may be plain bytes.
  'TIMESTAMP WITH TIME ZONE': ['TIMESTAMPTZ'],
  TIMESTAMP_NS: ['TIMESTAMP', 'TIMESTAMPTZ'],
  TIMESTAMP_S: ['TIMESTAMP'],
  TIMESTAMP_MS: ['TIMESTAMP'],
  BLOB: ['VARCHAR'],
  VARCHAR: ['BLOB']
}

function fits({ type = '', isInt96 }: ParquetColumn, wanted: DeltaType): boolean {
  const table = deltaTypeSql(wanted)
  if (type === table || wanted.kind === 'void' || widerThan[type]?.includes(table)) return true
  if (isInt96) return table === 'TIMESTAMPTZ' || table === 'TIMESTAMP'
  // Parquet has no 8 and 16 bit integers of its own; old writers leave out that they are narrow.
  if (type === 'INTEGER' && (table === 'TINYINT' || table === 'SMALLINT')) return true
  const [from, to] = [decimalOf(type), decimalOf(table)]
  if (to && ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'].includes(type)) return to.precision - to.scale >= (type === 'BIGINT' ? 19 : 10)
  return from !== undefined && to !== undefined && to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale
}

function decimalOf(type: string): { precision: number; scale: number } | undefined {
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? []
  return precision === undefined ? undefined : { precision: Number(precision), scale: Number(scale) }
}
