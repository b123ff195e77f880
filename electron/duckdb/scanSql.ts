import { filePositionColumn, quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import type { DeltaField, MappingMode } from '../delta/schema.ts'
import { fileList } from './fileNames.ts'
import { hiddenRowsSql } from './hiddenRowsSql.ts'
import type { ParquetColumn } from './parquetSchema.ts'
import { partitionValueSql } from './partitionValueSql.ts'
import { findColumn, storedColumn } from './storedColumn.ts'
import { deltaTypeSql } from './typeSql.ts'

/** A data file on this machine, with what its table's log says of it. */
export interface ScanFile {
  readonly localPath: string
  /** By physical name. */
  readonly partitionValues: Readonly<Record<string, string | null>>
  /** Numbers of the rows that a deletion vector hides, ascending. */
  readonly deletedRows?: readonly number[] | undefined
  /** What the file holds. Needed for nested columns, and for text stored as bare bytes; otherwise names and types are taken to be the table's. */
  readonly schema?: readonly ParquetColumn[] | undefined
}

export interface ScanColumn {
  /** Name in the result. */
  readonly name: string
  readonly field: DeltaField
  readonly isPartition: boolean
}

export interface ScanOptions {
  readonly mode: MappingMode
  /** Adds the column `filePositionColumn`, an INTEGER: the position in `files`. */
  readonly fileIndex?: boolean
}

/**
 * A SELECT over data files of one table: columns in the table's types and order, NULL where a file lacks one, partition values from the log, hidden
 * rows left out. One read_parquet for all files that hold the columns in the same way.
 */
export function scanSql(files: readonly ScanFile[], columns: readonly ScanColumn[], options: ScanOptions): string {
  if (files.length === 0) return emptyScan(columns, options)
  const groups = new Map<string, Group>()
  for (const [position, file] of files.entries()) {
    const { key, ...layout } = layoutOf(file, columns, options.mode)
    const group = groups.get(key) ?? { ...layout, positions: [] }
    group.positions.push(position)
    groups.set(key, group)
  }
  return [...groups.values()].map((group) => groupScan(files, columns, options, group)).join('\nUNION ALL ')
}

function emptyScan(columns: readonly ScanColumn[], options: ScanOptions): string {
  const select = columns.map(({ name, field }) => `CAST(NULL AS ${deltaTypeSql(field.type)}) AS ${quoteName(name)}`)
  return `SELECT ${[...(options.fileIndex === true ? [`0 AS ${quoteName(filePositionColumn)}`] : []), ...select].join(', ')} WHERE false`
}

interface Layout {
  /** Entries of read_parquet's `schema`. */
  readonly entries: readonly string[]
  /** By the column's position; undefined for partition columns. */
  readonly values: readonly (string | undefined)[]
  readonly isBytesAsText: boolean
}

interface Group extends Layout {
  readonly positions: number[]
}

/** `key` is the same for files that one read_parquet can read. */
function layoutOf(file: ScanFile, columns: readonly ScanColumn[], mode: MappingMode): Layout & { readonly key: string } {
  const entries: string[] = []
  const values = columns.map(({ field, isPartition }, i) => {
    if (isPartition) return undefined
    const stored = file.schema && findColumn(file.schema, field, mode)
    if (field.type.kind === 'void' || (file.schema !== undefined && stored === undefined)) return `CAST(NULL AS ${deltaTypeSql(field.type)})`
    // A name that neither a column of the file nor a virtual one of read_parquet can have.
    const alias = `column ${i}`
    const { readType, sql } = storedColumn(quoteName(alias), field.type, stored, mode)
    const key = mode === 'id' ? String(field.fieldId ?? -1) : quoteLiteral(stored?.name ?? field.physicalName)
    entries.push(schemaEntry(key, alias, readType))
    return sql
  })
  // Without any column the rows are still there: a column that no file has keeps them.
  if (entries.length === 0) entries.push(schemaEntry(mode === 'id' ? '-1' : quoteLiteral('no such column'), 'no such column', 'BOOLEAN'))
  const isBytesAsText = file.schema === undefined && columns.some(({ field }) => field.type.kind === 'string') && !columns.some(({ field }) => field.type.kind === 'binary')
  return { key: JSON.stringify([entries, values]), entries, values, isBytesAsText }
}

function schemaEntry(key: string, alias: string, type: string): string {
  return `${key}: {name: ${quoteLiteral(alias)}, type: ${quoteLiteral(type)}, default_value: NULL}`
}

function groupScan(files: readonly ScanFile[], columns: readonly ScanColumn[], options: ScanOptions, { entries, values, positions, isBytesAsText }: Group): string {
  const group = positions.map((position) => files[position]).filter((file) => file !== undefined)
  const select = columns.map((column, i) => `${values[i] ?? partitionColumn(group, column)} AS ${quoteName(column.name)}`)
  if (options.fileIndex === true) select.unshift(`${perFile(positions.map(String), 'INTEGER', positions.length === files.length)} AS ${quoteName(filePositionColumn)}`)
  const hidden = hiddenRowsSql(new Map(group.map((file, index) => [index, file.deletedRows ?? []])))
  // Names and types are given, so that DuckDB looks for nothing itself: no Hive folders, no union of schemas.
  const settings = ['hive_partitioning = false', ...(isBytesAsText ? ['binary_as_string = true'] : []), `schema = MAP {${entries.join(', ')}}`]
  return `SELECT ${select.join(', ')} FROM read_parquet(${[fileList(group.map((file) => file.localPath)), ...settings].join(', ')})${hidden === undefined ? '' : ` WHERE ${hidden}`}`
}

function partitionColumn(group: readonly ScanFile[], { name, field }: ScanColumn): string {
  return perFile(group.map((file) => partitionValueSql(file.partitionValues[field.physicalName] ?? null, field.type, name)), deltaTypeSql(field.type), false)
}

/** A constant a file, told apart by `file_index`, its position in the list of read_parquet. */
function perFile(constants: readonly string[], type: string, isIndex: boolean): string {
  if (isIndex) return `CAST(file_index AS ${type})`
  const distinct = [...new Set(constants)]
  if (distinct.length === 1) return `CAST(${distinct[0] ?? 'NULL'} AS ${type})`
  const numbers = new Map(distinct.map((constant, i) => [constant, i + 1]))
  const position = 'CAST(file_index + 1 AS BIGINT)'
  if (distinct.length === constants.length) return `list_extract([${constants.join(', ')}]::${type}[], ${position})`
  return `list_extract([${distinct.join(', ')}]::${type}[], list_extract([${constants.map((constant) => numbers.get(constant) ?? 0).join(', ')}], ${position}))`
}
