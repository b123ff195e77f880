import { numberOf, type CellValue, type GridColumn } from '#renderer/grid/gridColumn.ts'
import { altitudeIn, formatBytes, formatCount, formatInstant, formatRate, formatWindow, velocityIn } from '#renderer/format/format.ts'
import { queryWords } from '#renderer/format/words.ts'
import type { RunSummary } from '#shared/contract/run.ts'
import type { SilverQuestion } from '#shared/contract/silver.ts'
import type { TableName } from '#renderer/duckdb/tables.ts'
import type { DockTab, ViewState } from '#renderer/store/viewStore.ts'
import type { WindowState } from '#renderer/store/windowTable.ts'
import { Glyph } from '#renderer/theme/Glyph.tsx'
import { Icon } from '#renderer/theme/Icon.tsx'

/** A tab of the dock: its table, and how it is shown first. */
export interface GridTab {
  readonly tab: DockTab
  readonly title: string
  readonly table: TableName
  readonly columns: readonly GridColumn[]
  readonly filter: string
  readonly sort: { readonly column: string; readonly descending: boolean } | null
  /** What it says when it has no rows. */
  readonly empty: string
}

const text = (name: string, title: string, width: number, more: Partial<GridColumn> = {}): GridColumn => ({ name, title: () => title, kind: 'text', width, show: (value) => (value === null ? '' : String(value)), ...more })

const count = (name: string, title: string, width = 84, more: Partial<GridColumn> = {}): GridColumn => ({ name, title: () => title, kind: 'number', width, show: (value) => (value === null ? '' : formatCount(numberOf(value))), ...more })

const instant = (name: string, title: string, width = 84): GridColumn => ({ name, title: ({ zone }) => `${title}, ${zone}`, kind: 'instant', width, show: (value, { zone }) => (value === null ? '' : formatInstant(msOf(value), zone, { mark: false })) })

type Tone = NonNullable<GridColumn['tone']>

const metres = (name: string, title: string, tone?: Tone): GridColumn => ({ name, title: ({ altitudeUnit }) => `${title} ${altitudeUnit}`, kind: 'number', width: 76, show: (value, { altitudeUnit }) => rounded(altitudeIn(altitudeUnit, numberOf(value))), ...(tone && { tone }) })

const speed = (name: string, title: string, tone?: Tone): GridColumn => ({ name, title: ({ velocityUnit }) => `${title} ${velocityUnit}`, kind: 'number', width: 84, show: (value, { velocityUnit }) => rounded(velocityIn(velocityUnit, numberOf(value))), ...(tone && { tone }) })

const rounded = (value: number): string => (Number.isNaN(value) ? '' : formatCount(value))

const msOf = (micros: CellValue): number => Number(micros) / 1000

const isState = (value: CellValue): value is WindowState => value === 'open' || value === 'closing' || value === 'closed' || value === 'late drops'

const stateGlyph = (value: CellValue) => isState(value) && <Glyph of={value} />

const severityGlyph = (value: CellValue) => <Icon name={value === 'error' ? 'cross' : 'warning'} size={12} />

const query = text('query', 'Query', 112, { show: (value) => (value === 'flight_phase_counts' || value === 'anomaly_alerts' ? queryWords[value] : '') })

const quietZero: Tone = (value) => (Number(value) === 0 ? 'quiet' : undefined)

/** What a window counts so far, and what it counted when it closed. */
const soFar =
  (final?: Tone): Tone =>
  (value, context, row) =>
    row('state') === 'open' || row('state') === 'closing' ? 'provisional' : final?.(value, context, row)

const window: readonly GridColumn[] = [
  { ...instant('window_start', 'Window', 112), show: (value, { zone }, row) => (value === null ? '' : formatWindow(msOf(value), msOf(row('window_end')), zone)) },
  { ...instant('window_end', 'Window end'), hidden: true }
]

