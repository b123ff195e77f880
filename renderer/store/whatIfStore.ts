import { readStream, type StreamTable } from '#shared/arrow/readStream.ts'
import type { Host } from '#shared/contract/host.ts'
import type { Limits } from '#shared/contract/run.ts'
import type { Distribution, Measure, WhatIfAnswer, WhatIfQuestion } from '#shared/contract/whatIf.ts'
import type { RunStore } from './runStore.ts'
import type { ViewStore } from './viewStore.ts'

/** Where a histogram begins and ends, in the unit of silver, and in how many parts. */
export interface HistogramSpan {
  readonly from: number
  readonly to: number
  readonly bins: number
}

/** Current against proposed, as far as it is known: the latest question is asked, those before it are let go. */
export interface WhatIfStore {
  /** Of the newest question that was answered. */
  readonly answer: WhatIfAnswer | undefined
  /** The answer is to another question than the one that stands now. */
  readonly isBehind: boolean
  /** Why there is no answer. */
  readonly fault: string | null
  /** Alerts on either side, the newest first, and how many there are in all; undefined until they are wanted and have come. */
  readonly rows: { readonly table: StreamTable; readonly bytes: Uint8Array; readonly of: number; readonly limits: Limits } | undefined
  distribution(measure: Measure): Distribution | undefined
  /** The limits that are proposed, or those of the run. */
  limits(): Limits | undefined
  /** Why the limits are to be applied: kept with the run when they are. */
  readonly why: string
  setWhy(why: string): void
  /** A panel shows the rows; answers a function that says it does no more. */
  wantRows(): () => void
  /** A histogram is shown over this span. Kept until the next one of its measure. */
  wantDistribution(measure: Measure, span: HistogramSpan): void
  subscribe(listener: () => void): () => void
  /** Grows with every change. */
  version(): number
}

/** After the last change, what takes longer is asked for. */
const restsAfterMs = 120

/** While the index grows, it is asked again this often at most. */
const againAfterMs = 500

