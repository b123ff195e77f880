import { useEffect, useRef } from 'react'
import type { DesktopMenu, DesktopMenuItem } from '#shared/contract/desktop.ts'
import type { Command } from '#renderer/commands/command.ts'
import { menusOf } from './menus.ts'

/** Gives the desktop app the commands for its menu, whenever they change, and runs what is chosen there. */
export function useDesktopMenu(commandsNow: () => readonly Command[]): void {
  const given = useRef('')
  const latest = useRef(commandsNow)
  useEffect(() => {
    latest.current = commandsNow
    if (!window.contrailDesktop) return
    const menus = menusOf(commandsNow()).map(({ title, items }): DesktopMenu => ({ title, items: items.flatMap((item, i) => (item === 'separator' ? [] : [itemOf(item, items[i - 1] === 'separator')])) }))
    const text = JSON.stringify(menus)
    if (text === given.current) return
    given.current = text
    void window.contrailDesktop.setMenu(menus)
  })
  useEffect(
    () =>
      window.contrailDesktop?.onCommand((id) => {
        const command = latest.current().find((each) => each.id === id)
        if (command && !command.disabled) command.run()
      }),
    []
  )
}

function itemOf({ id, title, keys, checked, many, disabled }: Command, separated: boolean): DesktopMenuItem {
  const accelerator = keys?.startsWith('Ctrl+') ? keys.replace('Ctrl', 'CmdOrCtrl') : undefined
  return { id, label: title, separated, enabled: !disabled, ...(accelerator !== undefined && { accelerator }), ...(checked !== undefined && { checked: { kind: many ? 'many' : 'one', is: checked } }) }
}
