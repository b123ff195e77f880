import { copyFileSync, existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import type { Database } from '#electron/duckdb/database.ts'
import { systemClock } from '#electron/host/clock.ts'
import type { QueryEvent } from '#electron/host/queryEvent.ts'
import { runPipeline, type PipelineParts } from '#electron/host/runPipeline.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { expectGold, type Reached } from './compareScenario.ts'
import { repository, temporaryFolder } from './folders.ts'
import { queryNames, readLines, readScenario, showSilver, type OracleQuery, type Scenario } from './oracle.ts'
import type { Outing } from './runIn.ts'
import { pipelineOf } from './runScenario.ts'

export type { Reached } from './compareScenario.ts'

/** What is different about a run. */
export interface RunWith extends Partial<PipelineParts> {
  readonly silver?: Partial<Pipeline['silver']>
  readonly trigger?: Pipeline['trigger']
}

/**
 * A recorded run of Spark, done by the data path while a test does something to it: whatever that is, gold and checkpoints must hold whole batches of
 * the recording, and all of it in the end.
 */
export interface Disturbed {
  readonly scenario: Scenario
  readonly folder: string
  readonly silver: string
  readonly gold: string
  readonly checkpoints: string
  /** Lets silver be as it was at the beginning of a run: versions that are there already are left alone. */
  show(run: number): void
  /** Does the runs from one to another, silver as it is or `show`n before. */
  run(run: number, other?: RunWith): Promise<Outing>
  /** From silver as recorded, every run from `from` on; each must come to a good end. */
  runAll(from?: number): Promise<void>
  /** Gold and checkpoint of both queries are the recording up to these batches, and hold nothing half written. Absent: all of it. */
  expectReached(reached?: Reached, queries?: readonly OracleQuery[]): Promise<void>
  /** Each query is somewhere between two steps of a batch, and everything before that is the recording. `killed`: temporary files may be left. */
  expectSomewhere(killed?: 'killed'): Promise<Readonly<Record<OracleQuery, Reached>>>
  /** Arguments of the command line that do a run. */
  command(verb: 'replay' | 'watch', run: number): string[]
  /** All files of gold and of the checkpoints: a run that is refused leaves them as they are. */
  listed(): string[]
  /** Both queries ended with this Fault. `FOLDER` stands for the folder, `QUERY` for the query's name, `CHECKPOINT` for its folder's. */
  expectStopped(outing: Outing, code: string, message: string | RegExp): void
}

export const bothQueries: readonly OracleQuery[] = ['phase_counts', 'anomaly_alerts']

/** Batches up to `batch` are whole, and nothing of the next one is there but what it was going to do. */
export const begunAfter = (batch: number): Reached => ({ offsets: batch + 1, gold: batch, commits: batch })
/** Batches up to `batch` are whole, and nothing of the next one is there. */
export const wholeTo = (batch: number): Reached => ({ offsets: batch, gold: batch, commits: batch })
export const nothing = wholeTo(-1)

/** `as`: its table, or its data files alone in a plain folder, each a second younger than the one before. Versions must have a file each then. */
export function disturbed(name: string, database: Database, as: 'table' | 'folder' = 'table'): Disturbed {
  const folder = temporaryFolder(name)
  const own = join(repository, 'test/fixtures/spark', name)
  const scenario = readScenario(existsSync(own) ? own : join(repository, 'test/fixtures/oracle', name))
  const places = { silver: join(folder, 'silver'), gold: join(folder, 'gold'), checkpoints: join(folder, 'checkpoints') }
  const show = (run: number) => (as === 'table' ? showSilver : showFiles)(scenario, places.silver, scenario.runs[run]!.silverVersion)

  async function run(index: number, { silver, trigger, ...parts }: RunWith = {}): Promise<Outing> {
    const pipeline = pipelineOf(scenario, scenario.runs[index]!, folder)
    const events: QueryEvent[] = []
    const usual = { openStorage, clock: systemClock, signal: new AbortController().signal, engine: 'Contrail/test', publish: (event: QueryEvent) => void events.push(event) }
    const ends = await runPipeline({ ...pipeline, silver: { ...pipeline.silver, format: as === 'table' ? 'delta' : 'parquet', ...silver }, trigger: trigger ?? pipeline.trigger }, { database, ...usual, ...parts })
    return { ends, events }
  }

  return {
    scenario,
    folder,
    ...places,
    show,
    run,
    async runAll(from = 0) {
      for (let index = from; index < scenario.runs.length; index++) {
        show(index)
        const { ends } = await run(index)
        expect([...ends.values()]).toEqual([undefined, undefined])
      }
    },
    async expectReached(reached, queries = bothQueries) {
      for (const query of queries) {
        await expectGold(scenario, places, query, database, reached, as === 'table' ? 'as recorded' : 'another')
        expect(leftovers(join(places.gold, queryNames[query].gold), join(places.checkpoints, queryNames[query].checkpoint))).toEqual([])
      }
    },
    async expectSomewhere(killed) {
      const somewhere = {} as Record<OracleQuery, Reached>
      for (const query of bothQueries) {
        const { gold, checkpoint } = queryNames[query]
        const newest = (folder: string, pattern: RegExp) => Math.max(-1, ...namesIn(folder).flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number))
        const reached = { offsets: newest(join(places.checkpoints, checkpoint, 'offsets'), /^(\d+)$/), gold: newest(join(places.gold, gold, '_delta_log'), /^(\d{20})\.json$/), commits: newest(join(places.checkpoints, checkpoint, 'commits'), /^(\d+)$/) }
        somewhere[query] = reached
        const inOrder = reached.commits <= reached.gold && reached.gold <= reached.offsets && reached.offsets <= reached.commits + 1
        expect(inOrder, JSON.stringify(reached)).toBe(true)
        await expectGold(scenario, places, query, database, reached)
        const left = leftovers(join(places.gold, gold), join(places.checkpoints, checkpoint))
        // A whole data file whose commit did not come is no half of anything, but only a kill leaves one.
        expect(left.filter((name) => killed === undefined || !/^\..*\.tmp$|^part-/.test(name))).toEqual([])
      }
      return somewhere
    },
    command(verb, index) {
      const { maxFilesPerTrigger } = scenario.runs[index]!
      return [verb, '--silver', places.silver, '--gold', places.gold, '--checkpoints', places.checkpoints, ...(maxFilesPerTrigger === null ? [] : ['--max-files-per-trigger', String(maxFilesPerTrigger)])]
    },
    listed: () => [places.gold, places.checkpoints].flatMap((place) => (readdirSync(place, { recursive: true }) as string[]).map((path) => join(place, path))).sort(),
    expectStopped({ ends }, code, message) {
      const told = [...ends].map(([query, end]) => ({ code: end && 'code' in end ? end.code : undefined, message: plain(end?.message ?? '', folder, query) }))
      expect(told).toEqual(Array(2).fill({ code, message: typeof message === 'string' ? message : expect.stringMatching(message) }))
    }
  }
}

