/** What of a key event tells which keys were pressed. */
export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

const names: Readonly<Record<string, string>> = { '→': 'arrowright', '←': 'arrowleft', '↑': 'arrowup', '↓': 'arrowdown', space: ' ', esc: 'escape' }

/** Whether a press is these keys, as they are written: "Ctrl+Shift+Z", "Shift+→". A sign such as "?" is itself, however it is typed. */
export function isPress(keys: string, press: KeyPress): boolean {
  const parts = keys.split('+').map((part) => part.toLowerCase())
  const last = parts.at(-1)!
  const key = names[last] ?? last
  if (press.key.toLowerCase() !== key) return false
  const isSign = key.length === 1 && !/[\p{L}\p{N} ]/u.test(key)
  return parts.includes('ctrl') === (press.ctrlKey || press.metaKey) && parts.includes('alt') === press.altKey && (isSign || parts.includes('shift') === press.shiftKey)
}

/** As ARIA writes them: "Control+Z". */
export const ariaKeys = (keys: string): string => keys.replace('Ctrl', 'Control').replace('→', 'ArrowRight').replace('←', 'ArrowLeft').replace('Esc', 'Escape')
