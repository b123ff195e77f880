import { parentPort, workerData, isMainThread } from 'node:worker_threads'
import type { Pipeline, Thresholds } from '#shared/pipeline/pipeline.ts'
import { openDatabase } from '../duckdb/database.ts'
import { openStorages, type StoragesOptions } from '../storage/storages.ts'
import { systemClock } from './clock.ts'
import { openPacer } from './pacer.ts'
import type { QueryEvent } from './queryEvent.ts'
import { runPipeline } from './runPipeline.ts'
import { openRunRecorder } from './runRecorder.ts'
import { readRecordings } from '../whatIf/recordings.ts'
import type { WorkbenchRun, WorkerMessage } from './startPipeline.ts'
import { engineName } from './version.ts'

// The worker thread that runs a pipeline: DuckDB, the engine, gold and checkpoints. The main thread hears events, and may ask it to stop or to pace.
if (isMainThread || !parentPort) throw new Error('engineWorker runs in a worker thread')
const port = parentPort
const { pipeline, workbench, storage } = workerData as { pipeline: Pipeline; workbench: WorkbenchRun | undefined; storage: StoragesOptions }
const storages = openStorages(storage)
let told = 0
function publish(event: QueryEvent): void {
  port.postMessage(event)
  const usage = storages.usage()
  if (usage.requests === told || (event.kind !== 'batch' && event.kind !== 'status' && event.kind !== 'ended')) return
  told = usage.requests
  port.postMessage({ kind: 'usage', query: '', usage } satisfies QueryEvent)
}
const stop = new AbortController()
const database = await openDatabase({ preserveInsertionOrder: false })
const pacer = workbench && openPacer(systemClock, workbench.pace, (state) => publish({ kind: 'pace', query: '', ...state }))
const recorders = new Map<string, ReturnType<typeof openRunRecorder>>()
const recordedFolder = workbench?.recordedFolder
let limits: Thresholds | undefined = pipeline.queries.anomaly_alerts?.thresholds

port.on('message', (message: WorkerMessage) => {
  if (message.kind === 'limits') return void (limits = message.limits)
  if (message.kind === 'places') return storages.setPlaces(message.places)
  if (message.kind !== 'stop') return pacer?.control(message)
  stop.abort()
  storages.stop()
  // Not only what runs now: what is asked for later is refused too.
  void database.close()
})
try {
  await runPipeline(pipeline, {
    database,
    openStorage: storages.open,
    clock: systemClock,
    signal: stop.signal,
    publish,
    engine: engineName,
    ...(limits && { limits: () => limits! }),
    ...(recordedFolder !== undefined && { recorded: () => readRecordings(recordedFolder, pipeline) }),
    ...(pacer && { pacer }),
    ...(workbench && {
      recorderOf(query) {
        const recorder = recorders.get(query) ?? openRunRecorder(query, workbench.journalFolder, publish)
        recorders.set(query, recorder)
        return recorder
      }
    })
  })
} finally {
  for (const recorder of recorders.values()) await recorder.close()
  // DuckDB aborts the whole process when its thread ends during a query.
  await database.close()
  await storages.close()
  port.close()
}
