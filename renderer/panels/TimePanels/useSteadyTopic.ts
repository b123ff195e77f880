import { useMemo, useSyncExternalStore } from 'react'
import { useSession } from '#renderer/store/session.ts'
import type { FrameHub } from '#renderer/store/frameHub.ts'
import type { RunTopic } from '#renderer/store/runStore.ts'

/** Charts are drawn this often while a run goes on. */
const leastMs = 100

/** Renders again when a topic of the open run has changed, at most ten times a second; the last change is never missed. */
export function useSteadyTopic(topic: RunTopic): void {
  const { run } = useSession()
  const steady = useMemo(() => steadyTopic(run.hub, topic), [run, topic])
  useSyncExternalStore(steady.subscribe, steady.version)
}

function steadyTopic(hub: FrameHub<RunTopic>, topic: RunTopic) {
  let shown = hub.version(topic)
  let shownAt = -Infinity
  return {
    version: () => shown,
    subscribe(listener: () => void): () => void {
      let timer: ReturnType<typeof setTimeout> | undefined
      const show = () => {
        timer = undefined
        shown = hub.version(topic)
        shownAt = performance.now()
        listener()
      }
      const stop = hub.subscribe(topic, () => {
        if (timer !== undefined) return
        const wait = shownAt + leastMs - performance.now()
        if (wait <= 0) show()
        else timer = setTimeout(show, wait)
      })
      // What changed before anybody listened.
      if (shown !== hub.version(topic)) show()
      return () => {
        clearTimeout(timer)
        stop()
      }
    }
  }
}
