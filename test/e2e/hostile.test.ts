import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { add, metaData, protocol, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { seriousViolations } from '#test/support/axe.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { hostileTexts, makeHostileTable } from '#test/support/hostileTable.ts'
import { checkFolder, copiedRows, describeWorkbench, gridCount, showTab, startRun, waitForBadge } from '#test/support/workbench.ts'

/** What the page holds that must have come from a text: elements of kinds that it has none of, handlers, addresses that run, and what a script would have left. */
const intruders = `(() => {
  const found = []
  for (const element of document.querySelectorAll('*')) {
    if (['IMG', 'IFRAME', 'OBJECT', 'EMBED', 'BASE', 'META'].includes(element.tagName) && !element.closest('head')) found.push(element.outerHTML.slice(0, 100))
    if (element.tagName === 'SCRIPT' && element.src === '') found.push(element.outerHTML.slice(0, 100))
    for (const { name, value } of element.attributes) if (/^on/i.test(name) || /^\\s*javascript:/i.test(value) && ['href', 'src', 'action', 'xlink:href'].includes(name)) found.push(name + '=' + value.slice(0, 100))
  }
  return [...found, ...('hostile' in window ? ['window.hostile'] : [])]
})()`

/** Elements whose text has a mark of direction that could reach beyond them. */
const spoofers = `(() => {
  const found = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!/[\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/.test(node.data)) continue
    const { unicodeBidi } = getComputedStyle(node.parentElement)
    if (!['isolate', 'isolate-override', 'plaintext'].includes(unicodeBidi)) found.push(node.parentElement.outerHTML.slice(0, 200))
  }
  return found
})()`

async function expectUnharmed(page: Page, where: string): Promise<void> {
  expect(await page.evaluate<readonly string[]>(intruders), where).toEqual([])
  expect(await page.evaluate<readonly string[]>(spoofers), where).toEqual([])
}

describeWorkbench('a table full of hostile texts', (bench) => {
  test('is opened, played, looked at and exported, and stays text', async () => {
    const silver = join(temporaryFolder('e2e'), `<img src=x onerror="window.hostile=1"> \u202Eesrever`)
    await makeHostileTable(bench.database, silver)
    const data = temporaryFolder('e2e-data')
    const page = await bench.open(data)
    const dialogs: string[] = []
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    await checkFolder(page, silver)
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor()
    await expectUnharmed(page, 'the report of the check')
    await page.getByText(/^Options/).click()
    await page.getByRole('textbox', { name: 'Files per trigger' }).fill('1')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await waitForBadge(page, 'DONE')
    await expectUnharmed(page, 'a run that is done')
    for (const tab of ['Anomaly alerts', 'Phase counts', 'Windows', 'Late rows', 'Files', 'Progress', 'Problems']) {
      await gridCount(page, tab)
      await expectUnharmed(page, tab)
    }
    // Every text is a country, and is copied as it is.
    const alerts = await gridCount(page, 'Anomaly alerts')
    const { head, rows } = await copiedRows(page, alerts.shown)
    expect(head.some((name) => /country/i.test(name))).toBe(true)
    expect(rows.length).toBeGreaterThanOrEqual(hostileTexts.length)
    await showTab(page, 'Phase counts')
    for (const text of [hostileTexts[0], hostileTexts[2], 'flight_phase = "']) {
      await page.getByRole('searchbox', { name: 'Filter rows' }).fill(text)
      await expectUnharmed(page, `the filter ${text}`)
    }
    await page.getByRole('searchbox', { name: 'Filter rows' }).fill('')
    // The rows of a country have silver's columns, named as they are.
    await page.locator('.country-name').first().click()
    const rowsOf = page.getByRole('dialog')
    await rowsOf.getByRole('grid', { name: 'Rows' }).getByRole('row').nth(1).waitFor()
    await expectUnharmed(page, 'silver rows')
    await page.keyboard.press('Escape')
    await rowsOf.waitFor({ state: 'detached' })
    for (const button of await page.getByRole('button', { name: 'Show as table' }).all()) await button.click()
    await expectUnharmed(page, 'charts as tables')
    expect(await seriousViolations(page)).toEqual([])
    expect(dialogs).toEqual([])
    // The same again from what was kept.
    await page.reload()
    await waitForBadge(page, 'DONE')
    await expectUnharmed(page, 'after a reload')
    expect(dialogs).toEqual([])
  })

  test('a key that is larger than a message may be ends in a sentence, and host and page go on', async () => {
    const silver = join(temporaryFolder('e2e'), 'silver')
    const rows = (name: string, minute: number, key: string) => writeParquet(bench.database, silver, name, `SELECT TIMESTAMPTZ '2026-01-23 12:00:00+00' + INTERVAL ${minute} MINUTE + to_seconds(i * 5) AS event_timestamp, ${key} AS flight_phase, ${key} AS origin_country, 13000.5::DOUBLE AS altitude_meters, 800.5::DOUBLE AS velocity_kmh FROM range(10) t(i)`)
    await rows('a.parquet', 0, `CASE WHEN i = 0 THEN repeat('x', 70000000) ELSE 'CRUISE' END`)
    await rows('b.parquet', 20, `'CRUISE'`)
    const fields = [['event_timestamp', 'timestamp'], ['flight_phase', 'string'], ['origin_country', 'string'], ['altitude_meters', 'double'], ['velocity_kmh', 'double']].map(([name, type]) => ({ name: name!, type }))
    writeLog(silver, [[protocol(), metaData(fields)], [add('a.parquet'), add('b.parquet')]])
    const page = await bench.open(temporaryFolder('e2e-data'))
    await startRun(page, silver)
    await page.getByRole('region', { name: 'Status' }).getByText(/^(DONE|FAILED)$/).waitFor()
    await page.reload()
    await page.getByRole('region', { name: 'Status' }).getByText(/^(DONE|FAILED)$/).waitFor()
    await showTab(page, 'Problems')
    await page.getByRole('grid', { name: 'Problems' }).getByText(/cannot be shown, because a text in it is longer than a message can be/).first().waitFor()
    expect(bench.served.running.ended()).toBe(false)
  })
})
