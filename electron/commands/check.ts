import { Fault, isFault } from '#shared/engine/fault.ts'
import { typeName } from '#shared/engine/valueType.ts'
import { bindQuery } from '#shared/pipeline/bindQuery.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { openDatabase } from '../duckdb/database.ts'
import { systemClock } from '../host/clock.ts'
import { openSource } from '../source/openSource.ts'
import type { Source } from '../source/source.ts'
import { openStorage } from '../storage/openStorage.ts'

/** Can silver be read? Five steps, a tick each; the first that fails says why and what to do, and throws. Nothing is written. */
export async function check(pipeline: Pipeline, output: NodeJS.WritableStream): Promise<void> {
  const database = await openDatabase()
  const tick = (step: string, found: string) => output.write(`✓ ${step}: ${found}\n`)
  const attempt = async <Answer>(step: string, work: () => Promise<Answer> | Answer): Promise<Answer> => {
    try {
      return await work()
    } catch (error) {
      output.write(`✗ ${step}\n`)
      throw error
    }
  }
  try {
    const storage = openStorage(pipeline.silver.uri)
    await attempt('Reachable', async () => {
      if (await storage.hasFolder('')) return
      const isFile = (await storage.stat('')) !== undefined
      throw new Fault('notFound', `[DELTA_SCHEMA_NOT_SET] ${storage.root} ${isFile ? 'is a file: give the folder that holds the table' : 'is not there: check the path'}`)
    })
    tick('Reachable', storage.root)
    const isDelta = await attempt('Listable', () => storage.hasFolder('_delta_log'))
    tick('Listable', isDelta ? 'a folder with a Delta log' : 'a folder without a Delta log')
    const stop = new AbortController()
    const reading = isDelta ? 'Delta log read' : 'Parquet files read'
    const source = await attempt(reading, () => openSource(pipeline, { database, openStorage, clock: systemClock, signal: stop.signal }))
    const beginning = await source.beginning()
    const all = source.stream(source.columns.map((column) => column.name))
    const end = await attempt(reading, () => all.latest(beginning))
    const files = await all.files({ start: beginning, end })
    tick(reading, `${files.length} files, ${files.reduce((sum, file) => sum + file.sizeBytes, 0)} bytes`)
    const bound = await attempt('Columns match', () => builtinQueries(pipeline).map((query) => bindQuery(query, source.columns, source.name)))
    const used = [...new Set(bound.flatMap((query) => query.columns))]
    tick('Columns match', used.map((name) => `${name} ${typeOf(source, name)}`).join(', '))
    const decoded = await attempt('One file decoded', () => decodeOne(source, used, { start: beginning, end }, files.length))
    if (decoded) tick('One file decoded', `${decoded.path}, ${decoded.rows} rows`)
    else output.write('! One file decoded: the table has no data file yet; a run would write empty gold tables\n')

    async function decodeOne(from: Source, columns: readonly string[], range: { start: string; end: string }, count: number): Promise<{ path: string; rows: number } | undefined> {
      if (count === 0) return undefined
      const stream = from.stream(columns)
      const [scan] = await stream.scans(range, [0])
      if (!scan) return undefined
      try {
        const [row] = (await database.query(`SELECT count(*)::DOUBLE AS rows, ${columns.map((name, i) => `count("${name.replaceAll('"', '""')}") AS c${i}`).join(', ')} FROM (${scan.sql})`)).rows()
        return { path: files[0]!.path, rows: Number(row?.rows ?? 0) }
      } catch (error) {
        const explained = scan.explain(error)
        throw isFault(explained) ? explained : error
      }
    }
  } finally {
    await database.close()
  }
}

const typeOf = (source: Source, name: string): string => typeName(source.columns.find((column) => column.name === name)?.type ?? '?')
