import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { startContrail, until, type Running } from './contrail.ts'

const places = [process.env.CONTRAIL_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

/** A Chromium on this machine; undefined where there is none. In CI there must be one. */
export function findChromium(): string | undefined {
  const found = places.find((path) => path !== undefined && existsSync(path))
  if (found === undefined && process.env.CI) throw new Error('there is no Chromium in CI: .ci/run installs one')
  return found
}

export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('there is no Chromium')
  return chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'] })
}

/** The built `contrail serve` in a process of its own. */
export interface ServedWorkbench {
  readonly address: string
  readonly running: Running
  /** As Ctrl+C would. */
  stop(): Promise<void>
}

export async function serveWorkbench(dataFolder: string, port = 0): Promise<ServedWorkbench> {
  const running = startContrail(['serve', '--no-open', '--data', dataFolder, '--port', String(port)])
  let over = false
  void running.finished.then(() => (over = true))
  await until(() => over || running.output().includes('\n'))
  if (over) throw new Error(`contrail serve did not start: ${(await running.finished).stderr}`)
  return {
    address: running.output().split('\n')[0]!,
    running,
    async stop() {
      running.child.kill('SIGINT')
      await running.finished
    }
  }
}

/** A page of the workbench, and everything that its console complained of: a test that ends with any has failed. */
export interface WatchedPage {
  readonly page: Page
  /** Errors, warnings of the content policy, failed requests, uncaught exceptions. */
  readonly complaints: string[]
}

/** With `CONTRAIL_TEST_SLOWDOWN=8`, in a page eight times slower than this machine: it finds what a test did not wait for. */
export async function openPage(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(90_000)
  const slowdown = Number(process.env.CONTRAIL_TEST_SLOWDOWN ?? 1)
  if (slowdown > 1) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content Security Policy/i.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
  page.on('requestfailed', (request) => complaints.push(`request failed: ${request.url().replace(/token=[^&]*/, 'token=…')} ${request.failure()?.errorText ?? ''}`))
  page.on('request', (request) => {
    if (!/^(http|ws):\/\/127\.0\.0\.1:/.test(request.url()) && !/^(data|blob):/.test(request.url())) complaints.push(`a request left the machine: ${request.url()}`)
  })
  await page.goto(address)
  return { page, complaints }
}
