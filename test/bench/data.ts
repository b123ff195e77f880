import { existsSync } from 'node:fs'
import { openDatabase } from '#electron/duckdb/database.ts'
import { commitPath } from '#electron/delta/log.ts'
import { observationsSql, silverColumns } from '#electron/sample/observationsSql.ts'
import { openStorage } from '#electron/storage/openStorage.ts'

/** A silver table of a number of files, each a stretch of minutes, all in one commit. */
export interface BenchTable {
  readonly folder: string
  readonly files: number
  readonly rowsPerFile: number
}

const rowsPerMinute = 25_000

/** Made once: a table that is there is kept. Files are as many rows of whole minutes, or a part of one. */
export async function makeBenchTable({ folder, files, rowsPerFile }: BenchTable): Promise<void> {
  const storage = openStorage(folder)
  if (existsSync(`${folder}/${commitPath(0)}`)) return
  const database = await openDatabase({ memoryLimit: '4GB' })
  const minutesPerFile = Math.max(1, Math.round(rowsPerFile / rowsPerMinute))
  const lines = [
    { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
    { metaData: { id: `bench-${files}-${rowsPerFile}`, format: { provider: 'parquet', options: {} }, schemaString: JSON.stringify({ type: 'struct', fields: silverColumns.map(([name, type]) => ({ name, type, nullable: true, metadata: {} })) }), partitionColumns: [], configuration: {} } }
  ] as object[]
  for (let file = 0; file < files; file++) {
    const path = `part-${String(file).padStart(5, '0')}.parquet`
    const staged = await storage.stage(path)
    const minutes = Array.from({ length: minutesPerFile }, (_, i) => file * minutesPerFile + i)
    const sql = minutes.map((minute) => `SELECT * FROM (${observationsSql({ minutes: files * minutesPerFile, rowsPerMinute: rowsPerFile / minutesPerFile, seed: 1 }, minute)})`).join(' UNION ALL ')
    await database.run(`COPY (${sql}) TO '${staged.file}' (FORMAT PARQUET, COMPRESSION SNAPPY)`)
    const { sizeBytes } = await staged.publish()
    lines.push({ add: { path, partitionValues: {}, size: sizeBytes, modificationTime: file, dataChange: true, stats: JSON.stringify({ numRecords: rowsPerFile }) } })
  }
  await storage.putIfAbsent(commitPath(0), Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')))
  await database.close()
}
