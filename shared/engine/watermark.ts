import type { EventTimeStats } from './partials.ts'
import { millis, millisAtMost, type Millis } from './time.ts'

/** Where every stream starts: windows that end at or before the epoch are late from the first batch on. SPEC T4 */
export const initialWatermark: Millis = millis(0)

/** The watermark after a batch: newest event time less the delay, never below what it was. SPEC T1, T2 */
export function advanceWatermark(watermark: Millis, eventTime: EventTimeStats | undefined, delayMs: Millis): Millis {
  return eventTime === undefined ? watermark : millis(Math.max(watermark, millisAtMost(BigInt(eventTime.maxMs) - BigInt(delayMs))))
}
