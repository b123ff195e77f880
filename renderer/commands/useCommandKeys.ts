import { useEffect } from 'react'
import { isPress } from './keys.ts'
import type { Command } from './command.ts'

/** What takes keys for itself. */
const own = 'input, select, textarea, dialog, [role="grid"], [role="img"][tabindex], [role="tab"], [role="slider"], [role="separator"], [role="menubar"], [role="listbox"], [role="tree"], .time-plot[tabindex]'

/** Runs the command whose keys are pressed, once however long they are held down, unless it repeats. Shy ones leave keys to what has the focus, where that takes them. */
export function useCommandKeys(commandsNow: () => readonly Command[]): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const target = event.target instanceof Element ? event.target : null
      // A button that is held down by Enter would be pressed again and again.
      if (event.repeat && event.key === 'Enter' && target?.closest('button')) return event.preventDefault()
      const taken = target?.closest(own) !== null && target !== null
      const pressed = commandsNow().find((command) => [command.keys, ...(command.also ?? [])].some((keys) => keys !== undefined && isPress(keys, event)))
      if (!pressed || pressed.disabled) return
      if (pressed.shy && taken && !(pressed.keys === '?' && !target.closest('input:not([type="checkbox"], [type="radio"]), textarea, dialog'))) return
      if ((event.key === ' ' || event.key === 'Enter') && pressed.shy && target?.closest('button, summary, a, [role="menuitem"]')) return
      if (target?.closest('dialog') && !['commandPalette'].includes(pressed.id)) return
      // A text field undoes its own typing, but for the limits: what is typed there holds at once, and is a step like any other.
      if ((pressed.id === 'undo' || pressed.id === 'redo') && target?.closest('textarea, input:not(.limit-field input)')) return
      event.preventDefault()
      if (!event.repeat || pressed.repeats) pressed.run()
    }
    window.addEventListener('keydown', hear)
    return () => window.removeEventListener('keydown', hear)
  })
}
