import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '#test/support/folders.ts'
import { checkFolder, describeWorkbench, eventually, waitForBadge } from '#test/support/workbench.ts'

describeWorkbench('a row with a broken clock, in a browser in New York', (bench) => {
  test('is told in the overview, left out of view and brought back; a filter with a time means UTC', async () => {
    const silver = join(temporaryFolder('e2e'), 'silver')
    mkdirSync(silver)
    const rows =
      "SELECT TIMESTAMPTZ '2026-01-23 12:00:00Z' + INTERVAL (i) SECOND AS event_timestamp, 'CRUISE' AS flight_phase, 'Malta' AS origin_country, 9000.0::DOUBLE AS altitude_meters, 800.0::DOUBLE AS velocity_kmh FROM range(1200) r(i)"
    await bench.database.run(
      `COPY (${rows} UNION ALL SELECT TIMESTAMPTZ '9999-12-31 23:59:59Z', 'CRUISE', 'Malta', 9000.0, 800.0) TO '${join(silver, '0.parquet')}' (FORMAT parquet)`
    )
    const page = await bench.open(temporaryFolder('e2e-data'), { timezoneId: 'America/New_York' })
    await checkFolder(page, silver)
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await waitForBadge(page, 'DONE')

    const leaveOut = page.getByRole('button', { name: 'Leave outliers out of view' })
    const overview = page.getByRole('img', { name: /^The whole recording/ })
    await leaveOut.waitFor()
    await page.getByText('1 row at 9999-12-31', { exact: true }).waitFor()
    expect(await page.locator('.overview-times text').count()).toBeLessThan(30)
    await leaveOut.click()
    await page.getByText('1 row at 9999-12-31, out of view').waitFor()
    await eventually(() => overview.getAttribute('aria-label')).toMatch(
      /^The whole recording, 12:00:00Z to 12:\d\d:00Z/
    )
    await page.keyboard.press('Control+z')
    await eventually(() => overview.getAttribute('aria-label')).toMatch(/to (9999-12-31|\+10000-01-01)/)
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').fill('Leave outliers out of view')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Show outliers' }).click()
    await leaveOut.waitFor()
    expect(await page.locator('.time-axis text').count()).toBeLessThan(40)

    await page.getByRole('tab', { name: /^Phase counts/ }).click()
    await page.getByRole('searchbox', { name: 'Filter rows' }).fill('start >= "2026-01-23 12:05"')
    await page.getByRole('tabpanel').getByText('15 of 20 rows').waitFor()
    await page.getByRole('searchbox', { name: 'Filter rows' }).fill('start >= "2026-02-30 12:05"')
    await page.getByText(/February 2026 has 28 days/).waitFor()
  })
})
