import { setImmediate as nextTurn } from 'node:timers/promises'
import { arrowStream, type TypedColumn } from '#shared/arrow/arrowStream.ts'
import type { Limits } from '#shared/contract/run.ts'
import type { Distribution, DistributionQuestion, WhatIfAnswer, WhatIfProgress, WhatIfQuestion, WhatIfRows, WhatIfSide } from '#shared/contract/whatIf.ts'
import { Fault } from '#shared/engine/fault.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import { millisOf } from '#shared/engine/time.ts'
import { windowStart } from '#shared/engine/windowSpec.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { distributionOf, outsideOf, quantileOf } from '#shared/whatIf/distribution.ts'
import { limitedColumns } from '#shared/whatIf/limitedColumns.ts'
import type { Tally } from '#shared/whatIf/tally.ts'
import { openThresholdIndex, type AlertCounts, type ThresholdIndex } from '#shared/whatIf/thresholdIndex.ts'
import type { Database } from '../duckdb/database.ts'
import type { Clock } from '../host/clock.ts'
import type { Storage } from '../storage/storage.ts'
import { rangesOfLimits, refuseLimits } from './limitRanges.ts'
import { oneAtATime } from './oneAtATime.ts'
import { closedBy, readBlocks } from './readBlocks.ts'
import type { RecordedBatch } from './recordedBatches.ts'
import { openRecordedQuery, type RecordedQuery } from './recordedQuery.ts'
import { openSavedBlocks, type SavedBlocks } from './savedBlocks.ts'

/** Questions about other limits for a run, over an index that follows its gold. */
export interface RunWhatIf {
  ask(question: WhatIfQuestion): Promise<WhatIfAnswer>
  rows(question: WhatIfQuestion): Promise<WhatIfRows>
  distribution(question: DistributionQuestion): Promise<Distribution>
  /** Gold has that many batches by now. Resolves when they are counted, or cannot be. */
  look(batches: number): Promise<void>
  /** The machine is needed elsewhere: nothing is read until it is not, or until someone asks. */
  hold(held: boolean): Promise<void>
  onProgress(listener: (progress: WhatIfProgress) => void): () => void
  close(): Promise<void>
}

/** Every name of `RunWhatIf` that is called from another thread. */
export const whatIfMethods = ['ask', 'rows', 'distribution', 'look', 'hold', 'onProgress', 'close'] as const satisfies readonly (keyof RunWhatIf)[]

export interface RunWhatIfParts {
  readonly pipeline: Pipeline
  /** Where the rows of batches are kept. */
  readonly folder: string
  readonly database: Database
  readonly openStorage: (uri: string) => Storage
  readonly clock: Clock
}

const alerts = 'anomaly_alerts'

/** What an index may weigh. */
const mostBytes = 2_000_000_000

/** Rows of gold that one answer holds at most. */
const mostRows = 100_000

const countriesOfAnswer = 1000

/** What has failed is tried again after so long, when someone asks or another batch is there. */
const retryAfterMs = 5000

/** Who has asked lately is not kept waiting. */
const patienceMs = 10_000

