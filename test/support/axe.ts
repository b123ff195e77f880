import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}

/**
 * Serious and critical violations of WCAG 2.1 A and AA on the whole page, each with the elements that have it. The page follows the system's theme:
 * all is looked at in the theme that it has, and once more in the other one what depends on colours.
 */
export async function seriousViolations(page: Page): Promise<string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe)
  const theme = (await page.locator('html').getAttribute('data-theme')) as Theme
  const found = await violationsOf(page, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
  const other = theme === 'dark' ? 'light' : 'dark'
  await show(page, other)
  found.push(...(await violationsOf(page, { runOnly: ['color-contrast', 'link-in-text-block'] })).map((violation) => `in ${other}, ${violation}`))
  await show(page, theme)
  return found
}

type Theme = 'dark' | 'light'

async function show(page: Page, theme: Theme): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
  await page.locator(`html[data-theme="${theme}"]`).waitFor()
}

async function violationsOf(page: Page, options: object): Promise<string[]> {
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>(`axe.run(document, ${JSON.stringify(options)})`)
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}
