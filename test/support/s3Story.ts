import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { systemClock } from '#electron/host/clock.ts'
import type { QueryEvent } from '#electron/host/queryEvent.ts'
import { runPipeline, type PipelineEnd, type PipelineParts } from '#electron/host/runPipeline.ts'
import type { Storages, StoragesOptions } from '#electron/storage/storages.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { expectGold } from './compareScenario.ts'
import { startFakeS3, type FakeS3 } from './fakeS3/fakeS3.ts'
import { repository, temporaryFolder } from './folders.ts'
import { readScenario, showSilver, type Scenario } from './oracle.ts'
import { pipelineOf, type ScenarioPlaces } from './runScenario.ts'
import { s3Places, storagesAt, type PlaceName } from './s3Places.ts'

/** A recorded scenario whose places lie on a server of its own, run as often as a test likes. */
export interface S3Story {
  readonly server: FakeS3
  readonly storages: Storages
  readonly places: ScenarioPlaces
  readonly pipeline: Pipeline
  /** One run. Never rejects: the ends tell. */
  run(parts?: Partial<PipelineParts> & { readonly pipeline?: Partial<Pipeline> }): Promise<{ readonly ends: PipelineEnd; readonly events: readonly QueryEvent[]; readonly messages: readonly string[] }>
  /** Holds gold and checkpoints against the recording: all rows, each once, and all batches. */
  expectWhole(): Promise<void>
  /** Versions of the gold tables, and what each checkpoint has committed: how far a run has come. */
  progress(): { readonly gold: readonly number[]; readonly commits: readonly number[] }
}

export interface S3StoryOptions {
  readonly scenario?: string
  readonly onS3?: readonly PlaceName[]
  readonly storages?: Partial<StoragesOptions>
  readonly pageSize?: number
}

/** Short enough that a test need not wait for what stands still. */
export const impatient = { attempts: 4, silenceMs: 400 }

/** Makes stories for the tests of a file; each is closed when its test is done. */
export function s3Stories(): { open(options?: S3StoryOptions): Promise<S3Story>; readonly database: Database } {
  let database: Database
  const opened: { close(): Promise<void> }[] = []
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close()
  })
  afterAll(() => database.close())
  return {
    get database() {
      return database
    },
    async open({ scenario: name = 'late-rows', onS3, storages: options = { limits: impatient }, pageSize = 1000 } = {}) {
      const server = await startFakeS3({ buckets: ['gold'], pageSize })
      const storages = storagesAt(server, options)
      opened.push(server, storages)
      const folder = temporaryFolder(name)
      const scenario = readScenario(join(repository, 'test/fixtures/oracle', name))
      const places = s3Places(server, storages, folder, onS3)
      const run = scenario.runs.at(-1)!
      showSilver(scenario, join(folder, 'silver'), run.silverVersion)
      await places.bring(folder)
      return storyOf({ server, storages, places, folder, scenario, pipeline: pipelineOf(scenario, run, folder, 'both', places) }, database)
    }
  }
}

interface StoryParts extends Pick<S3Story, 'server' | 'storages' | 'places' | 'pipeline'> {
  readonly folder: string
  readonly scenario: Scenario
}

function storyOf({ server, storages, places, pipeline, folder, scenario }: StoryParts, database: Database): S3Story {
  const takenTo = async () => {
    await places.take(folder)
    return { gold: join(folder, 'gold'), checkpoints: join(folder, 'checkpoints') }
  }
  return {
    server,
    storages,
    places,
    pipeline,
    async run({ pipeline: other, ...parts } = {}) {
      const events: QueryEvent[] = []
      const ends = await runPipeline({ ...pipeline, ...other }, { database, openStorage: storages.open, clock: systemClock, signal: new AbortController().signal, engine: 'Contrail/test', publish: (event) => void events.push(event), ...parts })
      return { ends, events, messages: [...new Set([...ends.values()].flatMap((end) => (end ? [end.message] : [])))] }
    },
    async expectWhole() {
      const taken = await takenTo()
      for (const query of ['phase_counts', 'anomaly_alerts'] as const) await expectGold(scenario, taken, query, database)
    },
    progress() {
      const names = (place: string, pattern: RegExp) => (place.startsWith('s3') ? server.keys('gold', place.replace(/^s3a?:\/\/gold\//, '')) : filesBelow(place)).filter((key) => pattern.test(key))
      const countIn = (place: string, part: string, pattern: RegExp) => names(`${place}/${part}`, pattern).length
      return {
        gold: ['flight_phase_counts', 'anomaly_alerts'].map((query) => countIn(places.gold, `${query}/_delta_log`, /\/\d{20}\.json$/)),
        commits: ['gold_aggregations', 'gold_anomalies'].map((query) => countIn(places.checkpoints, `${query}/commits`, /\/\d+$/))
      }
    }
  }
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [`${entry.parentPath}/${entry.name}`] : []))
  } catch {
    return []
  }
}

export const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8')
export const readText = (file: string): string => readFileSync(file, 'utf8')
