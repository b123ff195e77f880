import { setImmediate as nextTurn } from 'node:timers/promises'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { toPlainFault, type PlainFault } from '#shared/contract/faults.ts'
import type { Ahead, BatchRecord, Limits, Problem, QueryName, QueryStatus, Recording, RunCommand, RunEvent, RunSnapshot, RunState, RunSummary, Speed } from '#shared/contract/run.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import type { Database } from '../duckdb/database.ts'
import type { S3Places } from '../storage/s3/s3Place.ts'
import type { Storage } from '../storage/storage.ts'
import type { StoragesOptions } from '../storage/storages.ts'
import { refuseLimits } from '../whatIf/limitRanges.ts'
import type { RunWhatIf } from '../whatIf/runWhatIf.ts'
import { startWhatIf } from '../whatIf/startWhatIf.ts'
import type { WhatIfThread } from '../whatIf/whatIfThread.ts'
import type { Clock } from './clock.ts'
import { readJournal } from './journal.ts'
import { loadGold, type GoldRows } from './loadGold.ts'
import type { QueryEvent } from './queryEvent.ts'
import { pipelineOfRun, summaryOf, withLimits, type SavedRun } from './runFiles.ts'
import { journalFile } from './runRecorder.ts'
import { openRunUsage } from './runUsage.ts'
import { openRunSilver, type RunSilver } from './runSilver.ts'
import { startPipeline, type RunningPipeline } from './startPipeline.ts'

export interface LiveRunParts {
  readonly saved: SavedRun
  readonly journalFolder: string
  /** Where the what-if index keeps the rows of batches. */
  readonly whatIfFolder: string
  /** Batches that another run has recorded; absent: this run plans its own. */
  readonly recordedFolder: string | undefined
  readonly database: Database
  readonly openStorage: (uri: string) => Storage
  /** As it is now; what runs in a thread of its own opens its places by it. */
  readonly storage: () => StoragesOptions
  readonly clock: Clock
  readonly emit: (event: RunEvent) => void
  /** The run's state has changed: it is kept. */
  readonly save: (run: SavedRun) => Promise<void>
}

/** A run that a workbench has open. Its worker is there from the start, paused, because only it knows the open windows; it ends when all is done. */
export interface LiveRun {
  readonly id: string
  summary(): RunSummary
  problems(): readonly Problem[]
  /** All so far. What comes while gold is read is held back, so that every row and batch is told once and in order. */
  snapshot(): Promise<RunSnapshot>
  control(command: RunCommand): Promise<void>
  /** The limits of the alerts from the next batch on; kept with the run. */
  applyLimits(limits: Limits, why: string): Promise<void>
  /** Questions about other limits. */
  readonly whatIf: Pick<RunWhatIf, 'ask' | 'rows' | 'distribution'>
  /** Silver behind the numbers of the run. */
  readonly silver: RunSilver
  /** Other credentials or servers, from the next request on. */
  setPlaces(places: S3Places): void
  /** Stops between two batches. */
  close(): Promise<void>
}

/** Months of batches are more than one message may hold, or a page take in at once; and so are few batches of many files. */
const batchesOfSnapshot = 1000
const batchesOfEvent = 200
const entriesOfMessage = 50_000

const alerts = 'anomaly_alerts'

/** What breaks down so often would do so for ever. */
const mostBreakdowns = 3

interface QueryFacts {
  status: QueryStatus | undefined
  /** Windows that end by then are in gold. */
  closedMs: number | undefined
  open: Extract<RunEvent, { kind: 'open' }> | undefined
  ahead: Ahead | undefined
  /** Resumed, or ended before it could. */
  settled: boolean
}

