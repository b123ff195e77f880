import { isIntegral, type ValueType } from './valueType.ts'

/** As what a value of a column is compared with a limit: in the column's own exact type, as a double, or (strings) cast to a 32-bit or a 64-bit integer. SPEC A3, A4 */
export type Comparison = 'exact' | 'double' | 'int' | 'long'

export function comparisonWith(type: ValueType, limit: number): Comparison {
  if (type.kind === 'decimal' || (isIntegral(type) && Number.isSafeInteger(limit))) return 'exact'
  if (type.kind === 'string' && Number.isInteger(limit)) return Math.abs(limit) < 2 ** 31 ? 'int' : 'long'
  return 'double'
}

/** The unscaled decimal next to a limit: a value of that scale is above the limit when it is above the limit rounded down, and below when below it rounded up. */
export function unscaledLimit(limit: number, scale: number, round: 'floor' | 'ceil'): bigint {
  const [whole = '', fraction = ''] = plainDigits(Math.abs(limit)).split('.')
  const magnitude = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'))
  const isCut = /[1-9]/.test(fraction.slice(scale))
  const awayFromZero = isCut && (limit < 0 ? round === 'floor' : round === 'ceil') ? 1n : 0n
  return limit < 0 ? -(magnitude + awayFromZero) : magnitude + awayFromZero
}

/** A number in plain digits: the shortest that read back as the same number. */
function plainDigits(value: number): string {
  const [digits = '', exponent] = String(value).split('e')
  if (exponent === undefined) return digits
  const [whole = '', fraction = ''] = digits.split('.')
  const power = Number(exponent)
  if (power < 0) return `0.${'0'.repeat(-power - whole.length)}${whole}${fraction}`
  return whole + fraction.padEnd(power, '0')
}
