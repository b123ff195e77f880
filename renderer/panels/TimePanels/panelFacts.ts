import type { QueryName } from '#shared/contract/run.ts'
import { formatCount, formatRate, formatWindow } from '#renderer/format/format.ts'
import { queryWords } from '#renderer/format/words.ts'
import type { WindowEntry, WindowTable } from '#renderer/store/windowTable.ts'
import type { ViewState } from '#renderer/store/viewStore.ts'
import { csvOf, isoOf } from './csv.ts'

/** What a chart shows, as a table: the newest first, no more than can be read. */
export interface PanelTable {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Said below when it is not all. */
  readonly more: string | undefined
}

const most = 500

type Zone = ViewState['zone']
type Tables = Readonly<Record<QueryName, WindowTable>>

export function riverTable(windows: Tables, zone: Zone): PanelTable {
  const rows = (['flight_phase_counts', 'anomaly_alerts'] as const).flatMap((query) => windows[query].all.slice(-most).map((window) => ({ query, window })))
  rows.sort((a, b) => b.window.startMs - a.window.startMs)
  return tableOf(
    ['Query', `Window, ${zone}`, 'State', 'Rows', 'Countries over the limit', 'Rows dropped'],
    rows.map(({ query, window }) => [queryWords[query], formatWindow(window.startMs, window.endMs, zone), window.state, formatCount(window.rows), query === 'anomaly_alerts' ? formatCount(window.keysOver) : '', formatCount(window.droppedRows)]),
    windows.flight_phase_counts.all.length + windows.anomaly_alerts.all.length,
    'windows'
  )
}

export const phaseTable = (table: WindowTable, zone: Zone): PanelTable =>
  keyTable(table, [`Window, ${zone}`, 'Phase', 'Observations', 'State'], (window, cells, i) => [formatWindow(window.startMs, window.endMs, zone), cells.keys[i] ?? '(none)', formatCount(cells.rows[i]!), window.state])

export const countryTable = (table: WindowTable, zone: Zone): PanelTable =>
  keyTable(table, [`Window, ${zone}`, 'Country', 'Rate', 'Rows', 'State'], (window, cells, i) => [formatWindow(window.startMs, window.endMs, zone), cells.keys[i] ?? '(none)', formatRate(cells.anomalies[i]! / cells.rows[i]!), formatCount(cells.rows[i]!), window.state])

/** A row a window and key, as many as can be read. */
function keyTable({ all }: WindowTable, head: readonly string[], rowOf: (window: WindowEntry, cells: NonNullable<WindowEntry['cells']>, i: number) => string[]): PanelTable {
  const rows: string[][] = []
  let at = all.length - 1
  for (; at >= 0 && rows.length < most; at--) {
    const { cells } = all[at]!
    cells?.keys.forEach((_, i) => rows.push(rowOf(all[at]!, cells, i)))
  }
  return tableOf(head, rows, at >= 0 ? Infinity : rows.length, 'rows')
}

function tableOf(head: readonly string[], rows: readonly string[][], total: number, what: string): PanelTable {
  const shown = rows.slice(0, most)
  return { head, rows: shown, more: total <= shown.length ? undefined : `The newest ${formatCount(shown.length)}${Number.isFinite(total) ? ` of ${formatCount(total)}` : ''} ${what}. All of them are in the tables below.` }
}

export const riverCsv = (seen: Readonly<Record<QueryName, readonly WindowEntry[]>>): string =>
  csvOf(
    ['query', 'window_start', 'window_end', 'state', 'rows', 'countries_over_limit', 'rows_dropped'],
    (['flight_phase_counts', 'anomaly_alerts'] as const).flatMap((query) => seen[query].map(({ startMs, endMs, state, rows, keysOver, droppedRows }) => [query, isoOf(startMs), isoOf(endMs), state, rows, query === 'anomaly_alerts' ? keysOver : null, droppedRows]))
  )

/** `phases`: those that are drawn. Metres and km/h, as in gold. */
export const phaseCsv = (windows: readonly WindowEntry[], phases: readonly (string | null)[]): string =>
  csvOf(
    ['window_start', 'window_end', 'state', 'flight_phase', 'flight_count', 'avg_altitude', 'avg_velocity'],
    windows.flatMap(({ startMs, endMs, state, cells }) => cells?.keys.flatMap((key, i) => (phases.includes(key) ? [[isoOf(startMs), isoOf(endMs), state, key, cells.rows[i]!, cells.avgAltitude[i]!, cells.avgVelocity[i]!]] : [])) ?? [])
  )

/** `countries`: those that are drawn. */
export const countryCsv = (windows: readonly WindowEntry[], countries: readonly (string | null)[]): string =>
  csvOf(
    ['window_start', 'window_end', 'state', 'origin_country', 'anomaly_rate', 'anomalies', 'total_observations'],
    windows.flatMap(({ startMs, endMs, state, cells }) => cells?.keys.flatMap((key, i) => (countries.includes(key) ? [[isoOf(startMs), isoOf(endMs), state, key, cells.anomalies[i]! / cells.rows[i]!, cells.anomalies[i]!, cells.rows[i]!]] : [])) ?? [])
  )
