import { randomUUID } from 'node:crypto'
import { Fault } from '#shared/engine/fault.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { commitPath } from '../delta/log.ts'
import { openDatabase, type Database } from '../duckdb/database.ts'
import type { Storage } from '../storage/storage.ts'
import { observationsSql, sampleStartMs, silverColumns, type SampleShape } from './observationsSql.ts'

/**
 * A plausible silver table: one file and commit a minute, a gap of two minutes, one file that arrives four minutes late, rows that are late by
 * themselves, and anomalies with one cluster of them. Refused in a folder that is not empty. The log's folder comes first, its versions last and the
 * first of them at the very end, so that an interrupted sample is neither a table nor a folder of Parquet files.
 */
export async function makeSample(storage: Storage, shape: SampleShape, onFile: (done: number, of: number) => void = () => undefined): Promise<{ files: number; rows: number }> {
  if (await storage.stat('')) throw new Fault('usage', `${storage.root} is a file: give a folder that is empty or not there yet`)
  if ((await storage.listDeep('')).length > 0 || (await storage.hasFolder('_delta_log'))) throw new Fault('usage', `${storage.root} is not empty: give a folder that is empty or not there yet`)
  const database = await openDatabase()
  try {
    await storage.putIfAbsent(unfinished, new Uint8Array())
    const minutes = arrivals(shape.minutes)
    const commits: string[] = []
    let rows = 0
    for (const [position, minute] of minutes.entries()) {
      const file = await writeMinute(storage, database, shape, minute)
      rows += file.rows
      commits.push(commitText(file, sampleStartMs + (position + 1) * 60_000))
      onFile(position + 1, minutes.length)
    }
    for (let version = commits.length; version > 0; version--) await storage.putIfAbsent(commitPath(version), Buffer.from(commits[version - 1]!))
    await storage.putIfAbsent(commitPath(0), Buffer.from(creationText()))
    await storage.remove(unfinished)
    return { files: minutes.length, rows }
  } finally {
    await database.close()
  }
}

const unfinished = '_delta_log/_unfinished_sample'

/** Minutes in the order in which their files arrive: a gap in the second half, and one file behind its successors. */
export function arrivals(minutes: number): number[] {
  const gap = minutes >= 8 ? Math.floor(minutes * 0.6) : undefined
  const order = Array.from({ length: minutes }, (_, minute) => minute).filter((minute) => gap === undefined || (minute !== gap && minute !== gap + 1))
  if (order.length >= 8) order.splice(Math.floor(order.length / 2), 0, ...order.splice(Math.floor(order.length / 2) - 4, 1))
  return order
}

interface SampleFile {
  readonly path: string
  readonly sizeBytes: number
  readonly rows: number
  readonly earliest: string
  readonly latest: string
}

async function writeMinute(storage: Storage, database: Database, shape: SampleShape, minute: number): Promise<SampleFile> {
  const path = `part-${String(minute).padStart(5, '0')}-${randomUUID()}-c000.snappy.parquet`
  const staged = await storage.stage(path)
  try {
    await database.run(`COPY (${observationsSql(shape, minute)} ORDER BY event_timestamp, icao24) TO ${quoteLiteral(staged.file)} (FORMAT PARQUET, COMPRESSION SNAPPY)`)
    const [row] = (await database.query(`SELECT count(*)::DOUBLE AS rows, strftime(min(event_timestamp)::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%gZ') AS earliest, strftime(max(event_timestamp)::TIMESTAMP + INTERVAL 1 MILLISECOND, '%Y-%m-%dT%H:%M:%S.%gZ') AS latest FROM read_parquet(${quoteLiteral(staged.file)})`)).rows()
    const { sizeBytes } = await staged.publish()
    return { path, sizeBytes, rows: Number(row?.rows), earliest: String(row?.earliest), latest: String(row?.latest) }
  } catch (error) {
    await staged.discard()
    throw error
  }
}

function creationText(): string {
  const fields = silverColumns.map(([name, type]) => ({ name, type, nullable: true, metadata: {} }))
  const lines = [
    { commitInfo: { timestamp: sampleStartMs, operation: 'CREATE TABLE', operationParameters: {}, isBlindAppend: true, engineInfo: 'Contrail sample' } },
    { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
    { metaData: { id: randomUUID(), format: { provider: 'parquet', options: {} }, schemaString: JSON.stringify({ type: 'struct', fields }), partitionColumns: [], configuration: {}, createdTime: sampleStartMs } }
  ]
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`
}

function commitText({ path, sizeBytes, rows, earliest, latest }: SampleFile, arrivedMs: number): string {
  const stats = JSON.stringify({ numRecords: rows, minValues: { event_timestamp: earliest }, maxValues: { event_timestamp: latest } })
  const lines = [
    { commitInfo: { timestamp: arrivedMs, operation: 'WRITE', operationParameters: { mode: 'Append' }, isBlindAppend: true, engineInfo: 'Contrail sample' } },
    { add: { path, partitionValues: {}, size: sizeBytes, modificationTime: arrivedMs, dataChange: true, stats } }
  ]
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`
}
