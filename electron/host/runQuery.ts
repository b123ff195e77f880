import { setImmediate } from 'node:timers/promises'
import { Fault } from '#shared/engine/fault.ts'
import { snapshot } from '#shared/engine/state.ts'
import { beginStep, type OpenStep, type Step } from '#shared/engine/step.ts'
import type { WindowRows } from '#shared/engine/windows.ts'
import type { BatchSettings } from '#shared/pipeline/batchSettings.ts'
import type { BoundQuery } from '#shared/pipeline/bindQuery.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { OffsetEntry } from '../checkpoint/logEntry.ts'
import type { StateIdentity } from '../checkpoint/stateFile.ts'
import type { GoldTable } from '../sink/goldTable.ts'
import type { OffsetRange, OffsetText, ReadLimits, Source, SourceStream } from '../source/source.ts'
import { howToDo, noteOf, type BatchPlan, type PlannedBatch } from './batchPlan.ts'
import type { Clock } from './clock.ts'
import { openFilesAhead, tellUnfinished } from './filesAhead.ts'
import { alertsIn, batchRecord, emptyTally, tallied } from './batchRecord.ts'
import type { Pacer } from './pacer.ts'
import { formatProgress, type Progress, type ProgressParts } from './progress.ts'
import type { QueryRecorder } from './recorder.ts'
import type { QueryEvent } from './queryEvent.ts'
import { recordingOf } from './recordingOf.ts'
import { rowsWithoutTime, timelessWarning, type TimelessBatch } from './timelessRows.ts'
import { readBatch, readBatchAgain, type BatchReader, type ReadBatch } from './readBatch.ts'
import { beginningKey, settingsKey, type Position } from './resume.ts'
import { untilNextTrigger, type Trigger } from './trigger.ts'
import type { RecordedBatch } from '../whatIf/recordedBatches.ts'

/** Everything a query needs to run; its parts are arguments, so that tests pass their own. */
export interface QueryRun {
  readonly runId: string
  /** As it was when the run started: its limits may change meanwhile. */
  readonly query: BoundQuery
  /** Of the next batch. */
  readonly settings: () => BatchSettings
  /** The query as it is with the settings of a batch. */
  readonly queryWith: (settings: BatchSettings) => BoundQuery
  readonly source: Source
  readonly stream: SourceStream
  readonly reader: BatchReader
  readonly checkpoint: Checkpoint
  /** Where the last run left off. */
  readonly resumed: Position
  readonly identity: StateIdentity
  readonly gold: GoldTable
  readonly goldName: string
  readonly trigger: Trigger
  readonly clock: Clock
  readonly limits: ReadLimits
  readonly signal: AbortSignal
  readonly publish: (event: QueryEvent) => void
  /** Decides when each trigger may run. Absent: at once. */
  readonly pacer: Pacer | undefined
  /** Keeps what a workbench shows of each batch. */
  readonly recorder: QueryRecorder | undefined
  /** Files that a person has been told about. Shared by the queries of a pipeline, so that each is told once. */
  readonly toldOf: Set<string>
  /** The batches to do, as another run has recorded them, with the limits of this one. Absent: batches are planned. */
  readonly recorded: readonly RecordedBatch[] | undefined
}

