import type { TimeExtent } from '#renderer/chart/timeRange.ts'
import type { RunStore } from '#renderer/store/runStore.ts'

/** What there is to look at of the open run. */
export function extentOf({ recording, newestEventMs, windows, run }: RunStore): TimeExtent {
  const slides = Object.values(run?.queries ?? {}).map(({ slideUs }) => slideUs / 1000)
  // Without statistics the first window tells it.
  const firstPhase = windows.flight_phase_counts.all[0]?.startMs
  return { firstMs: recording?.minEventMs ?? firstPhase ?? windows.anomaly_alerts.all[0]?.startMs, newestMs: newestEventMs, lastMs: recording?.maxEventMs ?? newestEventMs, unitMs: slides.length > 0 ? Math.min(...slides) : 60_000 }
}
