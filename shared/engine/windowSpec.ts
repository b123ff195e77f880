import { Fault } from './fault.ts'
import { floorDiv, floorTo, lastMicros, micros, type Micros } from './time.ts'

/** Windows [start, end), aligned to the epoch in UTC; tumbling when slide = size. */
export interface WindowSpec {
  readonly size: Micros
  readonly slide: Micros
  /** Widest span that windows share: every window is a whole number of panes, every row is in one pane. */
  readonly pane: Micros
}

/** Windows are numbered: window n starts at n x slide. */
export type WindowNumber = bigint

export const maxPanesPerWindow = 3600n

/** SPEC W5. Faults with code `usage` name the two durations. */
export function windowSpec(size: Micros, slide: Micros = size): WindowSpec {
  if (size <= 0n || slide <= 0n) throw new Fault('usage', `a window of ${size} us every ${slide} us: both must be longer than zero`)
  if (slide > size) throw new Fault('usage', `a slide of ${slide} us is longer than its window of ${size} us: rows between windows would be lost; make the slide at most the window`)
  const pane = gcd(size, slide)
  if (size / pane > maxPanesPerWindow) {
    throw new Fault('usage', `a window of ${size} us every ${slide} us is made of ${size / pane} panes, more than ${maxPanesPerWindow}: choose a slide that divides the window into fewer parts`)
  }
  return { size, slide, pane }
}

export const windowStart = (spec: WindowSpec, window: WindowNumber): Micros => micros(window * spec.slide)

/** First window that holds a pane. `pane`: its start, or any time in it. SPEC W2. */
export function firstWindowOf(spec: WindowSpec, pane: Micros): WindowNumber {
  return floorDiv(floorTo(pane, spec.pane) + spec.pane - spec.size + spec.slide - 1n, spec.slide)
}

/** Last window that holds a pane: the one that starts at or most closely before it. SPEC W2. */
export function lastWindowOf(spec: WindowSpec, pane: Micros): WindowNumber {
  return floorDiv(pane, spec.slide)
}

/** Newest window that ends at or before `bound`. SPEC T3: the comparison is inclusive. */
export function lastWindowEndingBy(spec: WindowSpec, bound: Micros): WindowNumber {
  return floorDiv(bound - spec.size, spec.slide)
}

/** The last window that can ever close: 64 bits hold no time at which a later one ends. SPEC W7 */
export function lastWindow(spec: WindowSpec): WindowNumber {
  return lastWindowEndingBy(spec, lastMicros)
}

/** The last window that counts a pane: windows behind `lastWindow` are late in every batch. Before `firstWindowOf` where none counts it. SPEC W7 */
export function lastCountingWindow(spec: WindowSpec, pane: Micros): WindowNumber {
  const own = lastWindowOf(spec, pane)
  const last = lastWindow(spec)
  return own < last ? own : last
}

function gcd(a: Micros, b: Micros): Micros {
  while (b > 0n) [a, b] = [b, (a % b) as Micros]
  return a
}
