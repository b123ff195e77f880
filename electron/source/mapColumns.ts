import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { filePositionColumn, quoteName } from '#shared/query/sqlText.ts'
import { wrapScan, type Scan } from '../duckdb/scan.ts'
import { makeColumn, type MadeColumn } from './makeColumn.ts'
import type { Source } from './source.ts'

/**
 * A source that has, besides its own columns, those that are mapped to others; a mapped name hides a column of the
 * same name.
 */
export function mapColumns(source: Source, mapping: ColumnMapping): Source {
  const made = madeColumns(source, mapping)
  if (made.size === 0) return source
  const hidden = new Set([...made.keys()].map((name) => name.toLowerCase()))
  return {
    ...source,
    columns: [
      ...source.columns.filter(({ name }) => !hidden.has(name.toLowerCase())),
      ...[...made.values()].map(({ name, type }): SilverColumn => ({ name, type }))
    ],
    columnIdentity: (name) => made.get(name)?.identity ?? source.columnIdentity(name),
    stream(columns) {
      const own = [...new Set(columns.flatMap((name): readonly string[] => made.get(name)?.reads ?? [name]))]
      const stream = source.stream(own)
      const select = columns.map((name) => `${made.get(name)?.sql ?? quoteName(name)} AS ${quoteName(name)}`)
      const mapped = (scan: Scan) => {
        const position = scan.files.length > 1 ? [quoteName(filePositionColumn)] : []
        return wrapScan(scan, (sql) => `SELECT ${[...position, ...select].join(', ')} FROM (${sql})`)
      }
      return { ...stream, scans: async (range, only) => (await stream.scans(range, only)).map(mapped) }
    }
  }
}

/** How each mapped column is made, by its name. Faults name the one that the source cannot give. */
export function madeColumns(source: Source, mapping: ColumnMapping): ReadonlyMap<string, MadeColumn> {
  return new Map(Object.entries(mapping).map(([name, origin]) => [name, makeColumn(source, mapping, name, origin)]))
}
