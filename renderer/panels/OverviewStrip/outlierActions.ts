import { isFar, outliersOfRun } from '#renderer/store/outliers.ts'
import type { Session } from '#renderer/store/session.ts'

/** Leaves outliers out of view, or brings them back; a range that is all outliers goes with them. */
export function toggleOutliers({ run, view, undo }: Pick<Session, 'run' | 'view' | 'undo'>): void {
  const { leaveOutliers, range } = view.get()
  if (leaveOutliers) return undo.change('show outliers', { leaveOutliers: false })
  const bulk = outliersOfRun(run)?.bulk
  const isAway = range !== null && bulk !== undefined && (isFar(range.startMs, bulk) || isFar(range.endMs, bulk))
  undo.change('leave outliers out of view', { leaveOutliers: true, ...(isAway && { range: null }) })
}
