import type { DesktopMenu, DesktopMenuItem } from '#shared/contract/desktop.ts'

/** The part of Electron's menu template that is used here. */
export interface MenuEntry {
  readonly label?: string
  readonly accelerator?: string
  /** False: only shown, the page hears the keys itself. */
  readonly registerAccelerator?: boolean
  readonly type?: 'separator' | 'radio' | 'checkbox'
  readonly checked?: boolean
  readonly enabled?: boolean
  readonly role?: 'appMenu' | 'minimize' | 'about' | 'close' | 'quit' | 'cut' | 'copy' | 'paste' | 'selectAll' | 'reload' | 'toggleDevTools' | 'resetZoom' | 'zoomIn' | 'zoomOut' | 'togglefullscreen'
  readonly click?: () => void
  readonly submenu?: MenuEntry[]
}

export interface MenuActions {
  /** To the window: the id of a command of the page. */
  send(id: string): void
  openGuide(): void
  showDataFolder(): void
}

interface MenuPlace {
  readonly isMac: boolean
  readonly isPackaged: boolean
}

/** The window's menu: the commands of the page, by their menus, and what the system knows to do, by role. */
export function menuTemplate(actions: MenuActions, menus: readonly DesktopMenu[], { isMac, isPackaged }: MenuPlace): MenuEntry[] {
  const own: Readonly<Record<string, readonly MenuEntry[]>> = {
    File: [{ role: isMac ? 'close' : 'quit' }],
    Edit: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
    View: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'togglefullscreen' }, separator, { role: 'reload' }, ...(isPackaged ? [] : [{ role: 'toggleDevTools' } as const])],
    Window: [{ role: 'minimize' }],
    Help: [{ label: 'Spark Structured Streaming guide', click: actions.openGuide }, { label: 'Show data folder', click: actions.showDataFolder }, ...(isMac ? [] : [{ role: 'about' } as const])]
  }
  const titles = [...new Set([...menus.map(({ title }) => title), ...Object.keys(own)])].sort((a, b) => placeOf(a) - placeOf(b))
  const submenus = titles.map((title): MenuEntry => {
    const items = (menus.find((menu) => menu.title === title)?.items ?? []).flatMap((item, i) => entriesOf(item, i, actions))
    const more = own[title] ?? []
    return { label: `&${title}`, submenu: [...items, ...(items.length > 0 && more.length > 0 ? [separator] : []), ...more] }
  })
  return [...(isMac ? [{ role: 'appMenu' } as const] : []), ...submenus]
}

const separator: MenuEntry = { type: 'separator' }

const order = ['File', 'Edit', 'View', 'Replay', 'Alerts', 'Window', 'Help']

/** What has no place of its own comes before Window and Help. */
const placeOf = (title: string): number => (order.includes(title) ? order.indexOf(title) : order.length - 2.5)

function entriesOf({ id, label, separated, enabled, accelerator, checked }: DesktopMenuItem, place: number, { send }: MenuActions): MenuEntry[] {
  const entry: MenuEntry = {
    label,
    enabled,
    click: () => send(id),
    ...(accelerator !== undefined && { accelerator, registerAccelerator: false }),
    ...(checked && { type: checked.kind === 'one' ? ('radio' as const) : ('checkbox' as const), checked: checked.is })
  }
  return separated && place > 0 ? [separator, entry] : [entry]
}
