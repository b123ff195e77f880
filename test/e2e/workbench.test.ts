import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { findChromium, launchBrowser, openPage, serveWorkbench, type ServedWorkbench, type WatchedPage } from '#test/support/browser.ts'
import { contrail, until } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const here = findChromium()

describe.skipIf(here === undefined)(`the workbench in a browser${here === undefined ? ' (skipped: there is no Chromium on this machine)' : ''}`, () => {
  let browser: Browser
  let database: Database
  let folder: string
  let silver: string
  beforeAll(async () => {
    browser = await launchBrowser()
    database = await openDatabase()
    folder = temporaryFolder('e2e')
    silver = join(folder, 'silver')
    expect(await contrail(['sample', silver, '--minutes', '20', '--rows-per-minute', '300'])).toMatchObject({ code: 0 })
    expect(await contrail(['replay', '--silver', silver, '--gold', join(folder, 'gold'), '--checkpoints', join(folder, 'checkpoints'), '--max-files-per-trigger', '1'])).toMatchObject({ code: 0 })
  })
  afterAll(async () => {
    await browser?.close()
    await database?.close()
  })

  let served: ServedWorkbench | undefined
  let watched: WatchedPage | undefined
  afterEach(async () => {
    const complaints = watched?.complaints ?? []
    await watched?.page.context().close()
    await served?.stop()
    watched = served = undefined
    expect(complaints).toEqual([])
  })

  async function open(dataFolder = temporaryFolder('e2e-data')): Promise<Page> {
    served = await serveWorkbench(dataFolder)
    watched = await openPage(browser, served.address)
    return watched.page
  }

  /** Through the start screen: folder, check, options, start. */
  async function startRun(page: Page, path: string): Promise<void> {
    await page.getByRole('button', { name: 'Open folder' }).first().click()
    await page.getByRole('textbox', { name: 'Folder path' }).fill(path)
    await page.getByRole('dialog').getByRole('button', { name: 'Open', exact: true }).click()
  }

  const badge = (page: Page, state: string) => page.getByText(state, { exact: true }).first()

  test('the sample plays to its end, and the grid holds what gold holds', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await open(dataFolder)
    await page.getByRole('button', { name: /^Play the sample recording/ }).click()
    await badge(page, 'REPLAY').waitFor()
    await chooseSpeed(page, 'As fast as possible')
    await badge(page, 'DONE').waitFor({ timeout: 60_000 })
    for (const name of ['Window river', 'Observations per phase', 'Anomaly rate by country']) await page.getByRole('region', { name }).waitFor()
    const rows = await goldRows(page, 'Anomaly alerts')
    const csv = join(dataFolder, 'alerts.csv')
    const [gold] = await goldFolders(dataFolder)
    expect(await contrail(['export', '--table', join(gold!, 'anomaly_alerts'), '--to', csv])).toMatchObject({ code: 0 })
    const lines = readFileSync(csv, 'utf8').trim().split('\r\n').slice(1)
    expect(rows.of).toBe(lines.length)
    const over = await database.query(`SELECT count(*)::DOUBLE AS rows FROM read_csv('${csv}') WHERE anomaly_rate > 0`)
    expect(rows.shown).toBe(over.numbers(0)[0])
  })

  test('a folder that is not there is told in a sentence where the user is looking', async () => {
    const page = await open()
    await startRun(page, join(folder, 'nothing here'))
    await page.getByText(/nothing here is not there: check the path/).first().waitFor()
  })

  test('an empty folder is told in a sentence', async () => {
    const empty = join(folder, 'empty')
    mkdirSync(empty, { recursive: true })
    const page = await open()
    await startRun(page, empty)
    await page.getByText(/\[DELTA_SCHEMA_NOT_SET\]/).first().waitFor()
  })

  test('a reload keeps the screen', async () => {
    const page = await open()
    await page.getByRole('button', { name: /^Play the sample recording/ }).click()
    await badge(page, 'REPLAY').waitFor()
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await badge(page, 'PAUSED').waitFor()
    await page.reload()
    await badge(page, 'PAUSED').waitFor()
    await page.getByRole('region', { name: 'Window river' }).waitFor()
  })

  test('a host that is killed in mid-run is gone on with by the next one, to the same gold', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await open(dataFolder)
    await startRun(page, silver)
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await badge(page, 'REPLAY').waitFor()
    served!.running.child.kill('SIGKILL')
    await served!.running.finished
    await watched!.page.context().close()
    watched = undefined
    const again = await open(dataFolder)
    await again.getByText(/interrupted/).first().click()
    await again.getByRole('button', { name: 'Play', exact: true }).click()
    await badge(again, 'DONE').waitFor({ timeout: 60_000 })
    const [gold] = await goldFolders(dataFolder)
    for (const table of ['flight_phase_counts', 'anomaly_alerts']) {
      const files = [join(dataFolder, `${table}.csv`), join(folder, `${table}.csv`)]
      expect(await contrail(['export', '--table', join(gold!, table), '--to', files[0]!])).toMatchObject({ code: 0 })
      expect(await contrail(['export', '--table', join(folder, 'gold', table), '--to', files[1]!, '--force'])).toMatchObject({ code: 0 })
      expect(readFileSync(files[0]!, 'utf8')).toBe(readFileSync(files[1]!, 'utf8'))
    }
  })
})

async function chooseSpeed(page: Page, speed: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Speed' }).selectOption(speed)
}

/** "1,495 of 2,584 rows", once it has come to rest. */
async function goldRows(page: Page, tab: string): Promise<{ shown: number; of: number }> {
  await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
  const status = page.getByRole('tabpanel').getByText(/^[\d,]+ of [\d,]+ rows/)
  let last = ''
  await until(async () => {
    const now = (await status.first().textContent()) ?? ''
    const same = now === last && now !== ''
    last = now
    if (!same) await page.waitForTimeout(700)
    return same
  })
  const [shown, of] = last.match(/[\d,]+/g)!.map((text) => Number(text.replaceAll(',', '')))
  return { shown: shown!, of: of! }
}

async function goldFolders(dataFolder: string): Promise<string[]> {
  const { readdir } = await import('node:fs/promises')
  return (await readdir(join(dataFolder, 'runs'))).map((name) => join(dataFolder, 'runs', name, 'gold'))
}
