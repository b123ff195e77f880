import { Fault } from '#shared/engine/fault.ts'
import { quoteName } from '#shared/query/sqlText.ts'
import { openTableScan, type TableScan } from '../delta/deltaTable.ts'
import { openDatabase, type Database } from '../duckdb/database.ts'
import type { SqlValue } from '../duckdb/queryResult.ts'
import type { Storage } from '../storage/storage.ts'
import { isoInstant, jsonValue } from './goldValues.ts'
import { formatTable } from './formatTable.ts'
import { terminalJson } from './terminalJson.ts'

/** The notebook's last cell. */
interface Shown {
  readonly rows: number
  readonly columns: readonly string[]
  readonly lines: readonly Record<string, SqlValue>[]
}

const shownRows = 10

export interface ShowRequest {
  /** The folder that holds both gold tables. */
  readonly gold: string
  readonly json: boolean
  readonly openStorage: (uri: string) => Storage
}

/** Row counts of both gold tables, the latest phase counts, and the rows with the highest anomaly rate. */
export async function show({ gold, json, openStorage }: ShowRequest, output: NodeJS.WritableStream): Promise<void> {
  const database = await openDatabase()
  try {
    const phases = await read(database, openStorage(`${gold}/flight_phase_counts`), ['window_start', 'flight_phase'], 'ORDER BY window_start DESC, flight_phase ASC NULLS FIRST')
    const alerts = await read(database, openStorage(`${gold}/anomaly_alerts`), ['window_start', 'origin_country', 'anomaly_rate'], 'WHERE anomaly_rate > 0 ORDER BY anomaly_rate DESC, window_start DESC, origin_country ASC NULLS FIRST')
    if (!phases && !alerts) throw new Fault('notFound', `${openStorage(gold).root} holds neither flight_phase_counts nor anomaly_alerts: give the folder that gold was written to`)
    if (json) {
      const report = {
        ...(phases && { flight_phase_counts: { rows: phases.rows, latest: phases.lines.map(asJson) } }),
        ...(alerts && { anomaly_alerts: { rows: alerts.rows, highest: alerts.lines.map(asJson) } })
      }
      output.write(`${terminalJson(report)}\n`)
      return
    }
    if (phases) output.write(section('flight_phase_counts', phases, 'latest windows'))
    if (alerts) output.write(section('anomaly_alerts', alerts, 'highest anomaly rate'))
  } finally {
    await database.close()
  }
}

async function read(database: Database, storage: Storage, needed: readonly string[], order: string): Promise<Shown | undefined> {
  if (!(await storage.hasFolder('_delta_log'))) return undefined
  const scan = await openTableScan(storage, {}, database)
  try {
    return await firstLines(database, scan, storage.root, needed, order)
  } finally {
    scan.release()
  }
}

async function firstLines(database: Database, scan: TableScan, root: string, needed: readonly string[], order: string): Promise<Shown> {
  const missing = needed.find((column) => !scan.columns.some((field) => field.name === column))
  if (missing !== undefined) throw new Fault('schema', `${root} has no column ${missing}, so it is not the gold table of that name: give the folder that gold was written to`)
  // A date is told as text, not as days.
  const columns = scan.columns.map(({ name, type }) => (type.kind === 'date' ? `CAST(${quoteName(name)} AS VARCHAR) AS ${quoteName(name)}` : quoteName(name)))
  return scan.explaining(async () => {
    const [count] = (await database.query(`SELECT count(*)::DOUBLE AS rows FROM (${scan.sql})`)).rows()
    const result = await database.query(`SELECT ${columns.join(', ')} FROM (${scan.sql}) ${order} LIMIT ${shownRows}`)
    return { rows: Number(count?.rows ?? 0), columns: result.names, lines: result.rows() }
  })
}

const asJson = (line: Record<string, SqlValue>): Record<string, unknown> => Object.fromEntries(Object.entries(line).map(([name, value]) => [name, name.startsWith('window_') ? isoInstant(value, 6) : jsonValue(value)]))

function section(name: string, { rows, columns, lines }: Shown, what: string): string {
  const title = `${name}: ${rows} rows${lines.length > 0 ? `, ${what}` : ''}\n`
  const cells = lines.map((line) => columns.map((column) => (column.startsWith('window_') ? isoInstant(line[column] ?? null, 0) : cell(line[column] ?? null))))
  return `${title}${lines.length > 0 ? `${formatTable(columns, cells)}\n` : ''}`
}

/** Rounded for reading. */
function cell(value: SqlValue): string {
  if (value === null) return 'null'
  return typeof value === 'number' && !Number.isInteger(value) ? (Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(1)) : String(value)
}
