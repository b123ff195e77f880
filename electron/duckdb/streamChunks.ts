import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import { Fault } from '#shared/engine/fault.ts'

/**
 * Runs a SELECT and hands on its rows as they come; gives their number. `onChunk` is awaited before more is read.
 *
 * The binding ends a result that breaks off in the middle (a damaged page, no memory, an interrupt) just as one that is whole: DuckDB's C interface
 * gives no chunk in both cases, and the binding does not tell of the error. So the rows are counted, by the same random numbers if the SELECT has any:
 * where some are missing, they are read once more in a way that throws what was the matter. Fault `changed` when nothing is.
 */
export async function streamChunks(connection: DuckDBConnection, sql: string, onChunk: (chunk: DuckDBDataChunk, rows: number) => Promise<void> | void): Promise<number> {
  const seeded = `SELECT setseed(${Math.random()})`
  await connection.run(seeded)
  const result = await connection.stream(sql)
  let rows = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    const count = chunk?.rowCount ?? 0 // Asked once: it is a call into the binding.
    if (!chunk || count === 0) break
    await onChunk(chunk, count)
    rows += count
  }
  await connection.run(seeded)
  const expected = await countOf(connection, sql)
  if (rows >= expected) return rows
  await connection.run(`SELECT bit_xor(hash(each_row)) FROM (${sql}) each_row`)
  throw new Fault('changed', `reading broke off after ${rows} of ${expected} rows: what is read has changed meanwhile, or the query gives other rows each time; try again`)
}

async function countOf(connection: DuckDBConnection, sql: string): Promise<number> {
  const counted = await connection.run(`SELECT count(*)::DOUBLE FROM (${sql})`)
  return counted.getChunk(0).getColumnVector(0).getItem(0) as number
}
