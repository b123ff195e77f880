import { unreachable } from './fault.ts'
import type { MeasureLayout } from './measures.ts'
import type { Column, Measure, QuerySpec } from './querySpec.ts'
import { isIntegral, type ValueType } from './valueType.ts'

/**
 * What a partial carries so that measures can be combined over panes. Several measures may share a slot: avg and stddev of one column need the same
 * count.
 */
export type Slot =
  | { readonly kind: 'rows' }
  | { readonly kind: 'outside'; readonly column: Column; readonly min: number; readonly max: number }
  /** Values that are there: as they are, or those that can be read as a double (differs for strings only). */
  | { readonly kind: 'values'; readonly column: Column; readonly as: ValueCast }
  | { readonly kind: 'sum'; readonly column: Column; readonly as: ValueCast }
  | { readonly kind: 'min' | 'max'; readonly column: Column }
  /** Three lanes: how many values are finite, their mean, and the sum of squared distances from it. */
  | { readonly kind: 'moments'; readonly column: Column }

/** `exact`: the column's own type. `double`: widened, or for strings what can be read as one. */
export type ValueCast = 'exact' | 'double'

/** A slot and where it is: in the numbers (`moments` takes three lanes in a row), or in the lane of objects with that index. */
export interface PlacedSlot {
  readonly slot: Slot
  readonly store: 'number' | 'object'
  readonly lane: number
}

/** The slots of a query and the lanes they take. The same spec gives the same layout, so state can be restored by position. */
export interface SlotLayout extends MeasureLayout {
  /** The first is always `rows`, in number lane 0. */
  readonly slots: readonly PlacedSlot[]
}

export function slotLayoutOf(spec: QuerySpec): SlotLayout {
  const found = new Map<string, Slot>()
  const add = (slot: Slot) => found.set(slotId(slot), slot)
  add({ kind: 'rows' })
  for (const { measure } of spec.outputs) for (const slot of slotsOfMeasure(measure)) add(slot)
  const slots: PlacedSlot[] = []
  const empty: number[] = []
  let objectLanes = 0
  for (const slot of found.values()) {
    const numbers = emptyNumbersOf(slot)
    slots.push(numbers ? { slot, store: 'number', lane: empty.length } : { slot, store: 'object', lane: objectLanes })
    if (numbers) empty.push(...numbers)
    else objectLanes += 1
  }
  return { slots, empty, objectLanes }
}

export function slotId(slot: Slot): string {
  switch (slot.kind) {
    case 'rows':
      return 'rows'
    case 'outside':
      return `outside(${slot.column.name},${slot.min},${slot.max})`
    case 'values':
    case 'sum':
      return `${slot.kind}(${slot.column.name},${slot.as})`
    case 'min':
    case 'max':
    case 'moments':
      return `${slot.kind}(${slot.column.name})`
    default:
      return unreachable(slot)
  }
}

export function slotsOfMeasure(measure: Measure): readonly Slot[] {
  switch (measure.kind) {
    case 'count':
    case 'rate':
      return []
    case 'countOutside':
      return [{ kind: 'outside', column: measure.column, min: measure.min, max: measure.max }]
    case 'sum':
    case 'avg': {
      const as = sumCast(measure.kind, measure.column.type)
      return [valuesSlot(measure.column, as), { kind: 'sum', column: measure.column, as }]
    }
    case 'min':
    case 'max':
      return [valuesSlot(measure.column, 'exact'), { kind: measure.kind, column: measure.column }]
    case 'stddev':
      return [valuesSlot(measure.column, 'double'), { kind: 'moments', column: measure.column }]
    default:
      return unreachable(measure)
  }
}

/** SPEC A6: decimals are summed exactly; integers only in `sum`, since avg adds them as doubles. */
export function sumCast(measure: 'sum' | 'avg', type: ValueType): ValueCast {
  return type.kind === 'decimal' || (measure === 'sum' && isIntegral(type)) ? 'exact' : 'double'
}

/** The count of a column is one and the same slot for every cast, except for strings, where not every value reads as a double. */
export function valuesSlot(column: Column, as: ValueCast): Slot {
  return { kind: 'values', column, as: column.type.kind === 'string' ? as : 'exact' }
}

/** Neutral elements of the number lanes of a slot; undefined for a slot of objects. */
function emptyNumbersOf(slot: Slot): readonly number[] | undefined {
  switch (slot.kind) {
    case 'rows':
    case 'outside':
    case 'values':
      return [0]
    case 'sum':
      return slot.as === 'exact' ? undefined : [0]
    case 'min':
    case 'max':
      return storeOf(slot.column.type) === 'number' ? [emptyExtreme[slot.kind]] : undefined
    case 'moments':
      return [0, 0, 0]
    default:
      return unreachable(slot)
  }
}

/** Neutral in Spark's order, where NaN is above every number. SPEC A2 */
const emptyExtreme = { max: -Infinity, min: NaN }

/** Where values of a type are kept: doubles hold everything up to 32-bit integers exactly; longs and decimals need bigints, strings are objects too. */
export function storeOf(type: ValueType): 'number' | 'object' {
  return type.kind === 'string' || type.kind === 'long' || type.kind === 'decimal' ? 'object' : 'number'
}
