import { firstMicros, lastMicros } from '#shared/engine/time.ts'
import { daysInMonth, daysOf } from '#shared/time/calendar.ts'
import type { DeltaType } from './schema.ts'

/**
 * A partition value of the log (PROTOCOL.md, "Partition Value Serialization") as text in one spelling: numbers and dates as they stand, instants as
 * `2020-01-31 23:59:59.123456+00:00`. null and '' are null for every type; undefined: the text is no value of the type.
 */
export function parsePartitionValue(value: string | null, type: DeltaType): string | null | undefined {
  if (value === null || value === '') return null
  const text = value.trim()
  if (type.kind !== 'string' && type.kind !== 'binary' && text.length > longestText) return undefined
  switch (type.kind) {
    case 'string':
    case 'binary':
      return value
    case 'boolean':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() : undefined
    case 'byte':
      return wholeWithin(text, 8n)
    case 'short':
      return wholeWithin(text, 16n)
    case 'integer':
      return wholeWithin(text, 32n)
    case 'long':
      return wholeWithin(text, 64n)
    case 'float':
    case 'double':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^nan$|^[+-]?inf(inity)?$/i.test(text) ? text : undefined
    case 'decimal':
      return decimalWithin(text, type.precision, type.scale)
    case 'date':
      return dateOf(text)
    case 'timestamp':
      return instantOf(text, true)
    case 'timestamp_ntz':
      return instantOf(text, false)
    default:
      return undefined // Nested types cannot partition a table.
  }
}

/** No number, date or instant is longer; what is would cost more to look at than a log may ask for. */
const longestText = 100

function wholeWithin(text: string, bits: bigint): string | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return BigInt.asIntN(Number(bits), value) === value ? String(value) : undefined
}

function decimalWithin(text: string, precision: number, scale: number): string | undefined {
  const [, whole, fraction = ''] = /^[+-]?0*(\d*)(?:\.(\d*?)0*)?(?:E[+-]?0+)?$/i.exec(text) ?? []
  if (whole === undefined || !/\d/.test(text)) return isExponent(text) ? text : undefined
  return whole.length <= precision - scale && fraction.length <= scale ? text : undefined
}

/** Java writes small decimals as 1E-7. */
const isExponent = (text: string): boolean => /^[+-]?\d+(\.\d+)?E[+-]?\d+$/i.test(text)

/** As Spark writes them: years beyond 9999 with a plus, those before 1 with a minus or as 0000. */
const dateText = '([+-]?\\d{4,7})-(\\d{2})-(\\d{2})'

function dateOf(text: string): string | undefined {
  const [, year, month, day] = new RegExp(`^${dateText}(?:[T ]00:00:00(?:\\.0+)?Z?)?$`).exec(text) ?? []
  if (year === undefined) return undefined
  const days = daysSince1970(year, Number(month), Number(day))
  if (days === undefined || days < -daysOfDuckdb || days > daysOfDuckdb) return undefined
  return spelled(year, `${month}-${day}`)
}

/** Its dates are as many days before and after 1970; the next one is infinity. */
const daysOfDuckdb = 2n ** 31n - 2n

/**
 * A text without a zone was meant in the writer's zone, which nobody knows: UTC, as other readers take it. undefined where
 * 64 bits do not hold it. SPEC T5
 */
function instantOf(text: string, hasZone: boolean): string | undefined {
  const timeText = '(\\d{2}:\\d{2}:\\d{2})(?:\\.(\\d{1,9}))?\\s*(Z|[+-]\\d{2}:?\\d{2})?'
  const pattern = new RegExp(`^${dateText}(?:[T ]${timeText})?$`, 'i')
  const [, year, month, day, time = '00:00:00', fraction = '', zone = 'Z'] = pattern.exec(text) ?? []
  if (year === undefined) return undefined
  const days = daysSince1970(year, Number(month), Number(day))
  // Whole days, and none of the first and the last one: a zone may lead out of them.
  const midnight = (days ?? 0n) * microsOfDay
  if (days === undefined || midnight <= firstMicros + microsOfDay || midnight >= lastMicros - 2n * microsOfDay) return undefined
  const offset = zone.toUpperCase() === 'Z' ? '+00:00' : zone.replace(/^(...)(\d\d)$/, '$1:$2')
  const part = fraction === '' ? '' : `.${fraction.slice(0, 6)}`
  return `${spelled(year, `${month}-${day}`)} ${time}${part}${hasZone ? offset : ''}`
}

const microsOfDay = 86_400_000_000n

/** undefined: there is no such date. */
function daysSince1970(yearText: string, month: number, day: number): bigint | undefined {
  const year = Number(yearText)
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
  return isDate ? BigInt(daysOf(year, month, day)) : undefined
}

/** As DuckDB reads it: without a plus, and BC for what is before the year 1. */
function spelled(year: string, monthAndDay: string): string {
  const number = Number(year)
  const [digits, era] = number > 0 ? [number, ''] : [1 - number, ' (BC)']
  return `${String(digits).padStart(4, '0')}-${monthAndDay}${era}`
}
