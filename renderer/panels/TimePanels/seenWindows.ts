import type { TimeRange } from '#renderer/chart/timeRange.ts'
import type { WindowEntry, WindowTable } from '#renderer/store/windowTable.ts'

/** Windows in view. */
export interface SeenWindows {
  readonly windows: readonly WindowEntry[]
  readonly range: TimeRange
  /** The newest change of one of them. */
  readonly revision: number
}

/** Reads the windows in view; gives the same object again while neither range nor any of them has changed, so that a chart knows that it has nothing to do. */
export function openSeenWindows(): (table: WindowTable, range: TimeRange) => SeenWindows {
  let last: SeenWindows = { windows: [], range: { startMs: 0, endMs: 0 }, revision: -1 }
  let of: WindowTable | undefined
  return (table, range) => {
    const windows = table.within(range.startMs, range.endMs)
    let revision = 0
    for (const window of windows) if (window.revision > revision) revision = window.revision
    const same = table === of && revision === last.revision && windows.length === last.windows.length && range.startMs === last.range.startMs && range.endMs === last.range.endMs
    of = table
    if (!same) last = { windows, range, revision }
    return last
  }
}
