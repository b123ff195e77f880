import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** A recorded scenario, as its README describes it. */
export interface Scenario {
  readonly folder: string
  readonly name: string
  readonly queries: { readonly phase_counts: QueryParameters; readonly anomaly_alerts: QueryParameters & Thresholds }
  readonly runs: readonly ScenarioRun[]
}

export interface QueryParameters {
  readonly window: string
  readonly slide?: string
  readonly watermarkDelay: string
}

export interface Thresholds {
  readonly altitudeMin: number
  readonly altitudeMax: number
  readonly velocityMin: number
  readonly velocityMax: number
}

export type OracleQuery = 'phase_counts' | 'anomaly_alerts'

export interface ScenarioRun {
  readonly silverVersion: number
  readonly maxFilesPerTrigger: number | null
  readonly sourceOptions: Readonly<Record<string, string>>
  readonly tamper?: Readonly<Record<'deleteBatch' | 'deleteCommit' | 'deleteSinkCommitOfBatch', Readonly<Partial<Record<OracleQuery, number>>> | undefined>>
  readonly error?: Readonly<Partial<Record<OracleQuery, { readonly errorClass: string }>>>
}

/** Names that the recordings use, and ours. */
export const queryNames: Readonly<Record<OracleQuery, { readonly gold: string; readonly checkpoint: string }>> = {
  phase_counts: { gold: 'flight_phase_counts', checkpoint: 'gold_aggregations' },
  anomaly_alerts: { gold: 'anomaly_alerts', checkpoint: 'gold_anomalies' }
}

export function readScenario(folder: string): Scenario {
  return { folder, ...(JSON.parse(readFileSync(join(folder, 'scenario.json'), 'utf8')) as Omit<Scenario, 'folder'>) }
}

export function listScenarios(folder: string): string[] {
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'scenario.json')))
}

/** Lets `target` show silver as it was at a version: data files all, log entries up to it. */
export function showSilver(scenario: Scenario, target: string, version: number): void {
  const silver = join(scenario.folder, 'silver')
  if (version < 0) return
  if (!existsSync(target)) cpSync(silver, target, { recursive: true, filter: (path) => !path.startsWith(join(silver, '_delta_log')) })
  mkdirSync(join(target, '_delta_log'), { recursive: true })
  for (const name of readdirSync(join(silver, '_delta_log'))) {
    const own = /^\d{20}/.exec(name)
    const wanted = own ? Number(own[0]) <= version : name === '_sidecars' || (name === '_last_checkpoint' && lastCheckpoint(silver) <= version)
    if (!wanted) continue
    // Whole at once: a watch may be looking.
    const shown = join(target, '_delta_log', name)
    const beside = join(target, '_delta_log', `.${name}.tmp`)
    cpSync(join(silver, '_delta_log', name), name === '_sidecars' ? shown : beside, { recursive: true, preserveTimestamps: true })
    if (name !== '_sidecars') renameSync(beside, shown)
  }
}

function lastCheckpoint(silver: string): number {
  return (JSON.parse(readFileSync(join(silver, '_delta_log', '_last_checkpoint'), 'utf8')) as { version: number }).version
}

/** Makes a crash look as if it had happened. */
export function tamperWith(run: ScenarioRun, gold: string, checkpoints: string): void {
  const each = (what: keyof NonNullable<ScenarioRun['tamper']>, act: (query: OracleQuery, batch: number) => void) => {
    for (const [query, batch] of Object.entries(run.tamper?.[what] ?? {})) act(query as OracleQuery, batch as number)
  }
  const checkpoint = (query: OracleQuery, ...path: string[]) => join(checkpoints, queryNames[query].checkpoint, ...path)
  const goldCommit = (query: OracleQuery, batch: number) => join(gold, queryNames[query].gold, '_delta_log', `${String(batch).padStart(20, '0')}.json`)
  each('deleteBatch', (query, batch) => {
    for (const path of [checkpoint(query, 'offsets', `${batch}`), checkpoint(query, 'commits', `${batch}`), checkpoint(query, 'state', `${batch}`), goldCommit(query, batch)]) rmSync(path)
  })
  each('deleteCommit', (query, batch) => rmSync(checkpoint(query, 'commits', `${batch}`)))
  each('deleteSinkCommitOfBatch', (query, batch) => rmSync(goldCommit(query, batch)))
}

export function readLines(file: string): Record<string, unknown>[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
