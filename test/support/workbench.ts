import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import type { ViewState } from '#renderer/store/viewStore.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { findChromium, launchBrowser, openPage, serveWorkbench, type ServedWorkbench, type WatchedPage } from './browser.ts'
import { contrail, until } from './contrail.ts'
import { temporaryFolder } from './folders.ts'

/** What a browser test does with the workbench; where a person has a control, it uses that. */
export interface Bench {
  readonly database: Database
  readonly served: ServedWorkbench
  /** The built `contrail serve` over a data folder, in a page of its own. */
  open(dataFolder: string, options?: BrowserContextOptions): Promise<Page>
  /** Takes the host away without a word, as a power cut would. */
  killHost(): Promise<void>
  /** A second page of the same host. */
  closePage(): Promise<void>
}

/** Browser tests: each ends with a console without errors and reports of the content policy, or it has failed. */
export function describeWorkbench(name: string, body: (bench: Bench) => void): void {
  const here = findChromium()
  describe.skipIf(here === undefined)(here === undefined ? `${name} (skipped: there is no Chromium on this machine)` : name, () => {
    let browser: Browser
    let database: Database
    let served: ServedWorkbench | undefined
    let watched: WatchedPage | undefined
    beforeAll(async () => {
      browser = await launchBrowser()
      database = await openDatabase()
    })
    afterAll(async () => {
      await browser?.close()
      await database?.close()
    })
    const closePage = async () => {
      const complaints = watched?.complaints ?? []
      await watched?.page.context().close()
      watched = undefined
      expect(complaints).toEqual([])
    }
    afterEach(async ({ task }) => {
      if (task.result?.state === 'fail' && unmet !== undefined) console.error(`${task.name}: read last, ${unmet}`)
      unmet = undefined
      // What a person would have seen.
      if (task.result?.state === 'fail' && watched) console.error(`${task.name}: the page says\n${(await watched.page.innerText('body').catch(() => 'nothing')).slice(0, 3000)}`)
      try {
        await closePage()
      } finally {
        await served?.stop()
        served = undefined
      }
    })
    body({
      get database() {
        return database
      },
      get served() {
        return served!
      },
      async open(dataFolder, options = {}) {
        served ??= await serveWorkbench(dataFolder)
        watched = await openPage(browser, served.address, options)
        return watched.page
      },
      async killHost() {
        await closePage()
        served!.running.child.kill('SIGKILL')
        await served!.running.finished
        served = undefined
      },
      closePage
    })
  })
}

/** A recording of 20 minutes and the gold that the command line makes of it, a file a batch. */
export interface Story {
  readonly folder: string
  readonly silver: string
  readonly gold: string
  readonly checkpoints: string
}

export async function replayedSample(): Promise<Story> {
  const folder = temporaryFolder('story')
  const story = { folder, silver: join(folder, 'silver'), gold: join(folder, 'gold'), checkpoints: join(folder, 'checkpoints') }
  expect(await contrail(['sample', story.silver, '--minutes', '20', '--rows-per-minute', '300'])).toMatchObject({ code: 0 })
  expect(await contrail(['replay', '--silver', story.silver, '--gold', story.gold, '--checkpoints', story.checkpoints, '--max-files-per-trigger', '1'])).toMatchObject({ code: 0 })
  return story
}

/** Folders of the only run of a data folder. */
export function onlyRun(dataFolder: string): { readonly gold: string; readonly checkpoints: string } {
  const [id, ...others] = readdirSync(join(dataFolder, 'runs'))
  expect(others).toEqual([])
  return { gold: join(dataFolder, 'runs', id!, 'gold'), checkpoints: join(dataFolder, 'runs', id!, 'checkpoints') }
}

/** The state that the strip shows: REPLAY, WATCHING, PAUSED, DONE, FAILED. */
export async function waitForBadge(page: Page, state: string, timeout = 120_000): Promise<void> {
  await page.getByRole('region', { name: 'Status' }).getByText(state, { exact: true }).waitFor({ timeout })
}

/** Through the start screen up to its report. */
export async function checkFolder(page: Page, path: string): Promise<void> {
  await page.getByRole('button', { name: 'Open folder' }).first().click()
  await page.getByRole('textbox', { name: 'Folder path' }).fill(path)
  await page.getByRole('dialog').getByRole('button', { name: 'Open', exact: true }).click()
}

/** A run of a folder, a file a batch. */
export async function startRun(page: Page, silver: string, { mode = 'Replay', seconds, speed }: { readonly mode?: 'Replay' | 'Watch'; readonly seconds?: number; readonly speed?: string } = {}): Promise<void> {
  await checkFolder(page, silver)
  await page.getByRole('radio', { name: mode }).check()
  await page.getByText(/^Options/).click()
  await page.getByRole('textbox', { name: 'Files per trigger' }).fill('1')
  if (seconds !== undefined) await page.getByRole('textbox', { name: 'Seconds between triggers' }).fill(String(seconds))
  if (speed !== undefined) await chooseSpeed(page, speed)
  await page.getByRole('button', { name: 'Start', exact: true }).click()
}

