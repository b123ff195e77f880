/** What a menu or key asks of whichever panel does it. */
export type WorkbenchCommand = 'export' | 'openSession' | 'saveSession' | 'showLogs' | 'reportProblem' | 'licences' | 'changeConnection'

export const commandEvent = 'contrail:command'

export const sendCommand = (id: WorkbenchCommand): void => void window.dispatchEvent(new CustomEvent(commandEvent, { detail: { id } }))

/** Calls back with each command that is sent; answers a function that stops it. */
export function onCommand(hear: (id: WorkbenchCommand) => void): () => void {
  const listener = (event: Event) => hear((event as CustomEvent<{ readonly id: WorkbenchCommand }>).detail.id)
  window.addEventListener(commandEvent, listener)
  return () => window.removeEventListener(commandEvent, listener)
}
