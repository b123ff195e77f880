import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '#electron/duckdb/database.ts'
import { writeParquet } from '#test/delta/handMade.ts'
import { temporaryFolder } from './folders.ts'

/** Kinds of tables that people have, with the same flights in all of them. */
export const knownTables = [
  'OpenSky',
  'OpenSky REST',
  'readsb',
  'dump1090',
  'traffic',
  'traffic without zones'
] as const

export type KnownTable = (typeof knownTables)[number]

/** Aircraft in one phase each: address, country, metres, m/s twice, on the ground, phase. */
const aircraft = `(VALUES
  ('3c6444', 'Germany', 10668.0, 230.0, 0.0, false, 'CRUISE'),
  ('39abcd', 'France', 5486.4, 180.0, 8.128, false, 'CLIMB'),
  ('718ABC', 'Republic of Korea', 914.4, 90.0, 6.096, false, 'TAKEOFF'),
  ('4d24ca', 'Malta', 13716.0, 150.0, -7.112, false, 'DESCENT'),
  ('a00001', 'United States', NULL, 5.0, 0.0, true, 'GROUND'),
  ('~3c6444', NULL, 4572.0, 120.0, 0.0, false, 'TRANSITION'),
  ('ffffff', NULL, 4572.0, NULL, NULL, false, NULL)
) a(icao24, country, metres, ms, climb, ground, phase)`

/** A row every ten seconds of each aircraft, for twenty minutes: `us` since 1970. */
const rows = `(SELECT icao24, country, metres::DOUBLE AS metres, ms::DOUBLE AS ms, climb::DOUBLE AS climb, ground, phase,
  1769169600000000 + s * 10000000 AS us FROM ${aircraft}, range(120) t(s))`

const instant = 'make_timestamptz(us)'
const feet = '(metres / 0.3048)'
const knots = '(ms * 3.6 / 1.852)'
const feetPerMinute = '(climb / 0.00508)'

const selects: Readonly<Record<KnownTable, readonly string[]>> = {
  OpenSky: [
    '(us // 1000000)::INTEGER AS time',
    'icao24',
    '48.1 AS lat',
    '8.5 AS lon',
    'ms AS velocity',
    'climb AS vertrate',
    "'CT1' AS callsign",
    'ground AS onground',
    "'1000' AS squawk",
    'metres AS baroaltitude',
    'metres + 30 AS geoaltitude',
    'us / 1e6 - 1.5 AS lastposupdate',
    '((us // 1000000) // 3600 * 3600)::INTEGER AS hour'
  ],
  'OpenSky REST': [
    'icao24',
    'us // 1000000 AS time_position',
    'us // 1000000 + 1 AS last_contact',
    'metres AS baro_altitude',
    'ground AS on_ground',
    'ms AS velocity',
    'climb AS vertical_rate'
  ],
  readsb: [
    'us / 1e6 AS now',
    'icao24 AS hex',
    "'CT1   ' AS flight",
    `CASE WHEN ground THEN 'ground' ELSE round(${feet})::INT::VARCHAR END AS alt_baro`,
    `${feet} + 90 AS alt_geom`,
    `${knots} AS gs`,
    `round(${feetPerMinute})::INT AS baro_rate`
  ],
  dump1090: [
    'us // 1000 AS timestamp',
    'icao24 AS hex',
    `CASE WHEN ground THEN 'ground' ELSE round(${feet})::INT::VARCHAR END AS altitude`,
    `${knots} AS speed`,
    `round(${feetPerMinute})::INT AS vert_rate`
  ],
  traffic: [`${instant} AS timestamp`, ...trafficColumns()],
  'traffic without zones': ['make_timestamp(us) AS timestamp', ...trafficColumns()]
}

function trafficColumns(): string[] {
  return [
    'icao24',
    "'CT1' AS callsign",
    `${feet} AS altitude`,
    `${knots} AS groundspeed`,
    `${feetPerMinute} AS vertical_rate`,
    '48.1 AS latitude',
    '8.5 AS longitude',
    'ground AS onground'
  ]
}

/** What the columns must become, made of the same bits as those of the table. */
function readySelect(like: KnownTable): string {
  const isMetric = like.startsWith('OpenSky')
  const altitude = isMetric
    ? 'metres'
    : like.startsWith('traffic')
      ? `${feet} * 0.3048`
      : `round(${feet})::DOUBLE * 0.3048`
  const speed = isMetric ? 'ms * 3.6' : `${knots} * 1.852`
  return `${instant} AS event_timestamp, country AS origin_country, phase AS flight_phase, ${altitude} AS altitude_meters, ${speed} AS velocity_kmh`
}

/** A folder with one Parquet file, which need not be waited for. */
export async function writeKnownTable(database: Database, kind: KnownTable): Promise<string> {
  return writeFolder(database, selects[kind].join(', '))
}

/** The same rows with the columns that the queries need. */
export async function writeReadyTable(database: Database, like: KnownTable): Promise<string> {
  return writeFolder(database, readySelect(like))
}

async function writeFolder(database: Database, select: string): Promise<string> {
  const folder = join(temporaryFolder('known'), 'silver')
  await writeParquet(database, folder, 'a.parquet', `SELECT ${select} FROM ${rows}`)
  utimesSync(join(folder, 'a.parquet'), 1_750_000_000, 1_750_000_000)
  return folder
}
