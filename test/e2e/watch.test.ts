import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contrail } from '#test/support/contrail.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { readScenario, showSilver } from '#test/support/oracle.ts'
import { csvRows, describeWorkbench, gridCount, onlyRun, reads, startRun, waitForBadge } from '#test/support/workbench.ts'

describeWorkbench('watching a table that grows, in a browser', (bench) => {
  test('new files are read as they come, and where there are none it says idle', async () => {
    const scenario = readScenario(join(repository, 'test/fixtures/oracle/sliding-partial-late'))
    const newest = scenario.runs[0]!.silverVersion
    const silver = join(temporaryFolder('e2e'), 'silver')
    showSilver(scenario, silver, Math.floor(newest / 2))
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    await startRun(page, silver, { mode: 'Watch', seconds: 0.2 })
    const strip = page.getByRole('region', { name: 'Status' })
    await waitForBadge(page, 'WATCHING')
    await strip.getByText(/^idle since/).waitFor()
    // A commit of the recording adds a file, and each query reads each of them once.
    await page.getByRole('tab', { name: `Files ${2 * Math.floor(newest / 2)}` }).waitFor()
    showSilver(scenario, silver, newest)
    await page.getByRole('tab', { name: `Files ${2 * newest}` }).waitFor()
    await strip.getByText(/^idle since/).waitFor()
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await waitForBadge(page, 'PAUSED')
    expect((await gridCount(page, 'Files')).of).toBe(2 * newest)
    const csv = join(dataFolder, 'phases.csv')
    expect(await contrail(['export', '--table', join(onlyRun(dataFolder).gold, 'flight_phase_counts'), '--to', csv])).toMatchObject({ code: 0 })
    const rows = csvRows(csv).rows.length
    await reads(() => gridCount(page, 'Phase counts'), ({ of }) => of === rows)
  })
})
