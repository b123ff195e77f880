import { parentPort, workerData, isMainThread } from 'node:worker_threads'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { openDatabase } from '../duckdb/database.ts'
import { openStorage } from '../storage/openStorage.ts'
import { systemClock } from './clock.ts'
import { runPipeline } from './runPipeline.ts'
import { engineName } from './version.ts'

// The worker thread that runs a pipeline: DuckDB, the engine, gold and checkpoints. The main thread hears events and may ask it to stop.
if (isMainThread || !parentPort) throw new Error('engineWorker runs in a worker thread')
const port = parentPort
const { pipeline } = workerData as { pipeline: Pipeline }
const stop = new AbortController()
const database = await openDatabase({ preserveInsertionOrder: false })

port.once('message', () => {
  stop.abort()
  // Not only what runs now: what is asked for later is refused too.
  void database.close()
})
try {
  await runPipeline(pipeline, { database, openStorage, clock: systemClock, signal: stop.signal, publish: (event) => port.postMessage(event), engine: engineName })
} finally {
  // DuckDB aborts the whole process when its thread ends during a query.
  await database.close()
  port.close()
}