export function openRunWhatIf({ pipeline, folder, database, openStorage, clock }: RunWhatIfParts): RunWhatIf {
  const saved = openSavedBlocks(folder)
  const closing = new AbortController()
  const listeners = new Set<(progress: WhatIfProgress) => void>()
  let opened: Promise<{ recorded: RecordedQuery; index: ThresholdIndex }> | undefined
  let counted = 0
  let known = 0
  let lateMs = 0
  let stopped: string | null = null
  let stoppedMs = -Infinity
  let askedMs = -Infinity
  let held = false
  let release: (() => void) | undefined
  let working: Promise<void> | undefined
  let again = false

  function open(): NonNullable<typeof opened> {
    opened ??= openRecordedQuery(pipeline, alerts, { database, openStorage, clock, signal: closing.signal }).then((recorded) => ({ recorded, index: openThresholdIndex(recorded.query.spec, rangesOfLimits(pipeline.queries.anomaly_alerts!.thresholds)) }))
    // What could not be opened may be there the next time.
    opened.catch(() => (opened = undefined))
    return opened
  }

  const progress = (): WhatIfProgress => ({ batches: counted, ofBatches: known, stopped })
  const tell = () => listeners.forEach((listener) => listener(progress()))

  const isPatient = () => held && clock.nowMs() - askedMs > patienceMs

  /** Waits while the machine is needed elsewhere. */
  async function mayRead(): Promise<void> {
    while (isPatient() && !closing.signal.aborted) await new Promise<void>((resolve) => (release = resolve))
  }

  async function catchUp(): Promise<void> {
    try {
      const { recorded, index } = await open()
      for (;;) {
        await mayRead()
        again = false
        const batches = await recorded.batches(counted)
        known = Math.max(known, counted + batches.length)
        for (const batch of batches) {
          await mayRead()
          if (closing.signal.aborted) return
          await count(recorded, index, batch)
          tell()
        }
        if (!again) return
      }
    } catch (error) {
      if (closing.signal.aborted) return
      stopped = error instanceof Error ? error.message : String(error)
      stoppedMs = clock.nowMs()
      tell()
    }
  }

  async function count({ query, stream, rangesOf }: RecordedQuery, index: ThresholdIndex, batch: RecordedBatch): Promise<void> {
    if (index.size().bytes > mostBytes) throw new Fault('unsupported', `the rows of batch ${batch.batchId} and those after it do not fit into memory: the first ${counted} batches are counted`)
    const blocks = await readOrLoad(saved, batch, lateMs, JSON.stringify(query.spec.outputs.map(({ measure }) => ('column' in measure ? measure.column : null))), () => readBlocks(database, query, stream, batch, lateMs))
    try {
      index.addBatch({ blocks, ranges: rangesOf(batch.settings), closedUpTo: closedBy(query.spec, batch.watermarkMs) })
    } catch (error) {
      // A part of the batch may be in it: it is made anew by whoever asks next.
      opened = undefined
      counted = 0
      lateMs = 0
      throw error
    }
    lateMs = batch.watermarkMs
    counted += 1
    stopped = null
    await nextTurn()
  }

  function look(batches: number): Promise<void> {
    known = Math.max(known, batches)
    again = true
    if (!working && stopped !== null && clock.nowMs() - stoppedMs < retryAfterMs) return Promise.resolve()
    working ??= catchUp().finally(() => {
      working = undefined
      if (again && stopped === null && !closing.signal.aborted) return look(known)
    })
    return working
  }

  /** Whoever asks is served before anything else that this machine does for us. */
  async function asked(): Promise<{ recorded: RecordedQuery; index: ThresholdIndex }> {
    askedMs = clock.nowMs()
    release?.()
    // What could not be read may be there again; it is not looked for with every move of a limit.
    if (!working && counted < known && (stopped === null || clock.nowMs() - stoppedMs > retryAfterMs)) void look(known)
    return open()
  }

  function propose(index: ThresholdIndex, { limits, current, minimumObservations }: WhatIfQuestion): ThresholdIndex {
    refuseLimits(limits)
    refuseLimits(current)
    index.setMinimumObservations(minimumObservations)
    index.propose(rangesOfLimits(limits))
    return index
  }

  return {
    async ask(question) {
      const { recorded, index: own } = await asked()
      const index = propose(own, question)
      const answer = answerOf(index, recorded.query.spec, question, progress())
      if (!question.whole) return answer
      const { oneAtATime: alone, decidedBy } = oneAtATime(index, question.current, question.limits, answer.countries.map(({ country }) => country))
      return { ...answer, oneAtATime: alone, countries: answer.countries.map((change, i) => ({ ...change, decidedBy: decidedBy[i]! })) }
    },
    async rows(question) {
      const parts = await asked()
      return rowsOf(propose(parts.index, question), parts.recorded)
    },
    async distribution({ measure, from, to, bins }) {
      const { recorded, index } = await asked()
      if (!(Number.isFinite(from) && Number.isFinite(to) && from < to && Number.isInteger(bins) && bins > 0 && bins <= 2000)) throw new Fault('usage', `a distribution has up to 2,000 parts between two numbers, not ${bins} from ${from} to ${to}`)
      const limited = limitedColumns(recorded.query.spec)[measure === 'altitude' ? 0 : 1]!
      const edges = Array.from({ length: bins + 1 }, (_, i) => from + ((to - from) * i) / bins)
      const { min, max, ...counts } = distributionOf(index.blocks, limited, edges)
      const percentiles = [0.1, 1, 5, 25, 50, 75, 95, 99, 99.9].flatMap((percent) => {
        const value = quantileOf(index.blocks, limited, percent / 100)
        return value === undefined ? [] : [{ percent, value }]
      })
      return { ...counts, min: min ?? null, max: max ?? null, percentiles }
    },
    look,
    async hold(next) {
      held = next
      if (!next) release?.()
    },
    onProgress(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      closing.abort()
      release?.()
      await database.close()
      await working
    }
  }

}

