import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '#electron/duckdb/database.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { add, logFile, writeLog } from '#test/delta/handMade.ts'
import { queryNames, readLines } from './oracle.ts'

export const goldTables: readonly string[] = Object.values(queryNames).map(({ gold }) => gold)

/** Rows that another writer appends to each gold table, below a file of its own: those of a file that is there, under a key of theirs. */
export async function theirFiles(gold: string, database: Database): Promise<void> {
  for (const table of goldTables) {
    const folder = join(gold, table)
    const ours = readdirSync(folder).find((name) => name.startsWith('part-'))!
    const key = table === 'anomaly_alerts' ? 'origin_country' : 'flight_phase'
    await database.run(`COPY (SELECT * REPLACE ('theirs' AS ${key}) FROM read_parquet(${quoteLiteral(join(folder, ours))})) TO ${quoteLiteral(join(folder, 'theirs.parquet'))} (FORMAT PARQUET)`)
  }
}

/** A commit as Spark and delta-rs append: no transaction, rows of a file that is there. */
export const theirAppend: readonly unknown[] = [{ commitInfo: { timestamp: 1, operation: 'WRITE', operationParameters: { mode: 'Append' }, isBlindAppend: true } }, add('theirs.parquet')]

/** Another writer's commit to both gold tables, as their next version. */
export function theyCommit(gold: string, actionsFor: (table: string) => readonly unknown[]): void {
  for (const table of goldTables) writeLog(join(gold, table), [actionsFor(table)], versionsOf(join(gold, table)).length)
}

export const versionsOf = (table: string): number[] => readdirSync(join(table, '_delta_log')).flatMap((name) => (/^\d{20}\.json$/.test(name) ? [Number(name.slice(0, 20))] : [])).sort((a, b) => a - b)

/** The metadata of a gold table with another schema or settings. */
export function otherMetaData(table: string, changed: (fields: readonly Field[]) => readonly Field[], others: Readonly<Record<string, unknown>> = {}): unknown {
  const [own] = readLines(join(table, logFile(0))).flatMap(({ metaData }) => (metaData ? [metaData as { schemaString: string }] : []))
  const { fields } = JSON.parse(own!.schemaString) as { fields: Field[] }
  return { metaData: { ...own, ...others, schemaString: JSON.stringify({ type: 'struct', fields: changed(fields) }) } }
}

export interface Field {
  readonly name: string
  readonly type: unknown
  readonly nullable: boolean
  readonly metadata: Readonly<Record<string, unknown>>
}

