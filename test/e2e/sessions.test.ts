import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { ViewState } from '#renderer/store/viewStore.ts'
import { contrail, until } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { describeWorkbench, eventually, gridCount, reads, showTab, startRun, waitForBadge, waitForLayout } from '#test/support/workbench.ts'

/** As a menu would ask for it. */
const send = (page: Page, id: string) => page.evaluate(`window.dispatchEvent(new CustomEvent('contrail:command', { detail: { id: '${id}' } }))`)

const viewIn = (dataFolder: string): ViewState => (JSON.parse(readFileSync(join(dataFolder, 'layout.json'), 'utf8')) as { view: ViewState }).view

/** Something small, whose saving shows that all before has been. */
async function toLight(page: Page): Promise<void> {
  await page.getByRole('menuitem', { name: 'View' }).click()
  await page.getByRole('menuitemradio', { name: 'Light theme' }).click()
}

const limit = (page: Page) => page.getByRole('textbox', { name: 'Altitude maximum', exact: true })

/** A done run of a short sample, with a window chosen, a range that stands still, a filter and a limit that is thought of. */
async function lookedAt(page: Page, dataFolder: string, silver: string) {
  await startRun(page, silver)
  await waitForBadge(page, 'DONE')
  await gridCount(page, 'Phase counts')
  await page.getByRole('searchbox', { name: 'Filter rows' }).fill('CRUISE')
  await page.locator('[role="grid"][aria-busy="false"]').waitFor()
  const shown = await gridCount(page, 'Phase counts')
  await page.getByRole('grid').getByRole('row').nth(1).click()
  await page.getByRole('slider', { name: 'Visible range' }).press('ArrowLeft')
  await limit(page).fill('9000')
  await limit(page).press('Enter')
  await waitForLayout(dataFolder, (view) => view.selection !== null && view.range !== null && view.asked.phases?.filter === 'CRUISE' && view.proposed?.altitudeMax === 9000)
  return { shown, view: viewIn(dataFolder) }
}

/** The page shows what that view says. */
async function shows(page: Page, shown: { shown: number; of: number }): Promise<void> {
  await waitForBadge(page, 'DONE')
  await page.getByRole('tab', { name: /^Phase counts/, selected: true }).waitFor()
  await eventually(() => page.getByRole('searchbox', { name: 'Filter rows' }).inputValue()).toBe('CRUISE')
  expect(await gridCount(page, 'Phase counts')).toEqual(shown)
  await page.getByRole('row', { selected: true }).waitFor()
  expect(await reads(() => limit(page).inputValue(), (text) => text !== '')).toBe('9,000')
}

async function sample(): Promise<string> {
  const silver = join(temporaryFolder('e2e'), 'silver')
  expect(await contrail(['sample', silver, '--minutes', '12', '--rows-per-minute', '100'])).toMatchObject({ code: 0 })
  return silver
}

async function saveTo(page: Page, file: string): Promise<void> {
  await send(page, 'saveSession')
  const dialog = page.getByRole('dialog', { name: 'Save session' })
  await reads(() => dialog.getByRole('textbox', { name: 'File path' }).inputValue(), (path) => path.endsWith('silver.contrail'))
  await dialog.getByRole('textbox', { name: 'File path' }).fill(file)
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()
  await dialog.getByText(`Saved to ${file}`).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
}

async function openFrom(page: Page, file: string) {
  await send(page, 'openSession')
  const dialog = page.getByRole('dialog', { name: 'Open session' })
  await dialog.getByRole('textbox', { name: 'File path' }).fill(file)
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()
  return dialog
}

