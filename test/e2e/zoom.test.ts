import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { unreachable } from '#test/support/reachable.ts'
import { checkFolder, describeWorkbench, eventually, waitForBadge } from '#test/support/workbench.ts'

/** What 200 % of zoom leaves of screens of 1440 by 900, 1366 by 768 and 1280 by 1024. */
const sizes = [
  { width: 720, height: 450 },
  { width: 683, height: 384 },
  { width: 640, height: 512 }
] as const

/** A control that moves under the check is looked at again. */
const allReachable = (page: Page, screen: string) =>
  expect.poll(() => unreachable(page), { interval: 200, timeout: 15_000, message: screen }).toEqual([])

async function command(page: Page, title: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill(title)
  await page.getByRole('dialog').getByRole('option').first().filter({ hasText: title }).waitFor()
  await page.keyboard.press('Enter')
}

const closeDialog = async (page: Page) => {
  await page.keyboard.press('Escape')
  await eventually(() => page.locator('dialog[open], [role="dialog"]').count()).toBe(0)
}

async function startScreens(page: Page, silver: string, runs: boolean): Promise<void> {
  await allReachable(page, 'start')
  await page.getByRole('button', { name: 'Open folder' }).first().click()
  await page.getByRole('textbox', { name: 'Folder path' }).waitFor()
  await allReachable(page, 'Open folder')
  await closeDialog(page)
  await page.getByRole('button', { name: 'Connect to S3' }).first().click()
  await page.getByRole('dialog').waitFor()
  for (const choice of ['Another server', 'Keys'])
    await page.getByRole('dialog').getByRole('radio', { name: choice }).check()
  await allReachable(page, 'Connect to S3')
  await closeDialog(page)
  await checkFolder(page, silver)
  await page.getByRole('button', { name: 'Start', exact: true }).waitFor()
  await page.getByText(/^Options/).click()
  await allReachable(page, 'source check')
  if (!runs) return
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await waitForBadge(page, 'DONE')
}

async function menus(page: Page): Promise<void> {
  for (const title of ['File', 'Edit', 'View', 'Replay', 'Alerts', 'Window', 'Help']) {
    await page.locator('.menu-title').getByText(title, { exact: true }).click()
    await page.locator('.menu').waitFor()
    await allReachable(page, `menu ${title}`)
    await page.keyboard.press('Escape')
    await eventually(() => page.locator('.menu').count()).toBe(0)
  }
}

async function monitor(page: Page): Promise<void> {
  await page.keyboard.press('Control+1')
  await page.getByRole('grid').waitFor()
  await allReachable(page, 'Monitor')
  for (const tab of ['Windows', 'Problems', 'Anomaly alerts']) {
    await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
    await allReachable(page, `tab ${tab}`)
  }
  for (const [title, back] of [
    ['Maximise tables', 'Maximise tables'],
    ['Source and runs', 'Source and runs']
  ] as const) {
    await command(page, title)
    await allReachable(page, title)
    await command(page, back)
  }
}

async function otherLayouts(page: Page): Promise<void> {
  await page.keyboard.press('Control+2')
  await page.getByRole('textbox', { name: 'Altitude maximum' }).first().waitFor()
  await allReachable(page, 'Tune')
  await command(page, 'Window detail')
  await page.getByRole('button', { name: 'Open as SQL' }).waitFor()
  await allReachable(page, 'window detail')
  await page.keyboard.press('Control+4')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('region', { name: 'SQL' }).getByRole('gridcell').first().waitFor()
  await allReachable(page, 'SQL')
  await page.keyboard.press('Control+1')
}

async function dialogs(page: Page): Promise<void> {
  for (const title of [
    'Export…',
    'Save session as…',
    'Open session…',
    'Keyboard shortcuts',
    'Show logs',
    'Report a problem',
    'Licences',
    'About Contrail'
  ]) {
    await command(page, title)
    await page.getByRole('dialog').waitFor()
    await allReachable(page, title)
    await closeDialog(page)
  }
  await page.keyboard.press('Control+k')
  await allReachable(page, 'palette')
  await closeDialog(page)
}

describeWorkbench('at 200 % of zoom', (bench) => {
  test('every control of every screen and dialog can be scrolled to and pressed', async () => {
    const silver = join(temporaryFolder('e2e'), 'silver')
    expect(await contrail(['sample', silver, '--minutes', '12', '--rows-per-minute', '60'])).toMatchObject({ code: 0 })
    const page = await bench.open(temporaryFolder('e2e-data'), { viewport: sizes[0] })
    for (const [i, size] of sizes.entries()) {
      await page.setViewportSize(size)
      await startScreens(page, silver, i === sizes.length - 1)
    }
    for (const size of sizes) {
      await page.setViewportSize(size)
      await monitor(page)
      await menus(page)
      await otherLayouts(page)
      await dialogs(page)
    }
  })
})
