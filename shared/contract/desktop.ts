/** What the desktop app offers a window besides the host: `window.contrailDesktop`, absent in a browser. Paths are of the machine it runs on. */
export interface ContrailDesktop {
  /**
   * Asks for a port to the host. It comes as a `message` event of the window, whose source is the window itself, whose data is a `PortMessage` with
   * this nonce, and whose only port it is. A nonce is any text of 16 to 100 characters, a new one for each call.
   */
  connect(nonce: string): Promise<void>
  /** The system's dialog; null when it was cancelled. */
  openFolder(): Promise<string | null>
  /** The system's dialog, for one file; null when it was cancelled. Extensions are without the dot. */
  openFile(extensions: readonly string[]): Promise<string | null>
  /** The system's dialog asks before a file is replaced; null when it was cancelled. Extensions are without the dot. */
  saveFile(defaultName: string, extensions: readonly string[]): Promise<string | null>
  /** Of a file or folder that was dropped (a DOM `File`); empty when it is not on a disk. */
  pathOfDrop(file: unknown): string
  /** What the window's menu holds from now on, besides what the system knows to do. */
  setMenu(menus: readonly DesktopMenu[]): Promise<void>
  /** The id of what was chosen in the menu. Answers a function that stops listening. */
  onCommand(listener: (id: string) => void): () => void
  /** Of menus, dialogs and the window's frame. */
  setTheme(theme: 'system' | 'light' | 'dark'): Promise<void>
}

/** A menu of the page: its commands, which the page runs when they are chosen. */
export interface DesktopMenu {
  readonly title: string
  readonly items: readonly DesktopMenuItem[]
}

export interface DesktopMenuItem {
  readonly id: string
  readonly label: string
  /** A line above it. */
  readonly separated: boolean
  readonly enabled: boolean
  /** Shown beside it; the page hears the keys itself. */
  readonly accelerator?: string
  /** `one`: of several, one is chosen; `many`: each for itself. */
  readonly checked?: { readonly kind: 'one' | 'many'; readonly is: boolean }
}

export interface PortMessage {
  readonly contrailPort: string
}
