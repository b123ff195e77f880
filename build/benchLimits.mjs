// A limit that moves over a day of windows: how soon its handle and the counts follow, and how soon everything is exact after it rests.
import { line } from './benchReport.mjs'
import { dayRecording } from './benchRecordings.mjs'
import { badge, checkFolder, startRun } from './browser.mjs'

const steps = 150

/** What is budgeted, in milliseconds: the handle within a frame or three of them, the counts, the exact answer after release. */
const budget = { handle: 50, counts: 50, exact: 300 }

export async function measureLimits({ page, address }) {
  const recording = await dayRecording(3000)
  await page.goto(address)
  await checkFolder(page, recording.folder)
  await startRun(page, 1)
  await badge(page, 'DONE').waitFor({ timeout: 300_000 })
  await page.getByRole('region', { name: 'What if', exact: true }).getByText('exact, closed windows').waitFor({ timeout: 300_000 })
  line('recording', `${recording.rows.toLocaleString('en-US')} rows, 24 h of event time`)
  await page.getByRole('slider', { name: 'Altitude maximum' }).focus()
  const measured = await page.evaluate(moveLimit, steps)
  const shown = (name, values) => line(name, `median ${quantile(values, 0.5).toFixed(1)} ms, 95 % within ${quantile(values, 0.95).toFixed(1)} ms, the longest ${Math.max(...values).toFixed(1)} ms`)
  shown('the handle follows a key', measured.handle)
  shown('the counts follow the handle', measured.counts)
  const exact = []
  for (let i = 0; i < 10; i++) exact.push(await page.evaluate(releaseLimit))
  shown('all is exact after release', exact)
  const within = (name, values, ms) => ({ holds: quantile(values, 0.95) <= ms, text: `${name}: 95 % within ${quantile(values, 0.95).toFixed(1)} ms, at most ${ms}` })
  return [within('the handle answers a key', measured.handle, budget.handle), within('the counts follow the handle', measured.counts, budget.counts), within('exact after release, over 24 h', exact, budget.exact)]
}

/** Runs in the page. One step after the other, each when the counts of the last have come. */
async function moveLimit(count) {
  const handle = document.querySelector('[role="slider"][aria-label="Altitude maximum"]')
  const cells = () => [...document.querySelectorAll('[aria-label="Current against proposed"] .what-if-proposed')].map((cell) => cell.textContent).join('|')
  const until = (holds) =>
    new Promise((resolve) => {
      const look = () => (holds() ? resolve(performance.now()) : requestAnimationFrame(look))
      look()
    })
  const result = { handle: [], counts: [] }
  for (let i = 0; i < count; i++) {
    const before = handle.getAttribute('aria-valuenow')
    const shown = cells()
    const started = performance.now()
    handle.dispatchEvent(new KeyboardEvent('keydown', { key: i % 40 < 20 ? 'ArrowLeft' : 'ArrowRight', bubbles: true }))
    const moved = await until(() => handle.getAttribute('aria-valuenow') !== before)
    result.handle.push(moved - started)
    result.counts.push((await until(() => cells() !== shown)) - started)
  }
  return result
}

/** Runs in the page. A jump of ten steps, until the panel says that it is exact, with other counts than before. */
async function releaseLimit() {
  const handle = document.querySelector('[role="slider"][aria-label="Altitude maximum"]')
  const panel = document.querySelector('[aria-label="What if"]')
  const text = () => panel.querySelector('[aria-label="Current against proposed"]').textContent
  const before = text()
  const started = performance.now()
  handle.dispatchEvent(new KeyboardEvent('keydown', { key: Math.random() < 0.5 ? 'PageDown' : 'PageUp', bubbles: true }))
  await new Promise((resolve) => {
    const look = () => (text() !== before && panel.dataset.behind === 'false' ? resolve() : requestAnimationFrame(look))
    look()
  })
  return performance.now() - started
}

const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)]
