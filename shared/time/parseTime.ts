import { civilOf, cycleDays, cyclesBeyond, daysInMonth, daysOf } from './calendar.ts'

/** A time that a person typed: microseconds since 1970, or why it is none ("February 2026 has 28 days"); '' where it is simply no time. */
export type TypedTime = { readonly us: bigint } | { readonly fault: string }

/** A time of day that a person typed. `offsetUs`: how far its clock is ahead of UTC. */
export type TypedClock = { readonly us: bigint; readonly offsetUs: bigint } | { readonly fault: string }

const date = String.raw`([+\-\u2212]?\d{4,6})(?:-(\d{1,2})(?:-(\d{1,2}))?)?`
const clock = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?`
const zone = String.raw`Z|(?:UTC|GMT)?[+\-\u2212]\d{1,2}(?::?\d{2})?|[A-Z][A-Z0-9_+\-]{2,}(?:\/[A-Z0-9_+\-]+)*`
const wholeTime = new RegExp(String.raw`^${date}(?:(?:T|\s+)${clock})?(?:\s*\[?(${zone})\]?)?$`, 'i')
const wholeClock = new RegExp(String.raw`^${clock}(?:\s*\[?(${zone})\]?)?$`, 'i')

/** A date, a time of day and a zone with blanks between them, at the start of a longer text. */
const typedStart =
  /^(?:[+\-\u2212]?\d{4,6}-\d{1,2}-\d{1,2}\s+)?\d{1,2}:\d{2}\S*(?:\s+(?:Z|(?:UTC|GMT)(?:[+\-\u2212]\S+)?|[+\-\u2212]\d\S*|[A-Z]\w*\/\S+)(?=\s|$))?/i

const dayUs = 86_400_000_000n

/** What DuckDB and Spark can both hold; the outermost 64-bit values stand for infinity. */
const leastUs = -9_223_372_022_400_000_000n
const mostUs = 9_223_372_036_854_775_806n

const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December'
]

/**
 * Every time that a person types, wherever it is typed. A year, a month or a day may stand alone and mean their beginning; `T` or blanks come before the time
 * of day; `Z`, an offset such as `+02:00` or a zone such as `Europe/Berlin` come last. Without a zone it is UTC, on whichever machine.
 */
export function parseTime(text: string): TypedTime {
  const match = wholeTime.exec(text.trim())
  if (!match) return { fault: notATime }
  const [, years, months = '1', days = '1', hours, minutes, seconds, fraction, zoneName] = match
  // "2026-01-05:00" is a slip, and no month in a zone.
  if (match[3] === undefined && zoneName !== undefined) return { fault: notATime }
  const year = Number(years!.replace('\u2212', '-'))
  const day = dayIn(year, Number(months), Number(days))
  if (typeof day !== 'number') return day
  const time = hours === undefined ? { us: 0n } : clockIn(hours, minutes!, seconds, fraction)
  if ('fault' in time) return time
  const local = BigInt(day) * dayUs + time.us
  const offset = offsetAt(zoneName, local)
  if ('fault' in offset) return offset
  const us = local - offset.us
  if (us < leastUs || us > mostUs)
    return { fault: 'it lies beyond the times that a timestamp can hold (290309 BC to 294247)' }
  return { us }
}

/** A time of day alone: "13:29", "13:29:30.5Z", "15:29+02:00". UTC without a zone. */
export function parseClock(text: string): TypedClock {
  const match = wholeClock.exec(text.trim())
  if (!match) return { fault: notATime }
  const [, hours, minutes, seconds, fraction, zoneName] = match
  const time = clockIn(hours!, minutes!, seconds, fraction)
  if ('fault' in time) return time
  if (time.us === dayUs) return { fault: 'a day ends before 24:00' }
  const offset = zoneName === undefined ? { us: 0n } : fixedOffset(zoneName)
  if (offset === undefined)
    return { fault: `a time of day in ${zoneName} depends on the day: add the date, or an offset such as +02:00` }
  return 'fault' in offset ? offset : { us: time.us, offsetUs: offset.us }
}

/** Whether a text is meant as a time of day alone. */
export const isClock = (text: string): boolean => /^\s*\d{1,2}:\d/.test(text)

/** The part at the start of a text that belongs to one time, blanks within it included; '' where it begins with none. */
export const timeAtStart = (text: string): string => typedStart.exec(text)?.[0] ?? ''

const notATime = ''

function dayIn(year: number, month: number, day: number): number | { readonly fault: string } {
  if (month < 1 || month > 12) return { fault: notATime }
  const last = daysInMonth(year, month)
  if (day < 1 || day > last) return { fault: `${monthNames[month - 1]} ${year} has ${last} days` }
  return daysOf(year, month, day)
}

/** Microseconds since midnight; 24:00 is the end of a day. */
function clockIn(
  hours: string,
  minutes: string,
  seconds = '0',
  fraction = ''
): { readonly us: bigint } | { readonly fault: string } {
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds)]
  const digits = fraction.replace(/0+$/, '')
  if (digits.length > 6) return { fault: 'times are exact to the microsecond, six digits behind the second' }
  const isEnd = hour === 24 && minute === 0 && second === 0 && digits === ''
  if ((hour > 23 && !isEnd) || minute > 59 || second > 59) return { fault: notATime }
  return { us: BigInt((hour * 60 + minute) * 60 + second) * 1_000_000n + BigInt(digits.padEnd(6, '0')) }
}

/** How far a zone is ahead of UTC at a local time. */
function offsetAt(name: string | undefined, localUs: bigint): { readonly us: bigint } | { readonly fault: string } {
  if (name === undefined) return { us: 0n }
  return fixedOffset(name) ?? offsetOfZone(name, localUs)
}

/** Of "Z", "UTC", "+02", "+0200", "UTC+02:00"; undefined: a zone by its name. */
function fixedOffset(name: string): { readonly us: bigint } | { readonly fault: string } | undefined {
  const match = /^(?:Z|(?:UTC|GMT)?(?:([+\-\u2212])(\d{1,2}?)(?::?(\d{2}))?)?)$/i.exec(name)
  if (!match) return undefined
  const [, sign, hours = '0', minutes = '0'] = match
  const total = Number(hours) * 60 + Number(minutes)
  if (Number(minutes) > 59 || total > 18 * 60)
    return { fault: `there is no offset ${name}: they go from -18:00 to +18:00` }
  return { us: BigInt(sign === undefined || sign === '+' ? total : -total) * 60_000_000n }
}

/** Clocks that are put forward leave local times out, and those that are put back show some twice: neither is guessed. */
function offsetOfZone(name: string, localUs: bigint): { readonly us: bigint } | { readonly fault: string } {
  const clockOf = zoneClock(name)
  if (!clockOf)
    return { fault: `there is no time zone ${name}: write one such as Europe/Berlin, or an offset such as +02:00` }
  const localMs = Number(floorDiv(localUs, 1000n))
  // Offsets around the time: any change of clocks lies between them.
  const near = [...new Set([-dayMs, 0, dayMs].map((by) => clockOf(localMs + by) - (localMs + by)))]
  const fitting = near.filter((offset) => clockOf(localMs - offset) === localMs)
  if (fitting.length === 0) return { fault: `it does not exist in ${name}, where the clocks are put forward then` }
  if (fitting.length > 1)
    return {
      fault: `it comes twice in ${name}, where the clocks are put back then: end it with ${fitting.map(offsetText).sort().join(' or ')}`
    }
  return { us: BigInt(fitting[0]!) * 1000n }
}

const dayMs = 86_400_000

/** The local time of a zone at an instant, both as milliseconds of a calendar without zones; undefined where there is no such zone. */
function zoneClock(name: string): ((ms: number) => number) | undefined {
  let format: Intl.DateTimeFormat
  try {
    const fields = { month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const
    format = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', { timeZone: name, hourCycle: 'h23', ...fields })
  } catch {
    return undefined
  }
  return (ms) => {
    const beyond = cyclesBeyond(ms) * cycleDays * dayMs
    const within = ms - beyond
    const parts = new Map(format.formatToParts(within).map(({ type, value }) => [type, Number(value)]))
    const [month = 1, day = 1, hour = 0, minute = 0, second = 0] = (
      ['month', 'day', 'hour', 'minute', 'second'] as const
    ).map((type) => parts.get(type))
    // The local day is the same or one beside it, so a year only differs at its turn.
    const utc = civilOf(Math.floor(within / dayMs))
    const year = utc.year + (month === 1 && utc.month === 12 ? 1 : month === 12 && utc.month === 1 ? -1 : 0)
    const rest = within - Math.floor(within / 1000) * 1000
    return daysOf(year, month, day) * dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + rest + beyond
  }
}

function offsetText(ms: number): string {
  const minutes = Math.abs(Math.trunc(ms / 60_000))
  return `${ms < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

const floorDiv = (value: bigint, divisor: bigint): bigint => value / divisor - (value % divisor < 0n ? 1n : 0n)