/** What was kept with the run, or else what silver has; which is kept then. */
async function readOrLoad(saved: SavedBlocks, { batchId, range, setAside }: RecordedBatch, lateMs: number, columns: string, read: () => ReturnType<typeof readBlocks>): ReturnType<typeof readBlocks> {
  const identity = JSON.stringify([range.start, range.end, setAside, lateMs, columns])
  const kept = await saved.load(batchId, identity)
  if (kept) return kept
  const blocks = await read()
  // It can be read again: a full disk must not keep anyone from asking.
  await saved.save(batchId, identity, blocks).catch(() => undefined)
  return blocks
}

function answerOf(index: ThresholdIndex, spec: QuerySpec, { limits, current, minimumObservations, whole }: WhatIfQuestion, { batches, ofBatches, stopped }: WhatIfProgress): WhatIfAnswer {
  const { slide: slideUs, size: sizeUs } = spec.window
  const columns = limitedColumns(spec)
  const outside = (column: number) => {
    const of = (all: Limits) => outsideOf(index.blocks, columns[column]!, rangesOfLimits(all)[column]!)
    const { rows, ...is } = of(limits)
    const { rows: _rows, ...was } = of(current)
    return { rows, current: was, proposed: is }
  }
  const tally = index.tally()
  const episodes = whole ? index.episodes() : { current: null, proposed: null }
  const startMs = (window: number) => millisOf(BigInt(window) * slideUs)
  const countries = index
    .keys()
    .sort((a, b) => moved(b) - moved(a) || b.current + b.proposed - a.current - a.proposed)
    .slice(0, countriesOfAnswer)
    .map(({ key, ...counts }) => ({ country: key, ...counts, decidedBy: [] }))
  return {
    limits,
    minimumObservations,
    current: sideOf(tally, 'current', episodes.current),
    proposed: sideOf(tally, 'proposed', episodes.proposed),
    kept: tally.kept,
    changed: tally.changed,
    gained: tally.gained,
    lost: tally.lost,
    countries,
    oneAtATime: [],
    altitude: outside(0),
    velocity: outside(1),
    coverage: {
      closedWindows: tally.closedWindows,
      fromMs: tally.firstWindow === undefined ? null : startMs(tally.firstWindow),
      toMs: tally.lastWindow === undefined ? null : startMs(tally.lastWindow) + Number(sizeUs) / 1000,
      rows: tally.closedRows,
      observations: tally.observations,
      mixedWindows: tally.mixedWindows,
      batches,
      ofBatches,
      stopped
    }
  }
}

const moved = ({ current, proposed, kept }: { readonly current: number; readonly proposed: number; readonly kept: number }): number => current + proposed - 2 * kept

function sideOf(tally: Tally, side: 'current' | 'proposed', episodes: number | null): WhatIfSide {
  const { alerts: count, keys, anomalies } = tally[side]
  return { alerts: count, countries: keys, episodes, altitudeAnomalies: anomalies[0]!, velocityAnomalies: anomalies[1]! }
}

function rowsOf(index: ThresholdIndex, { query: { spec } }: RecordedQuery): WhatIfRows {
  const found: AlertCounts[] = []
  let of = 0
  for (const counts of index.alerts()) {
    of += 1
    if (found.length < mostRows) found.push(counts)
  }
  const long = (name: string, valueOf: (counts: AlertCounts) => number): TypedColumn => ({ name, type: { kind: 'long' }, values: found.map((counts) => BigInt(valueOf(counts))) })
  const starts = found.map(({ window }) => windowStart(spec.window, BigInt(window)))
  const columns: TypedColumn[] = [
    { name: 'change', type: { kind: 'string' }, values: found.map(changeOf) },
    { name: 'window_start', type: { kind: 'timestamp' }, values: starts },
    { name: 'window_end', type: { kind: 'timestamp' }, values: starts.map((start) => start + spec.window.size) },
    { name: spec.key.name, type: { kind: 'string' }, values: found.map(({ key }) => key) },
    long('total_observations', (counts) => counts.observations),
    long('altitude_anomalies', (counts) => counts.current[0]!),
    long('velocity_anomalies', (counts) => counts.current[1]!),
    long('proposed_altitude_anomalies', (counts) => counts.proposed[0]!),
    long('proposed_velocity_anomalies', (counts) => counts.proposed[1]!)
  ]
  return { rows: arrowStream(columns, found.length), of }
}

function changeOf({ isAlert, current, proposed }: AlertCounts): string {
  if (!isAlert.current) return 'gained'
  if (!isAlert.proposed) return 'lost'
  return current.some((count, i) => count !== proposed[i]) ? 'changed' : 'kept'
}
