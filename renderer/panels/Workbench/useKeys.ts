import { useEffect } from 'react'
import type { Actions } from '#renderer/store/appStore.ts'
import { useSession } from '#renderer/store/session.ts'
import { sendCommand } from '../commands.ts'

/** What takes keys for itself. */
const own = 'input, select, textarea, dialog, [role="grid"], [role="img"][tabindex], [role="tab"], [role="slider"], [role="separator"], [role="menubar"]'

/** The keys of the whole workbench: they belong to what has the focus, where that takes them. */
export function useKeys(actions: Actions): void {
  const { run, view } = useSession()
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
      const target = event.target instanceof Element ? event.target : null
      if (target?.closest(own)) return
      if (event.key === ' ' && target?.closest('button, summary')) return
      if (event.key === ' ') actions.control({ kind: run.run?.state === 'running' ? 'pause' : 'play' })
      else if (event.key === 'ArrowRight') actions.control({ kind: 'step', unit: view.get().stepUnit })
      else if (event.key.toLowerCase() === 'f') view.set({ range: null })
      else if (event.key.toLowerCase() === 'm') sendCommand('maximise')
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', hear)
    return () => window.removeEventListener('keydown', hear)
  }, [actions, run, view])
}
