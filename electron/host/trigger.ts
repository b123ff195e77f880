import type { Clock } from './clock.ts'

/** When batches run. SPEC B5 */
export type Trigger =
  /** All there is when the run starts, then stop. */
  | { readonly kind: 'availableNow' }
  /** One batch at every multiple of the interval; null: batch after batch, and a look once a second when there is nothing. */
  | { readonly kind: 'processingTime'; readonly intervalMs: number | null }

const idlePollMs = 1000

/** Waits for the next trigger after one that began at `startedMs`. One that took longer than the interval is followed at once. */
export async function untilNextTrigger(intervalMs: number | null, startedMs: number, idle: boolean, clock: Clock, signal: AbortSignal): Promise<void> {
  const waitMs = intervalMs === null ? (idle ? idlePollMs : 0) : waitForMultiple(intervalMs, startedMs, clock.nowMs())
  if (waitMs > 0) await clock.sleep(waitMs, signal)
}

function waitForMultiple(intervalMs: number, startedMs: number, nowMs: number): number {
  if (nowMs - startedMs >= intervalMs) return 0
  // Not further than the interval: a clock that was set back meanwhile must not hold the stream up until it is there again.
  return Math.min(intervalMs, Math.floor(startedMs / intervalMs) * intervalMs + intervalMs - nowMs)
}
