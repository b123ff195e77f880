import { useEffect, useRef, useState } from 'react'

/** After the pointer has left, for a moment more. */
const releaseAfterMs = 3000

/** Somebody is reading while the pointer is over it, a little longer, or as long as something is `held`, such as a selection. */
export function useReading(held: boolean): { readonly isReading: boolean; enter(): void; leave(): void } {
  const [over, setOver] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return {
    isReading: over || held,
    enter() {
      clearTimeout(timer.current)
      setOver(true)
    },
    leave() {
      clearTimeout(timer.current)
      timer.current = setTimeout(() => setOver(false), releaseAfterMs)
    }
  }
}
