import { join } from 'node:path'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import type { Database } from '#electron/duckdb/database.ts'
import { systemClock } from '#electron/host/clock.ts'
import type { Progress } from '#electron/host/progress.ts'
import { runPipeline } from '#electron/host/runPipeline.ts'
import type { Storage } from '#electron/storage/storage.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { showSilver, tamperWith, type Scenario, type ScenarioRun } from './oracle.ts'

/** What a scenario's runs gave. */
export interface ScenarioOutcome {
  readonly gold: string
  readonly checkpoints: string
  /** By gold name, in order of execution. */
  readonly progress: ReadonlyMap<string, readonly Progress[]>
  /** Per run: how each query ended. */
  readonly ends: readonly ReadonlyMap<string, Error | undefined>[]
}

/** Where the places of a scenario lie, when not in its folder. */
export interface ScenarioPlaces {
  readonly silver: string
  readonly gold: string
  readonly checkpoints: string
  readonly openStorage: (uri: string) => Storage
  /** Brings to the places what lies in the scenario's folder. */
  bring(folder: string): Promise<void>
  /** Brings gold and checkpoints back to the folder. */
  take(folder: string): Promise<void>
}

const localPlaces = (folder: string): ScenarioPlaces => ({ silver: join(folder, 'silver'), gold: join(folder, 'gold'), checkpoints: join(folder, 'checkpoints'), openStorage, bring: () => Promise.resolve(), take: () => Promise.resolve() })

/** `queries`: both, or the alerts alone. */
export function pipelineOf(scenario: Scenario, run: ScenarioRun, folder: string, queries: 'both' | 'alerts' = 'both', places: Pick<ScenarioPlaces, 'silver' | 'gold' | 'checkpoints'> = localPlaces(folder)): Pipeline {
  const { phase_counts: phases, anomaly_alerts: alerts } = scenario.queries
  const { altitudeMin, altitudeMax, velocityMin, velocityMax, ...windows } = alerts
  const options = Object.entries(run.sourceOptions).map(([name, value]) => [name, value === 'true' ? true : /^\d+$/.test(value) ? Number(value) : value])
  return parsePipeline(
    {
      silver: { uri: places.silver, format: 'delta', maxFilesPerTrigger: run.maxFilesPerTrigger, ...Object.fromEntries(options) },
      gold: { uri: places.gold },
      checkpoints: { uri: places.checkpoints },
      queries: { ...(queries === 'both' && { flight_phase_counts: phases }), anomaly_alerts: { ...windows, thresholds: { altitudeMin, altitudeMax, velocityMin, velocityMax } } }
    },
    'scenario.json'
  )
}

/** Runs a scenario from beginning to end in `folder`, through the real data path. */
export async function runScenario(scenario: Scenario, folder: string, database: Database, queries: 'both' | 'alerts' = 'both', places: ScenarioPlaces = localPlaces(folder)): Promise<ScenarioOutcome> {
  const gold = join(folder, 'gold')
  const checkpoints = join(folder, 'checkpoints')
  const progress = new Map<string, Progress[]>()
  const ends: ReadonlyMap<string, Error | undefined>[] = []
  for (const run of scenario.runs) {
    showSilver(scenario, join(folder, 'silver'), run.silverVersion)
    tamperWith(queries === 'both' ? run : alertsOf(run), gold, checkpoints)
    await places.bring(folder)
    ends.push(
      await runPipeline(pipelineOf(scenario, run, folder, queries, places), {
        database,
        openStorage: places.openStorage,
        clock: systemClock,
        signal: new AbortController().signal,
        engine: 'Contrail/test',
        publish(event) {
          if (event.kind === 'batch') progress.set(event.query, [...(progress.get(event.query) ?? []), event.progress])
        }
      })
    )
    await places.take(folder)
  }
  return { gold, checkpoints, progress, ends }
}

/** What happens to the checkpoint and the gold of the alerts. */
function alertsOf({ tamper, ...run }: ScenarioRun): ScenarioRun {
  if (!tamper) return run
  return { ...run, tamper: Object.fromEntries(Object.entries(tamper).map(([what, batches]) => [what, batches?.anomaly_alerts === undefined ? undefined : { anomaly_alerts: batches.anomaly_alerts }])) as NonNullable<ScenarioRun['tamper']> }
}
