// `npm run screenshots`: pictures of every screen of the built workbench, over real data, by its own controls. `--readme` refreshes the two of the README.
import { DuckDBInstance } from '@duckdb/node-api'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { badge, checkFolder, chooseSpeed, contrail, launchBrowser, requireChromium, root, serve, startRun, stripValue, timeOfDay, withCleanup } from './browser.mjs'
import { bundle, bundlePage } from './bundle.mjs'

const { values: flags } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist/screenshots') }, readme: { type: 'boolean', default: false } } })

const sizes = [{ width: 1440, height: 900 }, { width: 1280, height: 720 }]
const looks = flags.readme ? [['dark', sizes[0]], ['light', sizes[0]]] : ['dark', 'light'].flatMap((theme) => sizes.map((size) => [theme, size]))
const minutes = 60
const outFolder = flags.readme ? join(root, 'build/pictures') : flags.out

const executablePath = requireChromium()
await withCleanup(async (undo) => {
  await bundle()
  await bundlePage()
  mkdirSync(outFolder, { recursive: true })
  const folder = mkdtempSync(join(tmpdir(), 'contrail-screenshots-'))
  undo(() => rmSync(folder, { recursive: true, force: true }))
  const recordings = placeOfRecordings(folder)
  if (recordings !== folder) undo(() => rmSync(recordings, { recursive: true, force: true }))
  const recording = join(recordings, 'silver')
  await contrail('sample', recording, '--minutes', String(minutes), '--rows-per-minute', '3000')
  const inMetresPerSecond = join(recordings, 'silver_ms')
  await writeWithoutKmh(recording, inMetresPerSecond)
  const browser = await launchBrowser(executablePath)
  undo(() => browser.close())
  for (const [theme, size] of looks) {
    const served = await serve(join(folder, `data-${theme}-${size.width}`))
    undo(() => served.stop())
    try {
      await takeAll(browser, served.address, { theme, size, recording, inMetresPerSecond })
    } finally {
      await served.stop()
    }
  }
})

/** Paths are in the pictures: a short one where it is free, so that they are the same each time. */
function placeOfRecordings(otherwise) {
  const short = join(tmpdir(), 'flights')
  try {
    mkdirSync(short)
    return short
  } catch {
    return otherwise
  }
}

async function takeAll(browser, address, { theme, size, recording, inMetresPerSecond }) {
  const context = await browser.newContext({ viewport: size, colorScheme: theme, reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const take = async (name) => {
    const readmeName = { 'workbench dark': 'workbench-dark', 'start-mapping light': 'start-light' }[`${name} ${theme}`]
    if (flags.readme && readmeName === undefined) return
    const file = join(outFolder, `${flags.readme ? readmeName : `${name}-${theme}-${size.width}`}.png`)
    await page.screenshot({ path: file })
    console.log(relative(process.cwd(), file))
  }
  await page.goto(address)
  await page.getByText('Nothing yet: open a folder.').waitFor()
  await take('start-empty')
  await page.getByRole('button', { name: 'Connect to S3' }).click()
  await page.getByRole('dialog').getByRole('radio', { name: 'Another server' }).check()
  await page.getByRole('dialog').getByRole('radio', { name: 'Keys' }).check()
  await take('connect-s3')
  await page.keyboard.press('Escape')
  await checkFolder(page, recording)
  await take('start-check')
  await checkFolder(page, inMetresPerSecond)
  await page.getByRole('heading', { name: 'There is no column velocity_kmh' }).waitFor()
  await take('start-mapping')
  if (flags.readme && theme === 'light') return context.close()
  await checkFolder(page, recording)
  await startRun(page, 1)
  await badge(page, 'REPLAY').waitFor()
  await chooseSpeed(page, '500×')
  await pauseInTheMiddle(page)
  await take('workbench')
  for (const tab of ['Anomaly alerts', 'Phase counts', 'Windows', 'Late rows', 'Files', 'Progress', 'Problems']) {
    await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
    await settled(page)
    await take(`dock-${tab.toLowerCase().replaceAll(' ', '-')}`)
  }
  await page.getByRole('tab', { name: /^Anomaly alerts/ }).click()
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: 'Save to' }).waitFor()
  await settled(page)
  await take('export')
  await page.keyboard.press('Escape')
  await page.getByRole('textbox', { name: 'Altitude maximum', exact: true }).fill('11900')
  await page.getByRole('textbox', { name: 'Velocity maximum', exact: true }).fill('1050')
  await settled(page)
  await take('proposed')
  await page.getByRole('button', { name: 'Tune', exact: true }).click()
  await settled(page)
  await take('tune')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: 'Command palette' }).waitFor()
  await take('palette')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Investigate', exact: true }).click()
  await page.getByRole('listbox', { name: 'Windows' }).getByRole('option').filter({ hasText: ', closing,' }).first().click()
  await settled(page)
  await take('window-detail')
  await page.keyboard.press('Control+4')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByText(/^[\d,]+ rows/).first().waitFor()
  await settled(page)
  await take('sql')
  await context.close()
}

/** Until the newest event lies past two thirds of the recording; the sample begins at noon and has a gap there, which is then in sight. */
async function pauseInTheMiddle(page) {
  const wanted = (12 * 60 + Math.round((minutes * 2) / 3)) * 60
  while (!(timeOfDay(await stripValue(page, 'Newest event')) >= wanted)) await page.waitForTimeout(50)
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await badge(page, 'PAUSED').waitFor()
  await settled(page)
}

/** What is on its way has come: tables fill a few times a second. */
async function settled(page) {
  await page.waitForTimeout(1200)
}

/** The same observations as plain Parquet, with velocity in m/s where silver has velocity_kmh. */
async function writeWithoutKmh(from, to) {
  mkdirSync(to)
  const connection = await (await DuckDBInstance.create()).connect()
  try {
    await connection.run(`COPY (SELECT * EXCLUDE (velocity_kmh), velocity_kmh / 3.6 AS velocity FROM read_parquet('${from.replaceAll("'", "''")}/*.parquet')) TO '${to.replaceAll("'", "''")}/part-00000.parquet' (FORMAT PARQUET, COMPRESSION SNAPPY)`)
  } finally {
    connection.closeSync()
  }
}
