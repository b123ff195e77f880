import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import type { DeltaField, DeltaType, MappingMode } from '../delta/schema.ts'
import { fileList } from './fileNames.ts'
import { nestedValueSql } from './nestedValueSql.ts'
import { partitionValueSql } from './partitionValueSql.ts'
import { deltaTypeSql } from './typeSql.ts'

/** A data file on this machine, with what its table's log says of it. */
export interface ScanFile {
  readonly localPath: string
  /** By physical name. */
  readonly partitionValues: Readonly<Record<string, string | null>>
  /** Numbers of the rows that a deletion vector hides. */
  readonly deletedRows?: readonly number[] | undefined
  /** Top-level names of the columns that the file has; only needed where a nested column is read. */
  readonly columnNames?: readonly string[] | undefined
}

export interface ScanColumn {
  /** Name in the result. */
  readonly name: string
  readonly field: DeltaField
  readonly isPartition: boolean
}

export interface ScanOptions {
  readonly mode: MappingMode
  /** Adds the column `file`: the position in `files`. */
  readonly fileIndex?: boolean
}

/**
 * A SELECT over data files of one table: columns in the table's types, NULL where a file lacks one, partition values from the log, deleted rows
 * left out. Flat columns of any number of files are read by one read_parquet; nested ones need a SELECT a file.
 */
export function scanSql(files: readonly ScanFile[], columns: readonly ScanColumn[], options: ScanOptions): string {
  if (files.length === 0) return `SELECT ${[...columns.map((column) => `CAST(NULL AS ${deltaTypeSql(column.field.type)}) AS ${quoteName(column.name)}`), ...(options.fileIndex ? ['0 AS file'] : [])].join(', ')} WHERE false`
  const stored = columns.filter((column) => !column.isPartition && column.field.type.kind !== 'void')
  if (stored.every((column) => isFlat(column.field.type))) return flatScan(files, columns, stored, options)
  return files.map((file, position) => nestedScan(file, position, columns, options)).join('\nUNION ALL ')
}

const isFlat = (type: DeltaType): boolean => type.kind !== 'struct' && type.kind !== 'array' && type.kind !== 'map'

function flatScan(files: readonly ScanFile[], columns: readonly ScanColumn[], stored: readonly ScanColumn[], options: ScanOptions): string {
  const select = columns.map((column) => `${flatColumn(files, column)} AS ${quoteName(column.name)}`)
  const hidden = files.flatMap((file, position) => (file.deletedRows?.length ? [`NOT (file_index = ${position} AND file_row_number IN (${file.deletedRows.join(', ')}))`] : []))
  return `SELECT ${[...(options.fileIndex ? ['file_index AS file'] : []), ...select].join(', ')} FROM ${flatRead(files, stored, options.mode)}${hidden.length > 0 ? ` WHERE ${hidden.join(' AND ')}` : ''}`
}

/** Names and types are given, so that DuckDB looks for nothing itself: no Hive folders, no union of schemas. */
function flatRead(files: readonly ScanFile[], stored: readonly ScanColumn[], mode: MappingMode): string {
  const entry = (key: string, name: string, type: string) => `${key}: {name: ${quoteLiteral(name)}, type: ${quoteLiteral(type)}, default_value: NULL}`
  const byId = mode === 'id'
  // Without any stored column the rows are still there: a column that no file has keeps them.
  const fields = stored.length === 0 ? [entry(byId ? '-1' : quoteLiteral('no such column'), 'no such column', 'BOOLEAN')] : stored.map(({ field }) => entry(byId ? String(field.fieldId ?? -1) : quoteLiteral(field.physicalName), storedName(field), deltaTypeSql(field.type)))
  return `read_parquet(${fileList(files.map((file) => file.localPath))}, hive_partitioning = false, schema = MAP {${fields.join(', ')}})`
}

/** A name that no virtual column of read_parquet has. */
const storedName = (field: DeltaField): string => `stored ${field.name}`

function flatColumn(files: readonly ScanFile[], { field, isPartition }: ScanColumn): string {
  if (field.type.kind === 'void') return `CAST(NULL AS ${deltaTypeSql(field.type)})`
  if (!isPartition) return quoteName(storedName(field))
  const values = files.map((file) => partitionValueSql(file.partitionValues[field.physicalName] ?? null, field.type))
  if (new Set(values).size === 1) return values[0]!
  return `list_extract([${values.join(', ')}], CAST(file_index + 1 AS BIGINT))`
}

function nestedScan(file: ScanFile, position: number, columns: readonly ScanColumn[], options: ScanOptions): string {
  const select = columns.map((column) => `${nestedColumn(file, column)} AS ${quoteName(column.name)}`)
  const where = file.deletedRows?.length ? ` WHERE file_row_number NOT IN (${file.deletedRows.join(', ')})` : ''
  return `SELECT ${[...(options.fileIndex ? [`${position} AS file`] : []), ...select].join(', ')} FROM read_parquet(${fileList([file.localPath])}, hive_partitioning = false)${where}`
}

function nestedColumn(file: ScanFile, { field, isPartition }: ScanColumn): string {
  if (isPartition) return partitionValueSql(file.partitionValues[field.physicalName] ?? null, field.type)
  const there = file.columnNames?.find((name) => name === field.physicalName) ?? file.columnNames?.find((name) => name.toLowerCase() === field.physicalName.toLowerCase())
  if (field.type.kind === 'void' || there === undefined) return `CAST(NULL AS ${deltaTypeSql(field.type)})`
  return nestedValueSql(quoteName(there), field.type)
}
