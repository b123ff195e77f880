import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { temporaryFolder } from '#test/support/folders.ts'
import { contrail, until } from '#test/support/contrail.ts'
import { join } from 'node:path'
import { chooseSpeed, describeWorkbench, eventually, gridCount, reads, showTab, startRun, waitForBadge, waitForLayout } from '#test/support/workbench.ts'

const header = (page: Page, name: RegExp) => page.getByRole('grid').getByRole('columnheader', { name })

/** A column's cells, once all rows that are drawn have come. */
async function columnTexts(page: Page, name: RegExp): Promise<string[]> {
  await page.locator('[role="grid"][aria-busy="false"]').waitFor()
  const heads = await page.getByRole('grid').getByRole('columnheader').allTextContents()
  const at = heads.findIndex((text) => name.test(text))
  const rows = await page.getByRole('grid').locator('.grid-row').all()
  return Promise.all(rows.map(async (row) => (await row.getByRole('gridcell').nth(at).textContent()) ?? ''))
}

describeWorkbench('the grid in a browser', (bench) => {
  test('sorts and filters all rows, reaches the last one, keeps widths and pins over a reload', async () => {
    const silver = join(temporaryFolder('e2e'), 'silver')
    expect(await contrail(['sample', silver, '--minutes', '40', '--rows-per-minute', '200'])).toMatchObject({ code: 0 })
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder, { permissions: ['clipboard-write'] })
    await startRun(page, silver)
    await waitForBadge(page, 'DONE')
    const all = await gridCount(page, 'Anomaly alerts')
    await page.getByRole('searchbox', { name: 'Filter rows' }).fill('')
    await page.getByRole('tabpanel').getByText(`${all.of.toLocaleString('en-US')} of ${all.of.toLocaleString('en-US')} rows`).waitFor()
    await eventually(() => page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(all.of))

    await header(page, /^Rate/).click()
    await page.getByRole('columnheader', { name: /^Rate/ }).and(page.locator('[aria-sort="descending"]')).waitFor()
    await page.getByRole('gridcell').first().waitFor()
    const ratesShown = async () => (await columnTexts(page, /^Rate/)).map((text) => parseFloat(text))
    const rates = await reads(ratesShown, ([highest]) => highest! > 0)
    expect(rates.length).toBeGreaterThan(5)
    expect(rates).toEqual([...rates].sort((a, b) => b - a))

    // A range of rows by the mouse, and as it is copied.
    const line = (index: number) => page.getByRole('grid').locator(`.grid-row[aria-rowindex="${index + 2}"]`).getByRole('gridcell').first()
    await line(1).click()
    await line(3).click({ modifiers: ['Shift'] })
    await page.getByRole('grid').press('ControlOrMeta+c')
    await page.getByText('Copied 3 rows.').waitFor()

    await page.getByRole('grid').press('Control+End')
    const active = page.locator(`[id="${await page.getByRole('grid').getAttribute('aria-activedescendant')}"]`)
    await active.waitFor()
    await eventually(() => active.locator('xpath=..').getAttribute('aria-rowindex')).toBe(String(all.of + 1))
    await active.filter({ hasText: /\d\d:\d\d/ }).waitFor()

    await page.getByRole('searchbox', { name: 'Filter rows' }).fill('speed > 3')
    await page.getByText(/^there is no column speed/).waitFor()
    await page.getByRole('searchbox', { name: 'Filter rows' }).fill('country = Germany')
    await page.getByRole('tabpanel').getByText(new RegExp(`^[\\d,]+ of ${all.of.toLocaleString('en-US')} rows$`)).waitFor()
    await page.getByRole('gridcell', { name: 'Germany' }).first().waitFor()
    await reads(() => columnTexts(page, /^Country/), (countries) => countries.length > 5 && countries.every((country) => country === 'Germany'))

    // The head by keyboard: wider, and pinned to the left.
    await page.getByRole('grid').focus()
    await page.getByRole('grid').press('ArrowUp')
    const wide = (await header(page, /^Window/).boundingBox())!.width
    for (let press = 0; press < 6; press++) await page.getByRole('grid').press('Shift+ArrowRight')
    await reads(() => header(page, /^Window/).boundingBox(), (box) => box!.width === wide + 48)
    await header(page, /^Country/).dblclick()
    await page.getByRole('columnheader').first().filter({ hasText: 'Country' }).waitFor()
    await waitForLayout(dataFolder, ({ pinned, sizes }) => pinned.alerts?.[0] === 'origin_country' && sizes['alerts.window_start'] === Math.round(wide) + 48)
    await page.reload()
    await page.getByRole('columnheader').first().filter({ hasText: 'Country' }).waitFor()
    await reads(() => header(page, /^Window/).boundingBox(), (box) => Math.round(box!.width) === Math.round(wide) + 48)
  })

  test('stands still while it is read, and says how many rows wait', async () => {
    const silver = join(temporaryFolder('e2e'), 'silver')
    expect(await contrail(['sample', silver, '--minutes', '60', '--rows-per-minute', '50'])).toMatchObject({ code: 0 })
    const page = await bench.open(temporaryFolder('e2e-data'))
    await startRun(page, silver, { speed: '40×' })
    await showTab(page, 'Progress')
    await page.getByRole('gridcell').first().hover()
    const pill = page.getByRole('button', { name: /^\d+ new rows?/ })
    await pill.waitFor()
    const before = await columnTexts(page, /^Batch/)
    await pill.filter({ hasText: /^([5-9]|\d\d)/ }).waitFor()
    expect(await columnTexts(page, /^Batch/)).toEqual(before)
    await page.keyboard.press('n')
    await until(async () => (await columnTexts(page, /^Batch/))[0] !== before[0])
    await chooseSpeed(page, 'As fast as possible')
    await waitForBadge(page, 'DONE')
  })
})
