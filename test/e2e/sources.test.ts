import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { add, metaData, protocol, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { checkFolder, describeWorkbench, gridCount, waitForBadge } from '#test/support/workbench.ts'

/** 340 seconds of one aircraft, whose speed is in m/s under another name. */
const inMetresPerSecond = `SELECT TIMESTAMPTZ '2026-01-23 12:00:00+00' + to_seconds(i * 2) AS event_timestamp, 'Malta' AS origin_country, 'CRUISE' AS flight_phase, 11000.5::DOUBLE AS altitude_meters, (i * 1.0)::DOUBLE AS velocity FROM range(340) t(i)`

describeWorkbench('a source in a browser', (bench) => {
  test('a folder that is not there is told in a sentence, and so is one that holds no table', async () => {
    const folder = temporaryFolder('e2e')
    mkdirSync(join(folder, 'empty'))
    mkdirSync(join(folder, 'letters'))
    writeFileSync(join(folder, 'letters', 'letter.txt'), 'Dear reader')
    const page = await bench.open(temporaryFolder('e2e-data'))
    const steps = page.getByRole('list', { name: 'Steps' })
    await checkFolder(page, join(folder, 'nothing here'))
    await steps.getByText(/nothing here is not there: check the path/).waitFor()
    for (const name of ['empty', 'letters']) {
      await checkFolder(page, join(folder, name))
      await page.getByRole('heading', { name: join(folder, name) }).waitFor()
      await steps.getByText(/\[DELTA_SCHEMA_NOT_SET\]/).waitFor()
      expect(await page.getByRole('button', { name: 'Start', exact: true }).count()).toBe(0)
    }
    expect(await page.getByText(/at .*\.[jt]s:\d+/).count()).toBe(0)
  })

  test('a missing column is mapped to another one, with a factor, and the run counts with it', async () => {
    const silver = join(temporaryFolder('e2e'), 'silver')
    await writeParquet(bench.database, silver, 'a.parquet', inMetresPerSecond)
    const fields = [['event_timestamp', 'timestamp'], ['origin_country', 'string'], ['flight_phase', 'string'], ['altitude_meters', 'double'], ['velocity', 'double']] as const
    writeLog(silver, [[protocol(), metaData(fields.map(([name, type]) => ({ name, type })))], [add('a.parquet', { size: 1500 })]])
    const page = await bench.open(temporaryFolder('e2e-data'))
    await checkFolder(page, silver)
    await page.getByRole('heading', { name: 'There is no column velocity_kmh' }).waitFor()
    await page.getByRole('radio', { name: /^Use velocity × 3\.6 as velocity_kmh/ }).check()
    await page.getByRole('button', { name: 'Use this and continue' }).click()
    await page.getByText(/^Options/).click()
    await page.getByRole('textbox', { name: 'Files per trigger' }).fill('many')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByText(/^Files per trigger is many: give a whole number from 1 on/).waitFor()
    await page.getByRole('textbox', { name: 'Files per trigger' }).fill('')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await waitForBadge(page, 'DONE')
    // 1,000 km/h are passed at 278 m/s, at 12:09:16: the windows that have it stay open, the last closed one ends at 12:05.
    expect((await gridCount(page, 'Phase counts')).of).toBeGreaterThan(5)
    const grid = page.getByRole('grid', { name: 'Phase counts' })
    // 12:00 to 12:01 holds 0 to 29 m/s: 14.5 m/s on average are 52 km/h.
    await grid.getByRole('row').filter({ hasText: '12:00–12:01' }).getByRole('gridcell', { name: '52', exact: true }).waitFor()
  })
})
