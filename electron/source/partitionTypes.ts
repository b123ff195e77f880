import { formatType, type ValueType } from '#shared/engine/valueType.ts'

/** What a partition folder's value is read as; `void` while every value is null. */
export type PartitionType = ValueType | 'void'

/** The value of a folder that stands for null. */
const nullValue = '__HIVE_DEFAULT_PARTITION__'

const integer: ValueType = { kind: 'integer' }
const long: ValueType = { kind: 'long' }
const double: ValueType = { kind: 'double' }
const date: ValueType = { kind: 'date' }
const timestamp: ValueType = { kind: 'timestamp' }
const string: ValueType = { kind: 'string' }

/** The type that Spark infers for the value of a partition folder, as the folder spells it. SPEC O12 */
export function partitionTypeOf(raw: string): PartitionType {
  if (raw === nullValue) return 'void'
  const whole = wholeNumber(raw)
  if (whole !== undefined && BigInt.asIntN(32, whole) === whole) return integer
  if (whole !== undefined && BigInt.asIntN(64, whole) === whole) return long
  const decimal = wholeDecimal(raw)
  if (decimal) return { kind: 'decimal', precision: decimal.precision, scale: 0 }
  if (javaDouble(raw) !== undefined) return double
  if (instant(unescapePartition(raw))) return timestamp
  return dateText(raw) === undefined ? string : date
}

/**
 * The type that holds the values of two partition folders, as Spark has it: most pairs that differ become text. SPEC
 * O12
 */
export function widerPartitionType(a: PartitionType, b: PartitionType): PartitionType {
  if (a === 'void') return b
  if (b === 'void' || formatType(a) === formatType(b)) return a
  const [narrow, wide] = [a, b].sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind)) as [
    ValueType,
    ValueType
  ]
  if (narrow.kind === 'date' && wide.kind === 'timestamp') return timestamp
  if (narrow.kind === 'integer' && wide.kind === 'long') return long
  if (narrow.kind === 'integer' && wide.kind === 'double') return double
  const digits = wholeDigits(narrow)
  if (digits === undefined || wide.kind !== 'decimal') return string
  return { kind: 'decimal', precision: Math.max(digits, wide.precision), scale: 0 }
}

const order: readonly ValueType['kind'][] = ['date', 'timestamp', 'integer', 'long', 'double', 'decimal', 'string']

/** How many digits a type of whole numbers has; undefined: it is none. */
function wholeDigits(type: ValueType): number | undefined {
  if (type.kind === 'decimal') return type.precision
  return type.kind === 'integer' ? 10 : type.kind === 'long' ? 20 : undefined
}

/**
 * The value of a partition folder in a column of this type, spelled as `parsePartitionValue` reads it; null is null.
 * The type must be at least as wide as `partitionTypeOf(raw)`.
 */
export function partitionText(raw: string, type: PartitionType): string | null {
  if (raw === nullValue || type === 'void') return null
  const text = spelled(raw, type)
  if (text === undefined) throw new Error(`"${raw}" is no ${formatType(type)}`)
  return text
}

function spelled(raw: string, type: ValueType): string | undefined {
  switch (type.kind) {
    case 'integer':
    case 'long':
      return wholeNumber(raw)?.toString()
    case 'decimal':
      return wholeDecimal(raw)?.value.toString()
    case 'double':
      return javaDouble(raw)
    case 'date':
      return dateText(raw)
    case 'timestamp': {
      const day = dateText(raw)
      return instant(unescapePartition(raw)) ?? (day === undefined ? undefined : `${day} 00:00:00+00:00`)
    }
    default:
      return unescapePartition(raw)
  }
}

/**
 * The name or value that a folder's name stands for: %41 is the character U+0041, one character for each code, as Spark
 * has it.
 */
export function unescapePartition(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
}

