import { randomUUID } from 'node:crypto'
import { arrowStream, type TypedColumn } from '#shared/arrow/arrowStream.ts'
import { microsSql } from '#shared/query/microsSql.ts'
import { quoteName } from '#shared/query/sqlText.ts'
import { openTableScan } from '../delta/deltaTable.ts'
import type { Database } from '../duckdb/database.ts'
import type { QueryResult } from '../duckdb/queryResult.ts'
import type { Storage } from '../storage/storage.ts'

/** What a workbench holds of a gold table at most: its newest rows. */
export const keptRows = 1_000_000

const rowsPerStream = 8192

/** Rows of a gold table, oldest first, as Arrow streams. */
export interface GoldRows {
  /** All that there are, also those that are not given. */
  readonly count: number
  streams(): AsyncIterable<Uint8Array>
  /** No rows are wanted any more. */
  close(): void
}

/** The rows of windows that end by `closedMs` (undefined: all). A table that is not there has none. */
export async function loadGold(storage: Storage, database: Database, closedMs: number | undefined): Promise<GoldRows> {
  if (!(await storage.hasFolder('_delta_log'))) return { count: 0, async *streams() {}, close: () => undefined }
  const scan = await openTableScan(storage, {}, database)
  const [, , key] = scan.columns
  const where = closedMs === undefined ? '' : ` WHERE ${microsSql('window_end')} <= ${BigInt(closedMs) * 1000n}`
  const counted = await scan.explaining(() => database.query(`SELECT count(*)::DOUBLE AS rows FROM (${scan.sql})${where}`)).catch((error: unknown) => {
    scan.release()
    throw error
  })
  const [row] = counted.rows()
  const count = Number(row?.rows ?? 0)
  return {
    count,
    async *streams() {
      const table = quoteName(`gold ${randomUUID()}`)
      const order = `window_start, ${quoteName(key?.name ?? 'window_end')} NULLS FIRST`
      await scan.explaining(() => database.run(`CREATE TABLE ${table} AS SELECT * FROM (${scan.sql})${where} ORDER BY ${order} LIMIT ${keptRows} OFFSET ${Math.max(0, count - keptRows)}`))
      try {
        for (let from = 0; from < Math.min(count, keptRows); from += rowsPerStream) {
          const rows = await database.query(`SELECT * FROM ${table} WHERE rowid >= ${from} AND rowid < ${from + rowsPerStream} ORDER BY rowid`)
          yield arrowStream(typedColumns(scan.columns, rows), rows.rowCount)
        }
      } finally {
        await database.run(`DROP TABLE IF EXISTS ${table}`)
      }
    },
    close: scan.release
  }
}

/** The columns of an answer, as they go into an Arrow stream. */
export function typedColumns(fields: readonly Pick<TypedColumn, 'name' | 'type'>[], rows: QueryResult): TypedColumn[] {
  return fields.map(({ name, type }, i) => {
    switch (type.kind) {
      case 'long':
      case 'timestamp':
      case 'timestamp_ntz':
        return { name, type, values: rows.bigints(i), nulls: rows.nulls(i) }
      case 'byte':
      case 'short':
      case 'integer':
      case 'float':
      case 'double':
      case 'date':
        return { name, type, values: rows.numbers(i), nulls: rows.nulls(i) }
      default:
        return { name, type, values: rows.values(i) }
    }
  })
}
