import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import type { PlainFault } from '#shared/contract/faults.ts'
import type { SessionRun } from '#shared/contract/session.ts'
import type { Limits, NewRun, QueryName, RunState, RunSummary, WindowSettings } from '#shared/contract/run.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { parsePipeline, type PipelineFile } from '#shared/pipeline/parsePipeline.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { replaceDurably } from '../storage/durableFile.ts'
import { formatS3Root, isS3Uri, parseS3Uri } from '../storage/s3/s3Uri.ts'
import { readSmallFile } from '../storage/smallFile.ts'
import { ignoreMissing, storageFault } from '../storage/storageFault.ts'
import { keepRecordings, type Recordings } from '../whatIf/recordings.ts'
import { pipelineOfSession } from './sessionRun.ts'

/** A run as its `run.json` keeps it. */
export interface SavedRun {
  readonly formatVersion: 1
  readonly id: string
  readonly name: string
  readonly mode: 'replay' | 'watch'
  readonly state: RunState
  readonly createdMs: number
  readonly pipeline: PipelineFile
  readonly fault?: PlainFault
  /** Limits that were applied in mid-run, and why. */
  readonly applied?: readonly AppliedLimits[]
  /** The run whose batches this one does again. */
  readonly replayOf?: { readonly id: string; readonly name: string }
}

export interface AppliedLimits {
  readonly atMs: number
  readonly limits: Limits
  readonly why: string
}

/** The runs below a data folder, a folder each: `run.json`, `journal/`, and by default `gold/` and `checkpoints/`. */
export interface RunFiles {
  /** Newest first. What cannot be read is left out. */
  list(): Promise<readonly SavedRun[]>
  read(id: string): Promise<SavedRun>
  create(run: NewRun, mapping: ColumnMapping, nowMs: number): Promise<SavedRun>
  save(run: SavedRun): Promise<void>
  /** Everything of the run that lies in its own folder; gold and checkpoints elsewhere stay. */
  remove(id: string): Promise<void>
  journalFolder(id: string): string
  whatIfFolder(id: string): string
  /** Where the batches lie that a run does again; undefined: it plans its own. */
  recordedFolder(run: SavedRun): string | undefined
  /** A run that does the batches of another one again, with other limits. */
  createReplay(of: SavedRun, recordings: Recordings, limits: Limits, nowMs: number): Promise<SavedRun>
  /** A run with the settings of a session; gold and checkpoints lie in its own folder. */
  createOfSession(run: SessionRun, nowMs: number): Promise<SavedRun>
  /** The run's own folder. */
  folder(id: string): string
}

/** Limits that were applied are kept in it, some hundred bytes each. */
const mostRunBytes = 16_000_000

export function openRunFiles(dataFolder: string): RunFiles {
  const root = join(dataFolder, 'runs')
  const folderOf = (id: string): string => {
    if (!/^[\w-]{1,80}$/.test(id)) throw new Fault('notFound', `there is no run ${JSON.stringify(id)}`)
    return join(root, id)
  }

  async function read(id: string): Promise<SavedRun> {
    const file = join(folderOf(id), 'run.json')
    const text = await readSmallFile(file, mostRunBytes).catch(ignoreMissing)
    if (text === undefined) throw new Fault('notFound', `the run ${id} is not there any more (${file}): choose another one`)
    return parseRun(text, file)
  }

  async function save(run: SavedRun): Promise<void> {
    const file = join(folderOf(run.id), 'run.json')
    try {
      await mkdir(folderOf(run.id), { recursive: true })
      await replaceDurably(file, Buffer.from(`${JSON.stringify(run, undefined, 2)}\n`))
    } catch (error) {
      throw storageFault(error, 'write', file)
    }
  }

  async function list(): Promise<SavedRun[]> {
    const names = (await readdir(root).catch(ignoreMissing)) ?? []
    const runs = await Promise.all(names.map((name) => read(name).catch(() => undefined)))
    return runs.flatMap((run) => run ?? []).sort((a, b) => b.createdMs - a.createdMs)
  }

  /** The name, with a number behind it when there are runs of that name. */
  async function freeName(base: string): Promise<string> {
    const same = (await list()).filter((other) => other.name === base || other.name.startsWith(`${base} `)).length
    return same === 0 ? base : `${base} ${same + 1}`
  }

  return {
    list,
    read,
    async create(run, mapping, nowMs) {
      const id = newId(nowMs)
      const pipeline = pipelineOf(run, mapping, folderOf(id))
      parsePipeline(pipeline, 'the run') // Refuses before anything is written.
      const saved: SavedRun = { formatVersion: 1, id, name: run.name ?? (await freeName(basename(pipeline.silver.uri))), mode: run.mode, state: 'new', createdMs: nowMs, pipeline }
      await save(saved)
      return saved
    },
    save,
    remove: async (id) => {
      await read(id)
      await rm(folderOf(id), { recursive: true, force: true })
    },
    journalFolder: (id) => join(folderOf(id), 'journal'),
    whatIfFolder: (id) => join(folderOf(id), 'whatIf'),
    recordedFolder: ({ id, replayOf }) => (replayOf ? join(folderOf(id), recordedName) : undefined),
    async createReplay(of, recordings, limits, nowMs) {
      const id = newId(nowMs)
      const folder = folderOf(id)
      const { silver, queries } = of.pipeline
      const pipeline: PipelineFile = { silver, gold: { uri: join(folder, 'gold') }, checkpoints: { uri: join(folder, 'checkpoints') }, trigger: { kind: 'availableNow' }, ...(queries && { queries: { ...queries, ...(queries.anomaly_alerts && { anomaly_alerts: { ...queries.anomaly_alerts, thresholds: { ...limits } } }) } }) }
      parsePipeline(pipeline, 'the run') // Refuses before anything is written.
      const name = await freeName(of.replayOf?.name ?? of.name)
      const saved: SavedRun = { formatVersion: 1, id, name, mode: 'replay', state: 'new', createdMs: nowMs, pipeline, replayOf: { id: of.id, name: of.name } }
      await keepRecordings(join(folder, recordedName), recordings)
      await save(saved)
      return saved
    },
    async createOfSession(run, nowMs) {
      const id = newId(nowMs)
      const pipeline = pipelineOfSession(run, folderOf(id))
      const saved: SavedRun = { formatVersion: 1, id, name: await freeName(run.name), mode: run.mode, state: 'new', createdMs: nowMs, pipeline }
      await save(saved)
      return saved
    },
    folder: folderOf
  }
}

