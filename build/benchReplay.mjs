// A replay with the workbench open, from its first batch to its last.
import { longMs, openMeter, residentBytes, stallMs, worstTenSeconds } from './benchMeter.mjs'
import { replayRecording } from './benchRecordings.mjs'
import { count, line, megabytes, printFunctions, printLongest, printTasks } from './benchReport.mjs'
import { badge, checkFolder, chooseSpeed, isDoneWithin, startRun, stripValue } from './browser.mjs'

/** Between two looks at the heap. */
const segmentMs = 30_000

export async function measureReplay({ browser, page, address, rows = 4_000_000, speed, seconds = Infinity, profile }) {
  const recording = await replayRecording(rows, speed)
  const meter = await openMeter(browser, page, { profile })
  await page.goto(address)
  await checkFolder(page, recording.folder)
  await meter.startTrace()
  await startRun(page, 1)
  await badge(page, 'REPLAY').waitFor()
  await chooseSpeed(page, `${speed}×`)
  await page.waitForTimeout(3000)
  const opening = await meter.stopTrace()

  const startMs = Date.now()
  const rowsBefore = await rowsRead(page)
  const tasks = []
  const heaps = []
  const functions = []
  let loss = opening.dataLossOccurred
  for (let done = false; !done; ) {
    heaps.push({ atMs: Date.now() - startMs, ...(await meter.heap()), resident: residentBytes(opening.pid) })
    if (Date.now() - startMs > seconds * 1000) break
    await meter.startTrace()
    done = await isDoneWithin(page, Math.min(segmentMs, seconds * 1000))
    const traced = await meter.stopTrace()
    tasks.push(...traced.tasks)
    functions.push(traced.functions)
    loss ||= traced.dataLossOccurred
  }
  const tookMs = Date.now() - startMs
  heaps.push({ atMs: tookMs, ...(await meter.heap()), resident: residentBytes(opening.pid) })
  const read = (await rowsRead(page)) - rowsBefore
  const { frames, longTasks } = await meter.fromInside(startMs)
  const rates = frames.map((each) => each.frames).sort((a, b) => a - b)

  line('recording', `${count(recording.rows)} rows in ${count(recording.files)} files, ${recording.eventMinutes} min of event time at ${speed}×`)
  line('measured', `${(tookMs / 1000).toFixed(0)} s, ${count(read)} rows read, ${count(read / (tookMs / 1000))} rows/s`)
  printTasks('opening of the run, 3 s', opening.tasks)
  printTasks('tasks of the main thread', tasks)
  line('main thread busy', `${((tasks.reduce((sum, { ms }) => sum + ms, 0) / tookMs) * 100).toFixed(1)} %`)
  line('long tasks by the page itself', `${longTasks.length}, longest ${longTasks.reduce((most, { ms }) => Math.max(most, ms), 0).toFixed(0)} ms`)
  line('frames a second', rates.length === 0 ? 'none' : `mean ${(rates.reduce((a, b) => a + b, 0) / rates.length).toFixed(1)}, slowest second ${rates[0]}, one in twenty under ${rates[Math.floor(rates.length / 20)]}`)
  for (const { atMs, bytes, nodes, resident } of heaps) line(`heap at ${(atMs / 60_000).toFixed(1)} min`, `${megabytes(bytes)}, ${count(nodes)} nodes${resident === undefined ? '' : `, process ${megabytes(resident)}`}`)
  if (loss) console.log('    the trace lost data: its counts are too low')
  printLongest([...opening.tasks, ...tasks])
  printFunctions('in the whole replay', functions)

  const worst = worstTenSeconds(tasks)
  const stalls = tasks.filter(({ ms }) => ms > stallMs).length
  const verdicts = [
    { holds: worst <= 1, text: `replay: at most one task over ${longMs} ms in any ten seconds (${worst})` },
    { holds: stalls === 0, text: `replay: no task over ${stallMs} ms (${stalls})` }
  ]
  const [second, last] = [meanOfMinute(heaps, 1), meanOfMinute(heaps, Math.floor(tookMs / 60_000) - 1)]
  if (tookMs >= 180_000) verdicts.push({ holds: last - second <= Math.max(0.1 * second, 10e6), text: `replay: heap flat after the first minute (${megabytes(second)} in the second, ${megabytes(last)} in the last)` })
  return verdicts
}

async function rowsRead(page) {
  return Number((/^[\d,]+/.exec(await stripValue(page, 'Rows'))?.[0] ?? '0').replaceAll(',', ''))
}

/** Of the heap, in bytes; `minute` counts from 0. */
function meanOfMinute(heaps, minute) {
  const within = heaps.filter(({ atMs }) => Math.floor(atMs / 60_000) === minute)
  return within.reduce((sum, { bytes }) => sum + bytes, 0) / within.length
}
