import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { connect } from '#shared/contract/rpc.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import type { StoragesOptions } from '../storage/storages.ts'
import { workerPort } from '../transport/workerPort.ts'
import { threadMethods, type WhatIfThread } from './whatIfThread.ts'

/** In the sources the worker is the bundle that `npm ci` made; in the bundle it lies beside this code. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? '../../dist/whatIfWorker.js' : './whatIfWorker.js', import.meta.url)

/** No answer to a close within so long: the thread is left to itself. Ending it by force in the middle of a query would end the whole process. */
const closeWithinMs = 10_000

/** The what-if index of a run in a thread of its own; it keeps rows in `folder`. `onBroken`: that thread ended without being asked to; what is asked of it from then on rejects. */
export function startWhatIf(pipeline: Pipeline, { folder, storage }: { readonly folder: string; readonly storage: StoragesOptions }, onBroken: (reason: string) => void = () => undefined): WhatIfThread {
  const worker = new Worker(workerUrl, { workerData: { pipeline, folder, storage } })
  let reason = 'its thread ended'
  let isClosing = false
  worker.on('error', (error) => (reason = error instanceof Error ? error.message : String(error)))
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  void ended.then(() => {
    if (!isClosing) onBroken(reason)
  })
  const whatIf = connect<WhatIfThread>(threadMethods, workerPort(worker))
  return {
    ...whatIf,
    async close() {
      isClosing = true
      const waiting = new AbortController()
      const tooLong = wait(closeWithinMs, undefined, { signal: waiting.signal, ref: false }).catch(() => undefined)
      void whatIf.close().catch(() => undefined)
      await Promise.race([ended, tooLong])
      waiting.abort()
      worker.unref()
    }
  }
}
