import { grown } from './growing.ts'
import type { Range } from './limitedColumns.ts'

/** Sums over closed windows. An alert is a closed window and key with an anomaly and enough observations. */
export interface Tally {
  readonly closedWindows: number
  /** Numbers of the first and the last closed window; undefined: none. */
  readonly firstWindow: number | undefined
  readonly lastWindow: number | undefined
  /** Windows and keys: rows of gold. */
  readonly closedRows: number
  readonly observations: number
  readonly current: Side
  readonly proposed: Side
  /** Alerts in both; `changed` of them with other counts. */
  readonly kept: number
  readonly changed: number
  readonly gained: number
  readonly lost: number
  /** Closed windows that were counted with more than one set of limits. */
  readonly mixedWindows: number
}

export interface Side {
  readonly alerts: number
  /** Keys with an alert. */
  readonly keys: number
  /** Rows outside the limits, one a limited column. */
  readonly anomalies: readonly number[]
}

/** The counts of every window and key, and their sums, kept up as they change. */
export interface MutableTally {
  addEntry(window: number, key: number): number
  readonly entries: number
  windowOf(entry: number): number
  addRows(entry: number, rows: number): void
  addCurrent(entry: number, column: number, delta: number): void
  addProposed(entry: number, column: number, delta: number): void
  close(entry: number): void
  closeWindows(windows: readonly number[]): void
  /** A number for a set of limits: the same for equal ones. */
  limitsStamp(ranges: readonly Range[]): number
  /** Rows of the window were counted with those limits. */
  stampWindow(window: number, stamp: number): void
  setMinimumObservations(rows: number): void
  countsOf(entry: number): { readonly observations: number; readonly current: readonly number[]; readonly proposed: readonly number[] }
  read(): Tally
  /** Keys with an alert on either side, in no order. */
  keyTallies(): KeyTally[]
  /** Whether the entry is an alert: with the limits that it had, with the proposed ones. */
  alertOf(entry: number): { readonly current: boolean; readonly proposed: boolean }
  readonly bytes: number
  /** Rows, each once for every window that counts it. */
  readonly rows: number
}

interface MutableSide {
  alerts: number
  anomalies: number[]
  /** Alerts by key, and how many keys have any. */
  byKey: Int32Array
  keys: number
}

/** Alerts of one key. */
export interface KeyTally {
  readonly key: number
  readonly current: number
  readonly proposed: number
  readonly kept: number
  readonly changed: number
}

