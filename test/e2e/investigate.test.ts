import type { Locator, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { seriousViolations } from '#test/support/axe.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { describeWorkbench, eventually, filesRead, reads, replayedSample, startPaused, waitForBadge, waitForLayout, type Story } from '#test/support/workbench.ts'

const detail = (page: Page): Locator => page.getByRole('region', { name: 'Window', exact: true })
const list = (page: Page): Locator => page.getByRole('listbox', { name: 'Windows' })
const rows = (page: Page): Locator => page.getByRole('dialog', { name: 'Show rows' })

const hasFocus = async (element: Locator): Promise<boolean> => (await element.and(element.page().locator(':focus')).count()) === 1

/** What the detail says of its window: its heading and its sentence. */
async function said(page: Page): Promise<{ window: string; sentence: string }> {
  return { window: await detail(page).getByRole('heading', { level: 2 }).innerText(), sentence: await detail(page).locator('.detail-why p').innerText() }
}

/** So many files more, by the button. */
async function stepFiles(page: Page, count: number): Promise<void> {
  for (let step = 0; step < count; step++) {
    const before = await filesRead(page)
    await page.getByRole('button', { name: 'Step forward' }).click()
    await reads(() => filesRead(page), (now) => now > before)
    await waitForBadge(page, 'PAUSED')
  }
}

/** A run that stands after so many files. */
async function paused(page: Page, story: Story, files: number): Promise<void> {
  await startPaused(page, story.silver)
  await stepFiles(page, files - 2)
}

const investigate = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Investigate', exact: true }).click()
  await list(page).waitFor()
}

/** The first window of a state, the newest first. */
const optionOf = (page: Page, state: string): Locator => list(page).getByRole('option', { name: new RegExp(`, ${state}, `) }).first()

/** "13:23–13:28, closing, 1,234 rows so far, 12 countries over the limit so far". */
const countOf = (name: string): number => Number(/, ([\d,]+) rows/.exec(name)![1]!.replaceAll(',', ''))

async function shownCounts(page: Page): Promise<{ counted: number; crossing: number; dropped: number }> {
  const text = await rows(page).getByText(/rows? counted/).innerText()
  const [counted, crossing, dropped] = text.match(/\d[\d,]*/g)!.map((number) => Number(number.replaceAll(',', '')))
  return { counted: counted!, crossing: crossing!, dropped: dropped! }
}