const newId = (nowMs: number): string => `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')}-${randomBytes(3).toString('hex')}`

const recordedName = 'recorded'

/** The run with other limits from its next batch on. */
export function withLimits(run: SavedRun, limits: Limits, applied: AppliedLimits): SavedRun {
  const { anomaly_alerts: alerts, ...others } = run.pipeline.queries ?? {}
  return { ...run, pipeline: { ...run.pipeline, queries: { ...others, anomaly_alerts: { ...alerts, thresholds: { ...limits } } } }, applied: [...(run.applied ?? []), applied] }
}

function parseRun(text: string, file: string): SavedRun {
  let run: Partial<SavedRun>
  try {
    run = JSON.parse(text) as Partial<SavedRun>
  } catch (error) {
    throw new Fault('corrupt', `${file} is not JSON: restore it, or delete its folder`, { cause: error })
  }
  if (run.formatVersion !== 1) throw new Fault('unsupported', `${file} was written by a newer Contrail (format ${String(run.formatVersion)}): open it with that one`)
  parsePipeline(run.pipeline, file)
  return run as SavedRun // Nobody else writes it.
}

/** A run in the shape of a pipeline file. Faults name what is neither an absolute path nor a place on S3. */
function pipelineOf(run: NewRun, mapping: ColumnMapping, folder: string): PipelineFile {
  const place = (what: string, path: string | undefined, otherwise: string): string => {
    if (path === undefined || path === '') return otherwise
    if (isS3Uri(path)) return formatS3Root(parseS3Uri(path))
    if (!isAbsolute(path)) throw new Fault('usage', `${what} is ${path}: give a whole path, from the root on, or s3://bucket/folder`)
    return path
  }
  if (run.mode !== 'replay' && run.mode !== 'watch') throw new Fault('usage', `the mode of a run is ${JSON.stringify(run.mode)}: it can be replay or watch`)
  return {
    silver: { uri: place('silver', run.silver, ''), columns: mapping, ...(run.maxFilesPerTrigger !== undefined && { maxFilesPerTrigger: run.maxFilesPerTrigger }), ...(run.onBadFile !== undefined && { onBadFile: run.onBadFile }) },
    gold: { uri: place('gold', run.gold, join(folder, 'gold')) },
    checkpoints: { uri: place('checkpoints', run.checkpoints, join(folder, 'checkpoints')) },
    trigger: run.mode === 'replay' ? { kind: 'availableNow' } : { kind: 'processingTime', interval: run.intervalSeconds === undefined ? null : `${run.intervalSeconds} seconds` },
    queries: { flight_phase_counts: {}, anomaly_alerts: { ...(run.limits && { thresholds: run.limits }) } }
  }
}

/** A run as a workbench lists it. */
export function summaryOf(saved: SavedRun, state: RunState, fault: PlainFault | undefined): RunSummary {
  const pipeline = parsePipeline(saved.pipeline, saved.name)
  const { flight_phase_counts: phases, anomaly_alerts: alerts } = pipeline.queries
  return {
    id: saved.id,
    name: saved.name,
    mode: saved.mode,
    state,
    silver: pipeline.silver.uri,
    gold: pipeline.gold.uri,
    checkpoints: pipeline.checkpoints.uri,
    createdMs: saved.createdMs,
    queries: {
      ...(phases && { flight_phase_counts: windowSettings(phases.windowUs, phases.windowUs, phases.watermarkDelayMs) }),
      ...(alerts && { anomaly_alerts: windowSettings(alerts.windowUs, alerts.slideUs, alerts.watermarkDelayMs) })
    } satisfies Partial<Record<QueryName, WindowSettings>>,
    ...(pipeline.trigger.kind === 'processingTime' && pipeline.trigger.intervalMs !== null && { intervalSeconds: pipeline.trigger.intervalMs / 1000 }),
    ...(saved.replayOf && { replayOf: saved.replayOf.name }),
    limits: alerts?.thresholds ?? { altitudeMin: -100, altitudeMax: 12000, velocityMin: 0, velocityMax: 1000 },
    ...(fault && { fault })
  }
}

const windowSettings = (sizeUs: bigint, slideUs: bigint, watermarkDelayMs: number): WindowSettings => ({ sizeUs: Number(sizeUs), slideUs: Number(slideUs), watermarkDelayMs })

export const pipelineOfRun = (saved: SavedRun): Pipeline => parsePipeline(saved.pipeline, saved.name)
