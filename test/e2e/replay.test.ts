import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { outcomeOf } from '#test/support/outcome.ts'
import { chooseSpeed, copiedRows, csvRows, describeWorkbench, eventually, filesRead, gridCount, onlyRun, reads, replayedSample, startPaused, startRun, waitForBadge, waitForLayout, type Story } from '#test/support/workbench.ts'

describeWorkbench('a replay in a browser', (bench) => {
  let story: Story
  beforeAll(async () => {
    story = await replayedSample()
  })

  const goldOf = ({ gold, checkpoints }: Pick<Story, 'gold' | 'checkpoints'>) => outcomeOf(gold, checkpoints, bench.database)

  test('the sample plays to its end, and the grid holds what `contrail export` writes', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder, { permissions: ['clipboard-write'] })
    await page.getByRole('button', { name: 'Play the sample recording' }).click()
    await waitForBadge(page, 'REPLAY')
    await chooseSpeed(page, 'As fast as possible')
    await waitForBadge(page, 'DONE')
    for (const name of ['Window river', 'Observations per phase', 'Anomaly rate by country']) await page.getByRole('region', { name }).waitFor()
    for (const [tab, table] of [['Anomaly alerts', 'anomaly_alerts'], ['Phase counts', 'flight_phase_counts']] as const) {
      const csv = join(dataFolder, `${table}.csv`)
      expect(await contrail(['export', '--table', join(onlyRun(dataFolder).gold, table), '--to', csv])).toMatchObject({ code: 0 })
      const { head, rows } = csvRows(csv)
      const rate = head.indexOf('anomaly_rate')
      const { shown, of } = await gridCount(page, tab)
      expect({ shown, of }).toEqual({ shown: rows.filter((row) => rate < 0 || Number(row[rate]) > 0).length, of: rows.length })
      await page.getByRole('searchbox', { name: 'Filter rows' }).fill('')
      expect(await gridCount(page, tab)).toEqual({ shown: of, of })
      const copied = await copiedRows(page, of)
      expect(copied.head).toEqual(head)
      expect(copied.rows.map(valuesOf).sort()).toEqual(rows.map(valuesOf).sort())
    }
  })

  test('pause, a step by each unit, and play again lead to the same gold', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    await startRun(page, story.silver, { speed: '1×' })
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await waitForBadge(page, 'PAUSED')
    for (const unit of ['File', 'Trigger', 'Window close', 'Alert']) {
      const before = await gridCount(page, 'Progress')
      await page.getByRole('radiogroup', { name: 'Step by' }).getByText(unit, { exact: true }).click()
      await page.getByRole('button', { name: 'Step forward' }).click()
      await page.getByRole('tab', { name: /^Progress/ }).filter({ hasNotText: new RegExp(`Progress ${before.of}$`) }).waitFor()
      await waitForBadge(page, 'PAUSED')
      if (unit === 'Window close') await reads(() => gridCount(page, 'Phase counts'), ({ of }) => of > 0)
      if (unit === 'Alert') await reads(() => gridCount(page, 'Anomaly alerts'), ({ shown }) => shown > 0)
    }
    await chooseSpeed(page, 'As fast as possible')
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await waitForBadge(page, 'DONE')
    expect(await goldOf(onlyRun(dataFolder))).toEqual(await goldOf(story))
  })

  test('as many steps are done as were asked for, also while one is under way', async () => {
    const page = await bench.open(temporaryFolder('e2e-data'))
    await startPaused(page, story.silver)
    for (let step = 0; step < 8; step++) await page.getByRole('button', { name: 'Step forward' }).click()
    await page.getByRole('tab', { name: 'Progress 20', exact: true }).waitFor()
    await eventually(() => filesRead(page)).toBe(10)
  })

  test('a reload keeps the screen: the run, its tab, its theme', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    await startRun(page, story.silver, { speed: '20×' })
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await waitForBadge(page, 'PAUSED')
    await page.getByRole('tab', { name: /^Files/ }).click()
    await eventually(() => page.locator('html').getAttribute('data-theme')).toBe('dark')
    await page.getByRole('menuitem', { name: 'View', exact: true }).click()
    await page.getByRole('menuitemradio', { name: 'Light theme' }).click()
    await page.locator('html[data-theme="light"]').waitFor()
    await waitForLayout(dataFolder, ({ theme, tab, lastRunId }) => theme === 'light' && tab === 'files' && lastRunId !== null)
    await page.reload()
    await waitForBadge(page, 'PAUSED')
    await page.getByRole('grid', { name: 'Files' }).waitFor()
    await page.locator('html[data-theme="light"]').waitFor()
  })

  test('a host that is killed in mid-run is gone on with by the next one, to the same gold', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    await startRun(page, story.silver, { speed: '20×' })
    await waitForBadge(page, 'REPLAY')
    await page.getByRole('tab', { name: /^Phase counts/ }).filter({ hasNotText: /Phase counts 0$/ }).waitFor()
    await bench.killHost()
    const again = await bench.open(dataFolder)
    await again.getByText(/interrupted/).first().waitFor()
    await again.getByRole('region', { name: 'Transport' }).or(again.getByRole('list', { name: 'Runs' }).getByRole('button').first()).first().waitFor()
    if (await again.getByRole('list', { name: 'Runs' }).isVisible()) await again.getByRole('list', { name: 'Runs' }).getByRole('button').first().click()
    await chooseSpeed(again, 'As fast as possible')
    await again.getByRole('button', { name: 'Play', exact: true }).click()
    await waitForBadge(again, 'DONE')
    expect(await goldOf(onlyRun(dataFolder))).toEqual(await goldOf(story))
  })
})

/** A row with its numbers as numbers: both sides write them exactly, each in its own way. */
const valuesOf = (row: readonly string[]): string => JSON.stringify(row.map((cell) => (cell === '' || Number.isNaN(Number(cell)) ? (/^\d{4}-\d\d-\d\d[T ]/.test(cell) ? Date.parse(/Z$/.test(cell) ? cell : `${cell.replace(' ', 'T').replace(/\+00(:00)?$/, '')}Z`) : cell) : Number(cell))))
