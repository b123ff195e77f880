import type { Database } from './database.ts'
import { fileFault } from './fileFault.ts'
import { fileList, unescapeGlob } from './fileNames.ts'

/** A top-level column of a Parquet file. */
export interface ParquetColumn {
  readonly name: string
  /** DuckDB's type; undefined for nested columns. */
  readonly type: string | undefined
  /** Stored as INT96: instants without a zone in DuckDB's eyes, UTC in Spark's. */
  readonly isInt96: boolean
  readonly fieldId: number | undefined
}

/** Top-level columns of many files, in the order of `files`. Faults name the file that is missing or no Parquet; `names` are how messages call them. */
export async function readParquetColumns(database: Database, files: readonly string[], names: readonly string[]): Promise<readonly (readonly ParquetColumn[])[]> {
  if (files.length === 0) return []
  const rows = await readSchemas(database, files, names)
  const byFile = new Map<string, ParquetColumn[]>(files.map((file) => [file, []]))
  let skip = 0
  let current: string | undefined
  for (const row of rows) {
    if (row.file !== current) {
      // The first row of a file is its root.
      current = row.file
      skip = 0
      continue
    }
    if (skip > 0) {
      skip += row.children - 1
      continue
    }
    skip = row.children
    byFile.get(row.file)?.push({ name: row.name, type: row.children > 0 ? undefined : row.duckdbType, isInt96: row.parquetType === 'INT96', fieldId: row.fieldId })
  }
  return files.map((file) => byFile.get(file) ?? [])
}

interface SchemaRow {
  readonly file: string
  readonly name: string
  readonly parquetType: string
  readonly duckdbType: string
  readonly children: number
  readonly fieldId: number | undefined
}

async function readSchemas(database: Database, files: readonly string[], names: readonly string[]): Promise<SchemaRow[]> {
  const sql = `SELECT file_name, name, coalesce(type, ''), coalesce(duckdb_type, ''), coalesce(num_children, 0)::INTEGER, field_id::INTEGER FROM parquet_schema(${fileList(files)})`
  try {
    const result = await database.query(sql)
    const [file, name, parquetType, duckdbType] = [0, 1, 2, 3].map((column) => result.strings(column))
    const children = result.numbers(4)
    const fieldIds = result.numbers(5)
    const noId = result.nulls(5)
    return Array.from({ length: result.rowCount }, (_, i) => ({
      file: unescapeGlob(file![i]!),
      name: name![i]!,
      parquetType: parquetType![i]!,
      duckdbType: duckdbType![i]!,
      children: children[i]!,
      fieldId: noId[i] ? undefined : fieldIds[i]!
    }))
  } catch (error) {
    if (files.length === 1) throw fileFault(error, () => names[0]!)
    // Which of them it is, DuckDB does not always say.
    for (const [i, single] of files.entries()) await readSchemas(database, [single], [names[i]!])
    throw error
  }
}
