import { useEffect, useState } from 'react'

/** What is asked for once, when a dialog opens; `fault` says why there is none. */
export function useAnswer<Answer>(ask: () => Promise<Answer>): { readonly answer: Answer | null; readonly fault: string | null } {
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  useEffect(() => {
    let over = false
    ask().then(
      (found) => !over && setAnswer(found),
      (error: Error) => !over && setFault(error.message)
    )
    return () => void (over = true)
    // Once, when it opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])
  return { answer, fault }
}
