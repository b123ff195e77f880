import type { StreamTable } from '#shared/arrow/readStream.ts'
import type { GridTables } from '#renderer/duckdb/tables.ts'
import { cellAt, quoted, type CellValue, type GridColumn } from './gridColumn.ts'

export interface GridQuery {
  readonly table: string
  readonly columns: readonly GridColumn[]
  /** A condition of DuckDB. */
  readonly where: string
  /** null: the table's own order. */
  readonly sort: { readonly column: string; readonly descending: boolean } | null
  /** The column that tells rows apart and is their order: 0 and up, as they came. Absent: `seq`, and the newest come first. */
  readonly own?: { readonly column: string; readonly descending: boolean }
}

const pageRows = 128
const keptPages = 64

/** Pages that are asked for at once; of those that wait only the latest are still wanted. */
const pagesAtOnce = 2
const pagesWaiting = 3

/** A table with more rows is shown from the top before its whole order is there. */
const rowsAtOnce = 50_000
const rowsFirst = 512

/** Who looks at a sorted table for so long may scroll soon; who goes on to filter it has done so by then. */
const orderAfterMs = 1000

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
  /** Nobody looks at it any more. */
  close(): void
  /** A statement that gives rows `from` to `to` in order: for copying and exporting. */
  sql(from: number, to: number): string
}

export interface GridRow {
  readonly seq: number
  value(column: string): CellValue
}

/** `onPage`: rows that were missing are there. */
export async function openGridRows(tables: GridTables, query: GridQuery, onPage: () => void): Promise<GridRows> {
  const { table, where, sort, own = { column: 'seq', descending: true } } = query
  const id = quoted(own.column)
  const of = tables.count(table)
  const seen = of + tables.dropped(table)
  const names = query.columns.map(({ name }) => quoted(name)).join(', ')
  const ownOrder = `${id} ${own.descending ? 'DESC' : 'ASC'}`
  const order = sort ? `${quoted(sort.column)} ${sort.descending ? 'DESC' : 'ASC'} NULLS LAST, ${ownOrder}` : ownOrder
  const newest = tables.newest(table)
  const rows = `FROM ${table} WHERE (${where}) AND ${id} <= ${newest}`
  const isLarge = of > rowsAtOnce && sort !== null
  let seqs = of === 0 ? new Int32Array() : isLarge ? seqsIn(await tables.query(`SELECT ${id} ${rows} ORDER BY ${order} LIMIT ${rowsFirst}`)) : await wholeOrder()
  const length = isLarge && where !== 'true' ? numberIn(await tables.query(`SELECT count(*)::INTEGER ${rows}`)) : isLarge ? of : seqs.length
  const pages = openPages((page) => readPage(page), onPage)
  if (isLarge) {
    // What is looked at first does not wait for the order of all.
    const first = await readPage(0)
    if (first) pages.put(0, first)
  }

  let ordering = !isLarge
  /** Who looks further down wants the order of all. */
  function orderAll(): void {
    if (ordering) return
    ordering = true
    void wholeOrder().then((whole) => {
      // What the table holds may have changed since the first were read.
      if (seqs.some((seq, i) => whole[i] !== seq)) pages.forget()
      seqs = whole
      onPage()
    }, () => (ordering = false))
  }

  /** The order in which rows came, or that from the end, needs no sorting. */
  async function wholeOrder(): Promise<Int32Array<ArrayBuffer>> {
    if (sort) return seqsIn(await tables.query(`SELECT ${id} ${rows} ORDER BY ${order}`))
    const found = seqsIn(await tables.query(`SELECT ${id} ${rows}`))
    if (!isAscending(found)) found.sort()
    return own.descending ? found.reverse() : found
  }

  async function readPage(page: number): Promise<Map<number, GridRow> | undefined> {
    const wanted = seqs.subarray(page * pageRows, (page + 1) * pageRows)
    if (wanted.length === 0) return undefined
    // The bounds let DuckDB pass over blocks of rows.
    return rowsOf(await tables.query(`SELECT ${id}, ${names} FROM ${table} WHERE ${id} BETWEEN ${Math.min(...wanted)} AND ${Math.max(...wanted)} AND ${id} IN (${wanted.join(',')})`))
  }

  const timer = isLarge ? setTimeout(orderAll, orderAfterMs) : undefined
  return {
    query,
    length,
    of,
    seen,
    row(index) {
      const page = Math.floor(index / pageRows)
      const seq = seqs[index]
      if (seq === undefined) {
        if (index < length) orderAll()
        return undefined
      }
      // What comes next when scrolling goes on, a good half of a page ahead.
      if (index % pageRows < pageRows * 0.6 && page > 0) pages.get(page - 1)
      if (index % pageRows > pageRows * 0.4 && (page + 1) * pageRows < seqs.length) pages.get(page + 1)
      return pages.get(page)?.get(seq)
    },
    close() {
      clearTimeout(timer)
      ordering = true
    },
    sql: (from, to) => `SELECT ${names} ${rows} ORDER BY ${order} LIMIT ${to - from} OFFSET ${from}`
  }
}

interface Pages {
  /** What is there of a page; if nothing is, it is asked for. */
  get(page: number): Map<number, GridRow> | undefined
  put(page: number, rows: Map<number, GridRow>): void
  /** Other rows are on them now, also on those that are being read. */
  forget(): void
}

/** Pages as they are looked at: the latest that was asked for comes first, and who scrolls past a page does not wait for it. */
function openPages(read: (page: number) => Promise<Map<number, GridRow> | undefined>, onPage: () => void): Pages {
  const kept = new Map<number, Map<number, GridRow>>()
  const running = new Set<number>()
  let waiting: number[] = []
  let generation = 0

  function start(): void {
    while (running.size < pagesAtOnce) {
      const page = waiting.pop()
      if (page === undefined) return
      running.add(page)
      const mine = generation
      read(page)
        .then((rows) => {
          if (!rows || mine !== generation) return
          put(page, rows)
          onPage()
        }, () => undefined)
        .finally(() => {
          running.delete(page)
          start()
        })
    }
  }

  function put(page: number, rows: Map<number, GridRow>): void {
    kept.set(page, rows)
    for (const oldest of kept.keys()) {
      if (kept.size <= keptPages) break
      kept.delete(oldest)
    }
  }

  return {
    get(page) {
      const rows = kept.get(page)
      if (rows || running.has(page)) return rows
      waiting = [...waiting.filter((other) => other !== page), page].slice(-pagesWaiting)
      start()
      return undefined
    },
    put,
    forget() {
      generation += 1
      kept.clear()
    }
  }
}

const seqsIn = ({ columns }: StreamTable): Int32Array<ArrayBuffer> => Int32Array.from(columns[0]!.values as Float64Array)

const numberIn = ({ columns }: StreamTable): number => Number(columns[0]!.values[0])

function isAscending(values: Int32Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) return false
  return true
}

function rowsOf({ columns, length }: StreamTable): Map<number, GridRow> {
  const byName = new Map(columns.map((column) => [column.name, column]))
  const seqs = columns[0]!.values
  return new Map(Array.from({ length }, (_, row) => [Number(seqs[row]), { seq: Number(seqs[row]), value: (column) => cellAt(byName.get(column), row) }]))
}
