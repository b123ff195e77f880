import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { seriousViolations } from '#test/support/axe.ts'
import { until } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { copiedText, describeWorkbench, eventually, onlyRun, reads, replayedSample, startRun, waitForBadge, waitForLayout, type Bench, type Story } from '#test/support/workbench.ts'

const editor = (page: Page) => page.getByRole('textbox', { name: 'SQL' })
const result = (page: Page) => page.getByRole('region', { name: 'Result' })
const chart = (page: Page) => page.getByRole('region', { name: 'Quick chart' })

/** A statement run to its end; what is said of its rows. */
async function rows(page: Page, sql: string): Promise<number> {
  await editor(page).fill(sql)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await until(async () => (await page.getByRole('button', { name: 'Run', exact: true }).isVisible()) && !(await result(page).getByRole('alert').isVisible()) && (await result(page).getByText(/^[\d,]+ rows?$/).isVisible()))
  return Number((await result(page).getByText(/^[\d,]+ rows?$/).textContent())!.replace(/ rows?$/, '').replaceAll(',', ''))
}

/** The only value of the only row. */
async function value(page: Page, sql: string): Promise<string> {
  expect(await rows(page, sql)).toBe(1)
  return reads(async () => (await result(page).getByRole('gridcell').first().textContent()) ?? '', (text) => text !== '')
}

/** A statement that gives no rows, and why. */
async function fault(page: Page, sql: string): Promise<string> {
  await editor(page).fill(sql)
  await editor(page).press('Control+Enter')
  await page.getByRole('button', { name: 'Run', exact: true }).waitFor()
  return reads(async () => (await result(page).getByRole('alert').textContent()) ?? '', (text) => text !== '')
}

/** A run of the story, at its end, in the console. */
async function openConsole(bench: Bench, story: Story, options: BrowserContextOptions = {}): Promise<{ readonly page: Page; readonly dataFolder: string }> {
  const dataFolder = temporaryFolder('e2e-data')
  writeFileSync(join(dataFolder, 'layout.json'), JSON.stringify({ formatVersion: 1, view: { layout: 'investigate', investigate: 'sql' } }))
  const page = await bench.open(dataFolder, options)
  await startRun(page, story.silver)
  await waitForBadge(page, 'DONE')
  return { page, dataFolder }
}

