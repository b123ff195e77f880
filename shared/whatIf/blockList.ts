import { fewCells, mergeOrders, type Order } from './order.ts'
import { stretchesOf, type Stretches } from './stretches.ts'

/** A block as the index keeps it: its cells are told by their numbers there. */
export interface StoredBlock {
  readonly cells: Uint32Array
  /** The entries of its cells lie between these. */
  readonly firstEntry: number
  readonly lastEntry: number
  readonly orders: readonly Order[]
  /** By order; undefined: it is too short. */
  readonly stretches: readonly (Stretches | undefined)[]
}

export const storedBlock = (block: Omit<StoredBlock, 'stretches'>): StoredBlock => ({ ...block, stretches: block.orders.map(({ cells }) => stretchesOf(cells, block.cells.length)) })

/** Blocks, few and large: a limit is looked up in each, and values that many share are kept once. */
export interface BlockList {
  readonly blocks: readonly StoredBlock[]
  add(block: StoredBlock): void
  readonly bytes: number
  /** Rows with a value, each order for itself. */
  readonly values: number
}

/** So many blocks of about one size become one. */
const fanIn = 8

/** No block is made larger: merging must not keep a question waiting. */
const mostRows = 4_000_000

/** Of blocks that are not merged any more. */
const whole = -1

export function openBlockList(): BlockList {
  let values = 0
  let kept: { readonly block: StoredBlock; readonly level: number }[] = []

  /** Upwards, for as long as there are enough of a level. */
  function merge(): void {
    for (let level = 0; ; level++) {
      const same = kept.filter((entry) => entry.level === level)
      if (same.length < fanIn) return
      const merged = mergeBlocks(same.map(({ block }) => block))
      // Those that would become too large stay as they are, out of the way.
      kept = merged ? [...kept.filter((entry) => entry.level !== level), { block: merged, level: level + 1 }] : kept.map((entry) => (entry.level === level ? { ...entry, level: whole } : entry))
      if (!merged) return
    }
  }

  return {
    get blocks() {
      return kept.map(({ block }) => block)
    },
    add(block) {
      values += valuesOf(block)
      kept.push({ block, level: 0 })
      merge()
    },
    get bytes() {
      return kept.reduce((sum, { block }) => sum + bytesOf(block), 0)
    },
    get values() {
      return values
    }
  }
}

const valuesOf = ({ orders }: StoredBlock): number => orders.reduce((sum, { cells }) => sum + cells.length, 0)

function bytesOf({ cells, orders, stretches }: StoredBlock): number {
  return cells.byteLength + stretches.reduce((sum, own) => sum + (own?.counts.byteLength ?? 0), 0) + orders.reduce((sum, { values, starts, cells: own }) => sum + (ArrayBuffer.isView(values) ? values.byteLength : values.length * 32) + starts.byteLength + own.byteLength, 0)
}

/** undefined: too large. */
function mergeBlocks(blocks: readonly StoredBlock[]): StoredBlock | undefined {
  const rows = blocks.reduce((sum, block) => sum + Math.max(0, ...block.orders.map(({ cells }) => cells.length)), 0)
  if (rows > mostRows) return undefined
  const numbers = new Map<number, number>()
  const maps = blocks.map(({ cells }) =>
    cells.map((cell) => {
      const known = numbers.get(cell)
      if (known !== undefined) return known
      numbers.set(cell, numbers.size)
      return numbers.size - 1
    })
  )
  if (numbers.size > fewCells && blocks.some(({ cells }) => cells.length <= fewCells)) return undefined
  const [firstEntry, lastEntry] = [Math.min(...blocks.map((block) => block.firstEntry)), Math.max(...blocks.map((block) => block.lastEntry))]
  return storedBlock({ cells: Uint32Array.from(numbers.keys()), firstEntry, lastEntry, orders: blocks[0]!.orders.map((_, o) => mergeOrders(blocks.map(({ orders }) => orders[o]!), maps, numbers.size)) })
}
