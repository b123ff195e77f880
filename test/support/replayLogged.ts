import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beginStep, type Step } from '#shared/engine/step.ts'
import { initialState, type EngineState } from '#shared/engine/state.ts'
import { valueAt, type WindowRows } from '#shared/engine/windows.ts'
import type { EventTimeStats } from '#shared/engine/partials.ts'
import { bindQuery, type BoundQuery } from '#shared/pipeline/bindQuery.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { parseCommitEntry, parseOffsetEntry } from '#electron/checkpoint/logEntry.ts'
import type { Database } from '#electron/duckdb/database.ts'
import { joinEventTimes, readEventTimes, readPartials } from '#electron/duckdb/readPartials.ts'
import { systemClock } from '#electron/host/clock.ts'
import { beginningKey } from '#electron/host/resume.ts'
import { openSource } from '#electron/source/openSource.ts'
import type { OffsetRange, SourceStream } from '#electron/source/source.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { isoMicros } from './compareScenario.ts'

/** What the checkpoint of a run that has ended says it did, done again: the rows of gold by query, with their batch, as `goldRows` gives them; and the watermarks. */
export interface LoggedReplay {
  readonly rows: readonly Record<string, unknown>[]
  readonly watermarks: readonly Watermarks[]
}

interface Watermarks {
  readonly batchId: number
  /** What the batch evicted with, and where it left the watermark. */
  readonly before: number
  readonly after: number
}

/** Goes through `offsets/0` to the newest that was committed, reads each range and takes the engine's step, without sink, checkpoint or trigger. */
export async function replayLogged(pipeline: Pipeline, database: Database): Promise<ReadonlyMap<string, LoggedReplay>> {
  const source = await openSource({ ...pipeline, trigger: { kind: 'availableNow' } }, { database, openStorage, clock: systemClock, signal: new AbortController().signal })
  const replays = new Map<string, LoggedReplay>()
  for (const definition of builtinQueries(pipeline)) {
    const query = bindQuery(definition, source.columns, source.name)
    const stream = source.stream(query.columns)
    const rows: Record<string, unknown>[] = []
    const watermarks: Watermarks[] = []
    let state = initialState
    for (const { batchId, range } of loggedRanges(join(pipeline.checkpoints.uri, definition.checkpointFolder))) {
      const done = await stepOver(database, query, stream, state, range)
      rows.push(...plainRows(query, batchId, done.closed))
      watermarks.push({ batchId, before: done.state.closedMs, after: done.state.watermarkMs })
      state = done.state
    }
    replays.set(definition.name, { rows, watermarks })
  }
  return replays
}

/** The watermarks that a checkpoint holds, as `replayLogged` computes them. */
export function loggedWatermarks(checkpoint: string): Watermarks[] {
  return batchIds(checkpoint).map((batchId) => ({
    batchId,
    before: offsetsOf(checkpoint, batchId).batchWatermarkMs,
    after: parseCommitEntry(readFileSync(join(checkpoint, 'commits', String(batchId)), 'utf8'), `commits/${batchId}`).nextBatchWatermarkMs
  }))
}

async function stepOver(database: Database, query: BoundQuery, stream: SourceStream, state: EngineState, range: OffsetRange): Promise<Step> {
  const open = beginStep(query.spec, state)
  let eventTime: EventTimeStats | undefined
  const scans = range.start === range.end ? [] : await stream.scans(range)
  for (const scan of scans) {
    open.add(await readPartials(database, query, scan))
    eventTime = joinEventTimes(eventTime, await readEventTimes(database, query.eventTime, scan))
  }
  return open.finish(eventTime)
}

function loggedRanges(checkpoint: string): { batchId: number; range: OffsetRange }[] {
  let start = ''
  return batchIds(checkpoint).map((batchId) => {
    const { conf, end } = offsetsOf(checkpoint, batchId)
    if (batchId === 0) start = conf[beginningKey] ?? ''
    const range = { start, end }
    start = end
    return { batchId, range }
  })
}

/** A batch that a run had only begun is not done. */
function batchIds(checkpoint: string): number[] {
  return readdirSync(join(checkpoint, 'commits')).filter((name) => /^\d+$/.test(name)).map(Number).sort((a, b) => a - b)
}

function offsetsOf(checkpoint: string, batchId: number) {
  return parseOffsetEntry(readFileSync(join(checkpoint, 'offsets', String(batchId)), 'utf8'), `offsets/${batchId}`)
}

function plainRows({ spec }: BoundQuery, batchId: number, closed: WindowRows): Record<string, unknown>[] {
  return Array.from({ length: closed.length }, (_, row) => ({
    batchId,
    window_start: isoMicros(closed.start[row]!),
    window_end: isoMicros(closed.end[row]!),
    [spec.key.name]: closed.key[row],
    ...Object.fromEntries(closed.columns.map((column) => [column.name, plain(valueAt(column, row))]))
  }))
}

function plain(value: bigint | number | string | null): unknown {
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'number' && Number.isNaN(value) ? 'NaN' : value
}
