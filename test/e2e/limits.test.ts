import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { openTableScan } from '#electron/delta/deltaTable.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { temporaryFolder } from '#test/support/folders.ts'
import { chooseSpeed, describeWorkbench, eventually, gridCount, reads, replayedSample, startRun, waitForBadge, waitForLayout, type Bench, type Story } from '#test/support/workbench.ts'

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })
const handle = (page: Page, name: string) => page.getByRole('slider', { name, exact: true })
const whatIf = (page: Page) => page.getByRole('region', { name: 'What if', exact: true })

/** A line of the panel: current, proposed, change. */
async function line(page: Page, name: string): Promise<readonly [string, string, string]> {
  const cells = await whatIf(page).getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) }).getByRole('cell').allTextContents()
  return [cells[0] ?? '', cells[1] ?? '', cells[2] ?? '']
}

const numberIn = (text: string): number => Number(/[-\d.]+/.exec(text.replaceAll(',', '').replace('\u2212', '-'))?.[0])

/** Every closed window is counted, with the limits that stand there now. */
async function isCounted(page: Page): Promise<void> {
  await whatIf(page).getByText('exact, closed windows').waitFor()
}

/** The limit as its handle and its field say it, when they agree. */
async function limit(page: Page, name: string): Promise<number> {
  let value = NaN
  await reads(
    async () => {
      value = numberIn(await field(page, name).inputValue())
      return Number(await handle(page, name).getAttribute('aria-valuenow')) === value
    },
    (agree) => agree
  )
  return value
}

async function wholeReplay(bench: Bench, story: Story, dataFolder = temporaryFolder('e2e-data')): Promise<Page> {
  const page = await bench.open(dataFolder)
  await startRun(page, story.silver)
  await waitForBadge(page, 'DONE')
  await isCounted(page)
  return page
}

interface Gold {
  readonly alerts: number
  readonly countries: number
  readonly altitude: number
  readonly velocity: number
  /** "window country altitude velocity" of alerts. */
  readonly rows: ReadonlyMap<string, string>
}

async function goldOf(bench: Bench, gold: string): Promise<Gold> {
  const scan = await openTableScan(openStorage(join(gold, 'anomaly_alerts')), {}, bench.database)
  const found = (await bench.database.query(`SELECT epoch_us(window_start)::VARCHAR || ' ' || coalesce(origin_country, '') AS id, altitude_anomalies::INT AS a, velocity_anomalies::INT AS v, anomaly_rate > 0 AS over, origin_country AS country FROM (${scan.sql})`)).rows()
  const over = found.filter((row) => row.over === true)
  const sum = (name: 'a' | 'v') => found.reduce((total, row) => total + Number(row[name]), 0)
  return { alerts: over.length, countries: new Set(over.map((row) => row.country)).size, altitude: sum('a'), velocity: sum('v'), rows: new Map(over.map((row) => [String(row.id), `${String(row.a)} ${String(row.v)}`])) }
}

/** Runs of a data folder by name. */
function runsOf(dataFolder: string): ReadonlyMap<string, string> {
  return new Map(readdirSync(join(dataFolder, 'runs')).map((id) => [(JSON.parse(readFileSync(join(dataFolder, 'runs', id, 'run.json'), 'utf8')) as { name: string }).name, join(dataFolder, 'runs', id, 'gold')]))
}