/** Integer.parseInt and Long.parseLong, without their bounds: decimal digits of any script. */
function wholeNumber(raw: string): bigint | undefined {
  const [, sign, digits] = /^([+-]?)(\p{Nd}+)$/u.exec(raw) ?? []
  const plain = digits === undefined ? undefined : plainDigits(digits)
  return plain === undefined ? undefined : BigInt(`${sign === '-' ? '-' : ''}${plain}`)
}

/** undefined for digits beyond the basic plane, which Java does not read. */
function plainDigits(digits: string): string | undefined {
  const plain = [...digits].map((digit) => valueOfDigit(digit.codePointAt(0) ?? 0))
  return plain.includes(-1) ? undefined : plain.join('')
}

/** Decimal digits of a script stand together, from its zero on. */
function valueOfDigit(code: number): number {
  if (code > 0xffff) return -1
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCharCode(zero - 1))) zero -= 1
  return code - zero
}

const mostDigits = 38

/** BigDecimal, where the number is whole and fits into 38 digits. */
function wholeDecimal(raw: string): { readonly value: bigint; readonly precision: number } | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\p{Nd}*)(?:\.(\p{Nd}*))?(?:[eE]([+-]?\d+))?$/u.exec(raw) ?? []
  const digits = plainDigits(whole + fraction)
  const zeros = Number(exponent) - [...fraction].length
  if (digits === undefined || digits === '' || zeros < 0 || zeros > mostDigits) return undefined
  const unscaled = BigInt(digits)
  const precision = unscaled.toString().length + zeros
  return precision > mostDigits
    ? undefined
    : { value: (sign === '-' ? -unscaled : unscaled) * 10n ** BigInt(zeros), precision }
}

/** Double.parseDouble, as text that DuckDB casts to the same double. */
function javaDouble(raw: string): string | undefined {
  // Java trims everything up to the blank.
  const text = raw.replace(/^[\u0000- ]+|[\u0000- ]+$/g, '')
  if (/^[+-]?NaN$/.test(text)) return 'nan'
  if (/^[+-]?Infinity$/.test(text)) return text.startsWith('-') ? '-inf' : 'inf'
  const [, number] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?$/.exec(text) ?? []
  const value = number === undefined ? hexDouble(text) : Number(number)
  if (value === undefined) return undefined
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  return Object.is(value, -0) ? '-0' : String(value)
}

/** A hexadecimal float of Java, 0x1.8p3, of at most 13 digits: these are exact. */
function hexDouble(text: string): number | undefined {
  const [, sign, whole = '', fraction = '', exponent] =
    /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)[fFdD]?$/.exec(text) ?? []
  const digits = whole + fraction
  if (exponent === undefined || digits === '' || digits.length > 13) return undefined
  const value = parseInt(digits, 16) * 2 ** (Number(exponent) - 4 * fraction.length)
  return sign === '-' ? -value : value
}

/** Four digits of a year, or more with a sign. DuckDB takes the plus sign for a zone. */
const dayPattern = String.raw`(\d{4}|\+\d{5,6}|-\d{4,6})-(\d\d)-(\d\d)`

function dateText(raw: string): string | undefined {
  const [, year, month, day] = new RegExp(`^${dayPattern}$`).exec(raw) ?? []
  return isDay(year, month, day) ? raw.replace('+', '') : undefined
}

function instant(text: string): string | undefined {
  const [, year, month, day, hour, minute, second, tenth] =
    new RegExp(String.raw`^${dayPattern} (\d\d):(\d\d):(\d\d)(?:\.(\d))?$`).exec(text) ?? []
  if (!isDay(year, month, day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  return `${year!.replace('+', '')}-${month}-${day} ${hour}:${minute}:${second}${tenth === undefined ? '' : `.${tenth}`}+00:00`
}

function isDay(year: string | undefined, month = '', day = ''): boolean {
  if (year === undefined || year === '-0000') return false
  const time = new Date(0)
  time.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  return time.getUTCMonth() === Number(month) - 1 && time.getUTCDate() === Number(day)
}