/** Runs one query until its trigger has nothing more to do, or the signal asks to stop (Fault `interrupted`). */
export async function runQuery(run: QueryRun): Promise<void> {
  let position = run.resumed
  let previousStartedMs: number | undefined
  if (run.gold.foreignRows > 0) warn(run, `${run.goldName} already holds ${run.gold.foreignRows} rows of another query or checkpoint; this one adds its own`)
  await run.source.refresh()
  tellProblems(run)
  // Before anything looks further: what silver holds by now may be something that the stream must stop at.
  run.recorder?.resumed(run.query.spec, position.state)
  await tellUnfinished(run, position)
  for (const logged of position.unfinished) {
    await mayGo(run)
    const startedMs = run.clock.nowMs()
    position = await execute(run, position, unfinishedBatch(position, logged), startedMs, previousStartedMs)
    previousStartedMs = startedMs
  }
  const bound = run.recorded ? (run.recorded.at(-1)?.range.end ?? position.offset) : run.trigger.kind === 'availableNow' ? await run.stream.latest(position.offset) : undefined
  if (bound !== undefined) await announce(run, position, bound)
  const ahead = openFilesAhead(run, bound)
  for (;;) {
    await ahead.tell(position)
    throwIfStopped(run.signal)
    let startedMs = run.clock.nowMs()
    const planned = await plan(run, position, bound)
    if (planned) {
      const planningMs = run.clock.nowMs() - startedMs
      await mayGo(run)
      startedMs = run.clock.nowMs() - planningMs // A pause is no part of the trigger.
      position = await execute(run, position, planned, startedMs, previousStartedMs)
      previousStartedMs = startedMs
      tellRewritten(run, 1)
    } else if (run.trigger.kind === 'availableNow') return tellRewritten(run, Infinity)
    else {
      status(run, `Waiting for data to arrive${waitsFor(run)}`, false)
      run.pacer?.idle(run.query.spec.name)
    }
    if (run.trigger.kind === 'processingTime') {
      await untilNextTrigger(run.trigger.intervalMs, startedMs, !planned, run.clock, run.signal)
      await run.source.refresh()
      tellProblems(run)
    }
  }
}

/** Waits until the pacer lets the next trigger run. */
async function mayGo({ pacer, query, signal }: QueryRun): Promise<void> {
  await pacer?.turn(query.spec.name, signal)
  throwIfStopped(signal)
}

/** SPEC B1 */
function unfinishedBatch({ nextBatchId: batchId, offset: start }: Position, logged: OffsetEntry): PlannedBatch {
  return { batchId, start, end: logged.end, logged }
}

/** What to do next: read what is new, or let the watermark close windows. undefined: nothing. SPEC B2 to B4 */
async function plan(run: QueryRun, { nextBatchId: batchId, offset: start, state }: Position, bound: OffsetText | undefined): Promise<PlannedBatch | undefined> {
  if (run.recorded) return run.recorded[batchId] && { batchId, start, end: run.recorded[batchId].range.end, logged: undefined }
  const end = await run.stream.plan(start, run.limits, bound)
  if (end !== start) return { batchId, start, end, logged: undefined }
  return state.watermarkMs > state.closedMs ? { batchId, start, end, logged: undefined } : undefined
}

/** One micro-batch, start to end. The order of the lines is what makes a crash between any two of them safe. SPEC R1 */
async function execute(run: QueryRun, { state, beginning }: Position, planned: PlannedBatch, startedMs: number, previousStartedMs: number | undefined): Promise<Position> {
  const { batchId, start, end, logged } = planned
  const lap = stopwatch(run.clock, startedMs)
  status(run, start === end ? 'No new data but cleaning up state' : 'Processing new data', start !== end)
  const plan = await howToDo(run, planned, state.watermarkMs)
  lap('latestOffset')
  const conf = { [beginningKey]: beginning, [settingsKey]: JSON.stringify(plan.settings) }
  if (!logged) await run.checkpoint.logOffsets(batchId, { batchWatermarkMs: state.watermarkMs, batchTimestampMs: startedMs, conf, end })
  lap('walCommit')
  let updatesMs = 0
  let tally = emptyTally()
  const begin = () => {
    updatesMs = 0
    tally = emptyTally()
    const timed = timedAdds(beginStep(plan.query.spec, state), run.clock, (ms) => (updatesMs += ms))
    return tallied(timed, tally)
  }
  const read = await readPlanned(run, plan, begin)
  lap('getBatch')
  const stepped = read.open.finish(read.eventTime)
  lap('queryPlanning')
  await hearMessages()
  throwIfStopped(run.signal)
  const { skipped } = await run.gold.write(batchId, stepped.closed, noteOf(plan, state.watermarkMs, read))
  lap('addBatch')
  const header = { identity: run.identity, source: run.stream.remember({ start, end }, read.setAside.map((file) => file.position)) }
  const saved = snapshot(plan.query.spec, stepped.state)
  const without = rowsWithoutTime(read, tally)
  const progressOf = (durationMs: Readonly<Record<string, number>>): Progress => {
    const stateCosts = { updatesMs, removalsMs: durationMs.queryPlanning ?? 0, commitMs: durationMs.commitOffsets ?? 0, bytes: saved.pane.byteLength + saved.measures.numbers.byteLength }
    const times = { startedMs, previousStartedMs, durationMs, stateCosts }
    return batchProgress(run, planned, read, stepped, { ...times, alreadyInGold: skipped, rowsWithoutTime: without })
  }
  // The workbench's own account of a batch ends here, before the commit: it must be kept by then.
  const record = run.recorder && batchRecord({ spec: plan.query.spec, batchId, finishedMs: run.clock.nowMs(), progress: progressOf({ ...lap('triggerExecution') }), read, tally, stepped })
  if (record) await run.recorder?.keep(record)
  await run.checkpoint.commit(batchId, { nextBatchWatermarkMs: stepped.state.watermarkMs }, header, saved)
  lap('commitOffsets')
  for (const file of read.setAside) warn(run, `set aside ${file.path}: ${file.message}`, file.path)
  tellTimeless(run, { id: batchId, rows: read.eventTime?.rows ?? 0, without })
  warnOfInfinite(run, read)
  run.publish({ kind: 'batch', query: run.query.spec.name, progress: progressOf(lap('triggerExecution')) })
  if (record) run.recorder?.tell(record, plan.query.spec, stepped.state, stepped.closed)
  run.pacer?.report(run.query.spec.name, { files: read.files.length, closedWindows: closedWindows(stepped.closed), alerts: record ? alertsIn(record.closed) : 0, maxEventMs: read.eventTime?.maxMs })
  return { nextBatchId: batchId + 1, offset: end, beginning, state: stepped.state, unfinished: [] }
}