describeWorkbench('the SQL console', (bench) => {
  let story: Story
  beforeAll(async () => {
    story = await replayedSample()
  })

  const goldCount = async (folder: string, where = 'true') => Number((await bench.database.query(`SELECT count(*)::DOUBLE FROM read_parquet(${quoteLiteral(`${folder}/*.parquet`)}) WHERE ${where}`)).numbers(0)[0])

  test('gives the numbers that gold, the strip and the tables give', async () => {
    const { page, dataFolder } = await openConsole(bench, story)
    const { gold } = onlyRun(dataFolder)
    expect(Number((await value(page, 'SELECT count(*) FROM gold.anomaly_alerts')).replaceAll(',', ''))).toBe(await goldCount(join(gold, 'anomaly_alerts')))
    expect(Number((await value(page, 'SELECT count(*) FROM gold.flight_phase_counts')).replaceAll(',', ''))).toBe(await goldCount(join(gold, 'flight_phase_counts')))
    const alerts = await value(page, 'SELECT count(*) FROM gold.anomaly_alerts WHERE anomaly_rate > 0')
    expect(Number(alerts.replaceAll(',', ''))).toBe(await goldCount(join(gold, 'anomaly_alerts'), 'anomaly_rate > 0'))
    await page.getByRole('region', { name: 'Status' }).getByRole('button', { name: new RegExp(`^Alerts ?${alerts}\\b`) }).waitFor()

    // The same of every row, not only how many they are.
    const text = async (sql: string) => (await bench.database.query(sql)).values(0)[0]
    const digest = (from: string) => `SELECT md5(string_agg(concat_ws('|', epoch_us(window_start), origin_country, total_observations, altitude_anomalies, velocity_anomalies, anomaly_rate), ';' ORDER BY window_start, origin_country)) AS digest FROM ${from}`
    expect(await value(page, digest('gold.anomaly_alerts'))).toBe(await text(digest(`read_parquet(${quoteLiteral(`${gold}/anomaly_alerts/*.parquet`)})`)))

    // Windows in the five words, the run's own numbers, and no column that nobody made.
    expect(await value(page, "SELECT string_agg(DISTINCT state, ', ') FROM windows WHERE state NOT IN ('open', 'closing', 'closed', 'late drops')")).toBe('null')
    expect(await value(page, "SELECT value || ' ' || unit FROM parameters WHERE name = 'altitude_max'")).toBe('12000 m')
    expect(await value(page, "SELECT sum(rows) = (SELECT sum(rows) FROM files WHERE query = 'anomaly_alerts') FROM progress WHERE query = 'anomaly_alerts'")).toBe('true')
    expect(await value(page, "SELECT count(*) FROM information_schema.columns WHERE column_name = 'seq'")).toBe('0')
    expect(await rows(page, 'DESCRIBE late_rows')).toBe(7)
    expect(await rows(page, 'SHOW ALL TABLES')).toBe(8)
    await page.getByText('Runs on a frozen copy: trigger').waitFor()
    for (const name of ['Rows lost per trigger', 'Files with late rows', 'Panes of one window', 'Peak rate by country']) {
      await page.getByRole('region', { name: 'Saved queries' }).getByRole('button', { name, exact: true }).click()
      await page.getByRole('tab', { name, selected: true }).waitFor()
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await page.getByRole('grid', { name: 'Result' }).getByRole('gridcell').first().waitFor()
    }
  })

  test('says in a sentence what is wrong, refuses what writes, and keeps the rows before', async () => {
    const { page } = await openConsole(bench, story)
    expect(await fault(page, 'SELECT origin_country,\n  nope\nFROM gold.anomaly_alerts')).toMatch(/^Line 2, column 3: Referenced column "nope" not found in FROM clause\./)
    expect(await fault(page, 'SELECT * FRM windows')).toMatch(/^Line 1, column 14: This is not understood: windows\./)
    expect(await rows(page, 'SELECT * FROM parameters LIMIT 3')).toBe(3)
    for (const [sql, sentence] of [
      ['INSERT INTO files SELECT * FROM files', /INSERT is refused: the console only reads, and a statement begins with SELECT/],
      ['DROP TABLE gold.anomaly_alerts', /DROP is refused/],
      ["COPY files TO 'files.csv'", /COPY is refused/],
      ['SET lock_configuration = false', /SET is refused/],
      ["ATTACH 'x.db'", /ATTACH is refused/],
      ['INSTALL parquet', /INSTALL is refused/],
      ['WITH a AS (SELECT 1) DELETE FROM files', /DELETE is refused/],
      ['SELECT 1; SELECT 2', /one statement at a time/],
      ["FROM read_csv('/etc/passwd')", /no files or addresses such as \/etc\/passwd/],
      ["FROM 'https://example.invalid/a.parquet'", /no files or addresses/],
      // An answer that breaks off near its end is not the end of it.
      ["SELECT CASE WHEN range = 899000 THEN error('that one is bad') ELSE range END FROM range(900000)", /^That one is bad\./],
      ["SELECT ('x' || range)::INTEGER FROM range(3)", /x0/]
    ] as const) expect(await fault(page, sql)).toMatch(sentence)
    await result(page).getByText('Below: the rows of the statement before.').waitFor()
    await eventually(() => page.getByRole('grid', { name: 'Result' }).getAttribute('aria-rowcount')).toBe('3')
    expect(await value(page, 'SELECT count(*) > 0 FROM files')).toBe('true')
  })

  test('a runaway statement is cancelled or stopped by its limit, and the next one runs', async () => {
    const { page } = await openConsole(bench, story)
    const runaway = 'SELECT count(*) FROM range(100000000) a, range(100000000) b'
    const before = await value(page, 'SELECT count(*) FROM windows')
    await editor(page).fill(runaway)
    await editor(page).press('Control+Enter')
    await page.getByText(/^running, /).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await result(page).getByText(/^Cancelled after /).waitFor()
    // The panels' own tables were not hurt.
    expect(await value(page, 'SELECT count(*) FROM windows')).toBe(before)
    await page.getByRole('combobox', { name: 'Time limit' }).selectOption('5 s')
    expect(await fault(page, runaway)).toMatch(/^Stopped after 5 s, the time limit: choose a longer one, or ask for less\./)
    expect(await value(page, 'SELECT count(*) FROM windows')).toBe(before)
  })

  test('more than a million rows: the first million, the last of them reached', async () => {
    const { page } = await openConsole(bench, story)
    expect(await rows(page, "SELECT range AS n, 'row ' || range AS name, range % 7 = 0 AS is_seventh FROM range(1500000)")).toBe(1_000_000)
    await result(page).getByText(/the first 1,000,000, there are more/).waitFor()
    const grid = page.getByRole('grid', { name: 'Result' })
    await grid.getByRole('gridcell', { name: 'row 1', exact: true }).waitFor()
    await grid.press('Control+End')
    await grid.getByRole('gridcell', { name: 'row 999999', exact: true }).waitFor()
    await grid.getByRole('columnheader', { name: 'n', exact: true }).click()
    await grid.locator('.grid-row').first().getByText('999,999', { exact: true }).waitFor()
  })

  test('rows are exported and copied as they are', async () => {
    const { page, dataFolder } = await openConsole(bench, story, { permissions: ['clipboard-write'] })
    const { gold } = onlyRun(dataFolder)
    const sql = 'SELECT origin_country, sum(total_observations) AS rows, max(anomaly_rate) AS peak, max(window_end) AS until, bool_or(anomaly_rate > 0) AS over FROM gold.anomaly_alerts GROUP BY ALL ORDER BY origin_country'
    const count = await rows(page, sql)
    const folder = temporaryFolder('e2e')
    for (const format of ['CSV', 'Parquet'] as const) {
      const file = join(folder, `result.${format.toLowerCase()}`)
      await result(page).getByRole('button', { name: 'Export', exact: true }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('combobox', { name: 'Format' }).selectOption(format)
      await dialog.getByRole('textbox', { name: 'Save to' }).fill(file)
      await dialog.getByRole('button', { name: 'Export', exact: true }).click()
      await dialog.getByText(/^Exported/).waitFor()
      await dialog.getByRole('button', { name: 'Close' }).click()
      const written = format === 'CSV' ? `read_csv(${quoteLiteral(file)}, types = {'rows': 'BIGINT', 'peak': 'DOUBLE'})` : `read_parquet(${quoteLiteral(file)})`
      const same = (from: string) => `SELECT origin_country, rows::BIGINT AS rows, peak, epoch_us(until) AS until, over FROM (${from})`
      const expected = same(sql.replace('gold.anomaly_alerts', `read_parquet(${quoteLiteral(`${gold}/anomaly_alerts/*.parquet`)})`))
      const found = await bench.database.query(`SELECT (SELECT count(*) FROM ${written})::DOUBLE AS rows, (SELECT count(*) FROM ((${same(`FROM ${written}`)}) EXCEPT (${expected})))::DOUBLE AS other`)
      expect([found.numbers(0)[0], found.numbers(1)[0]], format).toEqual([count, 0])
    }
    await result(page).getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByText(`Copied ${count} rows.`).waitFor()
    const [head, first] = (await copiedText(page)).split('\n')
    expect(head).toBe('origin_country\trows\tpeak\tuntil\tover')
    expect(first).toMatch(/^[^\t]+\t\d+\t[\d.]+(e-?\d+)?\t\d{4}-\d\d-\d\dT[\d:]+Z\t(true|false)$/)
  })

  test('what is typed, saved and opened is there after a reload, and can be taken back', async () => {
    const { page, dataFolder } = await openConsole(bench, story)
    await page.getByRole('button', { name: 'New query' }).click()
    await page.getByRole('tab', { name: 'Query 1', selected: true }).waitFor()
    await page.getByRole('region', { name: 'Tables' }).getByRole('button', { name: 'Columns of files' }).click()
    await editor(page).pressSequentially('SELECT ')
    await page.getByRole('button', { name: 'set_aside', exact: true }).click()
    await editor(page).pressSequentially(' FROM')
    await page.getByRole('button', { name: 'files', exact: true }).click()
    await eventually(() => editor(page).inputValue()).toBe('SELECT set_aside FROM files')
    await page.getByRole('button', { name: 'Save this query' }).click()
    await page.getByRole('textbox', { name: 'Name of the query' }).fill('Set aside')
    await page.getByRole('textbox', { name: 'Name of the query' }).press('Enter')
    await editor(page).pressSequentially(' -- more')
    await waitForLayout(dataFolder, ({ sql }) => sql.saved.length === 1 && sql.tabs.some(({ text }) => text.endsWith('-- more')))
    await page.reload()
    await page.getByRole('tab', { name: 'Set aside', selected: true }).waitFor()
    await eventually(() => editor(page).inputValue()).toBe('SELECT set_aside FROM files -- more')
    const saved = page.getByRole('region', { name: 'Saved queries' })
    await saved.getByRole('button', { name: 'Rename Set aside' }).click()
    await page.getByRole('textbox', { name: 'New name of Set aside' }).fill('Bad files')
    await page.getByRole('textbox', { name: 'New name of Set aside' }).press('Enter')
    await saved.getByRole('button', { name: 'Delete Bad files' }).click()
    await until(async () => (await saved.getByRole('button', { name: /Bad files/ }).count()) === 0)
    await page.getByRole('tab', { name: 'Set aside' }).press('Delete')
    await until(async () => (await page.getByRole('tab').count()) === 1)
    for (const step of ['close Set aside', 'delete Bad files', 'rename Set aside']) {
      await page.getByRole('menuitem', { name: 'Edit' }).click()
      await page.getByRole('menuitem', { name: new RegExp(`^Undo ${step}`) }).click()
    }
    await saved.getByRole('button', { name: 'Set aside', exact: true }).waitFor()
    await page.getByRole('tab', { name: 'Set aside', selected: true }).waitFor()
    await eventually(() => editor(page).inputValue()).toBe('SELECT set_aside FROM files -- more')

    // Formatted, and taken back as typing is.
    await page.getByRole('button', { name: 'Format' }).click()
    await eventually(() => editor(page).inputValue()).toBe('SELECT set_aside\nFROM files -- more')
    await editor(page).press('ControlOrMeta+z')
    await eventually(() => editor(page).inputValue()).toBe('SELECT set_aside FROM files -- more')

    // Tab writes blanks, and leaves after Escape.
    await editor(page).fill('SELECT')
    await editor(page).press('Tab')
    await eventually(() => editor(page).inputValue()).toBe('SELECT  ')
    await editor(page).press('Escape')
    await editor(page).press('Tab')
    await eventually(() => editor(page).evaluate('document.activeElement?.tagName')).not.toBe('TEXTAREA')
  })

  test('axe finds no serious violation, dark and light; every chart says what it shows, also as a table', async () => {
    const { page } = await openConsole(bench, story)
    expect(await seriousViolations(page)).toEqual([])
    await fault(page, 'SELECT nope')
    expect(await seriousViolations(page)).toEqual([])
    const count = await rows(page, 'SELECT window_start, origin_country, total_observations, anomaly_rate FROM gold.anomaly_alerts ORDER BY ALL')
    for (const [kind, words] of [
      ['Bar', new RegExp(`^Quick chart: First \\d+ of ${count.toLocaleString('en-US')} rows: anomaly_rate by origin_country\\.`)],
      ['Line', /^Quick chart: .*total_observations over window_start\.$/],
      ['Scatter', /^Quick chart: .*anomaly_rate over total_observations\.$/],
      ['Heat', /^Quick chart: Rows by window_start and origin_country/]
    ] as const) {
      await chart(page).getByText(kind, { exact: true }).click()
      await chart(page).getByRole('img', { name: words }).waitFor()
      await chart(page).getByRole('button', { name: 'Show as table' }).click()
      await chart(page).getByRole('table', { name: 'Quick chart' }).getByRole('cell').first().waitFor()
      expect(await seriousViolations(page), kind).toEqual([])
      await chart(page).getByRole('button', { name: 'Show as table' }).click()
    }
    await chart(page).getByRole('combobox', { name: 'value' }).selectOption('anomaly_rate')
    await chart(page).getByRole('img', { name: /^Quick chart: Mean of anomaly_rate by window_start and origin_country/ }).waitFor()
    await page.getByRole('grid', { name: 'Result' }).press('ArrowDown')
    await editor(page).fill('EXPLAIN SELECT count(*) FROM windows')
    await editor(page).press('Control+Enter')
    await result(page).getByRole('group', { name: 'Plan of the statement' }).getByText('SEQ_SCAN').waitFor()
    expect(await seriousViolations(page)).toEqual([])
  })
})
