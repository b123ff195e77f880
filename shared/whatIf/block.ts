import type { QuerySpec } from '#shared/engine/querySpec.ts'
import { micros } from '#shared/engine/time.ts'
import { firstWindowOf, lastCountingWindow, type WindowNumber } from '#shared/engine/windowSpec.ts'
import type { LimitedColumn } from './limitedColumns.ts'
import { orderRows, type Order, type RowValues } from './order.ts'

/**
 * Some rows of one batch, ordered by value. A cell is what counts them together: the rows of one pane and key that are counted in the same windows,
 * `firstWindow` to the last one that counts the pane (a batch that is late for some of them begins behind those).
 */
export interface Block {
  /** By cell. Numbers of panes and windows: their starts over the pane's size and the slide. */
  readonly pane: Float64Array
  readonly firstWindow: Float64Array
  /** Index into `keys`. */
  readonly key: Uint32Array
  readonly keys: readonly (string | null)[]
  /** All rows of the cell, with and without values. */
  readonly rows: Uint32Array
  /** By form of each measured column, one after the other: `orderCount(columns)`. */
  readonly orders: readonly Order[]
}

/** Rows of a batch as they come from silver. Rows without an event time are not among them. */
export interface Rows {
  readonly length: number
  /** Numbers of panes. */
  readonly pane: Float64Array
  /** Index into `keys`. */
  readonly key: Uint32Array
  readonly keys: readonly (string | null)[]
  /** By form of each measured column, one after the other. */
  readonly values: readonly RowValues[]
}

/** A block of rows. `lateUpTo`: the newest window that had closed before the batch; rows late for all their windows are left out. SPEC L2 */
export function buildBlock(spec: QuerySpec, rows: Rows, lateUpTo: WindowNumber): Block {
  const { window } = spec
  const cells = { pane: [] as number[], firstWindow: [] as number[], key: [] as number[], rows: [] as number[] }
  const known = new Map<number, Map<number, number>>()
  const late = 0xffffffff
  const cellOf = new Uint32Array(rows.length)
  let inPane: Map<number, number> | undefined
  let lastPane: number | undefined
  for (let row = 0; row < rows.length; row++) {
    const pane = rows.pane[row]!
    if (pane !== lastPane) {
      inPane = known.get(pane)
      if (!inPane) known.set(pane, (inPane = new Map()))
      lastPane = pane
    }
    const key = rows.key[row]!
    let cell = inPane!.get(key)
    if (cell === undefined) {
      const start = micros(BigInt(pane) * window.pane)
      const first = firstWindowOf(window, start)
      const from = first > lateUpTo ? first : lateUpTo + 1n
      cell = from > lastCountingWindow(window, start) ? late : cells.pane.push(pane) - 1
      if (cell !== late) {
        cells.firstWindow.push(Number(from))
        cells.key.push(key)
        cells.rows.push(0)
      }
      inPane!.set(key, cell)
    }
    cellOf[row] = cell
    if (cell !== late) cells.rows[cell]! += 1
  }
  return {
    pane: Float64Array.from(cells.pane),
    firstWindow: Float64Array.from(cells.firstWindow),
    key: Uint32Array.from(cells.key),
    keys: rows.keys,
    rows: Uint32Array.from(cells.rows),
    orders: rows.values.map(({ values, nulls }) => orderRows({ values, nulls: withLate(nulls, cellOf, rows.length) }, cellOf, rows.length, cells.pane.length))
  }

  /** What is late for all its windows has no value, either. */
  function withLate(nulls: Uint8Array, cell: Uint32Array, length: number): Uint8Array {
    let left = nulls
    for (let row = 0; row < length; row++) {
      if (cell[row] !== late || left[row] !== 0) continue
      if (left === nulls) left = nulls.slice()
      left[row] = 1
    }
    return left
  }
}

/** Orders that a block has for these columns. */
export const orderCount = (columns: readonly LimitedColumn[]): number => columns.reduce((sum, { forms }) => sum + forms.length, 0)
