import { isoOfMillis } from '#shared/time/formatTime.ts'
import type { QueryName, WindowSettings } from '#shared/contract/run.ts'
import type { PaneFacts, WindowFacts } from '#shared/contract/silver.ts'
import type { WindowEntry, WindowTable } from '#renderer/store/windowTable.ts'
import type { Selection } from '#renderer/store/viewStore.ts'

export const otherQuery = (query: QueryName): QueryName => (query === 'anomaly_alerts' ? 'flight_phase_counts' : 'anomaly_alerts')

/** The window to show when none was chosen: the newest that is not written, else the newest; the alerts' first. */
export function windowToShow(windows: Readonly<Record<QueryName, WindowTable>>): Selection | undefined {
  for (const query of ['anomaly_alerts', 'flight_phase_counts'] as const) {
    const window = windows[query].unwritten().at(-1) ?? windows[query].all.at(-1)
    if (window) return { query, startMs: window.startMs }
  }
  return undefined
}

/** A part of the window that other windows share, and what the other query did with the same time. */
export interface PaneRow {
  readonly startMs: number
  readonly endMs: number
  readonly facts: PaneFacts | undefined
  /** The window of the other query that holds the pane; the newest where there are several. */
  readonly other: WindowEntry | undefined
}

const mostPanes = 120

/** Every pane of a window, also those without rows. */
export function paneRows({ startMs, endMs }: Pick<WindowEntry, 'startMs' | 'endMs'>, { sizeUs, slideUs }: WindowSettings, facts: WindowFacts | undefined, other: WindowTable): readonly PaneRow[] {
  const paneMs = gcd(sizeUs, slideUs) / 1000
  const byStart = new Map(facts?.panes.map((pane) => [pane.startMs, pane]))
  const rows: PaneRow[] = []
  for (let at = startMs; at < endMs && rows.length < mostPanes; at += paneMs) rows.push({ startMs: at, endMs: at + paneMs, facts: byStart.get(at), other: other.within(at, at + paneMs).at(-1) })
  return rows
}

function gcd(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b]
  return a
}

export interface KeyRate {
  readonly key: string | null
  readonly rows: number
  readonly rate: number
}

/** Keys with the highest rates, or with the most rows where there are no rates. */
export function highestRates({ cells }: Pick<WindowEntry, 'cells'>, query: QueryName, most: number): readonly KeyRate[] {
  const all = cells?.keys.map((key, i): KeyRate => ({ key, rows: cells.rows[i]!, rate: cells.anomalies[i]! / cells.rows[i]! })) ?? []
  const shown = query === 'anomaly_alerts' ? all.filter(({ rate }) => rate > 0).sort((a, b) => b.rate - a.rate || b.rows - a.rows) : all.sort((a, b) => b.rows - a.rows)
  return shown.slice(0, most)
}

/** A query for the console: the rows of gold behind a window that is written, else what is known of the window. */
export function sqlOf(query: QueryName, { startMs, closedBatch }: Pick<WindowEntry, 'startMs' | 'closedBatch'>): string {
  const iso = isoOfMillis(startMs)
  // Beyond four digits DuckDB reads no year.
  const at = /^\d{4}-/.test(iso) && !iso.startsWith('0000') ? `TIMESTAMP '${iso.replace('T', ' ').replace('Z', '')}'` : `make_timestamp(${Math.round(startMs) * 1000})`
  if (closedBatch === null) return `SELECT *\nFROM windows\nWHERE query = '${query}' AND window_start = ${at}`
  return `SELECT *\nFROM gold.${query}\nWHERE window_start = ${at}\nORDER BY ${query === 'anomaly_alerts' ? 'anomaly_rate' : 'flight_count'} DESC`
}
