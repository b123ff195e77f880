import type { Command, MenuTitle } from '#renderer/commands/command.ts'

export interface Menu {
  readonly title: MenuTitle
  readonly items: readonly (Command | 'separator')[]
}

const order: readonly MenuTitle[] = ['File', 'Edit', 'View', 'Replay', 'Alerts', 'Window', 'Help']

/** The commands as menus; one without commands is left out. */
export function menusOf(commands: readonly Command[]): readonly Menu[] {
  return order.flatMap((title) => {
    const items = commands.filter(({ menu }) => menu === title).flatMap((command, i) => (command.separated && i > 0 ? (['separator', command] as const) : [command]))
    return items.length === 0 ? [] : [{ title, items }]
  })
}
