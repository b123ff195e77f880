import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { add, metaData, protocol, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { copiedRows, describeWorkbench, gridCount, onlyRun, startRun, waitForBadge } from '#test/support/workbench.ts'

/** What a person might have put into a transponder or a country: text that a page or a spreadsheet would run. */
const hostile = [`<img src=x onerror="document.title='owned'">`, `<script>document.title='owned'</script>`, '=HYPERLINK("http://example.invalid","x")', '+1+1', '@SUM(1)', '-2+3', "Côte d'Ivoire; DROP TABLE windows", 'Malta']

const fields = [['event_timestamp', 'timestamp'], ['origin_country', 'string'], ['flight_phase', 'string'], ['altitude_meters', 'double'], ['velocity_kmh', 'double'], ['callsign', 'string']] as const

async function exportTo(page: Page, format: string, rows: RegExp, to: string): Promise<void> {
  await page.getByRole('button', { name: 'Export', exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox', { name: 'Format' }).selectOption(format)
  const options = await dialog.getByRole('combobox', { name: 'Rows' }).locator('option').allTextContents()
  await dialog.getByRole('combobox', { name: 'Rows' }).selectOption(options.find((option) => rows.test(option.trim()))!)
  await dialog.getByRole('textbox', { name: 'Save to' }).fill(to)
  await dialog.getByRole('button', { name: 'Export', exact: true }).click()
  await dialog.getByText(/^Exported/).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
}

describeWorkbench('export in a browser', (bench) => {
  test('CSV and Parquet hold what gold holds, also where the data is hostile', async () => {
    const folder = temporaryFolder('e2e')
    const silver = join(folder, 'silver')
    const values = hostile.map((text, i) => `(${i}, ${quoteLiteral(text)})`).join(', ')
    await writeParquet(bench.database, silver, 'a.parquet', `SELECT TIMESTAMPTZ '2026-01-23 12:00:00+00' + to_seconds(s * 10 + k) AS event_timestamp, t AS origin_country, t AS flight_phase, (11990 + k * 5)::DOUBLE AS altitude_meters, 800.5::DOUBLE AS velocity_kmh, t AS callsign FROM range(120) r(s), (VALUES ${values}) v(k, t)`)
    writeLog(silver, [[protocol(), metaData(fields.map(([name, type]) => ({ name, type })))], [add('a.parquet', { size: 1500 })]])
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder, { permissions: ['clipboard-write'] })
    await startRun(page, silver)
    await waitForBadge(page, 'DONE')
    const gold = join(onlyRun(dataFolder).gold, 'anomaly_alerts')

    const { shown, of } = await gridCount(page, 'Anomaly alerts')
    expect(shown).toBeGreaterThan(0)
    expect(shown).toBeLessThan(of)
    for (const text of hostile.slice(0, 2)) await page.getByRole('grid').getByRole('gridcell', { name: text, exact: true }).or(page.getByRole('region', { name: 'Anomaly rate by country' }).getByText(text, { exact: true })).first().waitFor()
    expect(await page.title()).not.toBe('owned')
    const copied = await copiedRows(page, shown)
    for (const row of copied.rows) for (const cell of row) expect(cell).not.toMatch(/^[=+@]/)

    const parquet = join(folder, 'alerts.parquet')
    const csv = join(folder, 'alerts.csv')
    const some = join(folder, 'some.parquet')
    await exportTo(page, 'Parquet', /^all rows/, parquet)
    await exportTo(page, 'CSV', /^all rows/, csv)
    await exportTo(page, 'Parquet', /^shown/, some)
    const byCommandLine = join(folder, 'by-command-line.parquet')
    expect(await contrail(['export', '--table', gold, '--to', byCommandLine])).toMatchObject({ code: 0 })
    const difference = async (a: string, b: string) => (await bench.database.query(`SELECT count(*)::DOUBLE AS rows FROM ((FROM read_parquet(${quoteLiteral(a)}) EXCEPT ALL FROM read_parquet(${quoteLiteral(b)})) UNION ALL (FROM read_parquet(${quoteLiteral(b)}) EXCEPT ALL FROM read_parquet(${quoteLiteral(a)})))`)).numbers(0)[0]
    expect(await difference(parquet, byCommandLine)).toBe(0)
    const lines = readFileSync(csv, 'utf8')
    expect(lines).not.toMatch(/(^|,)"?[=+@-](?![\d.]+(,|\r|$))/m)
    expect(JSON.parse(readFileSync(`${csv}.metadata.json`, 'utf8'))).toMatchObject({ timeZone: 'UTC' })
    const counts = await bench.database.query(`SELECT (SELECT count(*) FROM read_parquet(${quoteLiteral(some)}))::DOUBLE AS some, (SELECT count(*) FROM read_csv(${quoteLiteral(csv)}))::DOUBLE AS lines, (SELECT count(*) FROM read_parquet(${quoteLiteral(parquet)}))::DOUBLE AS whole`)
    expect([counts.numbers(0)[0], counts.numbers(1)[0], counts.numbers(2)[0]]).toEqual([shown, of, of])

    // The same file again: refused with the next step, replaced when asked to.
    await page.getByRole('button', { name: 'Export', exact: true }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Save to' }).fill(parquet)
    await dialog.getByRole('button', { name: 'Export', exact: true }).click()
    await dialog.getByText(/is already there: choose another name, or replace it/).waitFor()
    await dialog.getByRole('button', { name: 'Replace the file' }).click()
    await dialog.getByText(/^Exported/).waitFor()

    const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Download' }).click()])
    const fetched = join(folder, 'fetched.parquet')
    await download.saveAs(fetched)
    expect(download.suggestedFilename()).toMatch(/^[\w-]+-anomaly_alerts\.parquet$/)
    expect(await difference(fetched, byCommandLine)).toBe(0)
  })
})
