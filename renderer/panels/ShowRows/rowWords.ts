import type { SilverQuestion, SilverRows } from '#shared/contract/silver.ts'
import { formatCount, formatWindow } from '#renderer/format/format.ts'
import { queryWords } from '#renderer/format/words.ts'
import type { ViewState } from '#renderer/store/viewStore.ts'

/** "13:23–13:28, anomaly alerts, Kazakhstan". */
export function subjectWords({ query, startMs, key }: SilverQuestion, sizeMs: number, zone: ViewState['zone']): string {
  return [...(startMs === null ? ['all windows'] : [formatWindow(startMs, startMs + sizeMs, zone)]), queryWords[query], ...(key === undefined ? [] : [key ?? `rows without a ${query === 'anomaly_alerts' ? 'country' : 'phase'}`])].join(', ')
}

/** "148,297 rows counted, 648 of them over the limits, 12 dropped." And how many of them are here, where it is not all. */
export function countWords({ counted, crossing, dropped, given, of }: Pick<SilverRows, 'counted' | 'crossing' | 'dropped' | 'given' | 'of'>): string {
  const counts = `${formatCount(counted)} ${counted === 1 ? 'row' : 'rows'} counted, ${formatCount(crossing)} of them over the limits, ${formatCount(dropped)} dropped.`
  return given < of ? `${counts} These are the first ${formatCount(given)} of ${formatCount(of)}: rows over the limits come first, dropped ones last.` : counts
}
