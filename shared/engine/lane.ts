/**
 * A growable column of a partial or of the state. Numbers hold doubles, floats, 32-bit integers and counts; bigints hold longs and unscaled
 * decimals; texts hold strings. An empty place holds the neutral element of what is combined there: `empty` for numbers, null for the others.
 */
export type Lane = NumberLane | BigintLane | TextLane

export interface NumberLane {
  readonly store: 'number'
  readonly empty: number
  values: Float64Array
}
export interface BigintLane {
  readonly store: 'bigint'
  values: (bigint | null)[]
}
export interface TextLane {
  readonly store: 'text'
  values: (string | null)[]
}

/** What a lane is, before it has values. */
export type LaneLayout = { readonly store: 'number'; readonly empty: number } | { readonly store: 'bigint' } | { readonly store: 'text' }

export function emptyLane(layout: LaneLayout, length = 0): Lane {
  switch (layout.store) {
    case 'number':
      return { ...layout, values: new Float64Array(length).fill(layout.empty) }
    case 'bigint':
      return { store: 'bigint', values: new Array<bigint | null>(length).fill(null) }
    case 'text':
      return { store: 'text', values: new Array<string | null>(length).fill(null) }
  }
}

export function copyLane(lane: Lane): Lane {
  switch (lane.store) {
    case 'number':
      return { ...lane, values: lane.values.slice() }
    case 'bigint':
      return { ...lane, values: lane.values.slice() }
    case 'text':
      return { ...lane, values: lane.values.slice() }
  }
}

/** Room for `length` values; what is new is empty. */
export function growLane(lane: Lane, length: number): void {
  if (lane.store !== 'number') {
    while (lane.values.length < length) lane.values.push(null)
    return
  }
  const used = lane.values.length
  if (used >= length) return
  const grown = new Float64Array(Math.max(length, 8, used * 2))
  grown.set(lane.values)
  grown.fill(lane.empty, used)
  lane.values = grown
}

/** The lane as numbers. A lane of another kind at this place is a bug in the layout. */
export function numbersOf(lanes: readonly Lane[], index: number): Float64Array {
  const lane = lanes[index]
  if (lane?.store !== 'number') throw new Error(`lane ${index} is ${lane?.store ?? 'missing'}, not number`)
  return lane.values
}
