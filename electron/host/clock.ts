import { setTimeout as wait } from 'node:timers/promises'

/** Processing time. It decides when batches run and never what is in them. */
export interface Clock {
  nowMs(): number
  /** Rejects when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (ms, signal) => void (await wait(ms, undefined, { signal }))
}
