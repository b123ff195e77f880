import type { ColumnValue } from '#shared/arrow/columnData.ts'
import type { Database } from './database.ts'
import { plainValue } from './queryResult.ts'

/**
 * Runs one SELECT and hands its rows on as they come, column by column, so that a result of any size takes bounded memory. `onRows` is awaited
 * before more is read. Gives the number of rows.
 */
export async function streamRows(database: Database, sql: string, onRows: (columns: ColumnValue[][]) => Promise<void> | void): Promise<number> {
  const rowsAtOnce = 32_768
  return database.use(async (connection) => {
    const result = await connection.stream(sql)
    const columnCount = result.columnCount
    let columns: ColumnValue[][] = Array.from({ length: columnCount }, () => [])
    let total = 0
    const flush = async () => {
      await onRows(columns)
      columns = Array.from({ length: columnCount }, () => [])
    }
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      for (let column = 0; column < columnCount; column++) {
        const vector = chunk.getColumnVector(column)
        for (let row = 0; row < chunk.rowCount; row++) columns[column]!.push(plainValue(vector.getItem(row)))
      }
      total += chunk.rowCount
      if (columns[0]!.length >= rowsAtOnce) await flush()
    }
    if ((columns[0]?.length ?? 0) > 0) await flush()
    return total
  })
}
