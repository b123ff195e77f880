/**
 * Days since 1970-01-01 of a date of the proleptic Gregorian calendar, in which the year 0 is 1 BC; undefined: there is no
 * such date.
 */
export function daysOf(year: bigint, month: number, day: number): bigint | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  // Years that begin with March have their leap day at the end.
  const shifted = month > 2 ? year : year - 1n
  const cycle = shifted >= 0n ? shifted / 400n : -1n - (-1n - shifted) / 400n
  const yearOfCycle = shifted - cycle * 400n
  const dayOfYear = BigInt(Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1)
  return cycle * 146_097n + yearOfCycle * 365n + yearOfCycle / 4n - yearOfCycle / 100n + dayOfYear - 719_468n
}

function daysIn(year: bigint, month: number): number {
  if (month === 2) return year % 4n === 0n && (year % 100n !== 0n || year % 400n === 0n) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}
