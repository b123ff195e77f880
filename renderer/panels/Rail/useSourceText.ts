import { useEffect, useState } from 'react'
import { useSession } from '#renderer/store/session.ts'

/** "Delta v240", as the last check of a source saw it; empty where it was never checked. */
export function useSourceText(silver: string | undefined): string {
  const { host } = useSession()
  const [text, setText] = useState('')
  useEffect(() => {
    let over = false
    setText('')
    if (silver !== undefined)
      host.recentSources().then(
        (recent) => {
          if (!over) setText(recent.find(({ path }) => path === silver)?.text.split(',')[0] ?? '')
        },
        () => undefined // It says less then.
      )
    return () => void (over = true)
  }, [host, silver])
  return text
}
