import { Fault } from '#shared/engine/fault.ts'
import { typeName } from '#shared/engine/valueType.ts'
import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { filePositionColumn, quoteName } from '#shared/query/sqlText.ts'
import { wrapScan } from '../duckdb/scan.ts'
import type { Source } from './source.ts'

/** A source that has, besides its own columns, those that are mapped to others; a mapped name hides a column of the same name. */
export function mapColumns(source: Source, map: ColumnMapping): Source {
  const mapped = Object.entries(map)
  if (mapped.length === 0) return source
  const origins = new Map<string, { readonly column: string; readonly factor: number | undefined }>()
  const added = mapped.map(([name, { from, factor, as }]): SilverColumn => {
    if (as !== undefined) throw new Fault('unsupported', `silver.columns.${name}.as is ${as}, which is not read yet`)
    const column = source.columns.find((candidate) => candidate.name === from) ?? source.columns.find((candidate) => candidate.name.toLowerCase() === from.toLowerCase())
    if (!column) throw new Fault('schema', `silver.columns.${name}.from is ${from}, and ${source.name} has no such column. It has: ${source.columns.map(({ name: own }) => own).join(', ')}`)
    origins.set(name, { column: column.name, factor })
    const isTime = typeof column.type !== 'string' && column.type.kind === 'timestamp'
    if (factor === undefined) return { name, type: column.type }
    if (isTime || typeof column.type === 'string') throw new Fault('schema', `silver.columns.${name} multiplies ${from}, which is ${typeName(column.type)}: a factor needs a number`)
    return { name, type: { kind: 'double' } }
  })
  return {
    ...source,
    columns: [...source.columns.filter((column) => !added.some((other) => other.name.toLowerCase() === column.name.toLowerCase())), ...added],
    columnIdentity(name) {
      const from = origins.get(name)
      return from ? `${source.columnIdentity(from.column)} of ${from.column}${from.factor === undefined ? '' : ` times ${from.factor}`}` : source.columnIdentity(name)
    },
    stream(columns) {
      const own = [...new Set(columns.map((name) => origins.get(name)?.column ?? name))]
      const stream = source.stream(own)
      const select = columns.map((name) => {
        const from = origins.get(name)
        if (!from) return quoteName(name)
        const value = quoteName(from.column)
        return `${from.factor === undefined ? value : `CAST(${value} AS DOUBLE) * CAST('${from.factor}' AS DOUBLE)`} AS ${quoteName(name)}`
      })
      return {
        ...stream,
        async scans(range, only) {
          const scans = await stream.scans(range, only)
          return scans.map((scan) => wrapScan(scan, (sql) => `SELECT ${[...(scan.files.length > 1 ? [quoteName(filePositionColumn)] : []), ...select].join(', ')} FROM (${sql})`))
        }
      }
    }
  }
}
