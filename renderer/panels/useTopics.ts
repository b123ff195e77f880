import { useMemo, useSyncExternalStore } from 'react'
import type { FrameHub } from '#renderer/store/frameHub.ts'
import type { RunTopic } from '#renderer/store/runStore.ts'
import { useSession } from '#renderer/store/session.ts'

/** Charts are drawn ten times a second at most. */
export const useCharts = (...topics: readonly RunTopic[]): number => useTopics(100, topics)

/** Numbers are read, not watched: four times a second is enough. */
export const useCounters = (...topics: readonly RunTopic[]): number => useTopics(250, topics)

/** Renders again when a topic of the open run has changed, at most once in `everyMs`, and always with the last of the changes. The number grows with what is shown. */
function useTopics(everyMs: number, topics: readonly RunTopic[]): number {
  const { run } = useSession()
  const names = topics.join(' ')
  const steady = useMemo(() => steadyTopics(run.hub, names.split(' ') as RunTopic[], everyMs), [run, names, everyMs]) // Joined from topics above.
  return useSyncExternalStore(steady.subscribe, steady.version)
}

function steadyTopics(hub: FrameHub<RunTopic>, topics: readonly RunTopic[], everyMs: number) {
  const newest = () => topics.reduce((sum, topic) => sum + hub.version(topic), 0)
  let shown = newest()
  let shownAt = -Infinity
  return {
    version: () => shown,
    subscribe(listener: () => void): () => void {
      let timer: ReturnType<typeof setTimeout> | undefined
      const show = () => {
        timer = undefined
        shown = newest()
        shownAt = performance.now()
        listener()
      }
      // Never within the frame that tells of it: what hears of the same change would all be drawn in one task.
      const hear = () => void (timer ??= setTimeout(show, Math.max(0, shownAt + everyMs - performance.now())))
      const stops = topics.map((topic) => hub.subscribe(topic, hear))
      // What changed before anybody listened.
      if (shown !== newest()) hear()
      return () => {
        clearTimeout(timer)
        for (const stop of stops) stop()
      }
    }
  }
}
