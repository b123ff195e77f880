import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import { bindQuery } from '#shared/pipeline/bindQuery.ts'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import { partialsSql } from '#shared/query/partialsSql.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { withScan } from '#electron/duckdb/scan.ts'
import { systemClock } from '#electron/host/clock.ts'
import { openSource } from '#electron/source/openSource.ts'
import { openStorage } from '#electron/storage/openStorage.ts'

// The peer of the bench: the bare partial queries over the same files, the same threads, and nothing else. Results stay in DuckDB.
const [, , folder = ''] = process.argv
const pipeline = parsePipeline({ silver: { uri: folder }, gold: { uri: 'unused' }, checkpoints: { uri: 'unused too' } }, 'bench')
const database = await openDatabase({ preserveInsertionOrder: false })
const source = await openSource(pipeline, { database, openStorage, clock: systemClock, signal: new AbortController().signal })
const start = await source.beginning()
const work = builtinQueries(pipeline).map(async (definition) => {
  const query = bindQuery(definition, source.columns, source.name)
  const stream = source.stream(query.columns)
  const scans = await stream.scans({ start, end: await stream.latest(start) })
  await Promise.all(scans.map((scan) => withScan(scan, (sql) => database.run(partialsSql(query.spec, query.eventTime, sql, { file: scan.files.length > 1, moments: 'all' })))))
})
await Promise.all(work)
await database.close()
