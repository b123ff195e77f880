import { queryNames, type RunStore } from './runStore.ts'
import type { WindowEntry } from './windowTable.ts'

/** Rows whose times lie far from nearly all others, as of a clock that was not set. */
export interface Outliers {
  /** Where the other rows are. Milliseconds since 1970, half open. */
  readonly bulk: { readonly startMs: number; readonly endMs: number }
  readonly rows: number
  /** Starts of the first and the last window with such rows. */
  readonly firstMs: number
  readonly lastMs: number
  /** Whether some are earlier, and some later than the bulk. */
  readonly earlier: boolean
  readonly later: boolean
}

/** A window as far as it matters here. Rows that came too late for it are in `droppedRows` alone. */
export type Weighted = Pick<WindowEntry, 'startMs' | 'endMs' | 'rows' | 'droppedRows'>

/** Outliers are at most this part of all rows; of few rows, a few all the same. */
const mostPart = 0.05
const mostOfFew = 10
const mostPartOfFew = 0.25

/** They lie farther from the bulk than so many times its length, and than an hour: nearer ones do not make it hard to see. */
const farLengths = 10
const farMs = 3_600_000

/**
 * Rows far from the bulk: the bulk is the shortest time that holds all rows but a few, and everything near it. undefined: there are none. `windows`: by start, each
 * row in one of them. Costs a pass over the windows, whatever time they span.
 */
export function outliersOf(windows: readonly Weighted[]): Outliers | undefined {
  const held = windows.filter(({ rows, droppedRows }) => rows + droppedRows > 0)
  const core = shortestCore(held)
  if (!core) return undefined
  const bulk = { startMs: held[core.from]!.startMs, endMs: held[core.to]!.endMs }
  const reach = reachOf(bulk)
  let { from, to } = core
  while (from > 0 && bulk.startMs - held[from - 1]!.startMs <= reach) from -= 1
  while (to < held.length - 1 && held[to + 1]!.endMs - bulk.endMs <= reach) to += 1
  if (from === 0 && to === held.length - 1) return undefined
  const outside = [...held.slice(0, from), ...held.slice(to + 1)]
  return {
    bulk: { startMs: held[from]!.startMs, endMs: held[to]!.endMs },
    rows: outside.reduce((sum, window) => sum + weightOf(window), 0),
    firstMs: outside[0]!.startMs,
    lastMs: outside.at(-1)!.startMs,
    earlier: from > 0,
    later: to < held.length - 1
  }
}

/** Whether a time is far from a bulk. */
export const isFar = (ms: number, bulk: Outliers['bulk']): boolean =>
  ms < bulk.startMs - reachOf(bulk) || ms > bulk.endMs + reachOf(bulk)

const reachOf = ({ startMs, endMs }: Outliers['bulk']): number => Math.max(farMs, farLengths * (endMs - startMs))

const weightOf = ({ rows, droppedRows }: Weighted): number => rows + droppedRows

/** The neighbouring windows that hold all rows but a few within the shortest time, by place. */
function shortestCore(windows: readonly Weighted[]): { readonly from: number; readonly to: number } | undefined {
  const total = windows.reduce((sum, window) => sum + weightOf(window), 0)
  const least = total - Math.max(mostPart * total, Math.min(mostOfFew, mostPartOfFew * total))
  let best: { from: number; to: number } | undefined
  let held = 0
  let from = 0
  for (const [to, window] of windows.entries()) {
    held += weightOf(window)
    while (held - weightOf(windows[from]!) >= least) held -= weightOf(windows[from++]!)
    if (held < least) continue
    if (!best || window.endMs - windows[from]!.startMs < windows[best.to]!.endMs - windows[best.from]!.startMs)
      best = { from, to }
  }
  return best
}

/** Outliers of a run: of what was read of it so far. */
export function outliersOfRun({ windows }: Pick<RunStore, 'windows'>): Outliers | undefined {
  const query = queryNames.find((name) => windows[name].all.length > 0)
  if (!query) return undefined
  const all = windows[query].all
  // Windows without a gap between them have no outliers, and of most runs that is all there is to see.
  if (!all.some(({ startMs }, i) => i > 0 && startMs - all[i - 1]!.startMs > farMs)) return undefined
  // Sliding windows overlap: of those that hold a row, one starts at a multiple of its size.
  return outliersOf(all.filter(({ startMs, endMs }) => startMs % (endMs - startMs) === 0))
}