export async function chooseSpeed(page: Page, speed: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Speed' }).selectOption(speed)
}

export async function showTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name: new RegExp(`^${name}`) }).click()
  await page.getByRole('grid', { name }).waitFor()
}

/** What `reads` waits for and was told last, for a test that ends without it. */
let unmet: string | undefined

/** Reads again until what is read is as wished: what a page shows follows a moment after what it was told. */
export async function reads<T>(read: () => Promise<T>, isWished: (value: T) => boolean): Promise<T> {
  let value!: T
  await until(async () => {
    value = await read()
    const holds = isWished(value)
    unmet = holds ? undefined : `${JSON.stringify(value)} is not as in ${String(isWished)}`
    return holds
  })
  return value
}

/** `expect`, looking again until it holds: what a page shows follows a moment after what it was told. */
export const eventually = <T>(read: () => T): ReturnType<typeof expect.poll<T>> => expect.poll(read, { interval: 25, timeout: 60_000 })

/** As the strip says it. */
export async function filesRead(page: Page): Promise<number> {
  const text = await page.getByRole('region', { name: 'Status' }).innerText()
  return Number(/Files read\s+(\d+)/.exec(text)?.[1] ?? 0)
}

/** A run of a folder that stands after its first two files, for steps by a file. */
export async function startPaused(page: Page, silver: string): Promise<void> {
  await startRun(page, silver, { speed: '0.1×' })
  // How far apart two files are is known with the second, so none before it is waited for.
  await reads(() => filesRead(page), (read) => read === 2)
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await waitForBadge(page, 'PAUSED')
  await page.getByRole('radiogroup', { name: 'Step by' }).getByText('File', { exact: true }).click()
}

/** The host has written down a view that is as wished; a reload comes back to it. */
export async function waitForLayout(dataFolder: string, isWished: (view: ViewState) => boolean): Promise<void> {
  const file = join(dataFolder, 'layout.json')
  await until(() => existsSync(file) && isWished((JSON.parse(readFileSync(file, 'utf8')) as { view: ViewState }).view))
}

/** "1,495 of 2,584 rows", once all that has come is in the table. */
export async function gridCount(page: Page, tab: string): Promise<{ shown: number; of: number }> {
  await showTab(page, tab)
  const panel = page.getByRole('tabpanel')
  let text = ''
  await until(async () => {
    await page.waitForTimeout(100)
    if (await panel.locator('[role="grid"][aria-busy="true"]').isVisible()) return false
    // It stands still for whoever has had the pointer over it.
    const pill = panel.getByRole('button', { name: /new rows?/ })
    if (await pill.isVisible()) {
      await pill.click({ timeout: 1000 }).catch(() => undefined)
      return false
    }
    const now = (await panel.getByText(/^[\d,]+ of [\d,]+ rows$/).textContent()) ?? ''
    const same = now === text && now !== ''
    text = now
    if (!same) await page.waitForTimeout(400)
    return same
  })
  const [shown, of] = text.match(/[\d,]+/g)!.map((number) => Number(number.replaceAll(',', '')))
  return { shown: shown!, of: of! }
}

/** What was copied: pasted into another page, since the workbench may not read the clipboard. */
export async function copiedText(page: Page): Promise<string> {
  const other = await page.context().newPage()
  await other.setContent('<textarea autofocus></textarea>')
  await other.getByRole('textbox').focus()
  await other.keyboard.press('ControlOrMeta+V')
  const text = await other.getByRole('textbox').inputValue()
  await other.close()
  return text
}

/** All rows that the grid holds, as `Copy rows` gives them. */
export async function copiedRows(page: Page, shown: number): Promise<{ head: string[]; rows: string[][] }> {
  await page.getByRole('tabpanel').getByRole('button', { name: 'Copy rows' }).click()
  await page.getByText(`Copied ${shown.toLocaleString('en-US')} rows.`).waitFor()
  const [head, ...rows] = (await copiedText(page)).trimEnd().split('\n').map((line) => line.split('\t'))
  return { head: head!, rows }
}

/** The head and rows of a CSV whose cells hold no comma, quote or line end. */
export function csvRows(file: string): { head: string[]; rows: string[][] } {
  const [head, ...rows] = readFileSync(file, 'utf8').replace(/^\ufeff/, '').trimEnd().split('\r\n').map((line) => line.split(','))
  return { head: head!, rows }
}
