import { mkdtempSync, writeFileSync, mkdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { launchBrowser, requireChromium, contrail, serve, checkFolder, startRun, badge } from './browser.mjs'
const theme = process.argv[2] ?? 'dark', w = Number(process.argv[3] ?? 1440), h = Number(process.argv[4] ?? 900)
if (!existsSync('/tmp/sqlx/silver')) await contrail('sample', '/tmp/sqlx/silver', '--minutes', '60', '--rows-per-minute', '1000')
const data = mkdtempSync('/tmp/sqlx/data-')
writeFileSync(join(data, 'layout.json'), JSON.stringify({ formatVersion: 1, view: { layout: 'investigate', investigate: 'sql' } }))
const served = await serve(data)
const browser = await launchBrowser(requireChromium())
try {
  const page = await (await browser.newContext({ viewport: { width: w, height: h }, colorScheme: theme, reducedMotion: 'reduce' })).newPage()
  page.on('console', (m) => console.log(m.type(), m.text()))
  page.on('pageerror', (e) => console.log('pageerror', e.message))
  await page.goto(served.address)
  await checkFolder(page, '/tmp/sqlx/silver')
  await startRun(page, 1)
  await badge(page, 'DONE').waitFor({ timeout: 60000 })
  await page.getByRole('textbox', { name: 'SQL' }).waitFor()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('grid', { name: 'Result' }).waitFor({ timeout: 20000 }).catch((e) => console.log(String(e).slice(0, 200)))
  await page.waitForTimeout(1500)
  await page.screenshot({ path: `/tmp/sqlx/sql-${theme}-${w}.png` })
  for (const [i, sql] of (process.argv[5] ? JSON.parse(process.argv[5]) : []).entries()) {
    await page.getByRole('textbox', { name: 'SQL' }).fill(sql[0])
    if (sql[1]) await page.getByText(sql[1], { exact: true }).click()
    await page.getByRole('textbox', { name: 'SQL' }).press('Control+Enter')
    await page.waitForTimeout(sql[2] ?? 2500)
    await page.screenshot({ path: `/tmp/sqlx/q${i}-${theme}.png` })
  }
} finally {
  await browser.close()
  await served.stop()
}
