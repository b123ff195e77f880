/** A day of the proleptic Gregorian calendar. Years are astronomical: 0 is 1 BC. Months and days count from 1. */
export interface CivilDay {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** Days of 400 years, after which the calendar, the weekdays included, repeats itself. */
export const cycleDays = 146_097

/** Days since 1970-01-01. Exact for every year that a number can hold; JavaScript's own dates end in the year 275760. */
export function daysOf(year: number, month: number, day: number): number {
  // Howard Hinnant's days_from_civil: years begin in March, so that the leap day is the last of one.
  const fromMarch = month > 2 ? year : year - 1
  const cycle = Math.floor(fromMarch / 400)
  const yearOfCycle = fromMarch - cycle * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfCycle = yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfYear
  return cycle * cycleDays + dayOfCycle - 719_468
}

/** The day that is so many days after 1970-01-01. */
export function civilOf(days: number): CivilDay {
  const shifted = days + 719_468
  const cycle = Math.floor(shifted / cycleDays)
  const dayOfCycle = shifted - cycle * cycleDays
  const yearOfCycle = Math.floor(
    (dayOfCycle - Math.floor(dayOfCycle / 1460) + Math.floor(dayOfCycle / 36_524) - Math.floor(dayOfCycle / 146_096)) /
      365
  )
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100))
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1 }
}

export function daysInMonth(year: number, month: number): number {
  return (month === 12 ? daysOf(year + 1, 1, 1) : daysOf(year, month + 1, 1)) - daysOf(year, month, 1)
}

/** "2026", "+10000", "-0044": four digits at least, as ISO 8601 writes years, with a sign beyond 9999. */
export function yearText(year: number): string {
  const digits = String(Math.abs(year)).padStart(4, '0')
  return year < 0 ? `-${digits}` : year > 9999 ? `+${digits}` : digits
}

/**
 * How many cycles of 400 years an instant lies beyond what JavaScript's dates can hold, negative before them. That many cycles
 * earlier or later the calendar is the same, and so is all that is known of a zone's clocks.
 */
export function cyclesBeyond(ms: number): number {
  const cycleMs = cycleDays * 86_400_000
  return Math.abs(ms) <= 8e15 ? 0 : Math.sign(ms) * Math.ceil((Math.abs(ms) - 8e15) / cycleMs)
}
