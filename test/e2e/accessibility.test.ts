import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { seriousViolations } from '#test/support/axe.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { checkFolder, describeWorkbench, gridCount, reads, waitForBadge } from '#test/support/workbench.ts'
import { contrail, until } from '#test/support/contrail.ts'

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
    expect(await seriousViolations(page)).toEqual([])
    await page.getByRole('button', { name: 'Open folder' }).first().click()
    await page.getByRole('dialog').waitFor()
    expect(await seriousViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await checkFolder(page, join(folder, 'silver'))
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor()
    expect(await seriousViolations(page)).toEqual([])
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await waitForBadge(page, 'DONE')
    for (const tab of ['Anomaly alerts', 'Phase counts', 'Windows', 'Late rows', 'Files', 'Progress', 'Problems']) {
      await gridCount(page, tab)
      expect(await seriousViolations(page), tab).toEqual([])
    }
    await page.getByRole('region', { name: 'Window river' }).getByRole('button', { name: 'Show as table' }).click()
    await page.getByRole('button', { name: 'Export', exact: true }).first().click()
    await page.getByRole('dialog').waitFor()
    expect(await seriousViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    for (const [keys, name] of [['Control+k', 'Command palette'], ['?', 'Keyboard shortcuts']] as const) {
      await page.keyboard.press(keys)
      await page.getByRole('dialog', { name }).waitFor()
      expect(await seriousViolations(page), name).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
    }
    await page.keyboard.press('Control+2')
    await page.getByRole('textbox', { name: 'Altitude maximum', exact: true }).fill('10700')
    await page.getByRole('region', { name: 'What if', exact: true }).getByText('exact, closed windows').waitFor()
    for (const tab of ['By country', 'Changed', 'Gained']) {
      await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
      expect(await seriousViolations(page), tab).toEqual([])
    }
    await page.getByRole('textbox', { name: 'Altitude minimum', exact: true }).fill('20000')
    await page.getByText(/^The altitude minimum \(20,000 m\) is above/).waitFor()
    expect(await seriousViolations(page), 'a limit that cannot be').toEqual([])
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

  test('a limit, its consequences, undo, Save as run, SQL and its result by keyboard alone', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    await tabTo(page, focused(page, 'Play the sample recording'))
    await page.keyboard.press('Enter')
    await waitForBadge(page, 'REPLAY')
    await tabTo(page, focused(page, 'Speed'))
    await page.keyboard.press('End')
    await waitForBadge(page, 'DONE')
    const whatIf = page.getByRole('region', { name: 'What if', exact: true })
    const alerts = async (): Promise<string[]> => {
      await whatIf.getByText('exact, closed windows').waitFor()
      return whatIf.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Alerts', exact: true }) }).getByRole('cell').allTextContents()
    }
    await alerts()
    await page.keyboard.press('Control+2')
    const slider = page.getByRole('slider', { name: 'Altitude maximum', exact: true })
    await tabTo(page, async () => (await slider.and(page.locator(':focus')).count()) === 1)
    await page.keyboard.press('PageDown')
    await page.keyboard.press('PageDown')
    const [before, proposed] = await reads(alerts, ([current, now]) => current !== now)
    expect(proposed).not.toBe(before)
    await page.keyboard.press('Control+z')
    await reads(alerts, ([current, now]) => current === now)
    await page.keyboard.press('Control+Shift+z')
    await reads(alerts, ([, now]) => now === proposed)
    const runCommand = async (title: string): Promise<void> => {
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog', { name: 'Command palette' }).waitFor()
      await page.keyboard.type(title)
      await page.getByRole('option', { name: title }).first().waitFor()
      await page.keyboard.press('Enter')
    }
    await runCommand('Save as run')
    await page.getByRole('heading', { name: 'Sample recording 2' }).waitFor()
    await waitForBadge(page, 'DONE')
    await reads(alerts, ([current]) => current === proposed)
    await runCommand('SQL')
    const editor = page.getByRole('textbox', { name: 'SQL' })
    await reads(async () => editor.and(page.locator(':focus')).count(), (count) => count === 1)
    await page.keyboard.press('Control+a')
    await page.keyboard.type('SELECT count(*) AS alerts FROM gold.anomaly_alerts WHERE anomaly_rate > 0')
    await page.keyboard.press('Control+Enter')
    const result = page.getByRole('grid', { name: 'Result' })
    await reads(() => result.getByRole('gridcell').first().textContent(), (text) => text === proposed)
  })
})
