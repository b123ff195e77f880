import type { Clock } from '#electron/host/clock.ts'

/** A clock that stands still while anybody works. */
export interface StoryClock {
  readonly clock: Clock
  /** Aborted when the story is over. */
  readonly signal: AbortSignal
}

/**
 * When all of `sleepers` sleep, the next step of the story happens, time jumps to when the last of them wakes, and all wake. After the last step comes
 * the end: the signal.
 */
export function storyClock(startMs: number, sleepers: number, steps: readonly ((nowMs: number) => unknown)[]): StoryClock {
  let nowMs = startMs
  let next = 0
  const over = new AbortController()
  const sleeping: { wakeMs: number; wake: () => void; stop: (reason: unknown) => void }[] = []

  async function turn(): Promise<void> {
    const step = steps[next++]
    const woken = sleeping.splice(0)
    if (!step) {
      over.abort()
      for (const { stop } of woken) stop(over.signal.reason)
      return
    }
    try {
      await step(nowMs)
      nowMs = Math.max(...woken.map(({ wakeMs }) => wakeMs))
      for (const { wake } of woken) wake()
    } catch (error) {
      for (const { stop } of woken) stop(error)
    }
  }

  return {
    signal: over.signal,
    clock: {
      nowMs: () => nowMs,
      sleep: (ms) =>
        new Promise((wake, stop) => {
          sleeping.push({ wakeMs: nowMs + ms, wake, stop })
          if (sleeping.length === sleepers) void turn()
        })
    }
  }
}