function showFiles({ folder }: Scenario, target: string, version: number): void {
  mkdirSync(target, { recursive: true })
  for (let next = 1; next <= version; next++) {
    const file = join(target, `${next}.parquet`)
    copyFileSync(fileOfVersion(join(folder, 'silver'), next), file)
    utimesSync(file, 1_770_000_000 + next, 1_770_000_000 + next)
  }
}

function plain(message: string, folder: string, query: string): string {
  const { checkpoint } = Object.values(queryNames).find(({ gold }) => gold === query)!
  return message.replaceAll(folder, 'FOLDER').replaceAll(query, 'QUERY').replaceAll(checkpoint, 'CHECKPOINT')
}

/** What lies in a gold table or a checkpoint and is no part of it: half of something. */
export function leftovers(table: string, checkpoint: string): string[] {
  const log = namesIn(join(table, '_delta_log'))
  const commits = log.filter((name) => /^\d{20}\.json$/.test(name))
  const data = new Set(commits.flatMap((name) => readLines(join(table, '_delta_log', name)).flatMap(({ add }) => (add ? [decodeURIComponent((add as { path: string }).path)] : []))))
  const states = namesIn(join(checkpoint, 'state'))
  return [
    ...namesIn(table).filter((name) => name !== '_delta_log' && !data.has(name)),
    ...log.filter((name) => !/^\d{20}\.(json|checkpoint\.parquet)$|^_last_checkpoint$/.test(name)),
    ...['offsets', 'commits'].flatMap((kind) => namesIn(join(checkpoint, kind)).filter((name) => !/^\d+$/.test(name))),
    ...states.filter((name) => !/^\d+$/.test(name)),
    ...namesIn(checkpoint).filter((name) => !['metadata', 'offsets', 'commits', 'state'].includes(name))
  ]
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

/** The data file that a version of silver added. */
export function fileOfVersion(silver: string, version: number): string {
  const added = addedIn(silver, version)
  return join(silver, decodeURIComponent(added[0]!))
}

/** Paths that a version of silver added, as its log has them. */
export function addedIn(silver: string, version: number): string[] {
  return readLines(commitFile(silver, version)).flatMap(({ add }) => (add ? [(add as { path: string }).path] : []))
}

export const commitFile = (table: string, version: number): string => join(table, '_delta_log', `${String(version).padStart(20, '0')}.json`)


/** Files that a version of gold says were set aside. */
export function setAsideIn(table: string, version: number): unknown {
  const info = readLines(commitFile(table, version)).find((action) => 'commitInfo' in action)!.commitInfo as { userMetadata: string }
  return (JSON.parse(info.userMetadata) as { setAside?: unknown }).setAside
}
