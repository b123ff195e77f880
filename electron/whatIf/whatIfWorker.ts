import { parentPort, workerData, isMainThread } from 'node:worker_threads'
import { serve } from '#shared/contract/rpc.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { openDatabase } from '../duckdb/database.ts'
import { systemClock } from '../host/clock.ts'
import { openStorages, type StoragesOptions } from '../storage/storages.ts'
import { workerPort } from '../transport/workerPort.ts'
import { openRunWhatIf } from './runWhatIf.ts'
import { threadMethods, type WhatIfThread } from './whatIfThread.ts'

// The worker thread that holds the what-if index of an open run. It lives as long as the run is open, longer than the engine's.
if (isMainThread || !parentPort) throw new Error('whatIfWorker runs in a worker thread')
const port = parentPort
const { pipeline, folder, storage } = workerData as { pipeline: Pipeline; folder: string; storage: StoragesOptions }
const storages = openStorages(storage)
// One connection: each running query holds a thread of libuv's pool, which the engine and the host use too.
const database = await openDatabase({ preserveInsertionOrder: false, connections: 1 })
const whatIf = openRunWhatIf({ pipeline, folder, database, openStorage: storages.open, clock: systemClock })
const target: WhatIfThread = {
  ...whatIf,
  setPlaces: async (places) => storages.setPlaces(places),
  onUsage(listener) {
    let told = 0
    const tell = (): void => {
      const usage = storages.usage()
      if (usage.requests === told) return
      told = usage.requests
      listener(usage)
    }
    return whatIf.onProgress(tell)
  },
  async close() {
    storages.stop()
    await whatIf.close()
    await storages.close()
    // After the answer: the other side waits for it.
    setImmediate(() => port.close())
  }
}
serve(target, threadMethods, workerPort(port))
