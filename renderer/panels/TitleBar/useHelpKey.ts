import { useEffect } from 'react'

/** Calls back when "?" is pressed where it is not text. */
export function useHelpKey(show: () => void): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.key !== '?' || event.defaultPrevented || event.ctrlKey || event.metaKey) return
      if (event.target instanceof Element && event.target.closest('input:not([type="checkbox"], [type="radio"]), textarea, dialog')) return
      event.preventDefault()
      show()
    }
    window.addEventListener('keydown', hear)
    return () => window.removeEventListener('keydown', hear)
  })
}
