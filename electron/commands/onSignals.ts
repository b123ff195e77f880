/** Ctrl+C and SIGTERM, for as long as something runs. */
export interface Signals {
  /** Whether one has come. */
  asked(): boolean
  off(): void
}

/** The first calls `stop`. The second ends the process at once, which the shell tells as 130, like any program that Ctrl+C ends. */
export function onSignals(stop: () => unknown): Signals {
  let asked = false
  const onSignal = () => {
    if (asked) {
      off()
      // By its default: `process.exit` would wait for what is being waited for, and DuckDB would abort.
      process.kill(process.pid, 'SIGINT')
    }
    asked = true
    stop()
  }
  const off = () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return { asked: () => asked, off }
}