export function openWhatIfStore(host: Pick<Host, 'whatIf' | 'whatIfRows' | 'distribution'>, run: RunStore, view: ViewStore): WhatIfStore {
  const listeners = new Set<() => void>()
  let version = 0
  let runId: string | undefined
  let answer: WhatIfAnswer | undefined
  let fault: string | null = null
  let why = ''
  let rows: WhatIfStore['rows']
  let rowsWanted = 0
  const spans = new Map<Measure, HistogramSpan>()
  let distributions = new Map<Measure, Distribution>()
  let asking = false
  let stale = true
  let restTimer: ReturnType<typeof setTimeout> | undefined
  let againTimer: ReturnType<typeof setTimeout> | undefined

  const tell = () => {
    version += 1
    for (const listener of listeners) listener()
  }

  const limits = () => view.get().proposed ?? run.run?.limits

  function question(whole: boolean): WhatIfQuestion | undefined {
    const current = run.run?.limits
    const proposed = limits()
    return current && proposed && { limits: proposed, current, minimumObservations: view.get().minimumObservations, whole }
  }

  /** One at a time: what has changed meanwhile is asked next. */
  async function ask(): Promise<void> {
    if (asking) return
    asking = true
    try {
      while (stale) {
        stale = false
        const mine = runId
        const asked = question(false)
        if (mine === undefined || !asked || !run.run?.queries.anomaly_alerts) return
        try {
          const got = await host.whatIf(mine, asked)
          if (mine !== runId) continue
          // The whole is told a moment later: until then, what is known of the same limits stays.
          answer = answer && sameQuestion(got, answer) ? withWhole(got, answer) : got
          fault = null
        } catch (error) {
          if (mine !== runId) continue
          fault = error instanceof Error ? error.message : String(error)
        }
        tell()
      }
    } finally {
      asking = false
    }
  }

  /** Nothing has changed for a moment. */
  async function rest(): Promise<void> {
    const mine = runId
    const asked = question(true)
    if (mine === undefined || !asked || !run.run?.queries.anomaly_alerts) return
    const isCurrent = () => mine === runId && JSON.stringify(question(true)) === JSON.stringify(asked)
    try {
      const full = await host.whatIf(mine, asked)
      if (!isCurrent()) return
      answer = full
      tell()
      if (rowsWanted > 0) {
        const got = await host.whatIfRows(mine, asked)
        if (!isCurrent()) return
        rows = { table: readStream(got.rows), bytes: got.rows, of: got.of, limits: asked.limits }
        tell()
      }
      await Promise.all([...spans].map(([measure, span]) => askDistribution(mine, measure, span)))
    } catch {
      // Whoever asks for the counts hears of it.
    }
  }

  async function askDistribution(mine: string, measure: Measure, span: HistogramSpan): Promise<void> {
    const got = await host.distribution(mine, { measure, ...span })
    if (mine !== runId || spans.get(measure) !== span) return
    distributions = new Map(distributions).set(measure, got)
    tell()
  }

  function changed(): void {
    stale = true
    void ask()
    clearTimeout(restTimer)
    restTimer = setTimeout(() => void rest(), restsAfterMs)
  }

  function grew(): void {
    againTimer ??= setTimeout(() => {
      againTimer = undefined
      changed()
    }, againAfterMs)
  }

  run.onFeed((feed) => {
    if (feed.kind === 'snapshot') {
      runId = feed.snapshot.run.id
      answer = undefined
      rows = undefined
      fault = null
      why = ''
      distributions = new Map()
      tell()
    } else if (feed.kind === 'loaded') changed()
    else if (feed.kind === 'whatIf') grew()
    else if (feed.kind === 'run' && answer && JSON.stringify(feed.run.limits) !== JSON.stringify(lastLimits)) changed()
    if (feed.kind === 'run') lastLimits = feed.run.limits
  })
  let lastLimits: Limits | undefined
  let seen = view.get()
  view.subscribe(() => {
    const now = view.get()
    if (now.proposed !== seen.proposed || now.minimumObservations !== seen.minimumObservations) changed()
    seen = now
  })

  return {
    get answer() {
      return answer
    },
    get isBehind() {
      const asked = question(false)
      return answer !== undefined && asked !== undefined && (JSON.stringify(answer.limits) !== JSON.stringify(asked.limits) || answer.minimumObservations !== asked.minimumObservations)
    },
    get fault() {
      return fault
    },
    get rows() {
      return rows
    },
    distribution: (measure) => distributions.get(measure),
    limits,
    get why() {
      return why
    },
    setWhy(next) {
      why = next
      tell()
    },
    wantRows() {
      rowsWanted += 1
      if (rowsWanted === 1) changed()
      return () => void (rowsWanted -= 1)
    },
    wantDistribution(measure, span) {
      const before = spans.get(measure)
      if (before && before.from === span.from && before.to === span.to && before.bins === span.bins) return
      spans.set(measure, span)
      if (runId !== undefined) void askDistribution(runId, measure, span).catch(() => undefined)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    version: () => version
  }
}

/** What takes longer, from an answer before. */
function withWhole(answer: WhatIfAnswer, known: WhatIfAnswer): WhatIfAnswer {
  const decidedBy = new Map(known.countries.map((change) => [change.country, change.decidedBy]))
  return {
    ...answer,
    oneAtATime: known.oneAtATime,
    current: { ...answer.current, episodes: known.current.episodes },
    proposed: { ...answer.proposed, episodes: known.proposed.episodes },
    countries: answer.countries.map((change) => ({ ...change, decidedBy: decidedBy.get(change.country) ?? [] }))
  }
}

const sameQuestion = (a: WhatIfAnswer, b: WhatIfAnswer | undefined): boolean => b !== undefined && JSON.stringify(a.limits) === JSON.stringify(b.limits) && a.minimumObservations === b.minimumObservations
