import { join } from 'node:path'
import { parsePipeline, type PipelineFile } from '#shared/pipeline/parsePipeline.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import type { Database } from '#electron/duckdb/database.ts'
import { systemClock } from '#electron/host/clock.ts'
import type { Progress } from '#electron/host/progress.ts'
import type { QueryEvent } from '#electron/host/queryEvent.ts'
import { runPipeline, type PipelineEnd, type PipelineParts } from '#electron/host/runPipeline.ts'
import { openStorage } from '#electron/storage/openStorage.ts'

/** What a pipeline file says, without the uris, which are `silver`, `gold` and `checkpoints` below the test's folder. */
export interface Settings {
  readonly silver?: Partial<PipelineFile['silver']>
  readonly gold?: Partial<PipelineFile['gold']>
  readonly checkpoints?: Partial<PipelineFile['checkpoints']>
  readonly trigger?: PipelineFile['trigger']
  readonly queries?: PipelineFile['queries']
}

/** How a run went. */
export interface Outing {
  readonly ends: PipelineEnd
  readonly events: readonly QueryEvent[]
}

export function pipelineIn(folder: string, { silver, gold, checkpoints, ...others }: Settings = {}): Pipeline {
  const place = (name: string) => ({ uri: join(folder, name) })
  return parsePipeline({ silver: { ...place('silver'), ...silver }, gold: { ...place('gold'), ...gold }, checkpoints: { ...place('checkpoints'), ...checkpoints }, ...others }, 'the test')
}

/** Runs a pipeline over `silver` of a folder, in this thread. */
export async function runIn(folder: string, database: Database, settings: Settings = {}, parts: Partial<PipelineParts> = {}): Promise<Outing> {
  const events: QueryEvent[] = []
  const own = { database, openStorage, clock: systemClock, signal: new AbortController().signal, engine: 'Contrail/test', publish: (event: QueryEvent) => void events.push(event) }
  const ends = await runPipeline(pipelineIn(folder, settings), { ...own, ...parts })
  return { ends, events }
}

/** `runIn` for runs that must come to a good end. */
export async function runWhole(folder: string, database: Database, settings: Settings = {}): Promise<Outing> {
  const outing = await runIn(folder, database, settings)
  for (const end of outing.ends.values()) if (end) throw end
  return outing
}

export function progressOf({ events }: Outing, query: string): Progress[] {
  return events.flatMap((event) => (event.kind === 'batch' && event.query === query ? [event.progress] : []))
}

export function warningsOf({ events }: Outing): string[] {
  return events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []))
}

/** `queries` for who wants the first one alone. */
export const phases = { flight_phase_counts: {} }
