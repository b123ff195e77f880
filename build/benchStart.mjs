// From nothing to the sample playing: what is loaded, and how long it takes.
import { openMeter } from './benchMeter.mjs'
import { line, megabytes, printLongest, printTasks } from './benchReport.mjs'
import { badge, stripValue } from './browser.mjs'

export async function measureStart({ browser, page, address, profile }) {
  const meter = await openMeter(browser, page, { profile })
  const loaded = []
  page.on('requestfinished', (request) => {
    if (!request.url().startsWith('http')) return
    loaded.push(request.sizes().then(({ responseBodySize }) => ({ name: new URL(request.url()).pathname, bytes: responseBodySize }), () => undefined))
  })
  await meter.startTrace()
  const startMs = Date.now()
  await page.goto(address)
  await page.getByRole('button', { name: 'Play the sample recording' }).waitFor()
  const shownMs = Date.now() - startMs
  const files = (await Promise.all(loaded)).filter((file) => file !== undefined)
  const clickMs = Date.now()
  await page.getByRole('button', { name: 'Play the sample recording' }).click()
  await badge(page, 'REPLAY').waitFor()
  const openMs = Date.now() - clickMs
  while (!/\d/.test(await stripValue(page, 'Newest event'))) await page.waitForTimeout(20)
  const playsMs = Date.now() - clickMs
  const { tasks } = await meter.stopTrace()
  const all = (await Promise.all(loaded)).filter((file) => file !== undefined)
  const sum = (of) => of.reduce((total, { bytes }) => total + bytes, 0)

  line('start screen', `${shownMs} ms, ${megabytes(sum(files))} in ${files.length} files`)
  line('sample: open, first event read', `${openMs} ms, ${playsMs} ms after the press; ${megabytes(sum(all))} in ${all.length} files`)
  for (const { name, bytes } of all.filter(({ bytes: size }) => size > 100_000)) line('', `${name.split('/').at(-1)} ${megabytes(bytes)}`)
  printTasks('tasks of the main thread', tasks)
  printLongest(tasks)
  return [
    { holds: shownMs <= 2000, text: `start: the start screen within 2 s (${(shownMs / 1000).toFixed(1)} s)` },
    { holds: playsMs <= 10_000, text: `start: the sample plays within 10 s (${(playsMs / 1000).toFixed(1)} s)` }
  ]
}
