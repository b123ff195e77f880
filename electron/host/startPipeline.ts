import { Worker } from 'node:worker_threads'
import { Fault, type FaultCode } from '#shared/engine/fault.ts'
import type { RunCommand } from '#shared/contract/run.ts'
import type { Pipeline, Thresholds } from '#shared/pipeline/pipeline.ts'
import { memoryLimitOf } from '../duckdb/memoryLimit.ts'
import type { S3Places } from '../storage/s3/s3Place.ts'
import type { StoragesOptions } from '../storage/storages.ts'
import type { PacerState } from './pacer.ts'
import type { QueryEvent } from './queryEvent.ts'

/** A pipeline that runs in a worker thread. */
export interface RunningPipeline {
  /** How each query ended; undefined when it did all there was to do. Rejects only when the worker itself breaks down. */
  readonly ended: Promise<ReadonlyMap<string, Error | undefined>>
  /** Asks it to stop: what is not committed is left for the next run. */
  stop(): void
  /** Of a run with a workbench: plays, pauses, steps or changes the speed. */
  control(command: Exclude<RunCommand, { kind: 'stop' }>): void
  /** The limits of the alerts from the next batch on. */
  setLimits(limits: Thresholds): void
  /** Other credentials or servers, from the next request on. */
  setPlaces(places: S3Places): void
}

/** What a run with a workbench has besides its pipeline. */
export interface WorkbenchRun {
  readonly journalFolder: string
  /** Where the batches lie that are to be done, as another run has recorded them; absent: batches are planned. */
  readonly recordedFolder?: string
  readonly pace: PacerState
}

export type WorkerMessage = RunCommand | { readonly kind: 'limits'; readonly limits: Thresholds } | { readonly kind: 'places'; readonly places: S3Places }

export interface PipelineHearer {
  readonly onEvent: (event: QueryEvent) => void
  readonly workbench?: WorkbenchRun
  readonly storage: StoragesOptions
}

/** In the sources the worker is the bundle that `npm ci` made; in the bundle it lies beside this code. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? '../../dist/engineWorker.js' : './engineWorker.js', import.meta.url)

export function startPipeline(pipeline: Pipeline, { onEvent, workbench, storage }: PipelineHearer): RunningPipeline {
  memoryLimitOf(process.env) // Here it can still be told as what it is.
  // Short-lived objects hold native results: they are let go sooner when there is little room for them.
  const worker = new Worker(workerUrl, { workerData: { pipeline, workbench, storage }, resourceLimits: { maxYoungGenerationSizeMb: 2 } })
  const ends = new Map<string, Error | undefined>()
  worker.on('message', (event: QueryEvent) => {
    if (event.kind === 'ended') ends.set(event.query, event.fault && toError(event.fault))
    onEvent(event)
  })
  const ended = new Promise<ReadonlyMap<string, Error | undefined>>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', (code) => (code === 0 ? resolve(ends) : reject(new Error(`the engine's thread ended with code ${code}`))))
  })
  const send = (message: WorkerMessage) => worker.postMessage(message)
  return { ended, stop: () => send({ kind: 'stop' }), control: send, setLimits: (limits) => send({ kind: 'limits', limits }), setPlaces: (places) => send({ kind: 'places', places }) }
}

function toError({ code, message, stack }: { code: string; message: string; stack: string | undefined }): Error {
  const error = code === 'bug' ? new Error(message) : new Fault(code as FaultCode, message)
  if (stack !== undefined) error.stack = stack
  return error
}
