import type { WindowCells, WindowEntry, WindowSpan } from './windowTable.ts'

/** A share of a window's rows that is worth a mark on the overview. */
const notableRate = 0.1

/** Sums over the windows of a query, kept as they come, so that nothing counts all windows again. */
export interface KeySums {
  /** Rows by key, each observation once, open windows too. */
  readonly rowsOf: (key: string | null) => number
  readonly keys: Iterable<string | null>
  /** Keys with an anomaly in closed windows: the alerts. */
  readonly alerts: number
  readonly closedWindows: number
  /** Where a key first passed a rate of 10 % in a closed window, in the order in which it was seen. */
  readonly firstOver: readonly { readonly key: string | null; readonly endMs: number }[]
}

export interface MutableKeySums extends KeySums {
  closeWindow(keysOver: number): void
  /** Closed rows of gold, once each. */
  addClosed(window: WindowSpan, cells: WindowCells): void
  /** All open windows, in place of those before. */
  replaceOpen(windows: Iterable<WindowEntry>): void
}

export function openKeySums(): MutableKeySums {
  const closed = new Map<string | null, number>()
  let open = new Map<string | null, number>()
  const over = new Set<string | null>()
  const firstOver: { key: string | null; endMs: number }[] = []
  let alerts = 0
  let closedWindows = 0

  return {
    rowsOf: (key) => (closed.get(key) ?? 0) + (open.get(key) ?? 0),
    get keys() {
      return new Set([...closed.keys(), ...open.keys()])
    },
    get alerts() {
      return alerts
    },
    get closedWindows() {
      return closedWindows
    },
    firstOver,
    closeWindow(keysOver) {
      alerts += keysOver
      closedWindows += 1
    },
    addClosed(window, cells) {
      if (isTile(window)) addTo(closed, cells)
      for (const [i, key] of cells.keys.entries()) {
        if (over.has(key) || !(cells.anomalies[i]! / cells.rows[i]! > notableRate)) continue
        over.add(key)
        firstOver.push({ key, endMs: window.endMs })
      }
    },
    replaceOpen(windows) {
      open = new Map()
      for (const window of windows) if (window.cells && isTile(window)) addTo(open, window.cells)
    }
  }
}

/** Sliding windows overlap: of those that hold an observation, one starts at a multiple of its size. */
const isTile = ({ startMs, endMs }: WindowSpan): boolean => startMs % (endMs - startMs) === 0

function addTo(sums: Map<string | null, number>, { keys, rows }: WindowCells): void {
  for (const [i, key] of keys.entries()) sums.set(key, (sums.get(key) ?? 0) + rows[i]!)
}
