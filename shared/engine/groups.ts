import type { Micros } from './time.ts'
import { firstWindowOf, lastWindow, lastWindowOf, type WindowNumber, type WindowSpec } from './windowSpec.ts'

/** How many (window, key) groups have closed by a bound. SPEC C1 */
export interface GroupCounts {
  /** Of windows that have closed: those up to and including the bound, and those that never can (SPEC W7). */
  readonly closed: number
  /** Of the others. */
  readonly open: number
}

/**
 * Counts the distinct (window, key) groups that a set of (pane, key) entries reaches, without listing them: a key's panes in ascending order
 * reach a union of ranges of windows, so the last window counted is all that must be remembered. `panes` ascends.
 */
export function countGroups(spec: WindowSpec, panes: Iterable<readonly [Micros, Iterable<string | null>]>, bound: WindowNumber): GroupCounts {
  const counted = new Map<string | null, WindowNumber>()
  const lastEver = lastWindow(spec)
  let all = 0n
  let open = 0n
  for (const [pane, keys] of panes) {
    const first = firstWindowOf(spec, pane)
    const last = lastWindowOf(spec, pane)
    for (const key of keys) {
      const before = counted.get(key)
      const from = before !== undefined && before >= first ? before + 1n : first
      if (from > last) continue
      counted.set(key, last)
      all += last - from + 1n
      const firstOpen = from > bound ? from : bound + 1n
      const lastOpen = last < lastEver ? last : lastEver
      if (firstOpen <= lastOpen) open += lastOpen - firstOpen + 1n
    }
  }
  return { closed: Number(all - open), open: Number(open) }
}