/** Every tab, as it stands in the dock from left to right. */
export const gridTabs: readonly GridTab[] = [
  {
    tab: 'alerts',
    title: 'Anomaly alerts',
    table: 'gold.anomaly_alerts',
    filter: 'rate > 0',
    sort: null,
    empty: 'No window has closed yet: rows come here when the watermark has passed the end of a window.',
    columns: [
      ...window,
      text('origin_country', 'Country', 136),
      count('total_observations', 'Rows'),
      count('altitude_anomalies', 'Altitude △', 84, { tone: quietZero }),
      count('velocity_anomalies', 'Velocity △', 84, { tone: quietZero }),
      { name: 'anomaly_rate', title: () => 'Rate', kind: 'number', width: 112, show: (value) => (value === null ? '' : formatRate(numberOf(value))), bar: (value) => Math.min(1, Math.max(0, numberOf(value) / 0.5)) },
      metres('max_altitude', 'Max', (value, { limits }) => (numberOf(value) > limits.altitudeMax ? 'alert' : undefined)),
      metres('min_altitude', 'Min', (value, { limits }) => (numberOf(value) < limits.altitudeMin ? 'alert' : undefined)),
      speed('max_velocity', 'Max', (value, { limits }) => (numberOf(value) > limits.velocityMax ? 'alert' : undefined)),
      metres('avg_altitude', 'Avg'),
      speed('avg_velocity', 'Avg'),
      metres('stddev_altitude', 'σ'),
      speed('stddev_velocity', 'σ')
    ]
  },
  {
    tab: 'phases',
    title: 'Phase counts',
    table: 'gold.flight_phase_counts',
    filter: '',
    sort: null,
    empty: 'No window has closed yet: rows come here when the watermark has passed the end of a window.',
    columns: [...window, text('flight_phase', 'Phase', 136), count('flight_count', 'Observations', 104), metres('avg_altitude', 'Avg'), speed('avg_velocity', 'Avg')]
  },
  {
    tab: 'windows',
    title: 'Windows',
    table: 'windows',
    filter: '',
    sort: { column: 'window_start', descending: true },
    empty: 'No window yet: press Play.',
    columns: [text('state', 'State', 108, { glyph: stateGlyph }), query, ...window, count('rows', 'Rows', 84, { tone: soFar() }), count('keys', 'Keys', 64, { tone: soFar() }), count('keys_over', 'Over the limit', 104, { tone: soFar((value) => (Number(value) > 0 ? 'alert' : 'quiet')) }), count('dropped_rows', 'Rows dropped', 104, { tone: (value) => (Number(value) > 0 ? 'late' : 'quiet') }), count('closed_batch', 'Closed by batch', 112)]
  },
  {
    tab: 'late',
    title: 'Late rows',
    table: 'late_rows',
    filter: '',
    sort: null,
    empty: '0 late rows: every row that was read came before its windows had closed.',
    columns: [query, text('file', 'File', 320), instant('pane', 'Minute'), text('key', 'Key', 136), count('rows', 'Rows dropped', 104, { tone: () => 'late' }), count('missed_windows', 'Windows missed', 112), count('batch', 'Batch', 64)]
  },
  {
    tab: 'files',
    title: 'Files',
    table: 'files',
    filter: '',
    sort: null,
    empty: 'No file has been read yet: press Play.',
    columns: [query, text('file', 'File', 320), count('rows', 'Rows'), count('bytes', 'Size', 84, { show: (value) => formatBytes(numberOf(value)) }), instant('min_event', 'First event', 112), instant('max_event', 'Last event', 112), count('late_rows', 'Late rows', 84, { tone: (value) => (Number(value) > 0 ? 'late' : 'quiet') }), count('batch', 'Batch', 64), instant('arrived', 'Read at', 96), text('set_aside', 'Set aside', 240)]
  },
  {
    tab: 'progress',
    title: 'Progress',
    table: 'progress',
    filter: '',
    sort: null,
    empty: 'No batch yet: press Play.',
    columns: [query, count('batch', 'Batch', 64), instant('started', 'Started', 104), count('rows', 'Rows read'), count('files', 'Files', 64), count('closed_rows', 'Rows to gold', 96), count('open_groups', 'Open groups', 96), count('dropped_groups', 'Groups dropped', 112, { tone: quietZero }), count('late_rows', 'Late rows', 84, { tone: (value) => (Number(value) > 0 ? 'late' : 'quiet') }), count('duration_ms', 'Took ms', 84), instant('watermark', 'Watermark', 112)]
  },
  {
    tab: 'problems',
    title: 'Problems',
    table: 'problems',
    filter: '',
    sort: null,
    empty: '0 problems.',
    columns: [text('severity', 'Severity', 96, { glyph: severityGlyph }), instant('at', 'At', 96), query, text('message', 'What happened', 520), text('file', 'File', 320)]
  }
]

/** Alerts that limits change, each with what it counts now and with the proposed ones. */
export const changeColumns: readonly GridColumn[] = [
  text('change', 'Change', 88, { show: (value) => (isChange(value) ? changeWords[value] : '') }),
  ...window,
  text('origin_country', 'Country', 168),
  count('total_observations', 'Rows'),
  count('altitude_anomalies', 'Altitude △ now', 112, { tone: quietZero }),
  count('proposed_altitude_anomalies', 'proposed', 84, { tone: quietZero }),
  count('velocity_anomalies', 'Velocity △ now', 112, { tone: quietZero }),
  count('proposed_velocity_anomalies', 'proposed', 84, { tone: quietZero })
]

const changeWords = { gained: '+ gained', lost: '− lost', changed: '± changed', kept: 'kept' } as const

const isChange = (value: CellValue): value is keyof typeof changeWords => typeof value === 'string' && value in changeWords

/** The window that a row belongs to; undefined where it belongs to none. */
export function windowOfRow(tab: DockTab, value: (column: string) => CellValue): ViewState['selection'] {
  const startMicros = tab === 'late' ? null : value('window_start')
  if (startMicros === null) return null
  const name = tab === 'alerts' ? 'anomaly_alerts' : tab === 'phases' ? 'flight_phase_counts' : value('query')
  return name === 'anomaly_alerts' || name === 'flight_phase_counts' ? { query: name, startMs: Number(startMicros) / 1000 } : null
}

/** The silver rows behind a row: of its window, and of its country or phase where it has one. null: none. */
export function questionOfRow(tab: DockTab, value: (column: string) => CellValue, settings: RunSummary['queries'] = {}): SilverQuestion | null {
  if (tab === 'late') return questionOfLate(value, settings)
  const window = windowOfRow(tab, value)
  if (!window) return null
  const key = tab === 'alerts' ? value('origin_country') : tab === 'phases' ? value('flight_phase') : undefined
  return { query: window.query, startMs: window.startMs, limits: null, ...(key !== undefined && { key: key === null ? null : String(key) }) }
}

/** Late rows were dropped from the first window of their minute, if from any: there they are marked. */
function questionOfLate(value: (column: string) => CellValue, settings: RunSummary['queries']): SilverQuestion | null {
  const [query, pane, key] = [value('query'), value('pane'), value('key')]
  if ((query !== 'anomaly_alerts' && query !== 'flight_phase_counts') || pane === null) return null
  const window = settings[query]
  return window ? { query, startMs: Number(pane) / 1000 + (window.slideUs - window.sizeUs) / 1000, limits: null, key: key === null ? null : String(key) } : null
}
