import type { SilverQuestion } from '#shared/contract/silver.ts'

const event = 'contrail:show-rows'

/** Shows the rows of silver behind a window, a country or an alert: from any panel. */
export const openShowRows = (question: SilverQuestion): void => void window.dispatchEvent(new CustomEvent(event, { detail: question }))

/** Calls back with each question; answers a function that stops it. */
export function onShowRows(hear: (question: SilverQuestion) => void): () => void {
  const listener = (asked: Event) => hear((asked as CustomEvent<SilverQuestion>).detail)
  window.addEventListener(event, listener)
  return () => window.removeEventListener(event, listener)
}
