import type { Host } from '#shared/contract/host.ts'
import type { Ahead, BatchRecord, Problem, QueryName, QueryStatus, Recording, RunEvent, RunSnapshot, RunSummary, Speed } from '#shared/contract/run.ts'
import type { S3Usage } from '#shared/contract/s3.ts'
import { openBatchMarks, type BatchMarks } from './batchMarks.ts'
import { openFrameHub, type FrameHub } from './frameHub.ts'
import { openWindowTable, type MutableWindowTable, type WindowTable } from './windowTable.ts'

export const queryNames = ['flight_phase_counts', 'anomaly_alerts'] as const satisfies readonly QueryName[]

/** What changes together. `windows`: states, bars and charts. `run`: state, speed, recording, status. `batches`: progress, files, late rows. */
export type RunTopic = 'run' | 'windows' | 'batches' | 'problems'

/** The open run as the workbench knows it: plain data outside React, bounded but for a few numbers a window and batch. */
export interface RunStore {
  readonly hub: FrameHub<RunTopic>
  readonly run: RunSummary | undefined
  readonly speed: Speed
  readonly recording: Recording | null
  readonly status: Readonly<Partial<Record<QueryName, QueryStatus>>>
  /** What each query reads next, as far as it is known. */
  readonly ahead: Readonly<Partial<Record<QueryName, Ahead>>>
  readonly problems: readonly Problem[]
  /** What S3 was asked for; null: nothing. */
  readonly usage: S3Usage | null
  readonly windows: Readonly<Record<QueryName, WindowTable>>
  /** The newest of each query. */
  readonly lastBatch: Readonly<Partial<Record<QueryName, BatchRecord>>>
  /** Newest event time read; undefined before the first row. */
  readonly newestEventMs: number | undefined
  readonly totals: RunTotals
  readonly marks: BatchMarks
  /** False until all that was there when the run was opened has come. */
  readonly loaded: boolean
  /** Opens a run in place of the one that was open. */
  open(runId: string): Promise<RunSnapshot>
  close(): void
  /** Everything that is heard of the open run, in order, snapshots first: what feeds tables beyond this store. */
  onFeed(listener: (feed: RunFeed) => void): () => void
}

export type RunFeed = { readonly kind: 'snapshot'; readonly snapshot: RunSnapshot } | RunEvent

/** Of the query that has read most. */
export interface RunTotals {
  readonly files: number
  readonly rows: number
  /** Rows a second over the batches of the last minute, at most ten, up to now; undefined when there was none. */
  readonly rowsPerSecond: number | undefined
}

/** Batches that are older say nothing of how fast it goes. */
const recentMs = 60_000

/** Open windows are taken over this often at most. */
const openEveryMs = 100

