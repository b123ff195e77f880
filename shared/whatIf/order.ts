import type { SortedValues } from './sortedValues.ts'

/** The rows of a block by the value of one column: those with `values[i]` are in the cells `cells[starts[i]]` to `cells[starts[i + 1]]` (not included). Rows without a value are left out. */
export interface Order {
  readonly values: SortedValues
  /** One more than there are values. */
  readonly starts: Uint32Array
  /** Numbers of cells within the block: two bytes a row while there are few enough. */
  readonly cells: CellIds
}

export type CellIds = Uint16Array | Uint32Array

/** More cells than these need four bytes a row. */
export const fewCells = 65_536

export const cellIds = (length: number, cellCount: number): CellIds => (cellCount <= fewCells ? new Uint16Array(length) : new Uint32Array(length))

/** Values of rows as they come; 1 in `nulls` where there is none. */
export interface RowValues {
  readonly values: Float64Array | BigInt64Array | readonly (bigint | null)[]
  readonly nulls: Uint8Array
}

/** Puts `length` rows in order: which values there are, then the rows by value, in the order in which they came. Doubles are normalised in place. */
export function orderRows({ values, nulls }: RowValues, cellOf: Uint32Array, length: number, cellCount: number): Order {
  const { ranks, sorted } = Array.isArray(values) ? rankObjects(values as readonly (bigint | null)[], nulls, length) : rankNumbers(values as Float64Array | BigInt64Array, nulls, length)
  const starts = new Uint32Array(sorted.length + 1)
  for (let row = 0; row < length; row++) if (nulls[row] === 0) starts[ranks[row]! + 1]! += 1
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!
  const next = starts.slice()
  const cells = cellIds(starts.at(-1)!, cellCount)
  for (let row = 0; row < length; row++) if (nulls[row] === 0) cells[next[ranks[row]!]!++] = cellOf[row]!
  return { values: sorted, starts, cells }
}

interface Ranked {
  /** Of each row: where its value is in `sorted`. */
  readonly ranks: Uint32Array
  readonly sorted: SortedValues
}

/** A hash table over the bits of the values: rows are many, values are few. */
function rankNumbers(values: Float64Array | BigInt64Array, nulls: Uint8Array, length: number): Ranked {
  if (values instanceof Float64Array) normalise(values, length)
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  let room = 1024
  let table = new Int32Array(room).fill(-1)
  let found = new Uint32Array(512 * 2)
  let count = 0
  const ranks = new Uint32Array(length)
  for (let row = 0; row < length; row++) {
    if (nulls[row] !== 0) continue
    const low = bits[row * 2]!
    const high = bits[row * 2 + 1]!
    let at = hash(low, high) & (room - 1)
    let known = table[at]!
    while (known >= 0 && (found[known * 2] !== low || found[known * 2 + 1] !== high)) {
      at = (at + 1) & (room - 1)
      known = table[at]!
    }
    if (known < 0) {
      known = count++
      table[at] = known
      found[known * 2] = low
      found[known * 2 + 1] = high
      if (count * 2 === room) {
        room *= 2
        const grown = new Uint32Array(room)
        grown.set(found)
        found = grown
        table = new Int32Array(room).fill(-1)
        for (let i = 0; i < count; i++) {
          let free = hash(found[i * 2]!, found[i * 2 + 1]!) & (room - 1)
          while (table[free]! >= 0) free = (free + 1) & (room - 1)
          table[free] = i
        }
      }
    }
    ranks[row] = known
  }
  const sorted = (values instanceof Float64Array ? new Float64Array(found.buffer, 0, count) : new BigInt64Array(found.buffer, 0, count)).slice().sort()
  const sortedBits = new Uint32Array(sorted.buffer)
  const rankOfFound = new Uint32Array(count)
  for (let rank = 0; rank < count; rank++) rankOfFound[placeOf(sortedBits[rank * 2]!, sortedBits[rank * 2 + 1]!)] = rank
  for (let row = 0; row < length; row++) ranks[row] = rankOfFound[ranks[row]!]!
  return { ranks, sorted }

  function placeOf(low: number, high: number): number {
    for (let at = hash(low, high) & (room - 1); ; at = (at + 1) & (room - 1)) {
      const known = table[at]!
      if (found[known * 2] === low && found[known * 2 + 1] === high) return known
    }
  }
}

/** One NaN and one zero: the bits of equal values are equal, and NaN is above every number, as `Float64Array.sort` has it. SPEC A2 */
function normalise(values: Float64Array, length: number): void {
  for (let row = 0; row < length; row++) values[row] = Number.isNaN(values[row]!) ? NaN : values[row]! + 0
}

function hash(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}

function rankObjects(values: readonly (bigint | null)[], nulls: Uint8Array, length: number): Ranked {
  const distinct = new Set<bigint>()
  for (let row = 0; row < length; row++) if (nulls[row] === 0) distinct.add(values[row]!)
  const sorted = [...distinct].sort((a, b) => (a < b ? -1 : 1))
  const rankOf = new Map(sorted.map((value, rank) => [value, rank]))
  return { ranks: Uint32Array.from({ length }, (_, row) => (nulls[row] === 0 ? rankOf.get(values[row]!)! : 0)), sorted }
}

/** Several orders as one. `cellMaps`: of each order, what its cells are called in the new block. */
export function mergeOrders(orders: readonly Order[], cellMaps: readonly Uint32Array[], cellCount: number): Order {
  const sorted = mergeValues(orders.map((order) => order.values))
  const starts = new Uint32Array(sorted.length + 1)
  const ranks = orders.map(({ values, starts: own }) => {
    const rank = new Uint32Array(values.length)
    for (let i = 0, at = 0; i < values.length; i++) {
      while (!sameValue(sorted[at]!, values[i]!)) at += 1
      rank[i] = at
      starts[at + 1]! += own[i + 1]! - own[i]!
    }
    return rank
  })
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!
  const next = starts.slice()
  const cells = cellIds(starts.at(-1)!, cellCount)
  orders.forEach(({ values, starts: own, cells: from }, o) => {
    const map = cellMaps[o]!
    for (let i = 0; i < values.length; i++) {
      let to = next[ranks[o]![i]!]!
      for (let at = own[i]!; at < own[i + 1]!; at++) cells[to++] = map[from[at]!]!
      next[ranks[o]![i]!] = to
    }
  })
  return { values: sorted, starts, cells }
}

const sameValue = (a: number | bigint, b: number | bigint): boolean => Object.is(a, b)

/** By halves: the values of a part are sorted already. */
function mergeValues(parts: readonly SortedValues[]): SortedValues {
  if (parts.length <= 1) return parts[0] ?? new Float64Array(0)
  const middle = parts.length >>> 1
  return mergeTwo(mergeValues(parts.slice(0, middle)), mergeValues(parts.slice(middle)))
}

function mergeTwo(a: SortedValues, b: SortedValues): SortedValues {
  const most = a.length + b.length
  const merged = a instanceof Float64Array ? new Float64Array(most) : a instanceof BigInt64Array ? new BigInt64Array(most) : new Array<bigint>(most)
  let count = 0
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (j >= b.length || (i < a.length && isBefore(a[i]!, b[j]!))) merged[count++] = a[i++]!
    else {
      if (i < a.length && sameValue(a[i]!, b[j]!)) i += 1
      merged[count++] = b[j++]!
    }
  }
  return merged.slice(0, count)
}

const isBefore = (a: number | bigint, b: number | bigint): boolean => a < b || (Number.isNaN(b) && !Number.isNaN(a))
