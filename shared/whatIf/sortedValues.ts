import { comparisonWith, unscaledLimit } from '#shared/engine/comparison.ts'
import type { ValueType } from '#shared/engine/valueType.ts'

/** Values of a column, ascending, each once; NaN comes last. Numbers widened to double, longs and decimals (unscaled) as they are. */
export type SortedValues = Float64Array | BigInt64Array | readonly bigint[]

/** What an array of values is made of. `wide`: decimals of more than 18 digits. */
export type Store = 'float64' | 'int64' | 'wide'

/**
 * The forms in which the values of a column are kept, so that each limit finds the one that it is compared with. All but strings have one; strings are
 * read as a double, as a 32-bit and as a 64-bit integer, and a value that cannot be read is not there. SPEC A3, A4
 */
export type Form = 'value' | 'double' | 'int' | 'long'

export function formsOf(type: ValueType): readonly Form[] {
  return type.kind === 'string' ? ['double', 'int', 'long'] : ['value']
}

export function storeOfForm(type: ValueType, form: Form): Store {
  if (form === 'long' || type.kind === 'long') return 'int64'
  if (type.kind === 'decimal') return type.precision > 18 ? 'wide' : 'int64'
  return 'float64'
}

/** Which of `formsOf` a limit is compared with. */
export function formFor(type: ValueType, limit: number): number {
  return type.kind === 'string' ? formsOf(type).indexOf(comparisonWith(type, limit) as Form) : 0
}

/** How many of the values are not above the limit: those from there on are. */
export function rankAbove(type: ValueType, values: SortedValues, limit: number): number {
  if (type.kind === 'decimal') {
    const bound = unscaledLimit(limit, type.scale, 'floor')
    return firstWhere(values, (value) => (value as bigint) > bound)
  }
  if (type.kind === 'long' && comparisonWith(type, limit) === 'exact') {
    const bound = BigInt(limit)
    return firstWhere(values, (value) => (value as bigint) > bound)
  }
  return firstWhere(values, (value) => Number(value) > limit || Number.isNaN(value))
}

/** How many of the values are below the limit. */
export function rankBelow(type: ValueType, values: SortedValues, limit: number): number {
  if (type.kind === 'decimal') {
    const bound = unscaledLimit(limit, type.scale, 'ceil')
    return firstWhere(values, (value) => (value as bigint) >= bound)
  }
  if (type.kind === 'long' && comparisonWith(type, limit) === 'exact') {
    const bound = BigInt(limit)
    return firstWhere(values, (value) => (value as bigint) >= bound)
  }
  return firstWhere(values, (value) => !(Number(value) < limit))
}

/** The first place whose value passes a test that all later ones pass, too. */
function firstWhere(values: SortedValues, test: (value: number | bigint) => boolean): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (test(values[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}

/** A value as a double, for charts. */
export function asDouble(type: ValueType, value: number | bigint): number {
  return type.kind === 'decimal' ? Number(value) / 10 ** type.scale : Number(value)
}
