import type { ViewState } from '#renderer/store/viewStore.ts'

/** Puts a theme on the page; "system" follows the system's as it changes. Gives a way to stop following. */
export function applyTheme(theme: ViewState['theme']): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    document.documentElement.dataset.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme
    window.dispatchEvent(new CustomEvent(themeChanged))
  }
  apply()
  dark.addEventListener('change', apply)
  return () => dark.removeEventListener('change', apply)
}

/** Of the window: the page has other colours now, and what draws them by itself reads them again. */
export const themeChanged = 'contrail:theme'

/** A colour of the theme as it is now, by its role: `token('closed-fill')`. */
export function token(role: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${role}`).trim()
}
