/** Messages that wait until the other side has read what is on its way to it, first in, first out. */
export interface Backlog {
  put(message: Uint8Array): void
  /** A message that takes the place of the one before of that name, wherever that waits. It comes after all that are not replaced. */
  putLatest(name: string, message: Uint8Array): void
  /** The next one; undefined: nothing waits. */
  take(): Uint8Array | undefined
  /** Forgets them all. */
  close(): void
}

/** A backlog in memory: for sides that are known to read. */
export function memoryBacklog(): Backlog {
  const waiting: Uint8Array[] = []
  const latest = latestOnes()
  return {
    put: (message) => void waiting.push(message),
    putLatest: latest.put,
    take: () => waiting.shift() ?? latest.take(),
    close() {
      waiting.length = 0
      latest.close()
    }
  }
}

/** The messages of which only the last one counts, in the order in which they came to be the last. */
export function latestOnes(): { put(name: string, message: Uint8Array): void; take(): Uint8Array | undefined; close(): void } {
  const messages = new Map<string, Uint8Array>()
  return {
    put(name, message) {
      messages.delete(name)
      messages.set(name, message)
    },
    take() {
      const [first] = messages
      if (!first) return undefined
      messages.delete(first[0])
      return first[1]
    },
    close: () => messages.clear()
  }
}
