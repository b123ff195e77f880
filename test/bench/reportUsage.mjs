// Loaded into a measured process: tells on exit how much memory it took at most, and for how long its main thread was busy in one go.
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  // Loading the program is not what is measured.
  setTimeout(() => delay.enable(), 300).unref()
  process.on('exit', () => writeFileSync(process.env.USAGE_FILE, JSON.stringify({ peakMb: process.resourceUsage().maxRSS / 1024, delayMs: delay.max / 1e6 })))
}
