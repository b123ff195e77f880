import type { Micros } from './time.ts'
import { firstWindowOf, lastWindowOf, type WindowNumber, type WindowSpec } from './windowSpec.ts'

/** How many (window, key) groups lie on each side of a bound. SPEC C1 */
export interface GroupCounts {
  /** Of windows up to and including the bound. */
  readonly upTo: number
  /** Of windows behind it. */
  readonly after: number
}

/**
 * Counts the distinct (window, key) groups that a set of (pane, key) entries reaches, without listing them: a key's panes in ascending order
 * reach a union of ranges of windows, so the last window counted is all that must be remembered. `panes` ascends.
 */
export function countGroups(spec: WindowSpec, panes: Iterable<readonly [Micros, Iterable<string | null>]>, bound: WindowNumber): GroupCounts {
  const counted = new Map<string | null, WindowNumber>()
  let upTo = 0n
  let after = 0n
  for (const [pane, keys] of panes) {
    const first = firstWindowOf(spec, pane)
    const last = lastWindowOf(spec, pane)
    for (const key of keys) {
      const before = counted.get(key)
      const from = before !== undefined && before >= first ? before + 1n : first
      if (from > last) continue
      counted.set(key, last)
      if (last <= bound) upTo += last - from + 1n
      else if (from > bound) after += last - from + 1n
      else {
        upTo += bound - from + 1n
        after += last - bound
      }
    }
  }
  return { upTo: Number(upTo), after: Number(after) }
}
