import type { Fault } from '#shared/engine/fault.ts'
import { quoteName } from '#shared/query/sqlText.ts'
import type { Database } from './database.ts'
import { fileOf, invalidTextOf, textFault } from './fileFault.ts'
import type { ScanColumn } from './scanSql.ts'

/**
 * DuckDB does not say in which column it met a text that is not UTF-8: read alone, it is the one that fails.
 * undefined: the error is about something else. `sql` is the scan that failed, `nameOf` as `fileFault` has it.
 */
export async function whichText(
  database: Database,
  sql: string,
  columns: readonly ScanColumn[],
  error: unknown,
  nameOf: (localPath: string | undefined) => string
): Promise<Fault | undefined> {
  const message = error instanceof Error ? error.message : ''
  const invalid = invalidTextOf(message)
  if (!invalid) return undefined
  for (const { name, isPartition } of columns) {
    if (isPartition) continue
    try {
      await database.query(`SELECT bit_xor(hash(${quoteName(name)})) FROM (${sql})`)
    } catch (again) {
      const own = again instanceof Error ? again.message : ''
      const text = invalidTextOf(own)
      if (text) return textFault(nameOf(fileOf(own)), name, text.shown, error)
    }
  }
  return textFault(nameOf(fileOf(message)), undefined, invalid.shown, error)
}
