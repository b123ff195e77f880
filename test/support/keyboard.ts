import type { Page } from 'playwright-core'

/** Presses Tab until the focus is where it is wanted. */
export async function tabTo(page: Page, isThere: () => Promise<boolean>): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    if (await isThere()) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`80 presses of Tab did not lead there; the focus is on ${await page.evaluate<string>('document.activeElement?.outerHTML.slice(0, 200)')}`)
}

/** The focus is on something whose name, label or text begins so. */
export const focused = (page: Page, name: string) => async (): Promise<boolean> => {
  const named = await page.evaluate<string>("(({ activeElement: at }) => at.getAttribute('aria-label') ?? (at.labels?.length ? [...at.labels].map((label) => label.textContent).join(' ') : at.textContent) ?? '')(document)")
  return named.trim().startsWith(name)
}
