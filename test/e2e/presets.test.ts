import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Database } from '#electron/duckdb/database.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { knownTables, writeKnownTable, writeReadyTable, type KnownTable } from '#test/support/knownTables.ts'
import { checkFolder, describeWorkbench, waitForBadge } from '#test/support/workbench.ts'

const names: Readonly<Record<KnownTable, string>> = {
  OpenSky: 'OpenSky state vectors',
  'OpenSky REST': 'OpenSky state vectors',
  readsb: 'readsb or dump1090 aggregates',
  dump1090: 'readsb or dump1090 aggregates',
  traffic: 'rows of the traffic library',
  'traffic without zones': 'rows of the traffic library'
}

async function goldOf(gold: string, database: Database): Promise<string[]> {
  const rows = ['flight_phase_counts', 'anomaly_alerts'].map((table) => goldRows(join(gold, table), database))
  return (await Promise.all(rows))
    .flat()
    .map((row) => JSON.stringify(row))
    .sort()
}

/** Of the only run of a workbench. */
function goldFolder(data: string): string {
  const [run] = readdirSync(join(data, 'runs'))
  return join(data, 'runs', run!, 'gold')
}

async function goldOfReady(like: KnownTable, database: Database): Promise<string[]> {
  const folder = temporaryFolder('e2e')
  const silver = await writeReadyTable(database, like)
  const places = ['--gold', join(folder, 'gold'), '--checkpoints', join(folder, 'checkpoints')]
  expect(await contrail(['replay', '--silver', silver, ...places])).toMatchObject({ code: 0 })
  return goldOf(join(folder, 'gold'), database)
}

async function start(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await waitForBadge(page, 'DONE')
}

describeWorkbench('a kind of table that is recognised', (bench) => {
  test.each(knownTables)('is replayed with the mapping that is offered: as of %s', async (kind) => {
    const silver = await writeKnownTable(bench.database, kind)
    const data = temporaryFolder('e2e-data')
    const page = await bench.open(data)
    await checkFolder(page, silver)
    await page.getByRole('heading', { name: `These look like ${names[kind]}` }).waitFor()
    await page.getByText(/^By a rule: GROUND on the ground, or below 300 m and 100 km\/h/).waitFor()
    await page.getByRole('button', { name: 'Use their mapping' }).click()
    await start(page)
    const gold = await goldOf(goldFolder(data), bench.database)
    expect([gold.length, gold]).toEqual([197, await goldOfReady(kind, bench.database)])
  })

  test('is asked for the time zone of times that name none, and an unknown one is refused beside it', async () => {
    const silver = await writeKnownTable(bench.database, 'traffic without zones')
    const data = temporaryFolder('e2e-data')
    const page = await bench.open(data)
    await checkFolder(page, silver)
    const zone = page.getByRole('combobox', { name: 'Time zone of the times' })
    await zone.fill('Europe/Nowhere')
    await page.getByRole('button', { name: 'Use their mapping' }).click()
    await page.getByRole('alert').getByText('No time zone is called Europe/Nowhere, as Europe/Berlin or UTC.').waitFor()
    await zone.fill('Europe/Berlin')
    await page.getByRole('button', { name: 'Use their mapping' }).click()
    await page.getByText(/event_timestamp is timestamp as local time in Europe\/Berlin\./).waitFor()
    await start(page)
    const starts = (await goldRows(join(goldFolder(data), 'flight_phase_counts'), bench.database)).map((row) =>
      String(row.window_start)
    )
    // 12:00 in Berlin, in winter.
    expect(starts.sort()[0]).toBe('2026-01-23T11:00:00.000000Z')
  })

  test('may be decided about column by column, and anew', async () => {
    const silver = await writeKnownTable(bench.database, 'OpenSky')
    const page = await bench.open(temporaryFolder('e2e-data'))
    await checkFolder(page, silver)
    await page.getByRole('button', { name: 'Decide column by column' }).click()
    await page.getByRole('button', { name: 'Back to the whole mapping' }).click()
    await page.getByRole('button', { name: 'Decide column by column' }).click()
    const use = async (needed: string, choice: RegExp) => {
      await page.getByRole('heading', { name: `There is no column ${needed}` }).waitFor()
      await page.getByRole('radio', { name: choice }).check()
      await page.getByRole('button', { name: 'Use this and continue' }).click()
    }
    await use('event_timestamp', /^Read time as epoch seconds Gives 2026-01-23 12:00:00 to 12:19:50 UTC/)
    await use('altitude_meters', /^Use baroaltitude as it is/)
    await use('velocity_kmh', /^Use velocity × 3\.6 as velocity_kmh/)
    await use(
      'origin_country',
      /^Use the country of the address icao24 The state that the block of the address belongs to/
    )
    await use('flight_phase', /^Make it of altitude, speed and the climb rate vertrate By a rule/)
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Decide about the columns anew' }).click()
    await page.getByRole('button', { name: 'Back to the whole mapping' }).click()
    await page.getByRole('button', { name: 'Use their mapping' }).click()
    await start(page)
  })
})
