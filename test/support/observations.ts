import type { Database } from '#electron/duckdb/database.ts'
import { metaData, writeParquet, type HandMadeField } from '#test/delta/handMade.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'

/** A row of silver as the tests write it. What is left out is null; `at` is a time of 2026-01-23, as 12:07 or 12:07:59.5. */
export interface Observation {
  readonly at: string | null
  readonly phase?: string | null
  readonly country?: string | null
  readonly altitude?: number | null
  readonly velocity?: number | null
}

/** The columns that the queries use. */
export const silverFields: readonly HandMadeField[] = [
  { name: 'event_timestamp', type: 'timestamp' },
  { name: 'flight_phase', type: 'string' },
  { name: 'origin_country', type: 'string' },
  { name: 'altitude_meters', type: 'double' },
  { name: 'velocity_kmh', type: 'double' }
]

export const silverMetaData = (others: Readonly<Record<string, unknown>> = {}) => metaData(silverFields, others)

export function observationsSql(rows: readonly Observation[]): string {
  const values = rows.map(({ at, phase, country, altitude, velocity }) => `(${[at === null ? 'NULL' : quoteLiteral(`2026-01-23 ${at.length === 5 ? `${at}:00` : at}+00`), text(phase), text(country), altitude ?? 'NULL', velocity ?? 'NULL'].join(', ')})`)
  return `SELECT CAST(t AS TIMESTAMPTZ) AS event_timestamp, CAST(p AS VARCHAR) AS flight_phase, CAST(c AS VARCHAR) AS origin_country, CAST(a AS DOUBLE) AS altitude_meters, CAST(v AS DOUBLE) AS velocity_kmh FROM (VALUES ${values.join(', ')}) rows(t, p, c, a, v)`
}

const text = (value: string | null | undefined): string => (value === null || value === undefined ? 'NULL' : quoteLiteral(value))

export function writeObservations(database: Database, folder: string, path: string, rows: readonly Observation[]): Promise<void> {
  return writeParquet(database, folder, path, observationsSql(rows))
}

/** One row at each of these times, all of one phase and country. */
export const cruising = (...times: readonly string[]): Observation[] => times.map((at) => ({ at, phase: 'CRUISE', country: 'Malta', altitude: 10_000, velocity: 800 }))
