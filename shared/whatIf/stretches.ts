import type { CellIds } from './order.ts'

/** How many rows of each cell lie in every stretch of the rows of an order: a limit that passes over a whole stretch adds these and visits no row of it. */
export interface Stretches {
  /** Rows of one; those behind the last whole one are in none. */
  readonly rows: number
  readonly count: number
  /** Stretch by stretch, by cell. */
  readonly counts: Uint8Array | Uint16Array | Uint32Array
}

/** Rows of a stretch for each cell: with fewer the stretches weigh too much, with more a limit stops far from the end of one. */
const rowsPerCell = 4

/** undefined: the rows are too few for one. */
export function stretchesOf(cells: CellIds, cellCount: number): Stretches | undefined {
  const rows = cellCount * rowsPerCell
  const count = rows === 0 ? 0 : Math.floor(cells.length / rows)
  if (count === 0) return undefined
  let counts: Stretches['counts'] = new Uint8Array(count * cellCount)
  let most = 0xff
  for (let stretch = 0; stretch < count; stretch++) {
    const first = stretch * cellCount
    for (let row = stretch * rows; row < (stretch + 1) * rows; row++) {
      const at = first + cells[row]!
      if (counts[at] === most) {
        counts = most === 0xff ? Uint16Array.from(counts) : Uint32Array.from(counts)
        most = most === 0xff ? 0xffff : 0xffffffff
      }
      counts[at]! += 1
    }
  }
  return { rows, count, counts }
}
