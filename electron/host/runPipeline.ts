import { randomUUID } from 'node:crypto'
import { isFault } from '#shared/engine/fault.ts'
import { batchSettings, withBatchSettings, type BatchSettings } from '#shared/pipeline/batchSettings.ts'
import { bindQuery } from '#shared/pipeline/bindQuery.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import type { Pipeline, Thresholds } from '#shared/pipeline/pipeline.ts'
import type { QueryDefinition } from '#shared/pipeline/queryDefinition.ts'
import { openCheckpoint } from '../checkpoint/checkpoint.ts'
import type { Database } from '../duckdb/database.ts'
import { checkpointReader } from '../duckdb/readCheckpoint.ts'
import { writeLogCheckpoint } from '../sink/writeLogCheckpoint.ts'
import { openGold } from '../sink/goldTable.ts'
import { openSource } from '../source/openSource.ts'
import type { Source } from '../source/source.ts'
import type { Storage } from '../storage/storage.ts'
import type { RecordedBatch } from '../whatIf/recordedBatches.ts'
import type { Clock } from './clock.ts'
import type { Pacer } from './pacer.ts'
import type { QueryEvent } from './queryEvent.ts'
import { sharedEventTimes, type EventTimes } from './readBatch.ts'
import type { QueryRecorder } from './recorder.ts'
import { refuseOverlap } from './refuseOverlap.ts'
import { identityOf, refuseShortGold, resume } from './resume.ts'
import { interruption, runQuery } from './runQuery.ts'

/** What a pipeline runs with; tests pass their own storages and clock. */
export interface PipelineParts {
  readonly database: Database
  readonly openStorage: (uri: string) => Storage
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly publish: (event: QueryEvent) => void
  /** Decides when each trigger may run; absent: at once. */
  readonly pacer?: Pacer
  /** What a workbench is told of a query, besides events. */
  readonly recorderOf?: (query: string) => QueryRecorder
  /** Name and version of the program, for gold's commitInfo. */
  readonly engine: string
  /** The limits of the alerts from the next batch on; absent: those of the pipeline. */
  readonly limits?: () => Thresholds
  /** Batches that another run has recorded, by query: they are done again, and no others. */
  readonly recorded?: () => Promise<ReadonlyMap<string, readonly RecordedBatch[]>>
}

/** How each query ended: undefined when it did all there was to do. */
export type PipelineEnd = ReadonlyMap<string, Error | undefined>

/**
 * The data path: silver is opened once, then each query goes its own way with its own checkpoint and gold table. Queries are independent, as in
 * Spark: one that is refused or fails leaves the other to run to its end.
 */
export async function runPipeline(pipeline: Pipeline, parts: PipelineParts): Promise<PipelineEnd> {
  const runId = randomUUID()
  const queries = builtinQueries(pipeline)
  let source: Source
  let recorded: ReadonlyMap<string, readonly RecordedBatch[]> | undefined
  try {
    await refuseOverlap(pipeline, queries, parts.openStorage)
    recorded = await parts.recorded?.()
    // A workbench draws the recording that it replays from its statistics; otherwise they would only take memory.
    // What has come since is no concern of recorded batches: a file that is not finished is passed over.
    const trigger = recorded ? ({ kind: 'processingTime', intervalMs: null } as const) : pipeline.trigger
    source = await openSource({ silver: pipeline.silver, trigger }, { ...parts, withStats: parts.recorderOf !== undefined && pipeline.trigger.kind === 'availableNow' })
  } catch (error) {
    return new Map(queries.map((query) => [query.name, end(parts, query.name, error)]))
  }
  const eventTimes = sharedEventTimes(parts.database)
  const toldOf = new Set<string>()
  for (const query of queries) parts.pacer?.enter(query.name)
  const ends = queries.map(async (query): Promise<[string, Error | undefined]> => {
    try {
      await keepGoing(pipeline, parts, query.name, (told) => startQuery(pipeline, told, { runId, query, source, eventTimes, toldOf, recorded: recorded?.get(query.name) }))
      return [query.name, end(parts, query.name, undefined)]
    } catch (error) {
      return [query.name, end(parts, query.name, error)]
    } finally {
      parts.pacer?.leave(query.name)
    }
  })
  return new Map(await Promise.all(ends))
}

const longestWaitMs = 60_000

/**
 * A watch outlives a network that is away for a while: what it was at is done again as after a crash, later and later while nothing comes of it. Other
 * runs end where they cannot go on.
 */
