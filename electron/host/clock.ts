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
    // Node's timers count from the last turn of the event loop, so one that is set late in a turn fires early: a trigger would come twice.
    const end = performance.now() + ms
    for (let left = ms; left > 0; left = end - performance.now()) await wait(Math.min(Math.ceil(left), longestTimerMs), undefined, { signal })
  }
}
