import { unreachable } from './fault.ts'
import { numbersOf, type Lane, type LaneLayout } from './lane.ts'
import type { Column, Measure, Output, QuerySpec } from './querySpec.ts'
import { slotId, slotsOf, storeOf, sumCast, valuesSlot, type Slot, type SlotLayout, type ValueCast } from './slots.ts'
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
export function outputStore(measure: Measure): LaneLayout['store'] {
  if (measure.kind === 'min' || measure.kind === 'max') return storeOf(measure.column.type)
  if (measure.kind === 'sum' || measure.kind === 'avg') return sumCast(measure.kind, measure.column.type) === 'exact' ? 'bigint' : 'number'
  return 'number'
}

function sumType(kind: 'sum' | 'avg', type: ValueType): ValueType {
  const grown = kind === 'sum' ? { precision: 10, scale: 0 } : { precision: 4, scale: 4 }
  if (type.kind === 'decimal') return { kind: 'decimal', precision: Math.min(38, type.precision + grown.precision), scale: Math.min(38, type.scale + grown.scale) }
  return kind === 'sum' && isIntegral(type) ? { kind: 'long' } : { kind: 'double' }
}

/** Results of one window and key, from combined measures. Counts are numbers: exact to 2^53. */
export type Lower = (lanes: readonly Lane[], row: number) => Value[]

/** Prepares the lowering of a query: one value per output, in their order. */
export function lowering(spec: QuerySpec): Lower {
  const layouts = slotsOf(spec)
  const lowered = spec.outputs.map((output) => lowerOutput(layouts, spec.outputs, output))
  return (lanes, row) => {
    const values: Value[] = []
    for (const lower of lowered) values.push(lower(lanes, row, values))
    return values
  }
}

type LowerOutput = (lanes: readonly Lane[], row: number, before: readonly Value[]) => Value

function lowerOutput(layouts: readonly SlotLayout[], outputs: readonly Output[], { name, measure }: Output): LowerOutput {
  switch (measure.kind) {
    case 'count':
      return number(layouts, { kind: 'rows' })
    case 'countOutside':
      return number(layouts, { kind: 'outside', column: measure.column, min: measure.min, max: measure.max })
    case 'min':
    case 'max':
      return lowerExtreme(layouts, measure.kind, measure.column)
    case 'sum':
    case 'avg':
      return lowerSum(layouts, measure.kind, measure.column)
    case 'stddev':
      return lowerStddev(layouts, measure.column)
    case 'rate':
      return lowerRate(outputs, name, measure.numerators, measure.denominator)
    default:
      return unreachable(measure)
  }
}

function laneOf(layouts: readonly SlotLayout[], slot: Slot): number {
  const found = layouts.find((layout) => slotId(layout.slot) === slotId(slot))
  if (!found) throw new Error(`no slot ${slotId(slot)}`)
  return found.lane
}

function number(layouts: readonly SlotLayout[], slot: Slot): (lanes: readonly Lane[], row: number) => number {
  const lane = laneOf(layouts, slot)
  return (lanes, row) => numbersOf(lanes, lane)[row]!
}

const counted = (layouts: readonly SlotLayout[], column: Column, as: ValueCast) => number(layouts, valuesSlot(column, as))

function lowerExtreme(layouts: readonly SlotLayout[], kind: 'min' | 'max', column: Column): LowerOutput {
  const count = counted(layouts, column, 'exact')
  const lane = laneOf(layouts, { kind, column })
  return (lanes, row) => (count(lanes, row) === 0 ? null : (lanes[lane]?.values[row] ?? null))
}

function lowerSum(layouts: readonly SlotLayout[], kind: 'sum' | 'avg', column: Column): LowerOutput {
  const as = sumCast(kind, column.type)
  const count = counted(layouts, column, as)
  const lane = laneOf(layouts, { kind: 'sum', column, as })
  const type = sumType(kind, column.type)
  return (lanes, row) => {
    const n = count(lanes, row)
    if (n === 0) return null
    const sum = lanes[lane]?.values[row] ?? null
    if (typeof sum === 'number') return kind === 'avg' ? sum / n : sum
    if (typeof sum !== 'bigint') return null
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
function lowerStddev(layouts: readonly SlotLayout[], column: Column): LowerOutput {
  const count = counted(layouts, column, 'double')
  const lane = laneOf(layouts, { kind: 'moments', column })
  return (lanes, row) => {
    const n = count(lanes, row)
    if (n < 2) return null
    if (numbersOf(lanes, lane)[row]! < n) return NaN
    return Math.sqrt(numbersOf(lanes, lane + 2)[row]! / (n - 1))
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
  return (_lanes, _row, before) => tops.reduce((sum, index) => sum + Number(before[index]), 0) / Number(before[bottom])
}
