import type { QueryName } from '#shared/contract/run.ts'
import { formatCount, formatWindow } from '#renderer/format/format.ts'
import type { WindowEntry, WindowTable } from '#renderer/store/windowTable.ts'
import type { ViewState } from '#renderer/store/viewStore.ts'

type Zone = ViewState['zone']

export const shortNames: Readonly<Record<QueryName, string>> = { flight_phase_counts: 'phase', anomaly_alerts: 'alerts' }

/** What a query closes next: of a watermark that has passed windows, all that the next trigger writes; else the first one that is open. */
export interface NextClose {
  readonly query: QueryName
  readonly startMs: number
  readonly endMs: number
  readonly windows: number
  /** Known once the watermark has passed the end: the batch after the last one judges by it. */
  readonly trigger: number | undefined
}

export function nextClose(query: QueryName, table: Pick<WindowTable, 'unwritten' | 'watermarkMs'>, lastBatchId: number | undefined): NextClose | undefined {
  const open = table.unwritten()
  const first = open[0]
  if (!first) return undefined
  const passed = open.filter(({ endMs }) => table.watermarkMs !== undefined && endMs <= table.watermarkMs)
  if (passed.length === 0 || lastBatchId === undefined) return { query, startMs: first.startMs, endMs: first.endMs, windows: 1, trigger: undefined }
  return { query, startMs: first.startMs, endMs: first.endMs, windows: passed.length, trigger: lastBatchId + 1 }
}

/** "closing at trigger 84: phase 13:28–13:29, alerts 13:20–13:25", where the trigger is known; "closing next: ..." where it is not. */
export function closingSentence(next: readonly NextClose[], zone: Zone): string {
  if (next.length === 0) return 'no window is open'
  const words = ({ query, startMs, endMs, windows }: NextClose): string => `${shortNames[query]} ${formatWindow(startMs, endMs, zone)}${windows > 1 ? ` and ${formatCount(windows - 1)} more` : ''}`
  const trigger = next[0]!.trigger
  if (trigger !== undefined && next.every((each) => each.trigger === trigger)) return `closing at trigger ${formatCount(trigger)}: ${next.map(words).join(', ')}`
  return `closing next: ${next.map((each) => words(each) + (each.trigger === undefined ? '' : ` at trigger ${formatCount(each.trigger)}`)).join(', ')}`
}

/** Of a window, for a tooltip and for who cannot see it: "so far" where the numbers may still grow. */
export function windowFacts({ rows, keysOver, droppedRows, closedBatch }: WindowEntry, query: QueryName): readonly (readonly [string, string])[] {
  const soFar = closedBatch === null ? ' so far' : ''
  return [
    [`rows${soFar}`, formatCount(rows)],
    ...(query === 'anomaly_alerts' ? [[`countries over the limit${soFar}`, formatCount(keysOver)] as const] : []),
    ['rows dropped', formatCount(droppedRows)]
  ]
}

/** "1 min tumbling", "5 min by 1 min". */
export function windowWords({ sizeUs, slideUs }: { readonly sizeUs: number; readonly slideUs: number }): string {
  return sizeUs === slideUs ? `${durationWords(sizeUs)} tumbling` : `${durationWords(sizeUs)} by ${durationWords(slideUs)}`
}

export function durationWords(us: number): string {
  for (const [unit, size] of [['d', 86_400e6], ['h', 3_600e6], ['min', 60e6], ['s', 1e6], ['ms', 1e3]] as const) if (us >= size && us % size === 0) return `${formatCount(us / size)} ${unit}`
  return `${formatCount(us)} µs`
}
