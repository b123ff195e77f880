import { civilOf, cyclesBeyond, cycleDays, yearText } from './calendar.ts'

const dayMs = 86_400_000

/** An instant taken apart as a calendar and a clock show it. Months and days count from 1. */
export interface TimeParts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Milliseconds since 1970 in UTC, for any year that a number can hold. */
export function utcParts(ms: number): TimeParts {
  const days = Math.floor(ms / dayMs)
  const seconds = Math.floor((ms - days * dayMs) / 1000)
  return {
    ...civilOf(days),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60
  }
}

/** How far this machine's clock is ahead of UTC at an instant, in milliseconds. */
export function localOffsetMs(ms: number): number {
  return Math.round(-new Date(ms - cyclesBeyond(ms) * cycleDays * dayMs).getTimezoneOffset() * 60_000)
}

export const localParts = (ms: number): TimeParts => utcParts(ms + localOffsetMs(ms))

/** "2026-01-23". */
export const dateText = ({ year, month, day }: TimeParts): string => `${yearText(year)}-${two(month)}-${two(day)}`

/** "13:29:00". */
export const clockText = ({ hour, minute, second }: TimeParts): string => `${two(hour)}:${two(minute)}:${two(second)}`

/** "2026-01-23T13:29:00.000Z", as Date's own text, and "+10000-01-01T00:00:00.000Z" beyond; milliseconds are cut off below. */
export function isoOfMillis(ms: number): string {
  const parts = utcParts(ms)
  const rest = Math.floor(ms) - Math.floor(ms / 1000) * 1000
  return `${dateText(parts)}T${clockText(parts)}.${String(rest).padStart(3, '0')}Z`
}

/** "2026-01-23T13:29:00Z"; microseconds where there are any. */
export function isoOfMicros(us: bigint): string {
  const seconds = us / 1_000_000n - (us % 1_000_000n < 0n ? 1n : 0n)
  const rest = us - seconds * 1_000_000n
  const parts = utcParts(Number(seconds) * 1000)
  return `${dateText(parts)}T${clockText(parts)}${rest === 0n ? '' : `.${String(rest).padStart(6, '0').replace(/0+$/, '')}`}Z`
}

export const two = (value: number): string => String(value).padStart(2, '0')
