import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contrail, until } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { describeWorkbench, gridCount, onlyRun, showTab, startRun, waitForBadge } from '#test/support/workbench.ts'

describeWorkbench('runs in a browser', (bench) => {
  test('another run in the rail shows its own rows, also where a row of the one before was chosen', async () => {
    const folder = temporaryFolder('e2e')
    const page = await bench.open(temporaryFolder('e2e-data'))
    const counts = []
    for (const [name, minutes] of [['short', 12], ['long', 16]] as const) {
      expect(await contrail(['sample', join(folder, name), '--minutes', String(minutes), '--rows-per-minute', '100'])).toMatchObject({ code: 0 })
      if (name === 'long') await page.getByRole('button', { name: 'All runs' }).click()
      await startRun(page, join(folder, name))
      await waitForBadge(page, 'DONE')
      counts.push(await gridCount(page, 'Phase counts'))
    }
    const [short, long] = counts
    expect(short!.of).toBeLessThan(long!.of)
    await page.locator('[role="grid"][aria-busy="false"]').waitFor()
    await page.getByRole('grid').getByRole('row').nth(1).click()
    await page.getByRole('region', { name: 'Runs' }).getByRole('button', { name: /^short/ }).click()
    await page.getByRole('tabpanel').getByText(`${short!.of} of ${short!.of} rows`).waitFor()
    expect(await gridCount(page, 'Phase counts')).toEqual(short)
  })

  test('a run is listed, opened again as it was, and deleted when that is said twice', async () => {
    const silver = join(temporaryFolder('e2e'), 'silver')
    expect(await contrail(['sample', silver, '--minutes', '12', '--rows-per-minute', '100'])).toMatchObject({ code: 0 })
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    await startRun(page, silver)
    await waitForBadge(page, 'DONE')
    const before = await gridCount(page, 'Phase counts')
    expect(before.of).toBeGreaterThan(0)

    // One selection: a row of a table is that window in the river, in its words and in the other tables.
    await page.locator('[role="grid"][aria-busy="false"]').waitFor()
    await page.getByRole('grid').getByRole('row').nth(1).click()
    const river = page.getByRole('region', { name: 'Window river' })
    const chosen = (await page.getByRole('grid').getByRole('row').nth(1).getByRole('gridcell').first().textContent())!
    await river.getByText(new RegExp(`^\\D+ ${chosen}, (closed|late drops)`)).waitFor({ state: 'attached' })
    await showTab(page, 'Windows')
    await page.getByRole('row', { selected: true }).filter({ hasText: chosen }).filter({ hasText: 'phase counts' }).waitFor()

    await page.getByRole('button', { name: 'All runs' }).click()
    const runs = page.getByRole('list', { name: 'Runs' })
    await runs.getByText(/replay, done/).click()
    await waitForBadge(page, 'DONE')
    expect(await gridCount(page, 'Phase counts')).toEqual(before)

    const { gold } = onlyRun(dataFolder)
    await page.getByRole('button', { name: 'All runs' }).click()
    await runs.getByRole('button', { name: /^Delete run/ }).click()
    const dialog = page.getByRole('dialog', { name: /^Delete the run/ })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(existsSync(gold)).toBe(true)
    await runs.getByRole('button', { name: /^Delete run/ }).click()
    await dialog.getByRole('button', { name: 'Delete run' }).click()
    await until(() => !existsSync(gold))
    await until(async () => (await runs.getByText(/replay, done/).count()) === 0)
    expect(existsSync(silver)).toBe(true)
  })
})