export async function openLiveRun(parts: LiveRunParts): Promise<LiveRun> {
  const { clock, database, openStorage } = parts
  const pipeline = pipelineOfRun(parts.saved)
  const queries = builtinQueries(pipeline).map((query) => query.name as QueryName) // The two built-in queries are all there are.
  const runId = parts.saved.id
  let saved = parts.saved
  let state: RunState = saved.state === 'running' ? 'interrupted' : saved.state
  let speed: Speed = 'max'
  let fault: PlainFault | undefined = saved.fault
  let recording: Recording | undefined
  let worker: RunningPipeline | undefined
  let ended: Promise<void> = Promise.resolve()
  let closing = false
  const facts = new Map(queries.map((query): [QueryName, QueryFacts] => [query, { status: undefined, closedMs: undefined, open: undefined, ahead: undefined, settled: false }]))
  const records: BatchRecord[] = []
  for (const query of queries) records.push(...(await readJournal(journalFile(parts.journalFolder, query))))
  records.sort((a, b) => a.finishedMs - b.finishedMs)
  const known = new Map(records.map((record, i) => [`${record.query} ${record.batchId}`, i]))
  const problems: Problem[] = records.flatMap((record) => record.files.flatMap(({ path, setAside }) => (setAside === undefined ? [] : [{ severity: 'warning' as const, atMs: record.finishedMs, query: record.query, message: `set aside ${path}: ${setAside}`, file: path }])))

  const usage = openRunUsage()
  const unshown = new Set<string>()
  /** A key may be larger than a message can be: the run goes on, and its rows are not shown. */
  function emit(event: RunEvent): void {
    try {
      parts.emit(event)
    } catch (error) {
      if (!isFault(error) || event.kind === 'problem') throw error
      const query = 'query' in event ? event.query : null
      if (unshown.has(`${event.kind} ${query}`)) return
      unshown.add(`${event.kind} ${query}`)
      addProblem({ severity: 'error', query, message: `some of what this run has read cannot be shown, because a text in it is longer than a message can be: gold has it whole, and an export of gold too`, file: null })
    }
  }

  /** While gold is read: what comes is told after it. */
  let held: RunEvent[] | undefined
  const tell = (event: RunEvent): void => void (held ? held.push(event) : emit(event))
  let onSettled: () => void = () => undefined

  const summary = (): RunSummary => summaryOf(saved, state, fault)
  const tellRun = () => tell({ kind: 'run', runId, run: summary(), speed })

  let saving: Promise<void> = Promise.resolve()
  /** One after the other: the last state is the one that stays. */
  const save = (run: SavedRun): Promise<void> => (saving = saving.then(() => parts.save(run)).catch((error: unknown) => addProblem({ severity: 'error', query: null, message: toPlainFault(error).message, file: null })))

  async function become(next: RunState, why?: PlainFault): Promise<void> {
    if (closing || (next === state && why === fault)) return tellRun()
    state = next
    fault = why
    const { fault: _before, ...rest } = saved
    saved = { ...rest, state, ...(why && { fault: why }) }
    tellRun()
    await save(saved)
  }

  function addProblem(problem: Omit<Problem, 'atMs'>): void {
    const added = { ...problem, atMs: clock.nowMs() }
    problems.push(added)
    if (problems.length > 10_000) problems.shift()
    tell({ kind: 'problem', runId, problem: added })
  }

  function hear(event: QueryEvent): void {
    const query = event.query as QueryName
    const fact = facts.get(query)
    switch (event.kind) {
      case 'pace':
        speed = event.speed
        playing = event.playing
        holdWhatIf()
        if (!worker) return
        return void become(event.playing ? 'running' : state === 'running' ? 'paused' : state)
      case 'recording':
        if (recording) return
        recording = event.recording
        return tell({ kind: 'recording', runId, recording })
      case 'ahead':
        if (!fact) return
        fact.ahead = event.ahead
        return tell({ kind: 'ahead', runId, query, ahead: event.ahead })
      case 'status':
        if (fact?.status?.message !== event.message && fact) fact.status = { message: event.message, isDataAvailable: event.isDataAvailable, isTriggerActive: event.isTriggerActive, sinceMs: clock.nowMs() }
        if (fact?.status) tell({ kind: 'status', runId, query, status: fact.status })
        return holdWhatIf()
      case 'warning':
        return addProblem({ severity: 'warning', query, message: event.message, file: event.file ?? null })
      case 'resumed':
        if (!fact) return
        fact.closedMs = event.closedMs
        fact.settled = true
        return onSettled()
      case 'open':
        if (!fact) return
        fact.open = { kind: 'open', runId, query, watermarkMs: event.watermarkMs, closedMs: event.closedMs, rows: event.rows }
        return tell(fact.open)
      case 'record':
        addRecord(event.record)
        if (fact) fact.closedMs = event.record.closedMs
        tell({ kind: 'batch', runId, batch: event.record })
        for (const rows of event.rows) tell({ kind: 'rows', runId, query, loaded: false, rows })
        if (query === alerts) lookWhatIf()
        return
      case 'ended':
        if (event.fault && event.fault.code !== 'interrupted') addProblem({ severity: 'error', query, message: event.fault.message, file: null })
        if (fact) fact.settled = true
        return onSettled()
      case 'usage':
        usage.tell('engine', event.usage)
        return tellUsage()
      case 'planned':
      case 'batch':
        return // A record says the same.
    }
  }

  /** A batch that is done again after a crash takes the place of its first record. */
  function addRecord(record: BatchRecord): void {
    const id = `${record.query} ${record.batchId}`
    const at = known.get(id)
    if (at !== undefined) records[at] = record
    else known.set(id, records.push(record) - 1)
  }

  const tellUsage = () => tell({ kind: 'usage', runId, usage: usage.total() })

  function start(playing: boolean): void {
    const running = startPipeline(pipelineOfRun(saved), { onEvent: hear, storage: parts.storage(), workbench: { journalFolder: parts.journalFolder, ...(parts.recordedFolder !== undefined && { recordedFolder: parts.recordedFolder }), pace: { playing, speed } } })
    worker = running
    ended = running.ended.then(
      (ends) => finish([...ends.values()]),
      (error: unknown) => {
        addProblem({ severity: 'error', query: null, message: `${toPlainFault(error).message}; press Play to go on from the last whole batch`, file: null })
        return finish([error instanceof Error ? error : new Error(String(error))])
      }
    )
    if (playing) void become('running')
  }

  async function finish(ends: readonly (Error | undefined)[]): Promise<void> {
    worker = undefined
    usage.end('engine')
    holdWhatIf()
    for (const fact of facts.values()) fact.settled = true
    onSettled()
    const failed = ends.find((error) => error !== undefined && !(isFault(error) && error.code === 'interrupted'))
    if (failed) return become('failed', toPlainFault(failed))
    if (ends.some((error) => error !== undefined)) return become(state === 'running' ? 'paused' : state)
    await become('done')
  }

  const allSettled = () =>
    new Promise<void>((resolve) => {
      onSettled = () => {
        if ([...facts.values()].every((fact) => fact.settled)) resolve()
      }
      onSettled()
    })

  /** Started when it is first of use: the page has what it shows by then. */
  let whatIf: WhatIfThread | undefined
  let isHeld = false
  let playing = false
  let breakdowns = 0

  function startWhatIfOnce(): WhatIfThread {
    if (closing) throw new Fault('interrupted', 'the run is being closed')
    if (whatIf) return whatIf
    if (breakdowns >= mostBreakdowns) throw new Fault('unsupported', `what other limits would give cannot be counted for ${saved.name}: it broke down ${breakdowns} times; see Problems, then open the run again`)
    whatIf = startWhatIf(pipelineOfRun(saved), { folder: parts.whatIfFolder, storage: parts.storage() }, (reason) => {
      whatIf = undefined
      usage.end('whatIf')
      breakdowns += 1
      addProblem({ severity: 'warning', query: alerts, message: `counting with other limits broke down (${reason}); it begins anew with the next question`, file: null })
    })
    whatIf.onProgress((progress) => tell({ kind: 'whatIf', runId, progress }))
    whatIf.onUsage((asked) => {
      usage.tell('whatIf', asked)
      tellUsage()
    })
    isHeld = false
    holdWhatIf()
    lookWhatIf()
    return whatIf
  }

  /** It tells itself what is in its way. */
  function lookWhatIf(): void {
    const newest = records.reduce((most, record) => (record.query === alerts ? Math.max(most, record.batchId) : most), -1)
    void whatIf?.look(newest + 1).catch(() => undefined)
  }

  /** A replay as fast as possible has the machine to itself, but for who asks what if. */
  function holdWhatIf(): void {
    const hold = worker !== undefined && playing && speed === 'max' && [...facts.values()].some((fact) => fact.status?.isTriggerActive === true)
    if (hold === isHeld || !whatIf) return
    isHeld = hold
    void whatIf.hold(hold).catch(() => undefined)
  }

  /** What follows the last snapshot. The next one waits for it: a page that comes then would hear the end of another one's gold. */
  let sending: Promise<void> = Promise.resolve()

  async function snapshot(): Promise<RunSnapshot> {
    await allSettled()
    await sending
    held ??= []
    const bounds = new Map([...facts].map(([query, fact]) => [query, fact.closedMs]))
    const all = [...records]
    const first = endOfMessage(all, 0, batchesOfSnapshot)
    const answer = { run: summary(), speed, recording: recording ?? null, batches: all.slice(0, first), problems: [...problems], status: Object.fromEntries([...facts].flatMap(([query, { status }]) => (status ? [[query, status]] : []))), ahead: Object.fromEntries([...facts].flatMap(([query, { ahead }]) => (ahead ? [[query, ahead]] : []))) }
    const gold = new Map<QueryName, GoldRows>()
    for (const query of queries) {
      const rows = await loadGold(openStorage(`${pipeline.gold.uri}/${query}`), database, bounds.get(query)).catch((error: unknown) => void addProblem({ severity: 'error', query, message: `gold cannot be shown: ${toPlainFault(error).message}`, file: null }))
      if (rows) gold.set(query, rows)
    }
    // After the answer has gone out.
    sending = nextTurn().then(() => sendRest(all.slice(first), gold))
    const asked = usage.total()
    return { ...answer, goldRows: Object.fromEntries([...gold].map(([query, { count }]) => [query, count])), usage: asked.requests === 0 ? null : asked }
  }

  async function sendRest(batches: readonly BatchRecord[], gold: ReadonlyMap<QueryName, GoldRows>): Promise<void> {
    for (let from = 0; from < batches.length; ) {
      const end = endOfMessage(batches, from, batchesOfEvent)
      emit({ kind: 'history', runId, batches: batches.slice(from, end) })
      from = end
      await nextTurn()
    }
    for (const [query, rows] of gold) {
      try {
        for await (const stream of rows.streams()) emit({ kind: 'rows', runId, query, loaded: true, rows: stream })
      } catch (error) {
        addProblem({ severity: 'error', query, message: `gold cannot be shown: ${toPlainFault(error).message}`, file: null })
      } finally {
        rows.close()
      }
    }
    emit({ kind: 'loaded', runId })
    const waiting = held ?? []
    held = undefined
    // Where nothing new has come, the open windows are those of before.
    for (const { open } of facts.values()) if (open && !waiting.includes(open)) emit(open)
    for (const event of waiting) emit(event)
    if (queries.includes(alerts) && !closing) startWhatIfOnce()
  }

  const silverStop = new AbortController()
  start(false)
  return {
    id: runId,
    summary,
    problems: () => problems,
    snapshot,
    async control(command) {
      if (command.kind === 'speed') {
        speed = command.speed
        if (!worker) tellRun()
      }
      if (command.kind === 'stop') {
        worker?.stop()
        return ended
      }
      if (!worker && (command.kind === 'play' || command.kind === 'step')) start(command.kind === 'play')
      worker?.control(command)
    },
    async applyLimits(limits, why) {
      refuseLimits(limits)
      if (!queries.includes(alerts)) throw new Fault('usage', `the run ${saved.name} does not write anomaly_alerts: it has no limits`)
      const next = withLimits(saved, limits, { atMs: clock.nowMs(), limits, why })
      // Limits that are not kept would be forgotten by a crash, in the middle of gold.
      await parts.save(next)
      saved = next
      worker?.setLimits(limits)
      tellRun()
    },
    whatIf: {
      ask: (question) => startWhatIfOnce().ask(question),
      rows: (question) => startWhatIfOnce().rows(question),
      distribution: (question) => startWhatIfOnce().distribution(question)
    },
    setPlaces(places) {
      worker?.setPlaces(places)
      void whatIf?.setPlaces(places).catch(() => undefined)
      lookWhatIf()
    },
    silver: openRunSilver({ pipeline: () => pipelineOfRun(saved), records: () => records, database, openStorage, clock, signal: silverStop.signal }),
    async close() {
      silverStop.abort()
      if (state === 'running') void save({ ...saved, state: 'interrupted' })
      closing = true
      worker?.stop()
      await ended
      await whatIf?.close()
      await saving
    }
  }
}

/** Where a message ends that begins with batch `from`: after so many batches, or before it gets too long. */
function endOfMessage(batches: readonly BatchRecord[], from: number, most: number): number {
  let end = from
  for (let entries = 0; end < Math.min(batches.length, from + most); end++) {
    const { files, closed, late } = batches[end]!
    entries += 1 + files.length + closed.length + late.length
    if (entries > entriesOfMessage && end > from) break
  }
  return end
}
