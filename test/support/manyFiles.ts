import { copyFileSync, linkSync, mkdirSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '#electron/duckdb/database.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { add, logFile, writeLog } from '#test/delta/handMade.ts'
import { expectRows, goldRows } from './compareScenario.ts'
import { fileOfVersion } from './disturbed.ts'
import { queryNames, readLines, type Scenario } from './oracle.ts'

/**
 * The rows of a scenario's first file in the order of their times, the columns that queries use, spread over some of very many files; the others have none. So nothing is late, and
 * gold is what Spark recorded, batch ids apart.
 */
export async function spreadRows({ folder }: Scenario, silver: string, database: Database, { files, withRows }: { readonly files: number; readonly withRows: number }, as: 'table' | 'folder'): Promise<void> {
  mkdirSync(join(silver, '_delta_log'), { recursive: true })
  const source = quoteLiteral(fileOfVersion(join(folder, 'silver'), 1))
  const used = 'event_timestamp::TIMESTAMPTZ AS event_timestamp, flight_phase, origin_country, altitude_meters, velocity_kmh'
  await database.run(`CREATE TABLE spread AS SELECT ${used}, (row_number() OVER (ORDER BY event_timestamp) - 1) * ${withRows} // count(*) OVER () AS part FROM read_parquet(${source})`)
  const write = (where: string, path: string) => database.run(`COPY (SELECT * EXCLUDE (part) FROM spread WHERE ${where}) TO ${quoteLiteral(path)} (FORMAT PARQUET)`)
  const name = (number: number) => `${String(number).padStart(6, '0')}.parquet`
  const each = files / withRows
  for (let number = 0; number < files; number++) {
    const file = join(silver, name(number))
    // Names of one file each time: a file may have some ten thousands of them only.
    if (number % each === 0) await write(`part = ${number / each}`, file)
    else if (number % each === 1) await write('false', file)
    else linkSync(join(silver, name(number - (number % each) + 1)), file)
    utimesSync(file, 1_770_000_000, 1_770_000_000)
  }
  await database.run('DROP TABLE spread')
  if (as === 'folder') return rmSync(join(silver, '_delta_log'), { recursive: true })
  copyFileSync(join(folder, 'silver', logFile(0)), join(silver, logFile(0)))
  writeLog(silver, [Array.from({ length: files }, (_, number) => add(name(number)))], 1)
}

/** Gold has the rows that Spark recorded, whatever batches they came in. `but`: rows whose keys begin so are not looked at. */
export async function expectRecordedRows(scenario: Scenario, gold: string, database: Database, but?: string): Promise<void> {
  const inOneBatch = (rows: readonly Record<string, unknown>[]) => rows.map((row) => ({ ...row, batchId: 0 }))
  for (const [query, key] of [['phase_counts', 'flight_phase'], ['anomaly_alerts', 'origin_country']] as const) {
    const where = but === undefined ? 'true' : `coalesce(NOT starts_with(${key}, ${quoteLiteral(but)}), true)`
    expectRows(inOneBatch(await goldRows(join(gold, queryNames[query].gold), database, where)), inOneBatch(readLines(join(scenario.folder, 'expected', `${query}.jsonl`))))
  }
}
