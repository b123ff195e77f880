import type { StreamTable } from '#shared/arrow/readStream.ts'
import type { RunTables, TableName } from '#renderer/duckdb/tables.ts'
import { cellAt, quoted, type CellValue, type GridColumn } from './gridColumn.ts'

export interface GridQuery {
  readonly table: TableName
  readonly columns: readonly GridColumn[]
  /** A condition of DuckDB. */
  readonly where: string
  readonly sort: { readonly column: string; readonly descending: boolean } | null
}

const pageRows = 128
const keptPages = 48

/**
 * The rows of a grid, in its order, as DuckDB has them: which rows is fixed when it is made (`seq` of each), what they hold is read page by page.
 * New rows of the table do not move what is shown.
 */
export interface GridRows {
  readonly query: GridQuery
  readonly length: number
  /** Rows of the table when the order was made. */
  readonly of: number
  /** Rows that the table had ever got until then. */
  readonly seen: number
  /** Values of a row; undefined while its page is on its way. */
  row(index: number): GridRow | undefined
  /** A statement that gives rows `from` to `to` in order: for copying and exporting. */
  sql(from: number, to: number): string
}

export interface GridRow {
  readonly seq: number
  value(column: string): CellValue
}

export async function openGridRows(tables: RunTables, query: GridQuery, onPage: () => void): Promise<GridRows> {
  const { table, where, sort } = query
  const of = tables.count(table)
  const seen = of + tables.dropped(table)
  const order = sort ? `${quoted(sort.column)} ${sort.descending ? 'DESC' : 'ASC'} NULLS LAST, seq DESC` : 'seq DESC'
  const found = of === 0 ? undefined : await tables.query(`SELECT seq FROM ${table} WHERE ${where} ORDER BY ${order}`)
  const seqs = found ? Int32Array.from(found.columns[0]!.values as Float64Array) : new Int32Array()
  const newest = seqs.reduce((max, seq) => Math.max(max, seq), -1)
  const names = query.columns.map(({ name }) => quoted(name)).join(', ')
  const pages = new Map<number, Map<number, GridRow> | 'on its way'>()
  const select = `SELECT seq, ${names} FROM ${table} WHERE seq IN`

  async function load(page: number): Promise<void> {
    pages.set(page, 'on its way')
    const wanted = seqs.subarray(page * pageRows, (page + 1) * pageRows)
    const rows = rowsOf(await tables.query(`${select} (${wanted.join(',')})`))
    pages.set(page, rows)
    for (const oldest of pages.keys()) {
      if (pages.size <= keptPages) break
      if (oldest !== page) pages.delete(oldest)
    }
    onPage()
  }

  function pageOf(page: number): Map<number, GridRow> | undefined {
    const kept = pages.get(page)
    if (kept === undefined && page * pageRows < seqs.length && page >= 0) void load(page).catch(() => pages.delete(page))
    return kept === undefined || kept === 'on its way' ? undefined : kept
  }

  return {
    query,
    length: seqs.length,
    of,
    seen,
    row(index) {
      const page = Math.floor(index / pageRows)
      const rows = pageOf(page)
      // What comes next when scrolling goes on.
      if (index % pageRows > pageRows / 2) pageOf(page + 1)
      else pageOf(page - 1)
      const seq = seqs[index]
      return seq === undefined ? undefined : rows?.get(seq)
    },
    sql: (from, to) => `SELECT ${names} FROM ${table} WHERE (${where}) AND seq <= ${newest} ORDER BY ${order} LIMIT ${to - from} OFFSET ${from}`
  }
}

function rowsOf({ columns, length }: StreamTable): Map<number, GridRow> {
  const byName = new Map(columns.map((column) => [column.name, column]))
  const seqs = columns[0]!.values
  return new Map(Array.from({ length }, (_, row) => [Number(seqs[row]), { seq: Number(seqs[row]), value: (column) => cellAt(byName.get(column), row) }]))
}
