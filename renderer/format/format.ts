import type { ViewState } from '#renderer/store/viewStore.ts'
import { clockText, dateText, localParts, utcParts, type TimeParts } from '#shared/time/formatTime.ts'

type Zone = ViewState['zone']

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const oneDecimal = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** With the true minus sign. */
const signed = (text: string): string => text.replace('-', '\u2212')

/** "1,234,567". */
export const formatCount = (value: number): string => signed(grouped.format(value))

const limitNumber = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })

/** "12,001.5": as exact as limits are read. */
export const formatLimitNumber = (value: number): string => signed(limitNumber.format(value).replace(/^-0$/, '0'))

/** "+1,200", "−24", "0". */
export const formatChange = (value: number): string => (value > 0 ? `+${formatLimitNumber(value)}` : formatLimitNumber(value))

/** "13.1k", for charts. */
export const formatShort = (value: number): string => (Math.abs(value) < 1000 ? formatCount(value) : Math.abs(value) < 1e6 ? `${signed(oneDecimal.format(value / 1000))}k` : `${signed(oneDecimal.format(value / 1e6))}M`)

/** A rate of 0 to 2 as "44.0 %". */
export const formatRate = (rate: number): string => `${oneDecimal.format(rate * 100)} %`

const twoDecimals = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** A rate over many windows: "2.36 %". */
export const formatTotalRate = (rate: number): string => `${twoDecimals.format(rate * 100)} %`

/** A change of a rate, in points: "−2.18 pt". */
export const formatPoints = (change: number): string => `${change > 0 ? '+' : ''}${signed(twoDecimals.format(change * 100))} pt`

/** An instant as the calendar and the clock of a zone show it. */
export const partsIn = (zone: Zone, ms: number): TimeParts => (zone === 'UTC' ? utcParts(ms) : localParts(ms))

/** "13:29:29" or "13:29"; in UTC with Z at the end. */
export function formatInstant(ms: number, zone: Zone, { seconds = true, mark = true }: { readonly seconds?: boolean; readonly mark?: boolean } = {}): string {
  if (!Number.isFinite(ms)) return '–'
  return clockText(partsIn(zone, ms)).slice(0, seconds ? 8 : 5) + (zone === 'UTC' && mark ? 'Z' : '')
}

/** "2026-01-23", "+10000-01-01". */
export const formatDate = (ms: number, zone: Zone): string => (Number.isFinite(ms) ? dateText(partsIn(zone, ms)) : '–')

/** "13:29:29Z"; with the day in front where a clock alone does not say when. */
export const formatEvent = (ms: number, zone: Zone, withDay: boolean, mark = true): string => `${withDay && Number.isFinite(ms) ? `${formatDate(ms, zone)} ` : ''}${formatInstant(ms, zone, { mark })}`

/** "13:19–13:24". */
export const formatWindow = (startMs: number, endMs: number, zone: Zone): string => {
  const seconds = startMs % 60_000 !== 0 || endMs % 60_000 !== 0
  return `${formatInstant(startMs, zone, { seconds, mark: false })}–${formatInstant(endMs, zone, { seconds, mark: false })}`
}

/** "23 Jan 14:07". */
export const formatDay = (ms: number): string => `${dayInMonth(partsIn('UTC', ms))} ${formatInstant(ms, 'UTC', { seconds: false, mark: false })}`

/** "23 Jan". */
export const dayInMonth = ({ day, month }: TimeParts): string => `${day} ${monthNames[month - 1]}`

export const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** "−6:00" of minutes and seconds; hours in front where there are any. */
export function formatDistance(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  return `${ms < 0 ? '\u2212' : ''}${h > 0 ? `${h}:${String(m).padStart(2, '0')}` : m}:${String(s).padStart(2, '0')}`
}

const feetPerMetre = 1 / 0.3048
const knotsPerKmh = 1 / 1.852

/** Metres in the unit that is shown. */
export const altitudeIn = (unit: ViewState['altitudeUnit'], metres: number): number => (unit === 'm' ? metres : metres * feetPerMetre)

/** km/h in the unit that is shown. */
export const velocityIn = (unit: ViewState['velocityUnit'], kmh: number): number => (unit === 'km/h' ? kmh : kmh * knotsPerKmh)

/** "412 MB". */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of [['GB', 1e9], ['MB', 1e6], ['kB', 1e3]] as const) if (bytes >= size) return `${oneDecimal.format(bytes / size)} ${unit}`
  return `${formatCount(bytes)} B`
}
