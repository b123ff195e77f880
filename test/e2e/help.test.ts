import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { seriousViolations } from '#test/support/axe.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { describeWorkbench, eventually, reads, startRun, waitForBadge } from '#test/support/workbench.ts'

/** As a menu would ask for it. */
const send = (page: Page, id: string) => page.evaluate(`window.dispatchEvent(new CustomEvent('contrail:command', { detail: { id: '${id}' } }))`)

/** What was copied, pasted into another page: the workbench may not read the clipboard. */
async function pasted(page: Page): Promise<string> {
  const other = await page.context().newPage()
  await other.setContent('<textarea autofocus></textarea>')
  await other.getByRole('textbox').focus()
  await other.keyboard.press('ControlOrMeta+V')
  const text = await other.getByRole('textbox').inputValue()
  await other.close()
  return text
}

describeWorkbench('help in a browser', (bench) => {
  test('the log, the report and the licences are shown, copied and saved; the start screen tells what a run uses of the disk', async () => {
    const silver = join(temporaryFolder('e2e'), 'silver')
    expect(await contrail(['sample', silver, '--minutes', '12', '--rows-per-minute', '100'])).toMatchObject({ code: 0 })
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    await startRun(page, silver)
    await waitForBadge(page, 'DONE')

    await send(page, 'showLogs')
    const logs = page.getByRole('dialog', { name: 'Logs' })
    await logs.getByText(join(dataFolder, 'logs', 'contrail.log')).waitFor()
    const log = await reads(async () => (await logs.getByRole('region', { name: 'Log' }).textContent()) ?? '', (text) => text.includes('is done'))
    expect(log).toContain(`created: replay of ${silver}`)
    await logs.getByRole('button', { name: 'Copy' }).click()
    await logs.getByText('Copied.').waitFor()
    expect(await pasted(page)).toBe(log)
    await logs.getByRole('button', { name: 'Close' }).click()

    await send(page, 'reportProblem')
    const dialog = page.getByRole('dialog', { name: 'Report a problem' })
    const report = await reads(async () => (await dialog.getByRole('region', { name: 'Report' }).textContent()) ?? '', (text) => text !== '')
    expect(report).toContain('Run: silver, replay, done')
    expect(report).not.toContain(silver)
    const download = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Save as…' }).click()
    expect((await download).suggestedFilename()).toBe('contrail-report.txt')
    expect(readFileSync(await (await download).path(), 'utf8')).toBe(report)
    await dialog.getByRole('button', { name: 'Copy' }).click()
    await dialog.getByText('Copied.').waitFor()
    expect(await pasted(page)).toBe(report)
    await page.keyboard.press('Escape')

    await send(page, 'licences')
    const licences = page.getByRole('dialog', { name: 'Licences' })
    await licences.getByRole('button', { name: /^zrender/ }).click()
    await licences.getByRole('region', { name: 'Licence of zrender' }).getByText('BSD 3-Clause License').waitFor()
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'All runs' }).click()
    const use = page.getByRole('list', { name: 'Runs' }).getByTitle(/^Disk used by the run: gold [\d.]+ kB, checkpoints [\d.]+ kB, journal [\d.]+ kB, /)
    await use.waitFor()
    await eventually(() => use.textContent()).toMatch(/^[\d.]+ (kB|MB)$/)
  })

  test('axe finds no serious violation in the dialogs, dark and light', async () => {
    const page = await bench.open(temporaryFolder('e2e-data'))
    await page.getByText('Nothing yet: open a folder.').waitFor()
    for (const [id, title, ready] of [
      ['showLogs', 'Logs', 'started: Contrail'],
      ['reportProblem', 'Report a problem', 'No run is open.'],
      ['licences', 'Licences', 'Stichting DuckDB Foundation'],
      ['openSession', 'Open session', 'Up to'],
      ['saveSession', 'Save session', 'Up to']
    ] as const) {
      await send(page, id)
      const dialog = page.getByRole('dialog', { name: title })
      if (id === 'licences') await dialog.getByRole('button', { name: '@duckdb/node-api' }).click()
      await dialog.getByText(ready).first().waitFor()
      expect(await seriousViolations(page), id).toEqual([])
    }
    // Without a run there is nothing to save.
    const dialog = page.getByRole('dialog', { name: 'Save session' })
    await reads(() => dialog.getByRole('textbox', { name: 'File path' }).inputValue(), (path) => path.endsWith('session.contrail'))
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.getByRole('alert').getByText('There is no run open, so there is nothing to save: open a run first.').waitFor()
  })
})
