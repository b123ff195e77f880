/** Tells listeners of changes at most once a frame, the latest state wins. React sees version numbers; what they number lies outside it. */
export interface FrameHub<Topic extends string> {
  /** Grows with every frame in which the topic changed. Stable between frames, as `useSyncExternalStore` needs it. */
  version(topic: Topic): number
  changed(topic: Topic): void
  subscribe(topic: Topic, listener: () => void): () => void
}

/** `nextFrame`: requestAnimationFrame in a window; it does not run while the window is hidden, which is when nobody looks. */
export function openFrameHub<Topic extends string>(nextFrame: (work: () => void) => unknown): FrameHub<Topic> {
  const versions = new Map<Topic, number>()
  const listeners = new Map<Topic, Set<() => void>>()
  const dirty = new Set<Topic>()
  const publish = () => {
    const topics = [...dirty]
    dirty.clear()
    for (const topic of topics) versions.set(topic, (versions.get(topic) ?? 0) + 1)
    for (const topic of topics) for (const listener of listeners.get(topic) ?? []) listener()
  }
  return {
    version: (topic) => versions.get(topic) ?? 0,
    changed(topic) {
      if (dirty.size === 0) nextFrame(publish)
      dirty.add(topic)
    },
    subscribe(topic, listener) {
      const all = listeners.get(topic) ?? new Set()
      listeners.set(topic, all.add(listener))
      return () => void all.delete(listener)
    }
  }
}