describeWorkbench('limits in a browser', (bench) => {
  let story: Story
  beforeAll(async () => {
    story = await replayedSample()
  })

  test('typed, by keys and dragged: handle and field agree, and the counts follow', async () => {
    const page = await wholeReplay(bench, story)
    const [alerts] = await line(page, 'Alerts')
    await field(page, 'Altitude maximum').fill('11,000 m')
    expect(await limit(page, 'Altitude maximum')).toBe(11_000)
    await page.getByText('1 change, not applied').waitFor()
    await field(page, 'Altitude maximum').press('Enter')
    const typed = await reads(() => line(page, 'Alerts'), ([, proposed]) => proposed !== alerts)
    // Down by keys on the handle: ten steps of 50, a step, and back up by a fine one.
    await handle(page, 'Altitude maximum').focus()
    await page.keyboard.press('PageDown')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Shift+ArrowRight')
    expect(await limit(page, 'Altitude maximum')).toBe(11_000 - 500 - 50 + 1)
    await eventually(() => handle(page, 'Altitude maximum').getAttribute('aria-valuetext')).toBe('10,451 m')
    await page.keyboard.press('Escape')
    expect(await limit(page, 'Altitude maximum')).toBe(11_000)
    await page.keyboard.press('Alt+ArrowRight')
    expect(await limit(page, 'Altitude maximum')).toBeGreaterThan(11_000)
    await page.keyboard.press('Escape')
    // Away and back with the pointer.
    const box = (await handle(page, 'Altitude maximum').boundingBox())!
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x - 60, y, { steps: 6 })
    const passed = await limit(page, 'Altitude maximum')
    expect(passed).toBeLessThan(11_000)
    expect(passed % 50).toBe(0)
    await page.mouse.move(x - 30, y)
    await page.keyboard.press('Escape')
    await page.mouse.up()
    expect(await limit(page, 'Altitude maximum')).toBe(11_000)
    expect(await reads(() => line(page, 'Alerts'), ([, proposed]) => proposed === typed[1])).toEqual(typed)
    // To one value by each of the three: the same counts.
    const counts = async (): Promise<readonly string[]> => {
      await isCounted(page)
      return (await Promise.all(['Alerts', 'Countries', 'Altitude anomalies', 'Velocity anomalies'].map((name) => line(page, name)))).flat()
    }
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x - 60, y, { steps: 6 })
    await page.mouse.up()
    const dragged = await limit(page, 'Altitude maximum')
    expect(dragged).toBe(passed)
    const byDragging = await reads(counts, ([, proposed]) => proposed !== typed[1])
    await field(page, 'Altitude maximum').fill('11000')
    await reads(counts, ([, proposed]) => proposed === typed[1])
    await handle(page, 'Altitude maximum').focus()
    for (let steps = (11_000 - dragged) / 50; steps > 0; steps--) await page.keyboard.press('ArrowLeft')
    expect(await limit(page, 'Altitude maximum')).toBe(dragged)
    expect(await reads(counts, ([, proposed]) => proposed === byDragging[1])).toEqual(byDragging)
    await field(page, 'Altitude maximum').fill('11000')
    await reads(counts, ([, proposed]) => proposed === typed[1])
    await field(page, 'Altitude maximum').fill(String(dragged))
    expect(await reads(counts, ([, proposed]) => proposed === byDragging[1])).toEqual(byDragging)
    // What cannot be is said and changes nothing.
    await field(page, 'Altitude minimum').fill('20000')
    await page.getByText(`The altitude minimum (20,000 m) is above the altitude maximum (${dragged.toLocaleString('en-US')} m).`).waitFor()
    await eventually(() => handle(page, 'Altitude minimum').getAttribute('aria-valuenow')).toBe('-100')
    await field(page, 'Altitude minimum').fill('many')
    await page.getByText('Altitude minimum: a number is needed, such as −100.').waitFor()
    await field(page, 'Altitude minimum').fill('\u221250')
    expect(await limit(page, 'Altitude minimum')).toBe(-50)
  })

  test('current, proposed, gained, lost and changed are those of two real runs; Save as run makes the second', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await wholeReplay(bench, story, dataFolder)
    await field(page, 'Altitude maximum').fill('10700')
    await field(page, 'Altitude minimum').fill('-1000')
    await field(page, 'Velocity maximum').fill('905.5')
    await page.getByText('3 changes, not applied').waitFor()
    await isCounted(page)
    const shown = { alerts: await line(page, 'Alerts'), countries: await line(page, 'Countries'), altitude: await line(page, 'Altitude anomalies'), velocity: await line(page, 'Velocity anomalies') }
    const parts = await whatIf(page).getByText(/^kept/).locator('..').innerText()
    await page.getByRole('button', { name: 'Tune', exact: true }).click()
    const tabs: Record<string, number> = {}
    for (const name of ['Gained', 'Lost', 'Changed', 'Kept']) {
      const { shown: rows, of } = await gridCount(page, name)
      expect(of).toBeGreaterThan(0)
      tabs[name] = rows
    }
    await page.getByRole('tab', { name: /^By country/ }).click()
    const byCountry = page.getByRole('table', { name: 'Changes by country' })
    const shownExtremes = async () => (await byCountry.getByRole('row').nth(1).getByRole('cell').allTextContents()).slice(-4)
    await reads(shownExtremes, ([max]) => max !== '')
    const country = await byCountry.getByRole('row').nth(1).getByRole('button').innerText()
    const scan = await openTableScan(openStorage(join(runsOf(dataFolder).get('silver')!, 'anomaly_alerts')), {}, bench.database)
    const [extremes] = (await bench.database.query(`SELECT round(max(max_altitude))::INT AS a, round(min(min_altitude))::INT AS b, round(max(max_velocity))::INT AS c FROM (${scan.sql}) WHERE origin_country = '${country}'`)).rows()
    const decided = await reads(shownExtremes, (cells) => cells[3] !== '')
    expect(decided.slice(0, 3).map(numberIn), country).toEqual([extremes!.a, extremes!.b, extremes!.c])
    expect(decided[3]).toMatch(/^(alt min|alt max|vel max)(, (alt max|vel max))*$/)
    await page.getByRole('button', { name: 'Save as run' }).click()
    await page.getByRole('heading', { name: 'silver 2' }).waitFor()
    await waitForBadge(page, 'DONE')
    const runs = runsOf(dataFolder)
    const [current, proposed] = [await goldOf(bench, runs.get('silver')!), await goldOf(bench, runs.get('silver 2')!)]
    for (const key of ['alerts', 'countries', 'altitude', 'velocity'] as const) expect(shown[key].slice(0, 2).map(numberIn), key).toEqual([current[key], proposed[key]])
    const both = [...current.rows.keys()].filter((id) => proposed.rows.has(id))
    const expected = { Kept: both.length, Changed: both.filter((id) => current.rows.get(id) !== proposed.rows.get(id)).length, Gained: proposed.alerts - both.length, Lost: current.alerts - both.length }
    expect(tabs).toEqual(expected)
    expect(parts.replaceAll(/\s+/g, ' ')).toBe(`kept ${expected.Kept} lost ${expected.Lost} gained ${expected.Gained} changed ${expected.Changed}`)
    // The new run has these limits, and nothing is proposed there.
    expect(await limit(page, 'Velocity maximum')).toBe(905.5)
    await page.getByText('as applied').waitFor()
  })

  test('Apply holds from the next batch on and can be undone; every step is named in the Edit menu', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    await startRun(page, story.silver, { speed: '1×' })
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await waitForBadge(page, 'PAUSED')
    await field(page, 'Altitude maximum').fill('9000')
    await field(page, 'Altitude maximum').press('Tab')
    const undoItem = async () => {
      await page.getByRole('menuitem', { name: 'Edit' }).click()
      const name = await page.getByRole('menuitem', { name: /^Undo/ }).textContent()
      await page.keyboard.press('Escape')
      return name
    }
    expect(await undoItem()).toContain('Undo altitude maximum 9,000 m')
    await page.keyboard.press('Control+Enter')
    await page.getByText('as applied').waitFor()
    expect(await reads(undoItem, (name) => name!.includes('apply limits'))).toContain('Undo apply limits')
    await page.keyboard.press('Control+z')
    await page.getByText('1 change, not applied').waitFor()
    expect(await limit(page, 'Altitude maximum')).toBe(9000)
    await page.keyboard.press('Control+Shift+z')
    await page.getByText('as applied').waitFor()
    await chooseSpeed(page, 'As fast as possible')
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await waitForBadge(page, 'DONE')
    const log = join(runsOf(dataFolder).get('silver')!, 'anomaly_alerts/_delta_log')
    const maxima = readdirSync(log)
      .filter((name) => /^\d{20}\.json$/.test(name))
      .sort()
      .map((name) => /altitudeMax\\":(\d+)/.exec(readFileSync(join(log, name), 'utf8'))?.[1])
    expect(new Set(maxima)).toEqual(new Set(['12000', '9000']))
    expect(maxima).toEqual([...maxima].sort((a, b) => Number(b) - Number(a)))
    await isCounted(page)
    await whatIf(page).getByText(/windows? holds? two limits/).waitFor()
  })

  test('what is proposed outlives a reload and a host that is gone', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await wholeReplay(bench, story, dataFolder)
    await field(page, 'Velocity maximum').fill('880')
    await page.getByRole('button', { name: 'Tune', exact: true }).click()
    await waitForLayout(dataFolder, ({ proposed, layout }) => proposed?.velocityMax === 880 && layout === 'tune')
    await bench.killHost()
    const again = await bench.open(dataFolder)
    await again.getByRole('tab', { name: /^By country/ }).waitFor()
    expect(await limit(again, 'Velocity maximum')).toBe(880)
  })
})
