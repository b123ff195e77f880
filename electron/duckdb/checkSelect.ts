import { Fault } from '#shared/engine/fault.ts'
import { StatementType } from '@duckdb/node-api'
import { missingExtension } from '#shared/query/missingExtension.ts'
import type { Database } from './database.ts'

/** Makes sure that text which a person wrote into a SELECT left it one statement that only reads. `from` names where the text came from. */
export async function checkSelect(database: Database, sql: string, from: string): Promise<void> {
  await database.use(async (connection) => {
    try {
      const statements = await connection.extractStatements(sql)
      if (statements.count !== 1) throw new Fault('usage', `${from} holds more than one statement: write one condition or order`)
      const prepared = await statements.prepare(0)
      if (prepared.parameterCount > 0) throw new Fault('usage', `${from} has a parameter (? or $): write the value itself`)
      if (prepared.statementType !== StatementType.SELECT) throw new Fault('usage', `${from} does more than read: write a condition or an order`)
    } catch (error) {
      if (error instanceof Fault) throw error
      throw selectFault(error, sql, from)
    }
  })
}

/** What DuckDB says against text that a person wrote, as a Fault. Extensions that it would have installed are named with what does the same. */
export function selectFault(error: unknown, sql: string, from: string): Fault {
  const missing = missingExtension(error instanceof Error ? error.message : '', sql, 'Contrail')
  return new Fault('usage', `${from}: ${missing?.message ?? firstLine(error)}`, { cause: error })
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}
