import type { TimeExtent } from '#renderer/chart/timeRange.ts'
import { isFar, outliersOfRun } from '#renderer/store/outliers.ts'
import type { RunStore } from '#renderer/store/runStore.ts'

type Parts = Pick<RunStore, 'recording' | 'newestEventMs' | 'windows' | 'run'>

/** What there is to look at of the open run; `leaveOutliers`: without rows whose times lie far from nearly all others. */
export function extentOf(store: Parts, leaveOutliers = false): TimeExtent {
  const { recording, newestEventMs, windows, run } = store
  const slides = Object.values(run?.queries ?? {}).map(({ slideUs }) => slideUs / 1000)
  // Without statistics the first window tells it.
  const firstMs = recording?.minEventMs ?? windows.flight_phase_counts.all[0]?.startMs ?? windows.anomaly_alerts.all[0]?.startMs
  const lastMs = recording?.maxEventMs ?? newestEventMs
  const whole: TimeExtent = { firstMs, newestMs: newestEventMs, lastMs, unitMs: slides.length > 0 ? Math.min(...slides) : 60_000 }
  const bulk = leaveOutliers ? outliersOfRun(store)?.bulk : undefined
  if (!bulk) return whole
  const near = (ms: number | undefined, instead: number) => (ms === undefined || isFar(ms, bulk) ? instead : ms)
  return { ...whole, firstMs: near(firstMs, bulk.startMs), newestMs: near(newestEventMs, bulk.endMs), lastMs: near(lastMs, bulk.endMs) }
}

/** Over more than a day a clock alone does not say when. */
export function isOverDays(store: Parts): boolean {
  const { firstMs, newestMs, lastMs } = extentOf(store)
  return firstMs !== undefined && Math.max(lastMs ?? firstMs, newestMs ?? firstMs) - firstMs > 86_400_000
}
