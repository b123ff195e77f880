import { Worker } from 'node:worker_threads'
import { connect } from '#shared/contract/rpc.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { workerPort } from '../transport/workerPort.ts'
import { whatIfMethods, type RunWhatIf } from './runWhatIf.ts'

/** In the sources the worker is the bundle that `npm ci` made; in the bundle it lies beside this code. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? '../../dist/whatIfWorker.js' : './whatIfWorker.js', import.meta.url)

/** The what-if index of a run in a thread of its own. What is asked after that thread broke down rejects. */
export function startWhatIf(pipeline: Pipeline, folder: string): RunWhatIf {
  const worker = new Worker(workerUrl, { workerData: { pipeline, folder } })
  worker.on('error', () => undefined) // Its exit closes the channel: whoever waits hears of it there.
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const whatIf = connect<RunWhatIf>(whatIfMethods, workerPort(worker))
  return {
    ...whatIf,
    async close() {
      await Promise.race([whatIf.close().catch(() => undefined), ended])
      await ended
    }
  }
}
