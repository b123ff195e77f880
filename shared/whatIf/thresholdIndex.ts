import { micros } from '#shared/engine/time.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import { lastCountingWindow, type WindowNumber } from '#shared/engine/windowSpec.ts'
import type { Block } from './block.ts'
import { openBlockList, storedBlock, type StoredBlock } from './blockList.ts'
import { openCellChanges } from './cellChanges.ts'
import { openCellEntries, openEntryChanges } from './entryChanges.ts'
import { limitedColumns, type Range } from './limitedColumns.ts'
import { formFor, rankAbove, rankBelow } from './sortedValues.ts'
import { openTally, type KeyTally, type Tally } from './tally.ts'

/** A recorded batch. */
export interface IndexedBatch {
  readonly blocks: readonly Block[]
  /** The limits that the batch was counted with, one a limited column. */
  readonly ranges: readonly Range[]
  /** The newest window that the batch closed. */
  readonly closedUpTo: WindowNumber
}

/** A window and key, counted with two sets of limits. */
export interface WindowCounts {
  /** Number of the window: its start over the slide. */
  readonly window: number
  readonly key: string | null
  readonly closed: boolean
  readonly observations: number
  /** Rows outside the limits, one a limited column: with the limits that each batch had, and with those that are proposed. */
  readonly current: readonly number[]
  readonly proposed: readonly number[]
}

export interface AlertCounts extends WindowCounts {
  readonly isAlert: { readonly current: boolean; readonly proposed: boolean }
}

export interface KeyAlerts extends Omit<KeyTally, 'key'> {
  readonly key: string | null
}

/**
 * All rows of a run that some window counts, by value: for any limits it knows how many rows of each window and key lie outside. Moving a limit visits
 * only the rows between the old and the new one. SPEC A3, L2; the counts equal those of a replay of the same batches with those limits.
 */
export interface ThresholdIndex {
  /** In the order of the batches. */
  addBatch(batch: IndexedBatch): void
  /** Counts with these limits, one range a limited column. */
  propose(ranges: readonly Range[]): void
  readonly proposed: readonly Range[]
  /** An alert needs that many observations. */
  setMinimumObservations(rows: number): void
  /** Of all closed windows. */
  tally(): Tally
  /** Alerts by key, of those that have any. */
  keys(): KeyAlerts[]
  /** Of one key that has been seen. */
  alertsOf(key: string | null): KeyAlerts
  /** Runs of overlapping alerts of one key, over closed windows. */
  episodes(): { readonly current: number; readonly proposed: number }
  /** Every window and key, closed and open, in no order. */
  windows(): Generator<WindowCounts>
  /** Closed windows with an alert on either side, the newest first. */
  alerts(): Generator<AlertCounts>
  /** All rows, for charts: `blocks` in no order. */
  readonly blocks: readonly StoredBlock[]
  /** Rows with a value, summed over the limited columns. */
  readonly values: number
  /** What it weighs. */
  size(): IndexSize
}

export interface IndexSize {
  readonly bytes: number
  readonly rows: number
  /** Rows with a value, summed over the limited columns. */
  readonly values: number
}