export function openTally(columnCount: number): MutableTally {
  let count = 0
  let windows = new Float64Array(0)
  let keys = new Uint32Array(0)
  let observations = new Float64Array(0)
  let closed = new Uint8Array(0)
  const current = Array.from({ length: columnCount }, () => new Uint32Array(0))
  const proposed = Array.from({ length: columnCount }, () => new Uint32Array(0))
  let minimum = 1
  let rows = 0
  let closedRows = 0
  let closedObservations = 0
  let kept = 0
  let changed = 0
  let gained = 0
  let lost = 0
  let keyCount = 0
  let keptByKey = new Int32Array(0)
  let changedByKey = new Int32Array(0)
  const sides: readonly [MutableSide, MutableSide] = [emptySide(), emptySide()]
  const stamps = new Map<string, number>()
  /** By window: the limits that it was counted with; -1: more than one set. */
  const stampOf = new Map<number, number>()
  let mixedWindows = 0
  let closedWindows = 0
  let firstWindow = Infinity
  let lastWindow = -Infinity

  function emptySide(): MutableSide {
    return { alerts: 0, anomalies: new Array<number>(columnCount).fill(0), byKey: new Int32Array(0), keys: 0 }
  }

  const sumOf = (counts: readonly Uint32Array[], entry: number): number => {
    let sum = 0
    for (const column of counts) sum += column[entry]!
    return sum
  }

  /** Puts a closed entry into the sums, or takes it out before it changes. */
  function account(entry: number, sign: 1 | -1): void {
    const enough = observations[entry]! >= minimum
    const was = enough && sumOf(current, entry) > 0
    const is = enough && sumOf(proposed, entry) > 0
    if (was) countAlert(sides[0], entry, sign)
    if (is) countAlert(sides[1], entry, sign)
    if (was && is) {
      kept += sign
      keptByKey[keys[entry]!]! += sign
      if (differs(entry)) {
        changed += sign
        changedByKey[keys[entry]!]! += sign
      }
    } else if (was) lost += sign
    else if (is) gained += sign
    for (let column = 0; column < columnCount; column++) {
      sides[0].anomalies[column]! += sign * current[column]![entry]!
      sides[1].anomalies[column]! += sign * proposed[column]![entry]!
    }
  }

  function differs(entry: number): boolean {
    for (let column = 0; column < columnCount; column++) if (current[column]![entry] !== proposed[column]![entry]) return true
    return false
  }

  function countAlert(side: MutableSide, entry: number, sign: 1 | -1): void {
    side.alerts += sign
    const key = keys[entry]!
    const before = side.byKey[key]!
    side.byKey[key] = before + sign
    if (before === 0) side.keys += 1
    else if (before + sign === 0) side.keys -= 1
  }

  function change(counts: readonly Uint32Array[], entry: number, column: number, delta: number): void {
    if (closed[entry] === 1) account(entry, -1)
    counts[column]![entry]! += delta
    if (closed[entry] === 1) account(entry, 1)
  }

  /** `change` for the proposed counts, with no more work than a limit that moves makes: it is done for every window that the limit touches. */
  function moveProposed(entry: number, column: number, delta: number): void {
    const counts = proposed[column]!
    if (closed[entry] === 0) {
      counts[entry]! += delta
      return
    }
    const side = sides[1]
    side.anomalies[column]! += delta
    if (observations[entry]! < minimum) {
      counts[entry]! += delta
      return
    }
    const before = sumOf(proposed, entry)
    const isCurrent = sumOf(current, entry) > 0
    const differed = isCurrent && before > 0 && differs(entry)
    counts[entry]! += delta
    const after = before + delta
    const key = keys[entry]!
    if (before === 0 || after === 0) {
      // It becomes an alert, or is one no longer.
      const sign = after === 0 ? -1 : 1
      countAlert(side, entry, sign)
      if (isCurrent) {
        kept += sign
        keptByKey[key]! += sign
        lost -= sign
      } else gained += sign
    }
    const isDifferent = isCurrent && after > 0 && differs(entry)
    if (isDifferent !== differed) {
      const sign = isDifferent ? 1 : -1
      changed += sign
      changedByKey[key]! += sign
    }
  }

  const readSide = ({ alerts, keys: some, anomalies }: MutableSide): Side => ({ alerts, keys: some, anomalies: [...anomalies] })

  return {
    addEntry(window, key) {
      const entry = count++
      windows = grown(windows, count)
      keys = grown(keys, count)
      observations = grown(observations, count)
      closed = grown(closed, count)
      for (const counts of [current, proposed]) counts.forEach((column, i) => (counts[i] = grown(column, count)))
      windows[entry] = window
      keys[entry] = key
      keyCount = Math.max(keyCount, key + 1)
      for (const side of sides) side.byKey = grown(side.byKey, keyCount)
      keptByKey = grown(keptByKey, keyCount)
      changedByKey = grown(changedByKey, keyCount)
      return entry
    },
    get entries() {
      return count
    },
    windowOf: (entry) => windows[entry]!,
    addRows(entry, more) {
      observations[entry]! += more
      rows += more
    },
    addCurrent: (entry, column, delta) => change(current, entry, column, delta),
    addProposed: moveProposed,
    close(entry) {
      closed[entry] = 1
      closedRows += 1
      closedObservations += observations[entry]!
      account(entry, 1)
    },
    closeWindows(numbers) {
      closedWindows += numbers.length
      for (const window of numbers) {
        if (stampOf.get(window) === -1) mixedWindows += 1
        firstWindow = Math.min(firstWindow, window)
        lastWindow = Math.max(lastWindow, window)
      }
    },
    limitsStamp(ranges) {
      const text = JSON.stringify(ranges.map(({ min, max }) => [min, max]))
      const known = stamps.get(text)
      if (known !== undefined) return known
      stamps.set(text, stamps.size)
      return stamps.size - 1
    },
    stampWindow(window, stamp) {
      const before = stampOf.get(window)
      if (before === undefined) stampOf.set(window, stamp)
      else if (before !== stamp) stampOf.set(window, -1)
    },
    setMinimumObservations(next) {
      if (next === minimum) return
      for (let entry = 0; entry < count; entry++) if (closed[entry] === 1) account(entry, -1)
      minimum = next
      for (let entry = 0; entry < count; entry++) if (closed[entry] === 1) account(entry, 1)
    },
    countsOf: (entry) => ({ observations: observations[entry]!, current: current.map((column) => column[entry]!), proposed: proposed.map((column) => column[entry]!) }),
    read: () => ({
      closedWindows,
      firstWindow: closedWindows > 0 ? firstWindow : undefined,
      lastWindow: closedWindows > 0 ? lastWindow : undefined,
      closedRows,
      observations: closedObservations,
      current: readSide(sides[0]),
      proposed: readSide(sides[1]),
      kept,
      changed,
      gained,
      lost,
      mixedWindows
    }),
    keyTallies: () =>
      Array.from({ length: keyCount }, (_, key) => ({ key, current: sides[0].byKey[key]!, proposed: sides[1].byKey[key]!, kept: keptByKey[key]!, changed: changedByKey[key]! })).filter((tally) => tally.current > 0 || tally.proposed > 0),
    alertOf(entry) {
      const enough = observations[entry]! >= minimum
      return { current: enough && sumOf(current, entry) > 0, proposed: enough && sumOf(proposed, entry) > 0 }
    },
    get bytes() {
      return windows.byteLength + keys.byteLength + observations.byteLength + closed.byteLength + [...current, ...proposed].reduce((sum, column) => sum + column.byteLength, 0)
    },
    get rows() {
      return rows
    }
  }
}
