import { extname } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import { windowStart, type WindowSpec } from '#shared/engine/windowSpec.ts'
import { quoteName } from '#shared/query/sqlText.ts'
import type { WindowCounts } from '#shared/whatIf/thresholdIndex.ts'
import { openTableScan } from '../delta/deltaTable.ts'
import type { Database } from '../duckdb/database.ts'
import { withRows, type MemoryColumn } from '../duckdb/writeRows.ts'
import { goldOrder, formats } from '../sink/exportTable.ts'
import { refuseExisting, writeFault, writeWhole } from '../sink/wholeFile.ts'
import { writeTable } from '../sink/writeTable.ts'
import type { Storage } from '../storage/storage.ts'
import { wholePath } from '../storage/workingDirectory.ts'

export interface WhatIfFile {
  /** Ends with .parquet, .csv or .arrow. */
  readonly to: string
  readonly force: boolean
  /** The gold table of the alerts. */
  readonly gold: Storage
  readonly window: WindowSpec
  /** Of all closed windows. */
  readonly windows: Iterable<WindowCounts>
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Writes gold as a replay of its batches with the proposed limits would have written it: its closed windows, with other counts. Fault `changed` when gold
 * and what was counted do not agree: silver is not what it was.
 */
export async function writeWhatIf(database: Database, { to, force, gold, window, windows, metadata }: WhatIfFile): Promise<{ readonly file: string; readonly rows: number }> {
  const file = wholePath(to)
  const format = formats[extname(file).toLowerCase()]
  if (!format) throw new Fault('usage', `${to} does not say in which format to write: end it with .parquet, .csv or .arrow`)
  refuseExisting(file, force, 'add --force to replace it')
  const scan = await openTableScan(gold, {}, database)
  const columns = countColumns(window, windows)
  const written = scan.explaining(() =>
    withRows(database, columns, columns[0]!.values.length, async (counts) => {
      const key = quoteName(scan.columns[2]!.name)
      const joined = `(${scan.sql}) g FULL JOIN (${counts}) c ON g.window_start = c.window_start AND CAST(g.${key} AS VARCHAR) IS NOT DISTINCT FROM c.key`
      const [check] = (await database.query(`SELECT count(*) FILTER (WHERE g.total_observations IS DISTINCT FROM c.observations OR g.altitude_anomalies IS DISTINCT FROM c.altitude_now OR g.velocity_anomalies IS DISTINCT FROM c.velocity_now)::DOUBLE AS different, count(*)::DOUBLE AS rows FROM ${joined}`)).rows()
      if (check?.different !== 0) throw new Fault('changed', `${gold.root} and silver do not agree any more: ${String(check?.different)} of ${String(check?.rows)} windows and countries have other counts than their rows; silver or gold was changed since, or gold holds rows of another query: replay silver into a new gold folder`)
      const sql = `SELECT g.* REPLACE (c.altitude AS altitude_anomalies, c.velocity AS velocity_anomalies, (c.altitude + c.velocity) / g.total_observations AS anomaly_rate) FROM ${joined} ORDER BY ${goldOrder(scan.columns)!.replace('window_start', 'g.window_start')}`
      const rows = await writeWhole({ file }, (temporary) => writeTable(database, { format, columns: scan.columns, sql, metadata }, temporary).catch((error: unknown) => Promise.reject(writeFault(error, temporary, file))))
      return { file, rows }
    })
  )
  return written.finally(() => scan.release())
}

function countColumns(window: WindowSpec, windows: Iterable<WindowCounts>): MemoryColumn[] {
  const closed = [...windows].filter((counts) => counts.closed)
  const long = { kind: 'long' } as const
  const counted = (name: string, of: (counts: WindowCounts) => number): MemoryColumn => ({ name, type: long, values: closed.map((counts) => BigInt(of(counts))) })
  return [
    { name: 'window_start', type: { kind: 'timestamp' }, values: closed.map((counts) => windowStart(window, BigInt(counts.window))) },
    { name: 'key', type: { kind: 'string' }, values: closed.map((counts) => counts.key) },
    counted('observations', (counts) => counts.observations),
    counted('altitude_now', (counts) => counts.current[0]!),
    counted('velocity_now', (counts) => counts.current[1]!),
    counted('altitude', (counts) => counts.proposed[0]!),
    counted('velocity', (counts) => counts.proposed[1]!)
  ]
}
