import { copyLane, emptyLane, growLane, type Lane, type LaneLayout } from './lane.ts'

/** Measures by key: one pane of the state, or the sum of a window's panes while it is lowered. */
export interface Table {
  /** Row of a key. */
  readonly rows: Map<string | null, number>
  readonly keys: (string | null)[]
  readonly lanes: readonly Lane[]
}

export function emptyTable(layouts: readonly LaneLayout[]): Table {
  return { rows: new Map(), keys: [], lanes: layouts.map((layout) => emptyLane(layout)) }
}

export function copyTable(table: Table): Table {
  return { rows: new Map(table.rows), keys: [...table.keys], lanes: table.lanes.map(copyLane) }
}

/** Row of a key, made when it is not there. */
export function rowOf(table: Table, key: string | null): number {
  const known = table.rows.get(key)
  if (known !== undefined) return known
  const row = table.keys.length
  table.rows.set(key, row)
  table.keys.push(key)
  for (const lane of table.lanes) growLane(lane, row + 1)
  return row
}

/** Forgets all rows and keeps the room they took, so that one table can sum up window after window. */
export function clearTable(table: Table): void {
  table.rows.clear()
  table.keys.length = 0
  for (const lane of table.lanes) {
    if (lane.store === 'number') lane.values.fill(lane.empty)
    else lane.values.fill(null)
  }
}
