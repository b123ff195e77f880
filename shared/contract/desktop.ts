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
  /** What was chosen in the menu. Answers a function that stops listening. */
  onCommand(listener: (command: DesktopCommand) => void): () => void
  /** Of menus, dialogs and the window's frame. */
  setTheme(theme: 'system' | 'light' | 'dark'): Promise<void>
}

export const desktopCommands = ['openFolder', 'export', 'themeSystem', 'themeLight', 'themeDark', 'commandPalette'] as const

export type DesktopCommand = (typeof desktopCommands)[number]

export interface PortMessage {
  readonly contrailPort: string
}
