import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { temporaryFolder } from '#test/support/folders.ts'
import { checkFolder, describeWorkbench, gridCount, waitForBadge } from '#test/support/workbench.ts'
import { contrail, until } from '#test/support/contrail.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Serious and critical violations, each with the elements that have it. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const found = await page.evaluate<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })")
  return found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}

async function tabTo(page: Page, isThere: () => Promise<boolean>): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    if (await isThere()) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`80 presses of Tab did not lead there; the focus is on ${await page.evaluate<string>('document.activeElement?.outerHTML.slice(0, 200)')}`)
}

/** The focus is on something whose name, label or text begins so. */
const focused = (page: Page, name: string) => async () => {
  const named = await page.evaluate<string>("(({ activeElement: at }) => at.getAttribute('aria-label') ?? (at.labels?.length ? [...at.labels].map((label) => label.textContent).join(' ') : at.textContent) ?? '')(document)")
  return named.trim().startsWith(name)
}

describeWorkbench('a workbench for everybody', (bench) => {
  test.each(['dark', 'light'] as const)('axe finds no serious violation, %s', async (colorScheme) => {
    const folder = temporaryFolder('e2e')
    expect(await contrail(['sample', join(folder, 'silver'), '--minutes', '12', '--rows-per-minute', '100'])).toMatchObject({ code: 0 })
    const page = await bench.open(temporaryFolder('e2e-data'), { colorScheme })
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Open folder' }).first().click()
    await page.getByRole('dialog').waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await checkFolder(page, join(folder, 'silver'))
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await waitForBadge(page, 'DONE')
    for (const tab of ['Anomaly alerts', 'Phase counts', 'Windows', 'Late rows', 'Files', 'Progress', 'Problems']) {
      await gridCount(page, tab)
      expect(await violations(page), tab).toEqual([])
    }
    await page.getByRole('region', { name: 'Window river' }).getByRole('button', { name: 'Show as table' }).click()
    await page.getByRole('button', { name: 'Export', exact: true }).first().click()
    await page.getByRole('dialog').waitFor()
    expect(await violations(page)).toEqual([])
  })

  test('from the start screen to an exported file by keyboard alone', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    await tabTo(page, focused(page, 'Play the sample recording'))
    await page.keyboard.press('Enter')
    await waitForBadge(page, 'REPLAY')
    await tabTo(page, focused(page, 'Speed'))
    await page.keyboard.press('End')
    await waitForBadge(page, 'DONE')
    await page.evaluate('document.activeElement.blur()')
    await tabTo(page, focused(page, 'Anomaly alerts'))
    await page.keyboard.press('ArrowRight')
    await page.getByRole('grid', { name: 'Phase counts' }).waitFor()
    await tabTo(page, focused(page, 'Phase counts'))
    await until(async () => (await page.getByRole('grid').getAttribute('aria-rowcount')) !== '0')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+e')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    await tabTo(page, focused(page, 'Save to'))
    await page.keyboard.press('Control+a')
    const file = join(dataFolder, 'phases.parquet')
    await page.keyboard.type(file)
    await page.keyboard.press('Enter')
    await dialog.getByText(/^Exported/).waitFor()
    const { length } = (await bench.database.query(`FROM read_parquet('${file}')`)).rows()
    expect(length).toBe((await page.getByRole('tab', { name: /^Phase counts/ }).textContent())?.match(/\d+$/)?.map(Number)[0])
  })
})
