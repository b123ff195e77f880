import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { checkFolder, describeWorkbench, eventually, reads, waitForBadge } from '#test/support/workbench.ts'

const noWindow = /No window has closed yet/

describeWorkbench('a table under a pointer that rests', (bench) => {
  test('shows its first rows as they come: there was nothing to read before', async () => {
    const silver = join(temporaryFolder('e2e'), 'silver')
    expect(await contrail(['sample', silver, '--minutes', '20', '--rows-per-minute', '100'])).toMatchObject({ code: 0 })
    const page = await bench.open(temporaryFolder('e2e-data'))
    await checkFolder(page, silver)
    // Where the table will be, before there is one.
    await page.getByRole('button', { name: 'Start', exact: true }).focus()
    await page.mouse.move(500, 760)
    await page.keyboard.press('Enter')
    await page.getByRole('grid').waitFor()
    await page.mouse.move(502, 760)
    await waitForBadge(page, 'DONE')
    await page.getByRole('gridcell').first().waitFor()
    await eventually(() => page.getByText(noWindow).count()).toBe(0)
    // What waits is counted beside rows that are read, never beside a sentence that says that there are none.
    await reads(() => page.getByRole('grid').getAttribute('aria-rowcount'), (count) => Number(count) > 0)

    // The same for a filter that nothing passed, and for every other table.
    for (const tab of ['Phase counts', 'Windows', 'Files', 'Progress']) {
      await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).press('Enter')
      await page.getByRole('grid', { name: tab }).getByRole('gridcell').first().waitFor()
    }
  })

  test('shows what a filter begins to match while nothing is shown', async () => {
    const silver = join(temporaryFolder('e2e'), 'silver')
    expect(await contrail(['sample', silver, '--minutes', '30', '--rows-per-minute', '60'])).toMatchObject({ code: 0 })
    const page = await bench.open(temporaryFolder('e2e-data'))
    await checkFolder(page, silver)
    await page.getByText(/^Options/).click()
    await page.getByRole('textbox', { name: 'Files per trigger' }).fill('1')
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('0.1×')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('tab', { name: /^Progress/ }).click()
    await page.getByRole('grid', { name: 'Progress' }).getByRole('gridcell').first().waitFor()
    await page.getByRole('searchbox', { name: 'Filter rows' }).fill('batch > 3')
    await page.getByText(/^0 of \d+ rows matched the filter/).waitFor()
    await page.getByRole('grid').hover()
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('As fast as possible')
    await waitForBadge(page, 'DONE')
    await page.getByRole('grid', { name: 'Progress' }).getByRole('gridcell').first().waitFor()
  })
})
