import { clearMeasures, copyMeasures, emptyMeasures, growMeasures, type MeasureLayout, type Measures } from './measures.ts'

/** Measures by key: one pane of the state, or the sum of a window's panes while it is lowered. */
export interface Table {
  /** Row of a key. */
  readonly rows: Map<string | null, number>
  readonly keys: (string | null)[]
  readonly measures: Measures
}

export function emptyTable(layout: MeasureLayout): Table {
  return { rows: new Map(), keys: [], measures: emptyMeasures(layout) }
}

export function copyTable({ rows, keys, measures }: Table): Table {
  return { rows: new Map(rows), keys: [...keys], measures: copyMeasures(measures) }
}

/** Row of a key, made when it is not there. */
export function rowOf(layout: MeasureLayout, table: Table, key: string | null): number {
  const known = table.rows.get(key)
  if (known !== undefined) return known
  const row = table.keys.length
  table.rows.set(key, row)
  table.keys.push(key)
  growMeasures(layout, table.measures, row + 1)
  return row
}

/** Forgets all rows and keeps the room they took, so that one table can sum up window after window. */
export function clearTable(layout: MeasureLayout, table: Table): void {
  table.rows.clear()
  table.keys.length = 0
  clearMeasures(layout, table.measures)
}