describeWorkbench('sessions in a browser', (bench) => {
  test('a reload, and another host after a crash, come back to the same run, layout, selection, range, filter and proposed limits', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    const { shown, view } = await lookedAt(page, dataFolder, await sample())
    await page.reload()
    await shows(page, shown)
    expect(viewIn(dataFolder)).toEqual(view)

    await bench.killHost()
    const again = await bench.open(dataFolder)
    await shows(again, shown)
    expect(viewIn(dataFolder)).toEqual(view)

    await again.getByRole('button', { name: 'Tune', exact: true }).click()
    await waitForLayout(dataFolder, ({ layout }) => layout === 'tune')
    await bench.killHost()
    const tuned = await bench.open(dataFolder)
    await waitForBadge(tuned, 'DONE')
    await tuned.locator('main[data-layout="tune"]').waitFor()
    expect(await reads(() => limit(tuned).inputValue(), (text) => text !== '')).toBe('9,000')
    await toLight(tuned)
    await waitForLayout(dataFolder, ({ theme }) => theme === 'light')
    expect(viewIn(dataFolder)).toEqual({ ...view, layout: 'tune', theme: 'light' })
  })

  test('a damaged layout is as good as none, and is kept aside', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    writeFileSync(join(dataFolder, 'layout.json'), '{"formatVersion":1,"view":{"la')
    const page = await bench.open(dataFolder)
    await page.getByText('Nothing yet: open a folder.').waitFor()
    expect(readFileSync(join(dataFolder, 'layout.aside.json'), 'utf8')).toBe('{"formatVersion":1,"view":{"la')
  })

  test('a session is saved, things change, and it is opened again; from a run that is not there too', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    const silver = await sample()
    const { shown, view } = await lookedAt(page, dataFolder, silver)
    const file = join(temporaryFolder('e2e-sessions'), 'evening.contrail')
    await saveTo(page, file)

    // Of the run that is open.
    await page.getByRole('searchbox', { name: 'Filter rows' }).fill('DESCENT')
    await showTab(page, 'Windows')
    await limit(page).fill('8000')
    await limit(page).press('Enter')
    await waitForLayout(dataFolder, ({ tab, asked, proposed }) => tab === 'windows' && asked.phases?.filter === 'DESCENT' && proposed?.altitudeMax === 8000)
    await (await openFrom(page, file)).waitFor({ state: 'hidden' })
    await shows(page, shown)
    await waitForLayout(dataFolder, ({ tab }) => tab === 'phases')
    expect(viewIn(dataFolder)).toEqual(view)

    // From the start screen.
    await page.getByRole('button', { name: 'All runs' }).click()
    await (await openFrom(page, file)).waitFor({ state: 'hidden' })
    await shows(page, shown)
    await waitForLayout(dataFolder, ({ lastRunId, range }) => lastRunId === view.lastRunId && range !== null)
    expect(viewIn(dataFolder)).toEqual(view)

    // Where its run has been deleted: another one over the same silver, that has not been played.
    await page.getByRole('button', { name: 'All runs' }).click()
    await page.getByRole('list', { name: 'Runs' }).getByRole('button', { name: /^Delete run/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete run' }).click()
    await until(() => !existsSync(join(dataFolder, 'runs', view.lastRunId!)))
    await (await openFrom(page, file)).waitFor({ state: 'hidden' })
    await page.getByRole('heading', { name: 'silver', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await shows(page, shown)
    const { lastRunId, ...others } = viewIn(dataFolder)
    expect({ ...others, lastRunId: view.lastRunId }).toEqual(view)
    expect(lastRunId).not.toBe(view.lastRunId)
  })

  test('a file is found in the list of the dialog, and one that is there is replaced only where that is said', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    await startRun(page, await sample())
    await waitForBadge(page, 'DONE')
    const folder = temporaryFolder('e2e-sessions')
    const file = join(folder, 'evening.contrail')
    await saveTo(page, file)
    const before = readFileSync(file, 'utf8')
    await send(page, 'saveSession')
    const save = page.getByRole('dialog', { name: 'Save session' })
    await reads(() => save.getByRole('textbox', { name: 'File path' }).inputValue(), (path) => path.endsWith('silver.contrail'))
    await save.getByRole('textbox', { name: 'File path' }).fill(file)
    await save.getByRole('button', { name: 'Save', exact: true }).click()
    await save.getByRole('alert').getByText('is there already').waitFor()
    expect(readFileSync(file, 'utf8')).toBe(before)
    await save.getByRole('button', { name: 'Replace the file' }).click()
    await save.getByText(`Saved to ${file}`).waitFor()
    expect(readFileSync(file, 'utf8')).not.toBe(before)
    await page.keyboard.press('Escape')

    // A folder that is typed is looked into; from there by its buttons alone.
    await send(page, 'openSession')
    const open = page.getByRole('dialog', { name: 'Open session' })
    const list = open.getByRole('list', { name: 'Folders and sessions' })
    await list.getByRole('button').first().waitFor()
    await open.getByRole('textbox', { name: 'File path' }).fill(dirname(folder))
    await open.getByRole('button', { name: 'Open', exact: true }).click()
    await list.getByRole('button', { name: basename(folder), exact: true }).click()
    await list.getByRole('button', { name: `Up to ${dirname(folder)}` }).waitFor()
    await list.getByRole('button', { name: /^evening\.contrail/ }).click()
    await eventually(() => open.getByRole('textbox', { name: 'File path' }).inputValue()).toBe(file)
    await open.getByRole('button', { name: 'Open', exact: true }).click()
    await open.waitFor({ state: 'hidden' })
  })

  test('what is no session is refused in a sentence, and nothing changes', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    const silver = await sample()
    const { view } = await lookedAt(page, dataFolder, silver)
    const file = join(temporaryFolder('e2e-sessions'), 'hostile.contrail')
    await saveTo(page, file)
    const session = JSON.parse(readFileSync(file, 'utf8')) as { run: { id: string; silver: string; settings: object }; view: object }
    const dialog = page.getByRole('dialog', { name: 'Open session' })
    for (const [hostile, sentence] of [
      ['<script>alert(1)</script>', 'hostile.contrail is not a session of Contrail: it is not JSON; choose another file'],
      [JSON.stringify({ ...session, formatVersion: 9 }), 'was saved by a newer Contrail (session format 9, and this one reads 1): open it with that one'],
      [JSON.stringify({ ...session, view: { $bytes: [0, 1e9] } }), 'nested too deep, too large, or has a key that no session has'],
      [JSON.stringify({ ...session, view: { ...session.view, layout: '<img src=x onerror=alert(1)>' } }), 'view.layout must be one of monitor, tune, investigate'],
      [JSON.stringify({ ...session, run: { ...session.run, id: 'elsewhere', silver: '/nowhere/at/all' } }), 'neither is its silver (/nowhere/at/all): connect the drive that holds it'],
      ['x'.repeat(1_000_001), 'it has more than 1 MB']
    ] as const) {
      writeFileSync(file, hostile)
      await openFrom(page, file)
      await dialog.getByRole('alert').getByText(sentence).waitFor()
      await page.keyboard.press('Escape')
    }
    rmSync(file)
    await openFrom(page, file)
    await dialog.getByRole('alert').getByText('is not there').waitFor()
    await page.keyboard.press('Escape')
    await toLight(page)
    await waitForLayout(dataFolder, ({ theme }) => theme === 'light')
    expect(viewIn(dataFolder)).toEqual({ ...view, theme: 'light' })
    await page.getByRole('button', { name: 'All runs' }).click()
    expect(await reads(() => page.getByRole('list', { name: 'Runs' }).getByRole('button', { name: /^Delete run/ }).count(), (count) => count > 0)).toBe(1)
  })
})
