// What `npm run screenshots` and `npm run bench:ui` share: the built command line, a served workbench, this machine's Chromium, and a person's steps.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Ends the program with one sentence where there is no Chromium. */
export function requireChromium() {
  const places = [process.env.CONTRAIL_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']
  const found = places.find((path) => path !== undefined && existsSync(path))
  if (found !== undefined) return found
  console.error('There is no Chromium on this machine: install one, or give its path in CONTRAIL_CHROMIUM.')
  process.exit(1)
}

export function launchBrowser(executablePath) {
  return chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'] })
}

/** Runs the command line to its end; throws what it wrote when it fails. */
export async function contrail(...args) {
  const child = spawn(process.execPath, ['build/contrail.mjs', ...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text))
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`contrail ${args[0]}: ${said.trim()}`)
}

/** The built `contrail serve` in a process of its own; `stop` does what Ctrl+C would. */
export async function serve(dataFolder) {
  const child = spawn(process.execPath, ['build/contrail.mjs', 'serve', '--no-open', '--data', dataFolder, '--port', '0'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text))
  const closed = new Promise((resolve) => child.on('close', resolve))
  const address = await new Promise((resolve, reject) => {
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
      if (output.includes('\n')) resolve(output.split('\n')[0])
    })
    void closed.then((code) => reject(new Error(`contrail serve ended with ${code}: ${said.trim()}`)))
  })
  return {
    address,
    pid: child.pid,
    async stop() {
      child.kill('SIGINT')
      await closed
    }
  }
}

/** Temporary folders, servers and browsers that are let go of in the reverse order, whatever happens; also on Ctrl+C. */
export async function withCleanup(work) {
  const later = []
  const cleanUp = async () => {
    while (later.length > 0) await Promise.resolve(later.pop()()).catch(() => undefined)
  }
  const interrupted = () => void cleanUp().then(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    return await work((undo) => void later.push(undo))
  } finally {
    process.removeListener('SIGINT', interrupted).removeListener('SIGTERM', interrupted)
    await cleanUp()
  }
}

/** Through the start screen: what is in a folder, checked. */
export async function checkFolder(page, folder) {
  await page.getByRole('button', { name: 'Open folder' }).first().click()
  await page.getByRole('textbox', { name: 'Folder path' }).fill(folder)
  await page.getByRole('dialog').getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('region', { name: 'Source check' }).getByText(/^Checked /).waitFor()
}

/** From a check that passed: a run with so many files a batch, playing. */
export async function startRun(page, filesPerTrigger) {
  await page.getByText(/^Options/).click()
  await page.getByRole('textbox', { name: 'Files per trigger' }).fill(String(filesPerTrigger))
  await page.getByRole('button', { name: 'Start', exact: true }).click()
}

export const badge = (page, state) => page.getByText(state, { exact: true }).first()

export const chooseSpeed = (page, label) => page.getByRole('combobox', { name: 'Speed' }).selectOption({ label })

/** Asks once a second: a search by text that waits in the page would itself keep the main thread busy. */
export async function isDoneWithin(page, ms) {
  const untilMs = Date.now() + ms
  while (Date.now() < untilMs) {
    if ((await page.evaluate(() => document.querySelector('[aria-label="Status"] [role="status"] b')?.textContent)) === 'DONE') return true
    await page.waitForTimeout(1000)
  }
  return false
}

/** What a cell of the status strip shows under its label. */
export const stripValue = async (page, label) => ((await page.getByRole('region', { name: 'Status' }).getByRole('button', { name: new RegExp(`^${label}`) }).first().textContent()) ?? '').slice(label.length).trim()

/** Milliseconds since 1970 of "13:20:15Z" or "2026-01-23 13:20:15Z" on the day of the samples; NaN for anything else. */
export function timeOfDay(text) {
  const found = /(\d\d):(\d\d):(\d\d)/.exec(text)
  return found ? (Number(found[1]) * 60 + Number(found[2])) * 60 + Number(found[3]) : NaN
}