export function openThresholdIndex(spec: QuerySpec, initial: readonly Range[]): ThresholdIndex {
  const columns = limitedColumns(spec)
  const list = openBlockList()
  const tally = openTally(columns.length)
  const keys: (string | null)[] = []
  const keyNumbers = new Map<string | null, number>()
  /** Cells by pane, then by key and by how many of its windows are left out. */
  const cellsOfPane = new Map<number, Map<number, number>>()
  /** Entries (a window and key) by window, then by key. */
  const entriesOfWindow = new Map<number, Map<number, number>>()
  const windowNumbers: number[] = []
  const cellEntries = openCellEntries()
  const cellChanges = openCellChanges()
  const entryChanges = openEntryChanges(cellEntries)
  let ranges = initial
  let closedUpTo = -Infinity

  function keyNumber(key: string | null): number {
    const known = keyNumbers.get(key)
    if (known !== undefined) return known
    keyNumbers.set(key, keys.length)
    return keys.push(key) - 1
  }

  function entryOf(window: number, key: number): number {
    let ofWindow = entriesOfWindow.get(window)
    if (!ofWindow) {
      entriesOfWindow.set(window, (ofWindow = new Map()))
      windowNumbers.push(window)
    }
    const known = ofWindow.get(key)
    if (known !== undefined) return known
    const entry = tally.addEntry(window, key)
    ofWindow.set(key, entry)
    return entry
  }

  /** The cell of a pane and key from a window on; made when it is not there. */
  function cellOf(pane: number, key: number, firstWindow: number): number {
    let ofPane = cellsOfPane.get(pane)
    if (!ofPane) cellsOfPane.set(pane, (ofPane = new Map()))
    const last = Number(lastCountingWindow(spec.window, micros(BigInt(pane) * spec.window.pane)))
    const id = key * mostWindows + (last - firstWindow)
    const known = ofPane.get(id)
    if (known !== undefined) return known
    const entries = Array.from({ length: last - firstWindow + 1 }, (_, i) => entryOf(firstWindow + i, key))
    const cell = cellEntries.add(entries)
    ofPane.set(id, cell)
    return cell
  }

  /** Rows outside a range, all of them. */
  function walkOutside(block: StoredBlock, column: number, { min, max }: Range): void {
    const { column: { type }, firstOrder } = columns[column]!
    const high = firstOrder + formFor(type, max)
    const low = firstOrder + formFor(type, min)
    const above = block.orders[high]!.values
    cellChanges.walk(block, high, rankAbove(type, above, max), above.length, 1)
    cellChanges.walk(block, low, 0, rankBelow(type, block.orders[low]!.values, min), 1)
    entryChanges.settle(block, cellChanges)
  }

  /** Only the rows between two limits, where both are compared in the same form. */
  function walkMoved(block: StoredBlock, column: number, from: Range, to: Range): void {
    const { column: { type }, firstOrder } = columns[column]!
    if (from.max !== to.max) {
      const [was, is] = [from.max, to.max].map((limit) => {
        const order = firstOrder + formFor(type, limit)
        const { values } = block.orders[order]!
        return { order, rank: rankAbove(type, values, limit), end: values.length }
      }) as [Side, Side]
      if (was.order !== is.order) {
        cellChanges.walk(block, was.order, was.rank, was.end, -1)
        cellChanges.walk(block, is.order, is.rank, is.end, 1)
      } else if (was.rank < is.rank) cellChanges.walk(block, is.order, was.rank, is.rank, -1)
      else cellChanges.walk(block, is.order, is.rank, was.rank, 1)
    }
    if (from.min !== to.min) {
      const [was, is] = [from.min, to.min].map((limit) => {
        const order = firstOrder + formFor(type, limit)
        return { order, rank: rankBelow(type, block.orders[order]!.values, limit), end: 0 }
      }) as [Side, Side]
      if (was.order !== is.order) {
        cellChanges.walk(block, was.order, 0, was.rank, -1)
        cellChanges.walk(block, is.order, 0, is.rank, 1)
      } else if (was.rank < is.rank) cellChanges.walk(block, is.order, was.rank, is.rank, 1)
      else cellChanges.walk(block, is.order, is.rank, was.rank, -1)
    }
    entryChanges.settle(block, cellChanges)
  }

  function addBlock(block: Block, own: readonly Range[], stampOf: (window: number) => void): void {
    const numbers = block.keys.map(keyNumber)
    const cells = Uint32Array.from(block.pane, (pane, i) => cellOf(pane, numbers[block.key[i]!]!, block.firstWindow[i]!))
    let firstEntry = Infinity
    let lastEntry = -Infinity
    const { first, length, entries } = cellEntries
    block.rows.forEach((rows, i) => {
      const cell = cells[i]!
      for (let at = first[cell]!; at < first[cell]! + length[cell]!; at++) {
        const entry = entries[at]!
        firstEntry = Math.min(firstEntry, entry)
        lastEntry = Math.max(lastEntry, entry)
        tally.addRows(entry, rows)
        stampOf(tally.windowOf(entry))
      }
    })
    const stored = storedBlock({ cells, firstEntry, lastEntry, orders: block.orders })
    // Blocks that become one have no more cells than there are.
    cellChanges.reserve(cellEntries.count)
    entryChanges.reserve(tally.entries)
    columns.forEach((_, column) => {
      walkOutside(stored, column, own[column]!)
      tally.addCurrent(column, entryChanges.take())
      walkOutside(stored, column, ranges[column]!)
      tally.addProposed(column, entryChanges.take())
    })
    list.add(stored)
  }

  const closedWindows = (): number[] => windowNumbers.filter((window) => window <= closedUpTo).sort((a, b) => a - b)

  return {
    addBatch({ blocks, ranges: own, closedUpTo: upTo }) {
      const stamp = tally.limitsStamp(own)
      for (const block of blocks) addBlock(block, own, (window) => tally.stampWindow(window, stamp))
      const closed = Number(upTo)
      if (closed <= closedUpTo) return
      const before = closedUpTo
      closedUpTo = closed
      // Windows come about in order, but for late ones: those that close now are among the newest.
      for (const window of windowNumbers) if (window > before && window <= closed) for (const entry of entriesOfWindow.get(window)!.values()) tally.close(entry)
      tally.closeWindows(windowNumbers.filter((window) => window > before && window <= closed))
    },
    propose(next) {
      columns.forEach((_, column) => {
        const from = ranges[column]!
        const to = next[column]!
        if (from.min === to.min && from.max === to.max) return
        for (const block of list.blocks) walkMoved(block, column, from, to)
        tally.addProposed(column, entryChanges.take())
      })
      ranges = next.map((range) => ({ ...range }))
    },
    get proposed() {
      return ranges
    },
    setMinimumObservations: (rows) => tally.setMinimumObservations(rows),
    tally: () => tally.read(),
    *windows() {
      for (const [window, ofWindow] of entriesOfWindow) {
        for (const [key, entry] of ofWindow) yield { window, key: keys[key]!, closed: window <= closedUpTo, ...tally.countsOf(entry) }
      }
    },
    alertsOf: (key) => ({ ...tally.keyTally(keyNumbers.get(key)!), key }),
    keys: () => tally.keyTallies().map(({ key, ...counts }) => ({ key: keys[key]!, ...counts })),
    episodes() {
      const overlapping = Number((spec.window.size - 1n) / spec.window.slide)
      const last = { current: new Map<number, number>(), proposed: new Map<number, number>() }
      const count = { current: 0, proposed: 0 }
      for (const window of closedWindows()) {
        for (const [key, entry] of entriesOfWindow.get(window)!) {
          const isAlert = tally.alertOf(entry)
          for (const side of ['current', 'proposed'] as const) {
            if (!isAlert[side]) continue
            if (window - (last[side].get(key) ?? -Infinity) > overlapping) count[side] += 1
            last[side].set(key, window)
          }
        }
      }
      return count
    },
    *alerts() {
      for (const window of closedWindows().reverse()) {
        for (const [key, entry] of entriesOfWindow.get(window)!) {
          const isAlert = tally.alertOf(entry)
          if (isAlert.current || isAlert.proposed) yield { window, key: keys[key]!, closed: true, ...tally.countsOf(entry), isAlert }
        }
      }
    },
    get blocks() {
      return list.blocks
    },
    get values() {
      return list.values
    },
    size() {
      return { bytes: cellEntries.bytes + entryChanges.bytes + list.bytes + tally.bytes, rows: tally.rows, values: list.values }
    }
  }
}

interface Side {
  readonly order: number
  readonly rank: number
  readonly end: number
}

/** Above every number of windows that a pane can be in. */
const mostWindows = 4096
