import { unreachable } from './fault.ts'
import { objectLane, type Measures } from './measures.ts'
import type { Column, Measure, Output, QuerySpec } from './querySpec.ts'
import { slotId, slotLayoutOf, storeOf, sumCast, valuesSlot, type PlacedSlot, type Slot, type ValueCast } from './slots.ts'
import { isIntegral, type ValueType } from './valueType.ts'

/** A value of gold. bigint: a long, or the unscaled value of a decimal. */
export type Value = number | bigint | string | null

/** Type of an output in gold, as Spark derives it. SPEC A7 */
export function outputType(measure: Measure): ValueType {
  switch (measure.kind) {
    case 'count':
    case 'countOutside':
      return { kind: 'long' }
    case 'rate':
    case 'stddev':
      return { kind: 'double' }
    case 'min':
    case 'max':
      return measure.column.type
    case 'sum':
    case 'avg':
      return sumType(measure.kind, measure.column.type)
    default:
      return unreachable(measure)
  }
}

/** What the values of an output are in memory. Longs that count rows are numbers, exact to 2^53. */
export function outputStore(measure: Measure): 'number' | 'object' {
  if (measure.kind === 'min' || measure.kind === 'max') return storeOf(measure.column.type)
  if (measure.kind === 'sum' || measure.kind === 'avg') return sumCast(measure.kind, measure.column.type) === 'exact' ? 'object' : 'number'
  return 'number'
}

function sumType(kind: 'sum' | 'avg', type: ValueType): ValueType {
  const grown = kind === 'sum' ? { precision: 10, scale: 0 } : { precision: 4, scale: 4 }
  if (type.kind === 'decimal') return { kind: 'decimal', precision: Math.min(38, type.precision + grown.precision), scale: Math.min(38, type.scale + grown.scale) }
  return kind === 'sum' && isIntegral(type) ? { kind: 'long' } : { kind: 'double' }
}

/** Results of one window and key, from combined measures. Counts are numbers: exact to 2^53. */
export type Lower = (measures: Measures, row: number) => Value[]

/** Prepares the lowering of a query: one value per output, in their order. */
export function lowering(spec: QuerySpec): Lower {
  const { slots } = slotLayoutOf(spec)
  const lowered = spec.outputs.map((output) => lowerOutput(slots, spec.outputs, output))
  return (measures, row) => {
    const values: Value[] = []
    for (const lower of lowered) values.push(lower(measures, row, values))
    return values
  }
}

type LowerOutput = (measures: Measures, row: number, before: readonly Value[]) => Value

function lowerOutput(slots: readonly PlacedSlot[], outputs: readonly Output[], { name, measure }: Output): LowerOutput {
  switch (measure.kind) {
    case 'count':
      return number(slots, { kind: 'rows' })
    case 'countOutside':
      return number(slots, { kind: 'outside', column: measure.column, min: measure.min, max: measure.max })
    case 'min':
    case 'max':
      return lowerExtreme(slots, measure.kind, measure.column)
    case 'sum':
    case 'avg':
      return lowerSum(slots, measure.kind, measure.column)
    case 'stddev':
      return lowerStddev(slots, measure.column)
    case 'rate':
      return lowerRate(outputs, name, measure.numerators, measure.denominator)
    default:
      return unreachable(measure)
  }
}

function placed(slots: readonly PlacedSlot[], slot: Slot): PlacedSlot {
  const found = slots.find((candidate) => slotId(candidate.slot) === slotId(slot))
  if (!found) throw new Error(`no slot ${slotId(slot)}`)
  return found
}

/** Reads one lane of a slot. */
function number(slots: readonly PlacedSlot[], slot: Slot, offset = 0): (measures: Measures, row: number) => number {
  const lane = placed(slots, slot).lane + offset
  return ({ numbers, stride }, row) => numbers[row * stride + lane]!
}

function object(slots: readonly PlacedSlot[], slot: Slot): (measures: Measures, row: number) => bigint | string | null {
  const { lane } = placed(slots, slot)
  return (measures, row) => objectLane(measures, lane)[row] ?? null
}

const counted = (slots: readonly PlacedSlot[], column: Column, as: ValueCast) => number(slots, valuesSlot(column, as))

function lowerExtreme(slots: readonly PlacedSlot[], kind: 'min' | 'max', column: Column): LowerOutput {
  const count = counted(slots, column, 'exact')
  const read = storeOf(column.type) === 'number' ? number(slots, { kind, column }) : object(slots, { kind, column })
  return (measures, row) => (count(measures, row) === 0 ? null : read(measures, row))
}

function lowerSum(slots: readonly PlacedSlot[], kind: 'sum' | 'avg', column: Column): LowerOutput {
  const as = sumCast(kind, column.type)
  const count = counted(slots, column, as)
  if (as === 'double') {
    const read = number(slots, { kind: 'sum', column, as })
    return (measures, row) => {
      const n = count(measures, row)
      if (n === 0) return null
      return kind === 'avg' ? read(measures, row) / n : read(measures, row)
    }
  }
  const read = object(slots, { kind: 'sum', column, as })
  const type = sumType(kind, column.type)
  return (measures, row) => {
    const n = count(measures, row)
    const sum = read(measures, row)
    if (n === 0 || typeof sum !== 'bigint') return null
    if (type.kind === 'long') return BigInt.asIntN(64, sum)
    if (type.kind !== 'decimal' || column.type.kind !== 'decimal') throw new Error(`${kind} of ${column.type.kind} is not exact`)
    return withinPrecision(kind === 'avg' ? divideHalfUp(sum * 10n ** BigInt(type.scale - column.type.scale), BigInt(n)) : sum, type.precision)
  }
}

/** SPEC A6: a decimal that does not fit is null, as with Spark's ANSI mode off. */
function withinPrecision(unscaled: bigint, precision: number): bigint | null {
  const limit = 10n ** BigInt(precision)
  return unscaled > -limit && unscaled < limit ? unscaled : null
}

/** Half away from zero, as Java's HALF_UP. `divisor` > 0. */
function divideHalfUp(value: bigint, divisor: bigint): bigint {
  const magnitude = ((value < 0n ? -value : value) * 2n + divisor) / (divisor * 2n)
  return value < 0n ? -magnitude : magnitude
}

/** Sample standard deviation: null below two values; NaN where a value is not finite. SPEC A5 */
function lowerStddev(slots: readonly PlacedSlot[], column: Column): LowerOutput {
  const count = counted(slots, column, 'double')
  const finite = number(slots, { kind: 'moments', column })
  const squares = number(slots, { kind: 'moments', column }, 2)
  return (measures, row) => {
    const n = count(measures, row)
    if (n < 2) return null
    return finite(measures, row) < n ? NaN : Math.sqrt(squares(measures, row) / (n - 1))
  }
}

function lowerRate(outputs: readonly Output[], name: string, numerators: readonly string[], denominator: string): LowerOutput {
  const position = (wanted: string) => {
    const index = outputs.findIndex((output) => output.name === wanted)
    if (index < 0 || index >= outputs.findIndex((output) => output.name === name)) throw new Error(`${name} needs ${wanted} before it`)
    return index
  }
  const tops = numerators.map(position)
  const bottom = position(denominator)
  return (_measures, _row, before) => tops.reduce((sum, index) => sum + Number(before[index]), 0) / Number(before[bottom])
}
