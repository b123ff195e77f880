import { arrowStream, type TypedColumn } from '#shared/arrow/arrowStream.ts'
import type { StreamTable } from '#shared/arrow/readStream.ts'
import type { QueryName } from '#shared/contract/run.ts'

export type TableName = 'gold.anomaly_alerts' | 'gold.flight_phase_counts' | 'windows' | 'late_rows' | 'files' | 'progress' | 'problems' | 'what_if' | 'silver_rows' | 'parameters'

/** Those that a person may ask by SQL. */
export type AskedTable = Exclude<TableName, 'what_if' | 'silver_rows'>

export interface TableColumn {
  readonly name: string
  /** As DuckDB calls it, in lower case. */
  readonly type: string
}

const time = { kind: 'timestamp_ntz' } as const
const text = { kind: 'string' } as const
const double = { kind: 'double' } as const
const whole = { kind: 'long' } as const

type Columns = readonly (readonly [name: string, type: TypedColumn['type']])[]

/** Columns in their order. */
export const shapes = {
  windows: [['query', text], ['window_start', time], ['window_end', time], ['state', text], ['alert', { kind: 'boolean' }], ['rows', whole], ['keys', whole], ['keys_over', whole], ['dropped_rows', whole], ['closed_batch', whole]],
  late_rows: [['query', text], ['file', text], ['pane', time], ['key', text], ['rows', whole], ['missed_windows', whole], ['batch', whole]],
  files: [['query', text], ['file', text], ['bytes', whole], ['rows', whole], ['min_event', time], ['max_event', time], ['late_rows', whole], ['batch', whole], ['arrived', time], ['set_aside', text]],
  progress: [['query', text], ['batch', whole], ['started', time], ['rows', whole], ['files', whole], ['closed_rows', whole], ['open_groups', whole], ['dropped_groups', whole], ['late_rows', whole], ['duration_ms', double], ['watermark', time]],
  problems: [['severity', text], ['at', time], ['query', text], ['file', text], ['message', text]],
  parameters: [['name', text], ['value', text], ['unit', text]]
} as const satisfies Record<string, Columns>

/** Of gold before its first row; what they really are depends on silver. */
export const goldShapes: Record<QueryName, Columns> = {
  flight_phase_counts: [['window_start', time], ['window_end', time], ['flight_phase', text], ['flight_count', whole], ['avg_altitude', double], ['avg_velocity', double]],
  anomaly_alerts: [['window_start', time], ['window_end', time], ['origin_country', text], ['total_observations', whole], ['altitude_anomalies', whole], ['velocity_anomalies', whole], ['anomaly_rate', double], ['max_altitude', double], ['min_altitude', double], ['max_velocity', double], ['avg_altitude', double], ['avg_velocity', double], ['stddev_altitude', double], ['stddev_velocity', double]]
}

/** Tables whose rows the page makes itself. */
export type Small = keyof typeof shapes
/** Those of them to which rows are only added. */
export type Appended = Exclude<Small, 'windows' | 'parameters'>
/** As a column of Arrow takes it: instants and wide numbers as bigint. */
export type Cell = string | number | bigint | boolean | null

/** As a person looks for them. */
export const tableNames: readonly AskedTable[] = ['gold.anomaly_alerts', 'gold.flight_phase_counts', 'windows', 'late_rows', 'files', 'progress', 'parameters', 'problems']

const typeNames: Readonly<Record<string, string>> = { timestamp_ntz: 'timestamp', string: 'varchar', long: 'bigint' }

export const columnOf = ([name, { kind }]: Columns[number]): TableColumn => ({ name, type: typeNames[kind] ?? kind })

/** From the answer to DESCRIBE. */
export function columnsIn({ columns, length }: StreamTable): TableColumn[] {
  const [names, types] = columns
  return Array.from({ length }, (_, row) => ({ name: String(names?.values[row]), type: String(types?.values[row]).toLowerCase() })).filter(({ name }) => name !== 'seq')
}

export const isGold = (table: TableName): table is `gold.${QueryName}` => table.startsWith('gold.')

/** No row, with the columns that the table will have. */
export const emptyStream = (table: AskedTable): Uint8Array => arrowStream(shapeOf(table).map(([name, type]) => ({ name, type, values: [] })), 0)

/** As they are before anything more is known. */
export const shapeOf = (table: AskedTable): Columns => (isGold(table) ? goldShapes[table.slice(5) as QueryName] : shapes[table])

/** Rows as an Arrow stream, with `seq` in front where it is given. */
export function streamOf(name: Small, rows: readonly (readonly Cell[])[], seq?: readonly number[]): Uint8Array {
  const columns: TypedColumn[] = shapes[name].map(([column, type], i) => ({ name: column, type, values: rows.map((row) => row[i] ?? null) }))
  return arrowStream(seq ? [{ name: 'seq', type: { kind: 'integer' }, values: seq }, ...columns] : columns, rows.length)
}
