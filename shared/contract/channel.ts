/** A pipe of whole byte messages, in order: all that a transport provides. Everything else of the contract is the same over each of them. */
export interface Channel {
  post(message: Uint8Array): void
  onMessage(listener: (message: Uint8Array) => void): void
  /** Called once, also when this side closes. `reason` is for a person. */
  onClose(listener: (reason: string) => void): void
  close(): void
}

/** Two ends of one pipe within a process: messages arrive in a later turn, as they do over every other transport. */
export function channelPair(): [Channel, Channel] {
  const ends = [makeEnd(), makeEnd()] as const
  const closeBoth = (reason: string) => ends.forEach((end) => end.closed(reason))
  const channel = (own: number): Channel => ({
    // A copy: no transport may share memory with the other side.
    post: (message) => ends[1 - own]!.receive(message.slice()),
    onMessage: (listener) => ends[own]!.listen(listener),
    onClose: (listener) => ends[own]!.listenClose(listener),
    close: () => closeBoth('closed')
  })
  return [channel(0), channel(1)]
}

function makeEnd() {
  const waiting: Uint8Array[] = []
  let listener: ((message: Uint8Array) => void) | undefined
  let closeListeners: ((reason: string) => void)[] = []
  let reason: string | undefined
  const deliver = () => {
    while (listener && waiting.length > 0 && reason === undefined) listener(waiting.shift()!)
  }
  return {
    receive(message: Uint8Array) {
      waiting.push(message)
      void Promise.resolve().then(deliver)
    },
    listen(next: (message: Uint8Array) => void) {
      listener = next
      void Promise.resolve().then(deliver)
    },
    listenClose(next: (reason: string) => void) {
      if (reason === undefined) closeListeners.push(next)
      else next(reason)
    },
    closed(why: string) {
      if (reason !== undefined) return
      reason = why
      const told = closeListeners
      closeListeners = []
      for (const tell of told) tell(why)
    }
  }
}
