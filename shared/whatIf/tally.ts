import type { TakenChanges } from './entryChanges.ts'
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
  addCurrent(column: number, changes: TakenChanges): void
  addProposed(column: number, changes: TakenChanges): void
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
  keyTally(key: number): KeyTally
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

/** How an entry stands: it is open, has too few observations for an alert, or is one as soon as it has an anomaly. */
const standings = { open: 0, small: 1, whole: 2 } as const

export function openTally(columnCount: number): MutableTally {
  let count = 0
  let windows = new Float64Array(0)
  let keys = new Uint32Array(0)
  let observations = new Float64Array(0)
  let standing = new Uint8Array(0)
  const current = Array.from({ length: columnCount }, () => new Uint32Array(0))
  const proposed = Array.from({ length: columnCount }, () => new Uint32Array(0))
  /** Over the columns. */
  let currentSum = new Uint32Array(0)
  let proposedSum = new Uint32Array(0)
  /** Columns whose two counts are not equal. */
  let unequal = new Uint8Array(0)
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

  /** Puts a closed entry into the sums, or takes it out before it changes. */
  function account(entry: number, sign: 1 | -1): void {
    if (standing[entry] === standings.open) return
    const enough = standing[entry] === standings.whole
    const was = enough && currentSum[entry]! > 0
    const is = enough && proposedSum[entry]! > 0
    if (was) countAlert(sides[0], entry, sign)
    if (is) countAlert(sides[1], entry, sign)
    if (was && is) {
      kept += sign
      keptByKey[keys[entry]!]! += sign
      if (unequal[entry]! > 0) {
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

  const standingOf = (entry: number) => (observations[entry]! >= minimum ? standings.whole : standings.small)

  function countAlert(side: MutableSide, entry: number, sign: 1 | -1): void {
    side.alerts += sign
    const key = keys[entry]!
    const before = side.byKey[key]!
    side.byKey[key] = before + sign
    if (before === 0) side.keys += 1
    else if (before + sign === 0) side.keys -= 1
  }

  function addCurrent(column: number, { entries, count: some, deltas }: TakenChanges): void {
    for (let i = 0; i < some; i++) {
      const entry = entries[i]!
      const delta = deltas[entry]!
      if (delta === 0) continue
      deltas[entry] = 0
      account(entry, -1)
      const before = current[column]![entry]!
      current[column]![entry] = before + delta
      currentSum[entry]! += delta
      unequal[entry]! += unequalAfter(proposed[column]![entry]!, before, before + delta)
      account(entry, 1)
    }
  }

  /** With no more work an entry than a limit that moves makes: it is done for every window and key that the limit touches. */
  function addProposed(column: number, { entries, count: some, deltas }: TakenChanges): void {
    // Local names: the loop is what a drag waits for.
    const [own, other, sums, differing, standingOf] = [proposed[column]!, current[column]!, proposedSum, unequal, standing]
    let anomalies = 0
    for (let i = 0; i < some; i++) {
      const entry = entries[i]!
      const delta = deltas[entry]!
      if (delta === 0) continue
      deltas[entry] = 0
      const before = own[entry]!
      const sum = sums[entry]!
      const differed = differing[entry]!
      const differs = differed + unequalAfter(other[entry]!, before, before + delta)
      own[entry] = before + delta
      sums[entry] = sum + delta
      if (differs !== differed) differing[entry] = differs
      const stands = standingOf[entry]!
      if (stands === standings.open) continue
      anomalies += delta
      if (stands === standings.small) continue
      if (sum === 0 || sum + delta === 0) moveAlert(entry, sum === 0 ? 1 : -1, differed, differs)
      else if (differs !== differed && currentSum[entry]! > 0) countChanged(entry, Number(differs > 0) - Number(differed > 0))
    }
    sides[1].anomalies[column]! += anomalies
  }

  /** A closed entry becomes an alert with the proposed limits, or is one no longer. */
  function moveAlert(entry: number, sign: 1 | -1, differed: number, differs: number): void {
    countAlert(sides[1], entry, sign)
    if (currentSum[entry] === 0) {
      gained += sign
      return
    }
    kept += sign
    keptByKey[keys[entry]!]! += sign
    lost -= sign
    countChanged(entry, sign === 1 ? Number(differs > 0) : -Number(differed > 0))
  }

  function countChanged(entry: number, sign: number): void {
    if (sign === 0) return
    changed += sign
    changedByKey[keys[entry]!]! += sign
  }

  const keyTally = (key: number): KeyTally => ({ key, current: sides[0].byKey[key]!, proposed: sides[1].byKey[key]!, kept: keptByKey[key]!, changed: changedByKey[key]! })

  const readSide = ({ alerts, keys: some, anomalies }: MutableSide): Side => ({ alerts, keys: some, anomalies: [...anomalies] })

  return {
    addEntry(window, key) {
      const entry = count++
      windows = grown(windows, count)
      keys = grown(keys, count)
      observations = grown(observations, count)
      standing = grown(standing, count)
      currentSum = grown(currentSum, count)
      proposedSum = grown(proposedSum, count)
      unequal = grown(unequal, count)
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
    addCurrent,
    addProposed,
    close(entry) {
      standing[entry] = standingOf(entry)
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
      minimum = next
      for (let entry = 0; entry < count; entry++) {
        if (standing[entry] === standings.open) continue
        account(entry, -1)
        standing[entry] = standingOf(entry)
        account(entry, 1)
      }
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
    keyTally,
    keyTallies: () => Array.from({ length: keyCount }, (_, key) => keyTally(key)).filter((tally) => tally.current > 0 || tally.proposed > 0),
    alertOf(entry) {
      const enough = observations[entry]! >= minimum
      return { current: enough && currentSum[entry]! > 0, proposed: enough && proposedSum[entry]! > 0 }
    },
    get bytes() {
      return [windows, keys, observations, standing, currentSum, proposedSum, unequal, ...current, ...proposed].reduce((sum, { byteLength }) => sum + byteLength, 0)
    },
    get rows() {
      return rows
    }
  }
}

/** By how much more or fewer columns differ when a count goes from `before` to `after`, and the other side's stays. */
const unequalAfter = (other: number, before: number, after: number): number => Number(after !== other) - Number(before !== other)