describeWorkbench('investigating a window', (bench) => {
  let story: Story
  beforeAll(async () => {
    story = await replayedSample()
  })

  test('what the sentence predicts comes true, file by file, for an open window that closes', async () => {
    const page = await bench.open(temporaryFolder('e2e-data'))
    await paused(page, story, 6)
    await investigate(page)
    await optionOf(page, 'open').click()
    const first = await reads(() => said(page), ({ sentence }) => sentence.includes('should carry that event'))
    const [, file, readBy, writtenBy] = /File (\S+) should carry that event in trigger (\d+)\. Its rows are written by the next one, trigger (\d+)/.exec(first.sentence)!
    expect(Number(writtenBy)).toBe(Number(readBy) + 1)
    for (let files = 7; files <= Number(readBy); files++) {
      await stepFiles(page, 1)
      const { sentence } = await reads(() => said(page), (now) => now.sentence.includes('should carry'))
      expect(sentence).toContain(`File ${file} should carry that event in trigger ${readBy}. Its rows are written by the next one, trigger ${writtenBy},`)
    }
    await stepFiles(page, 1)
    const passed = await reads(() => said(page), ({ sentence }) => sentence.includes('the watermark has passed'))
    expect(passed.sentence).toContain(`trigger ${readBy} has read it in file ${file}`)
    expect(passed.sentence).toContain(`trigger ${writtenBy}, because`)
    await stepFiles(page, 1)
    const closed = await reads(() => said(page), ({ sentence }) => sentence.includes('had read'))
    expect(closed.window).toBe(first.window)
    expect(closed.sentence).toMatch(new RegExp(`^Trigger ${writtenBy} wrote its rows\\. Trigger ${readBy} had read the event [\\d:]+Z in file ${file}, `))
  })

  test('an open, a closing, a closed and a late-drop window of both queries: their panes, and rows as many as they count', async () => {
    const page = await bench.open(temporaryFolder('e2e-data'))
    await paused(page, story, 15)
    await investigate(page)
    for (const query of ['Alerts', 'Phase']) {
      await page.getByRole('radiogroup', { name: 'Query' }).getByText(new RegExp(`^${query} `)).click()
      for (const state of query === 'Alerts' ? ['open', 'closing', 'closed', 'late drops'] : ['open', 'closing', 'late drops']) {
        const option = optionOf(page, state)
        await option.waitFor()
        await option.click()
        const name = (await option.textContent())!
        await detail(page).getByText(new RegExp(`^${state}, `)).waitFor()
        expect((await said(page)).window.slice(0, 5)).toBe(name.slice(0, 5))
        await detail(page).getByRole('img', { name: /^The window on a line of time/ }).waitFor()
        await detail(page).getByRole('img', { name: /^Rows by file: \d+ files?|^Rows by file: file/ }).waitFor()
        const panes = detail(page).getByRole('table', { name: 'Panes' }).getByRole('row')
        await reads(async () => panes.nth(1).getByRole('cell').first().innerText(), (text) => text !== '')
        const inPanes = await panes.evaluateAll((all) => all.slice(1).reduce<number>((sum, row) => sum + Number((row as unknown as { children: { textContent: string }[] }).children[1]!.textContent.replaceAll(',', '')), 0))
        expect(inPanes, name).toBe(countOf(name))
        await detail(page).getByRole('button', { name: 'Show rows' }).click()
        const counts = await shownCounts(page)
        expect(counts.counted, name).toBe(countOf(name))
        const { sentence } = await said(page)
        expect(counts.dropped > 0, sentence).toBe(state === 'late drops')
        if (state === 'late drops') expect(sentence).toContain(`${counts.dropped.toLocaleString('en-US')} ${counts.dropped === 1 ? 'row' : 'rows'} came too late`)
        await reads(async () => rows(page).getByRole('grid', { name: 'Rows' }).getAttribute('aria-rowcount'), (count) => count === String(counts.counted + counts.dropped))
        await page.keyboard.press('Escape')
        await rows(page).waitFor({ state: 'detached' })
      }
    }
  })

  test('a country of a window leads to its rows, and those over the limits come first', async () => {
    const page = await bench.open(temporaryFolder('e2e-data'))
    await paused(page, story, 15)
    await investigate(page)
    await optionOf(page, 'closed').click()
    const country = page.getByRole('region', { name: 'Highest rates' }).getByRole('button').first()
    const [, count] = /^Show rows of \D+[\d.]+ %([\d,]+) rows$/.exec((await country.textContent())!)!
    await country.click()
    const counts = await shownCounts(page)
    expect(counts.counted).toBe(Number(count!.replaceAll(',', '')))
    expect(counts.crossing).toBeGreaterThan(0)
    const grid = rows(page).getByRole('grid', { name: 'Rows' })
    await reads(async () => grid.getByRole('row').nth(1).getByRole('gridcell').first().innerText(), (text) => ['altitude', 'velocity', 'both'].includes(text))
    await rows(page).getByRole('searchbox', { name: 'Filter these rows' }).fill('crosses = altitude')
    await reads(async () => Number(await grid.getAttribute('aria-rowcount')), (shown) => shown > 0 && shown <= counts.crossing)
  })

  test('no number is a dead end: a country of the chart, a row of the alerts, a line of the late rows', async () => {
    const page = await bench.open(temporaryFolder('e2e-data'))
    await paused(page, story, 15)
    const whole = async (): Promise<void> => {
      const { counted, dropped } = await shownCounts(page)
      expect(counted).toBeGreaterThan(0)
      await reads(async () => rows(page).getByRole('grid', { name: 'Rows' }).getAttribute('aria-rowcount'), (count) => count === String(counted + dropped))
      await page.keyboard.press('Escape')
      await rows(page).waitFor({ state: 'detached' })
    }
    await page.locator('.country-name').first().click()
    await whole()
    const alerts = page.getByRole('grid', { name: 'Anomaly alerts' })
    const cells = (): Promise<string[]> => alerts.getByRole('row').nth(1).getByRole('gridcell').allTextContents()
    const heads = await alerts.getByRole('columnheader').allTextContents()
    const of = (name: string) => heads.findIndex((text) => text.toLowerCase().startsWith(name))
    await alerts.getByRole('row').nth(1).dblclick()
    const counts = await shownCounts(page)
    const row = await cells()
    expect({ counted: counts.counted, crossing: counts.crossing > 0 }, heads.join()).toEqual({ counted: Number(row[of('rows')]!.replaceAll(',', '')), crossing: true })
    await whole()
    await page.getByRole('tab', { name: /^Late rows/ }).click()
    await page.getByRole('grid', { name: 'Late rows' }).getByRole('row').nth(1).dblclick()
    const late = await shownCounts(page)
    expect(late.dropped).toBeGreaterThan(0)
    await page.keyboard.press('Escape')
  })

  test('a closed window opens as a query over its rows of gold, and undo leads back to it', async () => {
    const page = await bench.open(temporaryFolder('e2e-data'))
    await paused(page, story, 15)
    await investigate(page)
    await optionOf(page, 'closed').click()
    const { window } = await reads(() => said(page), ({ sentence }) => sentence.includes('had read'))
    const [, countries] = /of (\d+) countries over the limit/.exec(await detail(page).getByText(/countries over the limit/).innerText())!
    await detail(page).getByRole('button', { name: 'Open as SQL' }).click()
    await page.getByRole('tab', { name: `Alerts ${window.slice(0, 5)}`, selected: true }).waitFor()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await reads(async () => page.getByRole('grid', { name: 'Result' }).getAttribute('aria-rowcount'), (rows) => rows === countries)
    await page.keyboard.press('Control+z')
    await list(page).waitFor()
    expect((await said(page)).window).toBe(window)
  })

  test('by keyboard alone: to a window, through the list, down to its rows, and back', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    await paused(page, story, 15)
    await page.keyboard.press('Control+3')
    await list(page).waitFor()
    for (let presses = 0; presses < 80 && !(await hasFocus(list(page))); presses++) await page.keyboard.press('Tab')
    await page.keyboard.press('Home')
    const newest = (await reads(() => said(page), () => true)).window
    await page.keyboard.press('ArrowDown')
    const second = (await reads(() => said(page), ({ window }) => window !== newest)).window
    await page.keyboard.press('End')
    await reads(() => said(page), ({ window }) => window !== second)
    await page.keyboard.press('Enter')
    expect((await shownCounts(page)).counted).toBeGreaterThan(0)
    await page.keyboard.press('Escape')
    await rows(page).waitFor({ state: 'detached' })
    await eventually(() => hasFocus(list(page))).toBe(true)
    await page.keyboard.press('Escape')
    await page.getByRole('region', { name: 'Window river' }).waitFor()
    await page.keyboard.press('Control+z')
    await list(page).waitFor()
    await waitForLayout(dataFolder, ({ layout }) => layout === 'investigate')
  })

  test('axe finds no serious violation, dark and light', async () => {
    const page = await bench.open(temporaryFolder('e2e-data'))
    await paused(page, story, 15)
    await investigate(page)
    for (const state of ['open', 'late drops']) {
      await optionOf(page, state).click()
      await detail(page).getByText(new RegExp(`^${state}, `)).waitFor()
      await detail(page).getByText(/over the limits/).first().waitFor()
      expect(await seriousViolations(page), state).toEqual([])
    }
    for (const button of await page.getByRole('button', { name: 'Show as table' }).all()) await button.click()
    await page.getByRole('table', { name: 'Rows by file' }).waitFor()
    expect(await seriousViolations(page)).toEqual([])
    await page.getByRole('button', { name: 'Show rows', exact: true }).click()
    await shownCounts(page)
    await reads(async () => rows(page).getByRole('grid').getAttribute('aria-busy'), (busy) => busy === 'false')
    expect(await seriousViolations(page)).toEqual([])
  })
})