async function keepGoing(pipeline: Pipeline, parts: PipelineParts, query: string, work: (parts: PipelineParts) => Promise<void>): Promise<void> {
  let failures = 0
  const publish = (event: QueryEvent): void => {
    if (event.kind === 'batch') failures = 0
    parts.publish(event)
  }
  for (;;) {
    try {
      return await work({ ...parts, publish })
    } catch (error) {
      if (pipeline.trigger.kind !== 'processingTime' || !isFault(error) || error.code !== 'unavailable' || parts.signal.aborted) throw error
      const waitMs = Math.min(1000 * 2 ** failures, longestWaitMs)
      failures += 1
      if (failures === 1) parts.publish({ kind: 'warning', query, message: `${error.message}; this watch tries again by itself until it can go on` })
      parts.publish({ kind: 'status', query, message: `Trying again in ${waitMs / 1000} s: ${error.message}`, isDataAvailable: false, isTriggerActive: false })
      await parts.clock.sleep(waitMs, parts.signal)
    }
  }
}

interface QueryStart {
  readonly runId: string
  readonly query: QueryDefinition
  readonly source: Source
  readonly eventTimes: EventTimes
  readonly toldOf: Set<string>
  readonly recorded: readonly RecordedBatch[] | undefined
}

/** Everything that can refuse a query comes before anything is written. */
async function startQuery(pipeline: Pipeline, parts: PipelineParts, { runId, query: definition, source, eventTimes, toldOf, recorded }: QueryStart): Promise<void> {
  const { database, clock, signal, publish } = parts
  const { silver } = pipeline
  const query = bindQuery(definition, source.columns, source.name)
  const queryWith = (settings: BatchSettings) => {
    const as = builtinQueries(withBatchSettings(pipeline, definition.name, settings)).find(({ name }) => name === definition.name)
    return bindQuery(as ?? definition, source.columns, source.name)
  }
  const stream = source.stream(query.columns)
  const checkpoint = await openCheckpoint(parts.openStorage(`${pipeline.checkpoints.uri}/${query.checkpointFolder}`))
  const identity = identityOf(query, query.columns, source)
  const resumed = await resume({ query, source, stream, checkpoint, identity, recorded })
  const readCheckpoint = checkpointReader(database)
  const goldStorage = parts.openStorage(`${pipeline.gold.uri}/${definition.name}`)
  const gold = await openGold({
    storage: goldStorage,
    database,
    checkpointReader: readCheckpoint,
    spec: query.spec,
    queryId: checkpoint.queryId,
    engine: parts.engine,
    clock,
    afterCommit: (version) => writeLogCheckpoint(goldStorage, database, readCheckpoint, version)
  })
  refuseShortGold(checkpoint, gold, goldStorage.root)
  await runQuery({
    runId,
    query,
    settings: () => batchSettings(withThresholds(pipeline, parts.limits?.()), definition),
    queryWith,
    source,
    stream,
    reader: { database, eventTimes, stream, query, onBadFile: silver.onBadFile },
    checkpoint,
    resumed,
    identity,
    gold,
    goldName: goldStorage.root,
    trigger: pipeline.trigger,
    clock,
    limits: readLimits(silver),
    signal,
    publish,
    pacer: parts.pacer,
    recorder: parts.recorderOf?.(definition.name),
    toldOf,
    recorded
  })
}

function withThresholds(pipeline: Pipeline, thresholds: Thresholds | undefined): Pipeline {
  const { anomaly_alerts: alerts } = pipeline.queries
  return thresholds && alerts ? { ...pipeline, queries: { ...pipeline.queries, anomaly_alerts: { ...alerts, thresholds } } } : pipeline
}

/** SPEC O5: 1000 files a batch, unless only bytes are limited. */
function readLimits({ maxFilesPerTrigger, maxBytesPerTrigger }: Pipeline['silver']): { maxFiles: number | null; maxBytes: number | null } {
  return { maxFiles: maxFilesPerTrigger ?? (maxBytesPerTrigger === null ? 1000 : null), maxBytes: maxBytesPerTrigger }
}

function end(parts: PipelineParts, query: string, reason: unknown): Error | undefined {
  const error = reason === undefined ? undefined : asError(reason, parts.signal)
  const fault = error && { code: isFault(error) ? error.code : 'bug', message: error.message, stack: error.stack }
  parts.publish({ kind: 'ended', query, fault })
  return error
}

/** Whatever was cut short by the signal, a wait or a query, is one and the same interruption. */
function asError(reason: unknown, signal: AbortSignal): Error {
  const error = reason instanceof Error ? reason : new Error(String(reason))
  const wasInterrupted = error.name === 'AbortError' || (isFault(error) && error.code === 'interrupted')
  return signal.aborted && wasInterrupted ? interruption(error) : error
}
