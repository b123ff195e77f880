import type { StoredBlock } from './blockList.ts'
import type { CellChanges, TouchedCells } from './cellChanges.ts'
import { grown } from './growing.ts'

/** The entries (a window and key each) that count the rows of a cell. */
export interface CellEntries {
  readonly count: number
  /** The number of the new cell. */
  add(entries: readonly number[]): number
  /** Those of a cell are `entries[first[cell]]` to `entries[first[cell] + length[cell]]` (not included). */
  readonly first: Uint32Array
  readonly length: Uint32Array
  readonly entries: Uint32Array
  readonly bytes: number
}

export function openCellEntries(): CellEntries {
  let count = 0
  let first = new Uint32Array(0)
  let length = new Uint32Array(0)
  let entries = new Uint32Array(0)
  let listed = 0
  return {
    get count() {
      return count
    },
    add(own) {
      const cell = count++
      first = grown(first, count)
      length = grown(length, count)
      entries = grown(entries, listed + own.length)
      first[cell] = listed
      length[cell] = own.length
      entries.set(own, listed)
      listed += own.length
      return cell
    },
    get first() {
      return first
    },
    get length() {
      return length
    },
    get entries() {
      return entries
    },
    get bytes() {
      return first.byteLength + length.byteLength + entries.byteLength
    }
  }
}

/** Rows that entries gain or lose while a limit moves through all blocks: an entry is changed once, however many cells it has. */
export interface EntryChanges {
  reserve(entryCount: number): void
  /** What the cells of a block gain or lose, their entries do. */
  settle(block: StoredBlock, cells: CellChanges): void
  take(): TakenChanges
  readonly bytes: number
}

export interface TakenChanges {
  /** The first `count`; one may be there twice. */
  readonly entries: Uint32Array
  readonly count: number
  /** By entry. Whoever takes them sets them to 0. */
  readonly deltas: Int32Array
}

export function openEntryChanges(lists: CellEntries): EntryChanges {
  let sums = new Int32Array(0)
  let touched = new Uint32Array(0)
  let count = 0
  /** Those that are not noted lie between these. */
  let sweptFrom = Infinity
  let sweptTo = -Infinity

  /** Without notes: `take` looks for those that changed. */
  function settleAll({ cells, firstEntry, lastEntry }: StoredBlock, deltas: Int32Array): void {
    // Local names, here and below: the loops run once a cell and window.
    const { first, length, entries } = lists
    const own = sums
    for (let i = 0; i < cells.length; i++) {
      const delta = deltas[i]!
      if (delta === 0) continue
      deltas[i] = 0
      const cell = cells[i]!
      const end = first[cell]! + length[cell]!
      for (let at = first[cell]!; at < end; at++) own[entries[at]!]! += delta
    }
    sweptFrom = Math.min(sweptFrom, firstEntry)
    sweptTo = Math.max(sweptTo, lastEntry)
  }

  function settleSome({ cells }: StoredBlock, deltas: Int32Array, some: TouchedCells | 'any'): void {
    const { first, length, entries } = lists
    const own = sums
    const end = some === 'any' ? cells.length : some.count
    for (let i = 0; i < end; i++) {
      const at = some === 'any' ? i : some.cells[i]!
      const delta = deltas[at]!
      if (delta === 0) continue
      deltas[at] = 0
      const cell = cells[at]!
      const last = first[cell]! + length[cell]!
      for (let next = first[cell]!; next < last; next++) {
        const entry = entries[next]!
        if (own[entry] === 0) note(entry)
        own[entry]! += delta
      }
    }
  }

  function note(entry: number): void {
    if (count === touched.length) touched = grown(touched, count + 1)
    touched[count++] = entry
  }

  return {
    reserve(entryCount) {
      sums = grown(sums, entryCount)
    },
    settle(block, changes) {
      const { deltas, touched: some } = changes.take()
      // Entries of a block are mostly made one after the other. Where they are not, a look at all between would take longer than the notes.
      if (some === 'any' && block.lastEntry - block.firstEntry < block.cells.length * 4) settleAll(block, deltas)
      else settleSome(block, deltas, some)
    },
    take() {
      touched = grown(touched, count + Math.max(0, sweptTo - sweptFrom + 1))
      const [own, entries] = [sums, touched]
      let taken = count
      for (let entry = sweptFrom; entry <= sweptTo; entry++) {
        entries[taken] = entry
        taken += Number(own[entry] !== 0)
      }
      count = 0
      sweptFrom = Infinity
      sweptTo = -Infinity
      return { entries, count: taken, deltas: own }
    },
    get bytes() {
      return sums.byteLength + touched.byteLength
    }
  }
}
