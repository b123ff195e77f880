import { appendFileSync, openSync, closeSync } from 'node:fs'
import { Fault, isFault } from '#shared/engine/fault.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import type { QueryEvent } from '../host/queryEvent.ts'
import { startPipeline } from '../host/startPipeline.ts'
import type { StoragesOptions } from '../storage/storages.ts'
import { storageFault } from '../storage/storageFault.ts'
import { onSignals } from './onSignals.ts'
import { wholePath } from '../storage/workingDirectory.ts'

/** Shows a run while it goes on. */
export interface Display {
  event(event: QueryEvent): void
  /** After the last event; the terminal is as it was. `failed`: a fault is told besides. */
  end(failed: boolean): void
}

export interface RunSettings {
  readonly pipeline: Pipeline
  readonly storage: StoragesOptions
}

/**
 * Runs a pipeline in its thread until it ends or the user interrupts it. The first Ctrl+C (or SIGTERM) lets it stop between two batches or in the
 * middle of reading one; the second ends the process at once, which is as safe as a crash. `abandoned`: nobody reads our output any more. Faults: the
 * first of a query that failed.
 */
export async function runAndReport(settings: RunSettings, display: Display, progressFile: string | undefined, abandoned: AbortSignal): Promise<void> {
  try {
    await runShown(settings, display, progressFile, abandoned)
  } finally {
    // Also of a run that did not begin: a display has a clock that would keep the process alive.
    display.end(true)
  }
}

async function runShown({ pipeline, storage }: RunSettings, display: Display, progressFile: string | undefined, abandoned: AbortSignal): Promise<void> {
  const progress = openProgress(progressFile)
  let progressFault: unknown
  const running = startPipeline(pipeline, {
    storage,
    onEvent(event) {
      if (event.kind === 'batch' && progressFault === undefined) {
        try {
          progress.append(JSON.stringify(event.progress))
        } catch (error) {
          progressFault = error
          running.stop()
        }
      }
      display.event(event)
    }
  })
  const signals = onSignals(running.stop)
  abandoned.addEventListener('abort', running.stop)
  try {
    const ends = await running.ended
    display.end(progressFault !== undefined || [...ends.values()].some((error) => error !== undefined))
    if (progressFault !== undefined) throw progressFault
    report(ends)
  } finally {
    progress.close()
    signals.off()
    abandoned.removeEventListener('abort', running.stop)
  }
}

/** One fault is told as it is; when both queries failed for different reasons, both are. */
function report(ends: ReadonlyMap<string, Error | undefined>): void {
  // By name, not by who failed first.
  const failed = [...ends].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([query, error]) => (error ? [{ query, error }] : []))
  const [first] = failed
  if (!first) return
  const real = failed.filter(({ error }) => !(isFault(error) && error.code === 'interrupted'))
  const messages = new Set(real.map(({ error }) => error.message))
  if (real.length === 0 || messages.size === 1) throw real[0]?.error ?? first.error
  const codes = new Set(real.map(({ error }) => (isFault(error) ? error.code : 'storage')))
  const [code, ...others] = codes
  throw new Fault(code !== undefined && others.length === 0 ? code : 'storage', real.map(({ query, error }) => `${query}: ${error.message}`).join('; '), { cause: first.error })
}

function openProgress(file: string | undefined): { append(line: string): void; close(): void } {
  if (file === undefined) return { append: () => undefined, close: () => undefined }
  const whole = wholePath(file)
  const attempt = <Answer>(work: () => Answer): Answer => {
    try {
      return work()
    } catch (error) {
      const cause = storageFault(error, 'write', whole)
      throw new Fault('storage', `--progress: ${cause instanceof Error ? cause.message : String(cause)}`, { cause: error })
    }
  }
  const handle = attempt(() => openSync(whole, 'a'))
  return { append: (line) => attempt(() => appendFileSync(handle, `${line}\n`)), close: () => closeSync(handle) }
}
