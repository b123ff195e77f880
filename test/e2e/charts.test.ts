import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { describeWorkbench, reads, startRun, waitForBadge } from '#test/support/workbench.ts'

const names = ['Window river', 'Observations per phase', 'Anomaly rate by country']

describeWorkbench('the charts in a browser', (bench) => {
  test('can be taken away as an image and as data, read as a table, and moved in time', async () => {
    const folder = temporaryFolder('e2e')
    const silver = join(folder, 'silver')
    expect(await contrail(['sample', silver, '--minutes', '30', '--rows-per-minute', '100'])).toMatchObject({ code: 0 })
    const page = await bench.open(temporaryFolder('e2e-data'), { permissions: ['clipboard-write'] })
    await startRun(page, silver)
    await waitForBadge(page, 'DONE')
    for (const name of names) {
      const panel = page.getByRole('region', { name })
      const choose = async (item: string) => {
        await panel.getByRole('button', { name: 'Chart menu' }).click()
        await page.getByRole('menuitem', { name: item }).click()
      }
      const saved = async (item: string) => {
        const [download] = await Promise.all([page.waitForEvent('download'), choose(item)])
        const file = join(folder, download.suggestedFilename())
        await download.saveAs(file)
        return readFileSync(file)
      }
      expect((await saved('Save as PNG')).subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
      const [head, ...rows] = await reads(async () => (await saved('Save data as CSV')).toString('utf8').trimEnd().split(/\r?\n/), ({ length }) => length > 5)
      expect(head).toContain(',')
      expect(rows[0]).toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/)
      await choose('Copy image')
      await panel.getByText('image copied').waitFor()
      await panel.getByRole('button', { name: 'Show as table' }).click()
      await panel.getByRole('table').getByRole('row').nth(5).waitFor()
      await panel.getByRole('button', { name: 'Show as table' }).click()
      await panel.getByRole('img').first().waitFor()
    }

    const phases = page.getByRole('region', { name: 'Observations per phase' })
    for (const [measure, words] of [['Altitude', /^mean altitude of the rows, m, per 1 min window/], ['Velocity', /^mean velocity of the rows, km\/h, per 1 min window/], ['Count', /^rows per 1 min window/]] as const) {
      await phases.getByText(measure, { exact: true }).click()
      await phases.getByText(words).waitFor()
    }

    const box = (await page.getByRole('region', { name: 'Window river' }).getByRole('img').first().boundingBox())!
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await page.keyboard.down('Shift')
    await page.mouse.wheel(-400, 0)
    await page.keyboard.up('Shift')
    const back = page.getByRole('button', { name: 'Back to live' })
    await back.waitFor()
    await back.click()
    await back.waitFor({ state: 'detached' })
  })
})
