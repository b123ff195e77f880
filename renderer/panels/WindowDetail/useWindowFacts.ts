import { useEffect, useRef, useState } from 'react'
import type { QueryName } from '#shared/contract/run.ts'
import type { WindowFacts } from '#shared/contract/silver.ts'
import { useSession } from '#renderer/store/session.ts'

/** While a window grows, its files are read again this often at most. */
const againAfterMs = 1000

export interface KnownFacts {
  readonly facts: WindowFacts | undefined
  /** Why there are none, or no newer ones. */
  readonly fault: string | undefined
}

/** What the files hold of a window; asked again when `change` is another. Of another window nothing is shown. */
export function useWindowFacts(query: QueryName, startMs: number, change: string): KnownFacts {
  const { host, run } = useSession()
  const runId = run.run?.id
  const subject = `${runId} ${query} ${startMs}`
  const [known, setKnown] = useState<KnownFacts & { readonly subject: string }>({ subject: '', facts: undefined, fault: undefined })
  const askedAt = useRef({ subject: '', atMs: -Infinity })
  const isAsking = useRef(false)
  const wanted = useRef<() => void>(() => undefined)

  useEffect(() => {
    let gone = false
    if (runId === undefined) return
    const ask = () => {
      if (isAsking.current) return // What is wanted now is asked when the answer has come.
      isAsking.current = true
      askedAt.current = { subject, atMs: performance.now() }
      const asked = ask
      host
        .windowFacts(runId, { query, startMs })
        .then(
          (facts) => setKnown({ subject, facts, fault: undefined }),
          (error: unknown) => setKnown((before) => ({ subject, facts: before.subject === subject ? before.facts : undefined, fault: error instanceof Error ? error.message : String(error) }))
        )
        .finally(() => {
          isAsking.current = false
          if (wanted.current !== asked) wanted.current()
        })
    }
    const waitMs = askedAt.current.subject === subject ? Math.max(0, askedAt.current.atMs + againAfterMs - performance.now()) : 0
    const start = () => {
      if (gone) return
      wanted.current = ask
      ask()
    }
    const timer = setTimeout(start, waitMs)
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [host, runId, query, startMs, subject, change])

  return known.subject === subject ? known : { facts: undefined, fault: undefined }
}