export function openRunStore(host: Host, nextFrame: (work: () => void) => unknown = requestAnimationFrame): RunStore {
  const hub = openFrameHub<RunTopic>(nextFrame)
  const feeds = new Set<(feed: RunFeed) => void>()
  let state = emptyState()
  const waitingOpen = new Map<QueryName, Extract<RunEvent, { kind: 'open' }>>()
  let openTimer: ReturnType<typeof setTimeout> | undefined
  let opening = 0

  host.onRunEvent((event) => {
    if (event.runId !== state.run?.id || (state.loaded && isOfOpening(event))) return
    hear(event)
    for (const feed of feeds) feed(event)
  })

  function hear(event: RunEvent): void {
    switch (event.kind) {
      case 'run':
        state.run = event.run
        state.speed = event.speed
        return hub.changed('run')
      case 'recording':
        state.recording = event.recording
        return hub.changed('run')
      case 'ahead':
        state.ahead = { ...state.ahead, [event.query]: event.ahead }
        return hub.changed('run')
      case 'status':
        state.status = { ...state.status, [event.query]: event.status }
        return hub.changed('run')
      case 'problem':
        state.problems = [...state.problems.slice(-9_999), event.problem]
        return hub.changed('problems')
      case 'usage':
        state.usage = event.usage
        return hub.changed('run')
      case 'batch':
        return addBatch(event.batch)
      case 'history':
        for (const batch of event.batches) addBatch(batch)
        return
      case 'rows':
        state.windows[event.query].addRows(event.rows)
        return hub.changed('windows')
      case 'open':
        // The latest wins: as fast as possible, several come before anyone could see one.
        waitingOpen.set(event.query, event)
        openTimer ??= setTimeout(takeOpen, openEveryMs)
        return
      case 'loaded':
        state.loaded = true
        return hub.changed('run')
    }
  }

  function takeOpen(): void {
    openTimer = undefined
    for (const { runId, query, rows, watermarkMs } of waitingOpen.values()) if (runId === state.run?.id) state.windows[query].setOpen(rows, watermarkMs)
    waitingOpen.clear()
    hub.changed('windows')
  }

  function addBatch(batch: BatchRecord): void {
    const before = state.lastBatch[batch.query]
    state.windows[batch.query].addBatch(batch)
    state.marks.add(batch)
    if (!before || before.batchId < batch.batchId) {
      state.lastBatch = { ...state.lastBatch, [batch.query]: batch }
      const tally = state.tallies[batch.query]
      tally.files += batch.files.length
      tally.rows += batch.progress.numInputRows
      tally.recent = [...tally.recent.slice(-9), { atMs: batch.finishedMs, rows: batch.progress.numInputRows, tookMs: batch.progress.durationMs.triggerExecution ?? 0 }]
    }
    if (batch.maxEventMs !== null && (state.newestEventMs === undefined || batch.maxEventMs > state.newestEventMs)) {
      state.newestEventMs = batch.maxEventMs
    }
    // Each query for itself: the other may have read further.
    if (batch.maxEventMs !== null) state.windows[batch.query].passNewest(batch.maxEventMs)
    hub.changed('batches')
    hub.changed('windows')
  }

  function show(snapshot: RunSnapshot): void {
    state = emptyState()
    state.run = snapshot.run
    state.speed = snapshot.speed
    state.recording = snapshot.recording
    state.status = snapshot.status
    state.ahead = snapshot.ahead
    state.problems = snapshot.problems
    state.usage = snapshot.usage
    for (const batch of snapshot.batches) addBatch(batch)
    for (const feed of feeds) feed({ kind: 'snapshot', snapshot })
    for (const topic of ['run', 'windows', 'batches', 'problems'] as const) hub.changed(topic)
  }

  return {
    hub,
    get run() {
      return state.run
    },
    get speed() {
      return state.speed
    },
    get recording() {
      return state.recording
    },
    get status() {
      return state.status
    },
    get ahead() {
      return state.ahead
    },
    get problems() {
      return state.problems
    },
    get usage() {
      return state.usage
    },
    get windows() {
      return state.windows
    },
    get lastBatch() {
      return state.lastBatch
    },
    get newestEventMs() {
      return state.newestEventMs
    },
    get marks() {
      return state.marks
    },
    get loaded() {
      return state.loaded
    },
    get totals() {
      return totalsOf(Object.values(state.tallies), Date.now())
    },
    async open(runId) {
      const mine = ++opening
      const snapshot = await host.openRun(runId)
      if (mine === opening) show(snapshot)
      return snapshot
    },
    close() {
      opening += 1
      state = emptyState()
      for (const topic of ['run', 'windows', 'batches', 'problems'] as const) hub.changed(topic)
    },
    onFeed(listener) {
      feeds.add(listener)
      return () => void feeds.delete(listener)
    }
  }
}

/** What follows a snapshot; a host with two pages tells it to both, though one has it. */
const isOfOpening = (event: RunEvent): boolean => event.kind === 'history' || event.kind === 'loaded' || (event.kind === 'rows' && event.loaded)

interface Tally {
  files: number
  rows: number
  recent: readonly { readonly atMs: number; readonly rows: number; readonly tookMs: number }[]
}

interface State {
  run: RunSummary | undefined
  speed: Speed
  recording: Recording | null
  status: Partial<Record<QueryName, QueryStatus>>
  ahead: Partial<Record<QueryName, Ahead>>
  problems: readonly Problem[]
  usage: S3Usage | null
  windows: Record<QueryName, MutableWindowTable>
  lastBatch: Partial<Record<QueryName, BatchRecord>>
  newestEventMs: number | undefined
  tallies: Record<QueryName, Tally>
  marks: ReturnType<typeof openBatchMarks>
  loaded: boolean
}

function emptyState(): State {
  const each = <Value>(make: (query: QueryName) => Value): Record<QueryName, Value> => ({ flight_phase_counts: make('flight_phase_counts'), anomaly_alerts: make('anomaly_alerts') })
  return {
    run: undefined,
    speed: 'max',
    recording: null,
    status: {},
    ahead: {},
    problems: [],
    usage: null,
    windows: each(openWindowTable),
    lastBatch: {},
    newestEventMs: undefined,
    tallies: each(() => ({ files: 0, rows: 0, recent: [] })),
    marks: openBatchMarks(),
    loaded: false
  }
}

function totalsOf(tallies: readonly Tally[], nowMs: number): RunTotals {
  const most = tallies.reduce((a, b) => (b.files > a.files ? b : a))
  const recent = most.recent.filter(({ atMs }) => atMs > nowMs - recentMs)
  const [first] = recent
  const rows = recent.reduce((sum, batch) => sum + batch.rows, 0)
  return { files: most.files, rows: most.rows, rowsPerSecond: first && (rows / Math.max(nowMs - first.atMs + first.tookMs, 1)) * 1000 }
}
