import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import type { ViewState } from '#renderer/store/viewStore.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { describeWorkbench, eventually, reads, replayedSample, startRun, waitForBadge, type Story } from '#test/support/workbench.ts'

interface Listed {
  readonly title: string
  readonly disabled: boolean
}

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: 'Command palette' }).waitFor()
}

/** Those of the palette: a select has options, too. */
const options = (page: Page) => page.getByRole('listbox', { name: 'Commands' }).getByRole('option')

/** What the palette lists now, in order. */
const optionsNow = (page: Page): Promise<Listed[]> =>
  page.evaluate<Listed[]>(`[...document.querySelectorAll('[role="listbox"][aria-label="Commands"] [role="option"]')].map((option) => ({ title: option.children[1].textContent, disabled: option.getAttribute('aria-disabled') === 'true' }))`)

async function listed(page: Page): Promise<Listed[]> {
  await openPalette(page)
  const found = await optionsNow(page)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Command palette' }).waitFor({ state: 'hidden' })
  return found
}

/** By its whole title, as a person would find it. */
async function runCommand(page: Page, title: string): Promise<void> {
  await openPalette(page)
  await page.getByRole('combobox', { name: 'Search or run a command' }).fill(title)
  await options(page).filter({ hasText: title }).first().waitFor()
  const titles = (await optionsNow(page)).map((option) => option.title)
  for (let i = 0; i < titles.indexOf(title); i++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Command palette' }).waitFor({ state: 'hidden' })
}

/** What the Edit menu would undo. */
async function undoName(page: Page): Promise<string> {
  return (await listed(page)).find(({ title }) => title.startsWith('Undo'))!.title
}

describeWorkbench('commands in a browser', (bench) => {
  let story: Story
  beforeAll(async () => {
    story = await replayedSample()
  })

  const dialogs: Readonly<Record<string, string>> = {
    'Keyboard shortcuts': 'Keyboard shortcuts',
    'About Contrail': 'About Contrail',
    'Export…': 'Export',
    'Open session…': 'Open session',
    'Save session as…': 'Save session',
    'Show logs': 'Logs',
    'Report a problem': 'Report a problem',
    Licences: 'Licences',
    'Show rows': 'Show rows'
  }
  const focuses: Readonly<Record<string, string>> = { 'Filter rows': 'Filter rows', 'Filter countries': 'Filter countries' }
  /** Lead away from the run, or are told in tests of their own. */
  const elsewhere = ['Open folder…', 'Connect to S3…', 'All runs', 'Save as run', 'Apply limits']
  /** Change how the run goes, which is no matter of undo. */
  const ofRun = ['Play', 'Pause', 'Step forward', 'Slower', 'Faster', 'As fast as possible']

  test('the palette runs every command; each that changes the view is named by Undo, and undone', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    await startRun(page, story.silver)
    await waitForBadge(page, 'DONE')
    await page.getByRole('region', { name: 'What if', exact: true }).getByText('exact, closed windows').waitFor()
    // So that as many commands as can be are of use.
    await runCommand(page, 'Previous window with alerts')
    await runCommand(page, 'Previous window with alerts')
    await page.getByRole('textbox', { name: 'Altitude maximum', exact: true }).fill('11000')
    await page.getByRole('textbox', { name: 'Altitude maximum', exact: true }).press('Tab')
    const view = (): ViewState => (JSON.parse(readFileSync(join(dataFolder, 'layout.json'), 'utf8')) as { view: ViewState }).view
    await reads(async () => view(), ({ proposed }) => proposed?.altitudeMax === 11_000)
    const commands = await listed(page)
    expect(commands.filter(({ disabled }) => !disabled).length).toBeGreaterThan(40)
    for (const { title, disabled } of commands) {
      if (disabled || elsewhere.includes(title) || ofRun.includes(title) || /^(Undo|Redo)/.test(title)) continue
      const before = view()
      const undone = await undoName(page)
      await runCommand(page, title)
      if (dialogs[title] !== undefined) {
        await page.getByRole('dialog', { name: dialogs[title] }).waitFor()
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'hidden' })
      } else if (focuses[title] !== undefined) {
        expect(await reads(() => page.evaluate<string>(`document.activeElement?.getAttribute('aria-label') ?? ''`), (name) => name === focuses[title])).toBe(focuses[title])
        await page.getByRole('button', { name: 'Search or run a command' }).focus()
      } else {
        const now = await undoName(page)
        if (now === undone) {
          // It was chosen already.
          expect([title, view()]).toEqual([title, before])
          continue
        }
        // In the editor of statements the key takes back what is typed.
        await page.getByRole('button', { name: 'Search or run a command' }).focus()
        await page.keyboard.press('Control+z')
        expect(await reads(() => undoName(page), (name) => name === undone), title).toBe(undone)
        await reads(async () => view(), (after) => JSON.stringify(Object.entries(before).map(([name]) => after[name as keyof ViewState])) === JSON.stringify(Object.values(before)))
      }
    }
    for (const [title, speed] of [
      ['Slower', '1000'],
      ['As fast as possible', 'max'],
      ['Slower', '1000'],
      ['Faster', 'max']
    ] as const) {
      await runCommand(page, title)
      // The host says how fast it goes; the next command goes by that.
      await reads(() => page.getByRole('combobox', { name: 'Speed' }).inputValue(), (value) => value === speed)
    }
  })

  test('keys do what the list of keys says, where nothing else takes them', async () => {
    const page = await bench.open(temporaryFolder('e2e-data'))
    await startRun(page, story.silver, { speed: '1×' })
    await waitForBadge(page, 'REPLAY')
    await page.keyboard.press('Space')
    await waitForBadge(page, 'PAUSED')
    await page.keyboard.press('Control+2')
    await page.getByRole('tab', { name: /^By country/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('tab', { name: /^Anomaly alerts/ }).waitFor()
    await page.keyboard.press('Control+3')
    await page.getByRole('button', { name: 'Investigate', pressed: true }).waitFor()
    await page.keyboard.press('Control+z')
    await page.getByRole('button', { name: 'Monitor', pressed: true }).waitFor()
    // However long it is held down, a key does its command once; undo goes on.
    const maximised = () => page.getByRole('main').getAttribute('data-maximised')
    const hold = async (key: string): Promise<void> => {
      await page.keyboard.down(key)
      await page.keyboard.down(key)
      await page.keyboard.up(key)
    }
    await hold('m')
    await eventually(() => maximised()).toBe('true')
    await page.keyboard.press('Control+2')
    await page.getByRole('button', { name: 'Tune', pressed: true }).waitFor()
    await page.keyboard.down('Control')
    await hold('z')
    await page.keyboard.up('Control')
    await eventually(() => maximised()).toBe('false')
    const asTable = page.getByRole('button', { name: 'Show as table' }).first()
    await asTable.focus()
    await hold('Enter')
    await eventually(() => asTable.getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press('Enter')
    await page.keyboard.press('m')
    await page.keyboard.press('?')
    const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    for (const each of ['Undo maximise tables', 'Command palette', 'Play', 'Apply limits', 'Tune']) await keys.getByText(each, { exact: true }).first().waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('m')
    // In a text field keys are text.
    await page.getByRole('searchbox', { name: 'Filter rows' }).focus()
    await page.keyboard.type(' m?')
    await eventually(() => page.getByRole('searchbox', { name: 'Filter rows' }).inputValue()).toBe('rate > 0 m?')
    await waitForBadge(page, 'PAUSED')
  })
})
