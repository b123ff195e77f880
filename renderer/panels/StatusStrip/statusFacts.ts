import type { QueryStatus, RunSummary, Speed, WindowSettings } from '#shared/contract/run.ts'

export type Badge = 'REPLAY' | 'WATCHING' | 'PAUSED' | 'DONE' | 'FAILED'

/** What a run is at, in a word. */
export function badgeOf({ state, mode }: Pick<RunSummary, 'state' | 'mode'>): Badge {
  switch (state) {
    case 'running':
      return mode === 'replay' ? 'REPLAY' : 'WATCHING'
    case 'done':
      return 'DONE'
    case 'failed':
      return 'FAILED'
    case 'new':
    case 'paused':
    case 'interrupted':
      return 'PAUSED'
  }
}

export const speedText = (speed: Speed): string => (speed === 'max' ? 'max' : `${speed}×`)

/** Alerts an hour of event time: each closed window stands for one slide. undefined before the first. */
export function alertsPerHour(alerts: number, closedWindows: number, settings: Pick<WindowSettings, 'slideUs'> | undefined): number | undefined {
  return closedWindows === 0 || !settings ? undefined : alerts / ((closedWindows * settings.slideUs) / 3_600_000_000)
}

export type Health = 'idle' | 'slow' | 'stuck' | 'waiting'

export interface HealthFacts {
  readonly state: RunSummary['state']
  readonly status: readonly QueryStatus[]
  /** Processing time of the newest batches, ms. */
  readonly triggerMs: number | undefined
  readonly lastBatchMs: number | undefined
  /** Of the trigger; null: batch after batch. */
  readonly intervalMs: number | null
  /** Triggers are held back on purpose. */
  readonly paced: boolean
}

/** At least this long without progress is stuck, however short triggers are. */
const stuckAfterMs = 30_000

/**
 * idle: nothing new to read; stuck: data is there and nothing has come of it for the time of three triggers; slow: a trigger takes longer than its
 * interval; waiting: a server is away, and it is asked again. undefined: nothing to say. `since`: milliseconds since 1970.
 */
export function healthOf(facts: HealthFacts, nowMs: number): { readonly word: Health; readonly sinceMs: number } | undefined {
  if (facts.state !== 'running' || facts.status.length === 0) return undefined
  const statusMs = Math.max(...facts.status.map(({ sinceMs }) => sinceMs))
  if (waitsFor(facts.status) !== undefined) return { word: 'waiting', sinceMs: Math.min(...facts.status.filter(triesAgain).map(({ sinceMs }) => sinceMs)) }
  if (facts.status.every(waits)) return { word: 'idle', sinceMs: statusMs }
  // A status is told when its words change: batch after batch of the same words is progress too. Between two triggers of an interval nothing is told.
  const lastMs = Math.max(facts.lastBatchMs ?? -Infinity, statusMs)
  if (!facts.paced && nowMs - lastMs > Math.max(stuckAfterMs, 3 * Math.max(facts.triggerMs ?? 0, facts.intervalMs ?? 0))) return { word: 'stuck', sinceMs: lastMs }
  if (facts.intervalMs !== null && facts.triggerMs !== undefined && facts.triggerMs > facts.intervalMs) return { word: 'slow', sinceMs: facts.lastBatchMs ?? lastMs }
  return undefined
}

/** Why a query could not go on and tries again by itself; undefined: none does. */
export const waitsFor = (status: readonly QueryStatus[]): string | undefined => status.find(triesAgain)?.message.replace(/^Trying again in [\d.]+ s: /, '')

const triesAgain = ({ message }: QueryStatus): boolean => message.startsWith('Trying again in ')

/** The host says what a query waits for after these words. */
const waits = ({ isDataAvailable, message }: QueryStatus): boolean => !isDataAvailable && message.startsWith('Waiting for data')
