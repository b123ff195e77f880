import type { ColumnValue } from '#shared/arrow/columnData.ts'
import type { Database } from './database.ts'
import { plainValue } from './queryResult.ts'
import { streamChunks } from './streamChunks.ts'

/**
 * Runs one SELECT and hands its rows on as they come, column by column, so that a result of any size takes bounded memory. `onRows` is awaited
 * before more is read. Gives the number of rows.
 */
export async function streamRows(database: Database, sql: string, onRows: (columns: ColumnValue[][]) => Promise<void> | void): Promise<number> {
  const rowsAtOnce = 32_768
  return database.use(async (connection) => {
    let columns: ColumnValue[][] = []
    const flush = async () => {
      await onRows(columns)
      columns = []
    }
    const total = await streamChunks(connection, sql, async (chunk, rows) => {
      for (let column = 0; column < chunk.columnCount; column++) {
        const vector = chunk.getColumnVector(column)
        const values = (columns[column] ??= [])
        for (let row = 0; row < rows; row++) values.push(plainValue(vector.getItem(row)))
      }
      if (columns[0]!.length >= rowsAtOnce) await flush()
    })
    if ((columns[0]?.length ?? 0) > 0) await flush()
    return total
  })
}
