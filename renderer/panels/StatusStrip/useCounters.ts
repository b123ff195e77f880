import { useEffect, useState } from 'react'
import type { RunTopic } from '#renderer/store/runStore.ts'
import { useSession } from '#renderer/store/session.ts'

/** Numbers are read, not watched: this often a second is enough. */
const everyMs = 250

/** Renders again when a topic of the open run has changed, at most four times a second, and always with the last of the changes. */
export function useCounters(...topics: readonly RunTopic[]): void {
  const { run } = useSession()
  const [, render] = useState(0)
  const names = topics.join(' ')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let lastMs = -Infinity
    const show = () => {
      timer = undefined
      lastMs = performance.now()
      render((before) => before + 1)
    }
    const hear = () => void (timer ??= setTimeout(show, Math.max(0, lastMs + everyMs - performance.now())))
    const stops = names.split(' ').map((topic) => run.hub.subscribe(topic as RunTopic, hear)) // Joined from topics above.
    return () => {
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }, [run, names])
}
