import type { DesktopCommand } from '#shared/contract/desktop.ts'

/** The part of Electron's menu template that is used here. */
export interface MenuEntry {
  readonly label?: string
  readonly accelerator?: string
  readonly type?: 'separator'
  readonly role?: 'appMenu' | 'editMenu' | 'windowMenu' | 'help' | 'about' | 'close' | 'quit' | 'reload' | 'toggleDevTools' | 'resetZoom' | 'zoomIn' | 'zoomOut' | 'togglefullscreen'
  readonly click?: () => void
  readonly submenu?: MenuEntry[]
}

export interface MenuActions {
  /** To the window: the same ids as those of the command palette. */
  send(command: DesktopCommand): void
  openGuide(): void
  showDataFolder(): void
}

/** The window's menu. What the system knows to do is done by role. */
export function menuTemplate({ send, openGuide, showDataFolder }: MenuActions, { isMac, isPackaged }: { readonly isMac: boolean; readonly isPackaged: boolean }): MenuEntry[] {
  const command = (label: string, id: DesktopCommand, accelerator?: string): MenuEntry => ({ label, click: () => send(id), ...(accelerator !== undefined && { accelerator }) })
  const separator: MenuEntry = { type: 'separator' }
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [command('Open folder…', 'openFolder', 'CmdOrCtrl+O'), command('Export…', 'export', 'CmdOrCtrl+E'), separator, { role: isMac ? 'close' : 'quit' }]
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        command('Command palette', 'commandPalette', 'CmdOrCtrl+K'),
        { label: 'Theme', submenu: [command('As the system', 'themeSystem'), command('Light', 'themeLight'), command('Dark', 'themeDark')] },
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        separator,
        { role: 'reload' },
        ...(isPackaged ? [] : [{ role: 'toggleDevTools' } as const])
      ]
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [{ label: 'Spark Structured Streaming guide', click: openGuide }, { label: 'Show data folder', click: showDataFolder }, ...(isMac ? [] : [separator, { role: 'about' } as const])]
    }
  ]
}