function readPlanned(run: QueryRun, { start, end, query, settings, known }: BatchPlan, begin: () => OpenStep): Promise<ReadBatch> | ReadBatch {
  if (start === end) return nothingRead(begin())
  const reader = { ...run.reader, query }
  const range = { start, end, changes: settings.changes }
  return known ? readBatchAgain(reader, range, known, begin) : readBatch(reader, range, begin)
}

function nothingRead(open: OpenStep): ReadBatch {
  return { open, eventTime: undefined, files: [], inputRows: 0, setAside: [], infinite: [] }
}

/** A step that tells how long its additions take. */
function timedAdds(open: OpenStep, clock: Clock, took: (ms: number) => void): OpenStep {
  return {
    ...open,
    add(partials) {
      const startedMs = clock.nowMs()
      open.add(partials)
      took(clock.nowMs() - startedMs)
    }
  }
}

type Times = 'startedMs' | 'previousStartedMs' | 'durationMs' | 'stateCosts'
type BatchTimes = Pick<ProgressParts, Times | 'alreadyInGold' | 'rowsWithoutTime'>

function batchProgress(run: QueryRun, planned: PlannedBatch, read: ReadBatch, { closed, metrics, state }: Step, times: BatchTimes): Progress {
  const { query, checkpoint, source } = run
  return formatProgress({
    queryId: checkpoint.queryId,
    runId: run.runId,
    name: query.spec.name,
    ...times,
    finishedMs: run.clock.nowMs(),
    batchId: planned.batchId,
    numInputRows: read.inputRows,
    numInputFiles: read.files.length,
    eventTime: read.eventTime,
    metrics,
    nextWatermarkMs: state.watermarkMs,
    sourceDescription: source.description,
    startOffset: planned.batchId === 0 ? undefined : planned.start,
    endOffset: planned.end,
    sinkDescription: `DeltaSink[${run.goldName}]`,
    numOutputRows: closed.length,
    setAside: read.setAside.map(({ path, message }) => ({ path, message }))
  })
}

/** Rows of windows come sorted by window. */
function closedWindows({ start }: WindowRows): number {
  return start.reduce((count, from, row) => count + (row === 0 || start[row - 1] !== from ? 1 : 0), 0)
}

/**
 * SPEC T5: infinite times count as Spark counts them, which is seldom what their writer meant. A file is reported once, by
 * the query that reads it first.
 */
