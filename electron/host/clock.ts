import { setTimeout as wait } from 'node:timers/promises'

/** Processing time. It decides when batches run and never what is in them. */
export interface Clock {
  nowMs(): number
  /** Rejects when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** What a timer of Node can count; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  async sleep(ms, signal) {
    for (let left = ms; left > 0; left -= longestTimerMs) await wait(Math.min(left, longestTimerMs), undefined, { signal })
  }
}
