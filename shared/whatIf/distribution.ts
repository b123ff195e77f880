import type { StoredBlock } from './blockList.ts'
import type { LimitedColumn, Range } from './limitedColumns.ts'
import type { Order } from './order.ts'
import { asDouble, formFor, rankAbove, rankBelow } from './sortedValues.ts'

/** Rows by value of one column. */
export interface ValueDistribution {
  /** Rows of [edges[i], edges[i + 1]). */
  readonly counts: readonly number[]
  readonly below: number
  readonly above: number
  readonly notANumber: number
  /** Of finite values; undefined: none. */
  readonly min: number | undefined
  readonly max: number | undefined
}

/** Counts the rows of some blocks between edges, which ascend. Strings count as what they read as a double. */
export function distributionOf(blocks: readonly StoredBlock[], limited: LimitedColumn, edges: readonly number[]): ValueDistribution {
  const { type } = limited.column
  const counts = new Array<number>(edges.length - 1).fill(0)
  let below = 0
  let above = 0
  let notANumber = 0
  let min = Infinity
  let max = -Infinity
  for (const order of ordersOf(blocks, limited)) {
    const { values, starts } = order
    const rows = starts[realCount(order)]!
    const places = edges.map((edge) => starts[rankBelow(type, values, edge)]!)
    for (let i = 0; i < counts.length; i++) counts[i]! += places[i + 1]! - places[i]!
    below += places[0]!
    above += rows - places.at(-1)!
    notANumber += starts.at(-1)! - rows
    const [first, end] = finite(order)
    if (first >= end) continue
    min = Math.min(min, asDouble(type, values[first]!))
    max = Math.max(max, asDouble(type, values[end - 1]!))
  }
  return { counts, below, above, notANumber, min: min === Infinity ? undefined : min, max: max === -Infinity ? undefined : max }
}

/** Rows below and above a range, each once, and all that have a value. SPEC A3 */
export function outsideOf(blocks: readonly StoredBlock[], { column: { type }, firstOrder }: LimitedColumn, { min, max }: Range): { readonly rows: number; readonly below: number; readonly above: number } {
  let rows = 0
  let below = 0
  let above = 0
  for (const { orders } of blocks) {
    rows += orders[firstOrder]!.cells.length
    const low = orders[firstOrder + formFor(type, min)]!
    const high = orders[firstOrder + formFor(type, max)]!
    below += low.starts[rankBelow(type, low.values, min)]!
    above += high.cells.length - high.starts[rankAbove(type, high.values, max)]!
  }
  return { rows, below, above }
}

/** The smallest value that a share of the rows with a finite one does not exceed; undefined: there are none. */
export function quantileOf(blocks: readonly StoredBlock[], limited: LimitedColumn, share: number): number | undefined {
  const { type } = limited.column
  const orders = ordersOf(blocks, limited).flatMap((order) => {
    const [first, end] = finite(order)
    return first < end ? [{ ...order, first, end }] : []
  })
  if (orders.length === 0) return undefined
  const rowsUpTo = (limit: number) => orders.reduce((sum, { values, starts, first, end }) => sum + starts[Math.min(end, Math.max(first, rankAbove(type, values, limit)))]! - starts[first]!, 0)
  const wanted = share * orders.reduce((sum, { starts, first, end }) => sum + starts[end]! - starts[first]!, 0)
  let low = Math.min(...orders.map(({ values, first }) => asDouble(type, values[first]!)))
  let high = Math.max(...orders.map(({ values, end }) => asDouble(type, values[end - 1]!)))
  if (rowsUpTo(low) >= wanted) return low
  // Halved until nothing lies between: then `high` is the value, or a little above it.
  for (let middle = low / 2 + high / 2; middle > low && middle < high; middle = low / 2 + high / 2) {
    if (rowsUpTo(middle) >= wanted) high = middle
    else low = middle
  }
  return high
}

const ordersOf = (blocks: readonly StoredBlock[], { firstOrder }: LimitedColumn): Order[] => blocks.map(({ orders }) => orders[firstOrder]!)

/** Values that are numbers: NaN is one and the last. */
const realCount = ({ values }: Order): number => (Number.isNaN(values.at(-1)) ? values.length - 1 : values.length)

/** Ranks of the first finite value and behind the last. */
function finite(order: Order): readonly [first: number, end: number] {
  const { values } = order
  let end = realCount(order)
  if (end > 0 && values[end - 1] === Infinity) end -= 1
  return [values[0] === -Infinity ? 1 : 0, end]
}