function warnOfInfinite(run: QueryRun, { files, infinite }: ReadBatch): void {
  for (const { file, after, before } of infinite) {
    const { path } = files[file]!
    if (run.toldOf.has(infiniteIn(path))) continue
    run.toldOf.add(infiniteIn(path))
    if (after > 0) warn(run, `${path} has ${rowsOf(after)} whose event time is infinity, ${ofInfinity}`, path)
    if (before > 0) warn(run, `${path} has ${rowsOf(before)} whose event time is -infinity, ${ofMinusInfinity}`, path)
  }
}

const ofInfinity =
  'which counts as the year 294247: the watermark goes there, and rows of any other year that come after it are late; ' +
  'leave them out of silver, then replay with a new checkpoint and a new gold folder'

const ofMinusInfinity =
  'which counts as the year 290309 BC: late for all windows, and counted as such; correct their time in silver if they are wanted'

const infiniteIn = (path: string): string => `infinite times in ${path}`

const rowsOf = (count: number): string => (count === 1 ? '1 row' : `${count} rows`)

/** Tells how much there is to read. */
async function announce(run: QueryRun, { offset, beginning }: Position, end: OffsetText): Promise<void> {
  if (run.recorder) await announceRecording(run, { start: beginning, end })
  const files = end === offset ? [] : await run.stream.files({ start: offset, end })
  run.publish({ kind: 'planned', query: run.query.spec.name, files: files.length, bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) })
}

/** From its beginning on, also when part of it is done. Where the log does not reach back so far any more, it is left out. */
async function announceRecording(run: QueryRun, range: OffsetRange): Promise<void> {
  const files = range.start === range.end ? [] : await run.stream.files(range).catch(() => undefined)
  if (!files) return
  const recording = recordingOf(files, run.query.eventTime, run.source)
  run.publish({ kind: 'recording', query: run.query.spec.name, recording })
}

/** A file that nobody finishes is told once; so are files that are not read. */
function tellProblems(run: QueryRun): void {
  for (const { path, stuck, message, lasting } of run.source.problems()) {
    const told = lasting ?? path
    if (stuck && !run.toldOf.has(told)) warn(run, message, path)
    if (stuck) run.toldOf.add(told)
  }
}

/** Told when it begins, and once more at the end; `most`: no more files than so many. */
function tellRewritten(run: QueryRun, most: number): void {
  const note = run.source.rewritten()
  if (!note) return
  const id = `rewritten ${Math.min(note.files, most)}`
  if (!run.toldOf.has(id)) warn(run, note.message)
  run.toldOf.add(id)
}

/** Once in all queries: they read the same rows. */
function tellTimeless(run: QueryRun, batch: TimelessBatch): void {
  const message = run.toldOf.has(run.query.eventTime) ? undefined : timelessWarning(run.source, run.query, batch)
  if (message === undefined) return
  run.toldOf.add(run.query.eventTime)
  warn(run, message)
}

function waitsFor({ source }: QueryRun): string {
  const [first, ...others] = source.problems().filter(({ lasting }) => lasting === undefined)
  return first ? ` (${first.message}${others.length > 0 ? `; and ${others.length} more` : ''})` : ''
}

function status(run: QueryRun, message: string, isDataAvailable: boolean): void {
  run.publish({ kind: 'status', query: run.query.spec.name, message, isDataAvailable, isTriggerActive: isDataAvailable })
}

function warn(run: QueryRun, message: string, file?: string): void {
  run.publish({ kind: 'warning', query: run.query.spec.name, message, ...(file !== undefined && { file }) })
}

/** Lets the thread hear a request to stop that came during long work: messages are taken up between two turns of the event loop. */
async function hearMessages(): Promise<void> {
  await setImmediate()
  await setImmediate()
}

function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw interruption()
}

export function interruption(cause?: unknown): Fault {
  return new Fault('interrupted', 'interrupted; everything up to the last whole batch is in gold, and the same command goes on from there', { cause })
}

/** Milliseconds since the last lap by name; `triggerExecution` is the sum, and gives them all. */
function stopwatch(clock: Clock, startedMs: number): (name: string) => Readonly<Record<string, number>> {
  const laps: Record<string, number> = {}
  let last = startedMs
  return (name) => {
    const now = clock.nowMs()
    laps[name] = Math.max(0, now - (name === 'triggerExecution' ? startedMs : last)) // A clock may be set back.
    last = now
    return laps
  }
}
