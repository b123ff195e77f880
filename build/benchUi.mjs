// `npm run bench:ui`: the built workbench under load, measured over the Chromium protocol and judged by its budget; exit code 1 when it is over.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureGrid } from './benchGrid.mjs'
import { measureLimits } from './benchLimits.mjs'
import { measureReplay } from './benchReplay.mjs'
import { measureStart } from './benchStart.mjs'
import { launchBrowser, requireChromium, root, serve, withCleanup } from './browser.mjs'
import { bundle, bundlePage } from './bundle.mjs'

const usage = `npm run bench:ui -- [options]
  --rows N       observations of the replay (4000000), rows of the grid (1000000)
  --speed N      of the replay, event time over clock time (40)
  --seconds N    stop the replay after so long; the heap is judged only from three minutes on
  --only PART    start, replay, grid or limits; all of them when left out
  --profile      also which functions long tasks were in; figures are higher with it
  --help`

const flags = readFlags()
const parts = { start: measureStart, replay: measureReplay, grid: measureGrid, limits: measureLimits }
const executablePath = requireChromium()
await withCleanup(async (undo) => {
  await bundle()
  if (flags.profile) {
    const { build } = await import('vite')
    await build({ configFile: join(root, 'build/vite.renderer.config.mjs'), logLevel: 'warn', build: { sourcemap: 'hidden' } })
  } else await bundlePage()
  const folder = mkdtempSync(join(tmpdir(), 'contrail-bench-ui-'))
  undo(() => rmSync(folder, { recursive: true, force: true }))
  console.log(`${cpus().length} × ${cpus()[0]?.model.trim() ?? 'processor'}, load ${loadavg()[0].toFixed(1)} before the bench`)
  const verdicts = []
  for (const [name, measure] of Object.entries(parts)) {
    if (flags.only !== undefined && flags.only !== name) continue
    console.log(`\n${name}`)
    verdicts.push(...(await measureFresh(measure, join(folder, name), undo)))
  }
  const load = loadavg()[0]
  console.log(`\nbudget, by the clock; load ${load.toFixed(1)}${load > cpus().length + 1 ? ': other programs kept the processors busy, so that the figures are too high' : ''}`)
  for (const { holds, text } of verdicts) console.log(`  ${holds ? '✓' : '✗'} ${text}`)
  if (verdicts.some(({ holds }) => !holds)) process.exitCode = 1
})

/** Each part with a data folder, a host and a browser of its own. */
async function measureFresh(measure, dataFolder, undo) {
  const served = await serve(dataFolder)
  undo(() => served.stop())
  const browser = await launchBrowser(executablePath)
  undo(() => browser.close())
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' })
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => console.log(`  the page failed: ${error.message}`))
    return await measure({ browser, page, address: served.address, ...flags })
  } finally {
    await browser.close()
    await served.stop()
  }
}

function readFlags() {
  const number = (name, text) => {
    if (text === undefined) return undefined
    if (Number(text) > 0) return Number(text)
    fail(`--${name} is ${text}: give a number above 0`)
  }
  const fail = (message) => {
    console.error(`${message}\n\n${usage}`)
    process.exit(2)
  }
  try {
    const { values } = parseArgs({ options: { rows: { type: 'string' }, speed: { type: 'string' }, seconds: { type: 'string' }, only: { type: 'string' }, profile: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    if (values.only !== undefined && !['start', 'replay', 'grid', 'limits'].includes(values.only)) fail(`--only is ${values.only}: give start, replay, grid or limits`)
    return { rows: number('rows', values.rows), speed: number('speed', values.speed) ?? 40, seconds: number('seconds', values.seconds), only: values.only, profile: values.profile }
  } catch (error) {
    return fail(error.message)
  }
}
