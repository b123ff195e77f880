import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DuckDBVector } from '@duckdb/node-api'
import type { BoundQuery } from '#shared/pipeline/bindQuery.ts'
import { keyHashesSql, limitedRowsSql } from '#shared/query/limitedRowsSql.ts'
import { parseExact } from '#shared/query/partialsSql.ts'
import type { Rows } from '#shared/whatIf/block.ts'
import { limitedColumns } from '#shared/whatIf/limitedColumns.ts'
import { storeOfForm, type Store } from '#shared/whatIf/sortedValues.ts'
import type { Database } from './database.ts'
import { withScan, type Scan } from './scan.ts'
import { streamChunks } from './streamChunks.ts'

/** No part holds more rows: about 14 bytes each and measured column. */
const rowsOfPart = 500_000

/** The rows of a scan that have an event time, part by part, as the what-if index takes them. `onRows` may keep nothing of what it gets. */
export async function readLimitedRows(database: Database, { spec, eventTime }: BoundQuery, scan: Scan, onRows: (rows: Rows) => void): Promise<void> {
  const forms = limitedColumns(spec).flatMap(({ column, forms: own }) => own.map((form) => ({ column, form, store: storeOfForm(column.type, form) })))
  await withScan(scan, async (sql) => {
    const { keys, keyOf, salt } = await readKeys(database, spec, eventTime, sql)
    await database.use(async (connection) => {
      const columns = forms.map(({ store }) => emptyColumn(store))
      const pane = new Float64Array(rowsOfPart)
      const key = new Uint32Array(rowsOfPart)
      let length = 0
      const flush = () => {
        if (length > 0) onRows({ length, pane, key, keys, values: columns })
        for (const { nulls } of columns) nulls.fill(0)
        length = 0
      }
      await streamChunks(connection, limitedRowsSql(spec, eventTime, sql, forms, salt), async (chunk, count) => {
        if (length + count > rowsOfPart) {
          flush()
          await nextTurn() // Ordering a part takes a while: what was asked meanwhile is heard.
        }
        const panes = chunk.getColumnVector(0)
        const hashes = chunk.getColumnVector(1)
        for (let row = 0; row < count; row++) {
          pane[length + row] = panes.getItem(row) as number
          key[length + row] = keyOf.get(hashes.getItem(row) as number)!
        }
        columns.forEach((column, i) => put(column, length, chunk.getColumnVector(i + 2), count))
        length += count
      })
      flush()
    })
  })
}

interface Keys {
  readonly keys: readonly (string | null)[]
  /** Index into `keys`, by hash. */
  readonly keyOf: ReadonlyMap<number, number>
  readonly salt: number
}

/** Texts stay in DuckDB but for one of each. Two of them with one hash are as good as impossible; another salt tells them apart. */
async function readKeys(database: Database, spec: BoundQuery['spec'], eventTime: string, sql: string): Promise<Keys> {
  for (let salt = 0; ; salt++) {
    const found = await database.query(keyHashesSql(spec, eventTime, sql, salt))
    const keys = found.strings(0)
    const keyOf = new Map(Array.from(found.numbers(1), (hash, i) => [hash, i]))
    if (keyOf.size === keys.length) return { keys, keyOf, salt }
  }
}

type Column = { readonly store: 'float64'; readonly values: Float64Array; readonly nulls: Uint8Array } | { readonly store: 'int64'; readonly values: BigInt64Array; readonly nulls: Uint8Array } | { readonly store: 'wide'; readonly values: (bigint | null)[]; readonly nulls: Uint8Array }

function emptyColumn(store: Store): Column {
  const nulls = new Uint8Array(rowsOfPart)
  if (store === 'float64') return { store, values: new Float64Array(rowsOfPart), nulls }
  return store === 'int64' ? { store, values: new BigInt64Array(rowsOfPart), nulls } : { store, values: new Array<bigint | null>(rowsOfPart).fill(null), nulls }
}

function put(column: Column, start: number, vector: DuckDBVector, count: number): void {
  for (let row = 0; row < count; row++) {
    const item = vector.getItem(row)
    if (item === null) column.nulls[start + row] = 1
    else if (column.store === 'float64') column.values[start + row] = item as number
    else column.values[start + row] = typeof item === 'string' ? parseExact(item) : (item as bigint)
  }
}
