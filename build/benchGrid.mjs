// A grid of a million rows: to its end, sorted, filtered, and scrolled with the wheel.
import { longMs, openMeter, stallMs, worstTenSeconds } from './benchMeter.mjs'
import { gridRecording } from './benchRecordings.mjs'
import { count, line, megabytes, printFunctions, printLongest, printTasks } from './benchReport.mjs'
import { badge, checkFolder, isDoneWithin, startRun } from './browser.mjs'

/** What a tab holds at most. */
const mostRows = 1_000_000
/** The filter waits so long for the next key. */
const typingMs = 120

export async function measureGrid({ browser, page, address, rows = mostRows, profile }) {
  const wanted = Math.min(rows, mostRows)
  const recording = await gridRecording(wanted)
  const meter = await openMeter(browser, page, { profile })
  await page.goto(address)
  await checkFolder(page, recording.folder)
  await meter.startTrace()
  const startMs = Date.now()
  await startRun(page, 6)
  await badge(page, 'REPLAY').waitFor()
  if (!(await isDoneWithin(page, 600_000))) throw new Error('the replay did not end within ten minutes')
  const doneMs = Date.now() - startMs
  const tab = page.getByRole('tab', { name: /^Anomaly alerts/ })
  await tab.click()
  while (numberOf(await tab.textContent()) < wanted) await page.waitForTimeout(100)
  const filledMs = Date.now() - startMs
  const filling = await meter.stopTrace()

  const grid = page.getByRole('grid', { name: 'Anomaly alerts' })
  const filter = page.getByRole('searchbox', { name: 'Filter rows' })
  await filter.fill('')
  const status = page.getByRole('tabpanel').getByText(/^[\d,]+ of [\d,]+ rows/)
  const shown = numberOf(await tab.textContent())
  await page.getByText(`${count(shown)} of ${count(shown)} rows`).waitFor()
  const heap = await meter.heap()
  await meter.startTrace()

  await grid.focus()
  const rowAt = (index) => `[role="grid"] [aria-rowindex="${index}"]`
  const lastMs = await timed(page, 'keydown', () => page.keyboard.press('Control+End'), rowAt(shown + 1))
  const lastText = await page.locator(rowAt(shown + 1)).textContent()
  await page.keyboard.press('Control+Home')
  await page.waitForTimeout(500)
  const firstText = await page.locator(rowAt(2)).textContent()
  const sortMs = await timed(page, 'click', () => grid.getByRole('columnheader', { name: 'Rate' }).click(), rowAt(2), firstText)
  const filterMs = (await timed(page, 'input', () => filter.fill('rate > 0.5'), '[role="tabpanel"] [role="status"]', await status.first().textContent())) - typingMs
  const matched = await status.first().textContent()
  await filter.fill('')
  await page.getByText(`${count(shown)} of ${count(shown)} rows`).waitFor()
  await page.waitForTimeout(500)
  const slow = await scroll(page, grid, 240)
  const fast = await scroll(page, grid, 4800)
  const { tasks, functions } = await meter.stopTrace()

  line('recording', `${count(recording.rows)} rows in ${count(recording.files)} files, as fast as possible`)
  line('replayed, all rows in the grid', `${(doneMs / 1000).toFixed(1)} s, ${(filledMs / 1000).toFixed(1)} s`)
  line('rows in the grid', `${count(shown)}, heap ${megabytes(heap.bytes)}, ${count(heap.nodes)} nodes`)
  printTasks('tasks while it filled', filling.tasks)
  line('Ctrl+End to the last row', `${lastMs.toFixed(0)} ms: ${lastText.slice(0, 60)}`)
  line('sort by Rate', `${sortMs.toFixed(0)} ms`)
  line('filter rate > 0.5', `${filterMs.toFixed(0)} ms after the wait for the next key (${matched})`)
  for (const [label, { fps, frames, blank, longest, uncovered }] of [['wheel, 10 rows a step', slow], ['wheel, 200 rows a step', fast]]) line(label, `${fps.toFixed(0)} frames/s; blank rows in ${blank} of ${frames} frames, ${longest} in a row at most, ${uncovered} with no row at all`)
  printTasks('tasks while it was used', tasks)
  printLongest([...filling.tasks, ...tasks])
  printFunctions('while it filled', [filling.functions])
  printFunctions('while it was used', [functions])
  return [
    { holds: lastText !== '', text: `grid: row ${count(shown)} is shown` },
    { holds: sortMs <= 300, text: `grid: sorted within 300 ms (${sortMs.toFixed(0)} ms)` },
    { holds: filterMs <= 150, text: `grid: filtered within 150 ms (${filterMs.toFixed(0)} ms)` },
    { holds: slow.longest <= 1, text: `grid: no row blank for more than a frame with the wheel (${slow.longest})` },
    { holds: worstTenSeconds(tasks) <= 1, text: `grid: at most one task over ${longMs} ms in any ten seconds of use (${worstTenSeconds(tasks)})` },
    { holds: tasks.every(({ ms }) => ms <= stallMs), text: `grid: no task over ${stallMs} ms in use (${tasks.filter(({ ms }) => ms > stallMs).length})` }
  ]
}

const numberOf = (text) => Number((/[\d,]+/.exec(text ?? '')?.[0] ?? '0').replaceAll(',', ''))

/** Milliseconds from an event in the page until the frame in which the first of some elements has a text, another than before. */
async function timed(page, event, act, selector, before = '') {
  const answer = await page.evaluateHandle(
    (asked) => ({
      done: new Promise((resolve) => {
        const hear = ({ timeStamp }) => {
          const look = () => {
            const text = document.querySelector(asked.selector)?.textContent ?? ''
            if (text !== '' && text !== asked.before) resolve(performance.now() - timeStamp)
            else requestAnimationFrame(look)
          }
          requestAnimationFrame(look)
        }
        window.addEventListener(asked.event, hear, { once: true, capture: true })
      })
    }),
    { event, selector, before }
  )
  await act()
  return answer.evaluate(({ done }) => done)
}

/** Turns the wheel 60 times a second for four seconds; counts frames in which a row within sight has no text. */
async function scroll(page, grid, deltaY) {
  await grid.hover()
  const watch = await page.evaluateHandle(() => {
    const seen = { frames: 0, blank: 0, longest: 0, uncovered: 0, over: false, startMs: performance.now() }
    const element = document.querySelector('[role="grid"]')
    let run = 0
    const look = () => {
      if (seen.over) return
      const box = element.getBoundingClientRect()
      const inSight = [...element.querySelectorAll('[role="row"]')].slice(1).filter((row) => {
        const { top, bottom } = row.getBoundingClientRect()
        return bottom > box.top + 24 && top < box.bottom
      })
      const isBlank = inSight.length === 0 || inSight.some(({ textContent }) => textContent === '')
      seen.frames += 1
      if (inSight.length === 0) seen.uncovered += 1
      if (isBlank) seen.blank += 1
      run = isBlank ? run + 1 : 0
      seen.longest = Math.max(seen.longest, run)
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
    return seen
  })
  for (let step = 0; step < 240; step++) {
    await page.mouse.wheel(0, deltaY)
    await page.waitForTimeout(16)
  }
  return watch.evaluate((seen) => {
    seen.over = true
    return { ...seen, fps: seen.frames / ((performance.now() - seen.startMs) / 1000) }
  })
}
