import { unreachable } from './fault.ts'
import type { LaneLayout } from './lane.ts'
import type { Column, Measure, QuerySpec } from './querySpec.ts'
import { isIntegral, type ValueType } from './valueType.ts'

/**
 * What a partial carries so that measures can be combined over panes: a slot is one or three lanes that are combined together.
 * Several measures may share a slot: avg and stddev of one column need the same count.
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

export interface SlotLayout {
  readonly slot: Slot
  /** Index of its first lane. */
  readonly lane: number
  readonly lanes: readonly LaneLayout[]
}

/** The slots of a query, in a fixed order; the first is always `rows`. The same spec gives the same layout, so state can be restored by position. */
export function slotsOf(spec: QuerySpec): readonly SlotLayout[] {
  const slots = new Map<string, Slot>()
  const add = (slot: Slot) => slots.set(slotId(slot), slot)
  add({ kind: 'rows' })
  for (const { measure } of spec.outputs) for (const slot of slotsOfMeasure(measure)) add(slot)
  let lane = 0
  return [...slots.values()].map((slot) => {
    const layout = { slot, lane, lanes: lanesOf(slot) }
    lane += layout.lanes.length
    return layout
  })
}

/** Lanes of a query's partials, all slots in a row. */
export function laneLayoutsOf(spec: QuerySpec): readonly LaneLayout[] {
  return slotsOf(spec).flatMap((layout) => layout.lanes)
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

const sum: LaneLayout = { store: 'number', empty: 0 }

function lanesOf(slot: Slot): readonly LaneLayout[] {
  switch (slot.kind) {
    case 'rows':
    case 'outside':
    case 'values':
      return [sum]
    case 'sum':
      return [slot.as === 'exact' ? { store: 'bigint' } : sum]
    case 'min':
    case 'max': {
      const store = storeOf(slot.column.type)
      return [store === 'number' ? { store, empty: emptyExtreme[slot.kind] } : { store }]
    }
    case 'moments':
      return [sum, sum, sum]
    default:
      return unreachable(slot)
  }
}

/** Neutral in Spark's order, where NaN is above every number. SPEC A2 */
const emptyExtreme = { max: -Infinity, min: NaN }

/** Where values of a type are kept: doubles hold everything up to 32-bit integers exactly, longs and decimals need bigints. */
export function storeOf(type: ValueType): LaneLayout['store'] {
  if (type.kind === 'string') return 'text'
  return type.kind === 'long' || type.kind === 'decimal' ? 'bigint' : 'number'
}
