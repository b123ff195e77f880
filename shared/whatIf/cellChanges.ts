import type { StoredBlock } from './blockList.ts'
import { grown } from './growing.ts'
import type { CellIds } from './order.ts'
import type { Stretches } from './stretches.ts'

/** Rows that the cells of one block gain or lose while a limit moves through it. */
export interface CellChanges {
  /** Room for blocks of so many cells. */
  reserve(cellCount: number): void
  /** Adds `sign` to the cell of each row of an order whose value has a rank from `from` up to `to` (not included). */
  walk(block: StoredBlock, order: number, from: number, to: number, sign: 1 | -1): void
  /** The changes since, by cell of the block. Whoever takes them sets them to 0. */
  take(): { readonly deltas: Int32Array; readonly touched: TouchedCells | 'any' }
}

/** The cells that changed are the first `count`; one may be there twice. */
export interface TouchedCells {
  readonly cells: Uint32Array
  readonly count: number
}

export function openCellChanges(): CellChanges {
  let deltas = new Int32Array(0)
  let touched = new Uint32Array(0)
  let count = 0
  let isAny = false

  /** By whole stretches, from the nearest end of one to the nearest end of another, and what that is too much or too little row by row. */
  function walkMany(cells: CellIds, stretches: Stretches | undefined, start: number, end: number, sign: 1 | -1): void {
    const first = stretches ? Math.min(stretches.count, Math.round(start / stretches.rows)) : 0
    const last = stretches ? Math.min(stretches.count, Math.round(end / stretches.rows)) : 0
    if (!stretches || first === last) {
      walkRows(cells, start, end, sign)
      return
    }
    const { rows, counts } = stretches
    const cellCount = counts.length / stretches.count
    const sums = deltas
    for (let stretch = first; stretch < last; stretch++) {
      const own = stretch * cellCount
      for (let cell = 0; cell < cellCount; cell++) sums[cell]! += sign * counts[own + cell]!
    }
    walkBetween(cells, start, first * rows, sign)
    walkBetween(cells, last * rows, end, sign)
  }

  /** Backwards, it takes away. */
  function walkBetween(cells: CellIds, from: number, to: number, sign: 1 | -1): void {
    if (from <= to) walkRows(cells, from, to, sign)
    else walkRows(cells, to, from, sign === 1 ? -1 : 1)
  }

  function walkRows(cells: CellIds, start: number, end: number, sign: 1 | -1): void {
    const sums = deltas
    for (let at = start; at < end; at++) sums[cells[at]!]! += sign
  }

  function walkFew(cells: CellIds, start: number, end: number, sign: 1 | -1): void {
    const sums = deltas
    for (let at = start; at < end; at++) {
      const cell = cells[at]!
      const sum = sums[cell]!
      if (sum === 0) {
        if (count === touched.length) touched = grown(touched, count + 1)
        touched[count++] = cell
      }
      sums[cell] = sum + sign
    }
  }

  return {
    reserve(cellCount) {
      deltas = grown(deltas, cellCount)
    },
    walk(block, order, from, to, sign) {
      if (from >= to) return
      const { starts, cells } = block.orders[order]!
      const [start, end] = [starts[from]!, starts[to]!]
      // With many rows a look at every cell afterwards is less work than a note of those that change.
      if ((end - start) * 4 > block.cells.length) {
        isAny = true
        walkMany(cells, block.stretches[order], start, end, sign)
      } else walkFew(cells, start, end, sign)
    },
    take() {
      const taken = { deltas, touched: isAny ? ('any' as const) : { cells: touched, count } }
      count = 0
      isAny = false
      return taken
    }
  }
}
