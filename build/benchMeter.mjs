// Measures a page over the Chromium protocol: tasks of its main thread, its heap, its frames and, when asked for, which functions long tasks were in.
import { readFileSync } from 'node:fs'
import { functionsOf } from './benchProfile.mjs'

/** A task of the main thread that takes longer can be felt; one that takes longer than the second is a stall. Milliseconds. */
export const longMs = 50
export const stallMs = 200

/** Frames and long tasks as the page itself sees them. Runs in the page before its own scripts. */
function watchFromInside() {
  const watched = { frames: [], longTasks: [] }
  Object.defineProperty(window, 'benchWatched', { value: watched })
  const second = (at) => Math.floor((performance.timeOrigin + at) / 1000)
  const frame = (at) => {
    const now = second(at)
    const last = watched.frames.at(-1)
    if (last?.second === now) last.frames += 1
    else watched.frames.push({ second: now, frames: 1 })
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) watched.longTasks.push({ atMs: performance.timeOrigin + startTime, ms: duration })
  }).observe({ type: 'longtask', buffered: true })
}

/** Call it before the page is gone to. */
export async function openMeter(browser, page, { profile = false } = {}) {
  await page.addInitScript(watchFromInside)
  const ofPage = await page.context().newCDPSession(page)
  const ofBrowser = await browser.newBrowserCDPSession()
  for (const domain of ['Performance', 'HeapProfiler', ...(profile ? ['Profiler'] : [])]) await ofPage.send(`${domain}.enable`)
  if (profile) await ofPage.send('Profiler.setSamplingInterval', { interval: 500 })
  /** Long tasks whose time falls in these were ours. */
  const ours = []

  async function startTrace() {
    // First: starting it is a long task of its own.
    if (profile) await ofPage.send('Profiler.start')
    // What the tasks were about as well, but for the heaviest categories.
    const includedCategories = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8', '__metadata']
    await ofBrowser.send('Tracing.start', { transferMode: 'ReturnAsStream', traceConfig: { recordMode: 'recordUntilFull', traceBufferSizeInKb: 400_000, includedCategories, excludedCategories: ['*'] } })
  }

  /** `functions`: of the whole trace, with a profile. */
  async function stopTrace() {
    const complete = new Promise((resolve) => ofBrowser.once('Tracing.tracingComplete', resolve))
    await ofBrowser.send('Tracing.end')
    const { stream, dataLossOccurred } = await complete
    const cpu = profile ? (await ofPage.send('Profiler.stop')).profile : undefined
    const parts = []
    for (let done = false; !done; ) {
      const { data, eof, base64Encoded } = await ofBrowser.send('IO.read', { handle: stream, size: 4_000_000 })
      parts.push(base64Encoded ? Buffer.from(data, 'base64').toString() : data)
      done = eof
    }
    await ofBrowser.send('IO.close', { handle: stream })
    return { ...tasksOf(JSON.parse(parts.join('')).traceEvents, cpu), dataLossOccurred, ...(cpu && { functions: functionsOf(cpu, -Infinity, Infinity) }) }
  }

  async function metrics() {
    const { metrics: all } = await ofPage.send('Performance.getMetrics')
    return Object.fromEntries(all.map(({ name, value }) => [name, value]))
  }

  return {
    startTrace,
    stopTrace,
    /** Heap in use after a collection, in bytes; the collection itself is nobody's long task. Not while a trace runs. */
    async heap() {
      const from = Date.now()
      await ofPage.send('HeapProfiler.collectGarbage')
      const { JSHeapUsedSize, Nodes } = await metrics()
      ours.push({ from, to: Date.now() })
      return { bytes: JSHeapUsedSize, nodes: Nodes }
    },
    /** Seconds with their frames, and long tasks by the page's own account, since `sinceMs` of the wall clock. */
    async fromInside(sinceMs) {
      const { frames, longTasks } = await page.evaluate(() => window.benchWatched)
      return {
        frames: frames.filter(({ second }) => second * 1000 > sinceMs).slice(0, -1),
        longTasks: longTasks.filter(({ atMs, ms }) => atMs > sinceMs && !ours.some(({ from, to }) => atMs < to && atMs + ms > from))
      }
    }
  }
}

/** Memory of a process that is really there, in bytes; undefined where the system does not tell. */
export function residentBytes(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
  } catch {
    return undefined
  }
}

/** The main thread's tasks out of a trace, those that are long with what they were about. Milliseconds; `at` on the clock of the trace. */
function tasksOf(events, cpu) {
  const mains = events.filter(({ ph, name, args }) => ph === 'M' && name === 'thread_name' && args.name === 'CrRendererMain')
  const isTask = ({ ph, name }) => ph === 'X' && (name === 'RunTask' || name === 'ThreadControllerImpl::RunTask')
  const byThread = new Map(mains.map(({ pid, tid }) => [`${pid} ${tid}`, { pid, busy: 0, events: [] }]))
  for (const event of events) {
    const thread = byThread.get(`${event.pid} ${event.tid}`)
    if (!thread || event.ph !== 'X') continue
    thread.events.push(event)
    if (isTask(event)) thread.busy += event.dur
  }
  // Other renderers are spare: the busy one is ours.
  const main = [...byThread.values()].sort((a, b) => b.busy - a.busy)[0]
  if (!main) throw new Error('the trace has no renderer: is this Chromium?')
  const ordered = main.events.sort((a, b) => a.ts - b.ts || b.dur - a.dur)
  const tasks = []
  let end = -Infinity
  for (const [i, event] of ordered.entries()) {
    // One inside another is part of it.
    if (!isTask(event) || event.ts < end) continue
    end = event.ts + event.dur
    const ms = event.dur / 1000
    tasks.push({ at: event.ts / 1000, ms, cpuMs: event.tdur === undefined ? undefined : event.tdur / 1000, ...(ms > longMs && { about: aboutOf(ordered, i), ...(cpu && { functions: functionsOf(cpu, event.ts, event.ts + event.dur) }) }) })
  }
  return { pid: main.pid, tasks }
}

/** Time of a task by the kind of work, itself without what is inside it: the largest first. */
function aboutOf(ordered, at) {
  const task = ordered[at]
  const self = new Map()
  const open = []
  const close = (until) => {
    while (open.length > 0 && open.at(-1).ts + open.at(-1).dur <= until) {
      const { name, dur, inside } = open.pop()
      self.set(name, (self.get(name) ?? 0) + dur - inside)
      if (open.length > 0) open.at(-1).inside += dur
    }
  }
  for (let i = at; i < ordered.length && ordered[i].ts < task.ts + task.dur; i++) {
    close(ordered[i].ts)
    open.push({ ...ordered[i], inside: 0 })
  }
  close(Infinity)
  return [...self].map(([name, micros]) => ({ name, ms: micros / 1000 })).sort((a, b) => b.ms - a.ms).slice(0, 6)
}

/** The most long tasks in any ten seconds. */
export function worstTenSeconds(tasks) {
  const long = tasks.filter(({ ms }) => ms > longMs).map(({ at }) => at).sort((a, b) => a - b)
  let worst = 0
  for (let from = 0, to = 0; to < long.length; to++) {
    while (long[to] - long[from] > 10_000) from++
    worst = Math.max(worst, to - from + 1)
  }
  return worst
}
