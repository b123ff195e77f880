import type { Actions } from '#renderer/store/appStore.ts'
import type { Session } from '#renderer/store/session.ts'

/** A dialog of the workbench that commands open. */
export type DialogName = 'palette' | 'keys' | 'about'

/** What commands act on. */
export interface CommandParts {
  readonly session: Session
  readonly actions: Actions
  readonly show: (dialog: DialogName) => void
}

export type MenuTitle = 'File' | 'Edit' | 'View' | 'Replay' | 'Alerts' | 'Window' | 'Help'

/** Something a person can do: one table feeds the menus, the palette, the keys and the list of keys. */
export interface Command {
  /** Does not change; menus of the desktop app name commands by it. */
  readonly id: string
  /** As menus and the palette call it. */
  readonly title: string
  readonly menu: MenuTitle
  /** A line in the menu above it. */
  readonly separated?: true
  /** As they are written on keys: "Ctrl+Z", "Shift+→", "Space". The command key stands for Ctrl on a Mac. */
  readonly keys?: string
  /** Other keys that do the same. */
  readonly also?: readonly string[]
  /** Set: one of several, or with `many` any of them. */
  readonly checked?: boolean
  readonly many?: true
  /** Cannot be done now; shown, so that it is known to be there. */
  readonly disabled?: true
  /** The keys belong to whatever has the focus, where that takes them. */
  readonly shy?: true
  /** Done again and again while its keys are held down. */
  readonly repeats?: true
  readonly run: () => void
}
