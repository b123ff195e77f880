// Recordings of `npm run bench:ui`, made once and kept under the temporary folder of the system by what they are made of.
import { DuckDBInstance } from '@duckdb/node-api'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contrail } from './browser.mjs'

/** At least `rows` observations whose replay at `speed` takes three minutes or more: a Delta table, a file a minute. */
export async function replayRecording(rows, speed) {
  const minutes = Math.max(8, Math.ceil(3.1 * speed))
  const files = minutes - 2 // The sample leaves two minutes out.
  const rowsPerMinute = Math.ceil(rows / files)
  const folder = await kept(`replay-${minutes}-${rowsPerMinute}`, (place) => contrail('sample', place, '--minutes', String(minutes), '--rows-per-minute', String(rowsPerMinute)))
  return { folder, files, rows: files * rowsPerMinute, eventMinutes: minutes }
}

const gridCountries = 250

/** A folder of Parquet files whose anomaly alerts are more than `rows`: one observation a country and minute, each of them in five windows. */
export async function gridRecording(rows) {
  const minutesPerFile = 60
  // The last windows stay open: their rows are not in gold.
  const files = Math.ceil((rows / gridCountries + 12) / minutesPerFile)
  const folder = await kept(`grid-${gridCountries}-${files}`, async (place) => {
    mkdirSync(place)
    const connection = await (await DuckDBInstance.create()).connect()
    try {
      for (let file = 0; file < files; file++) await connection.run(`COPY (${gridRowsSql(file * minutesPerFile, minutesPerFile)}) TO '${place.replaceAll("'", "''")}/part-${String(file).padStart(5, '0')}.parquet' (FORMAT PARQUET, COMPRESSION SNAPPY)`)
    } finally {
      connection.closeSync()
    }
  })
  return { folder, files, rows: files * minutesPerFile * gridCountries }
}

const dayCountries = 120

/** A day of Parquet files, an hour each: `rowsPerMinute` observations over 120 countries, spread over all altitudes and velocities. */
export async function dayRecording(rowsPerMinute) {
  const each = Math.ceil(rowsPerMinute / dayCountries)
  const folder = await kept(`day-${dayCountries}-${each}`, async (place) => {
    mkdirSync(place)
    const connection = await (await DuckDBInstance.create()).connect()
    try {
      for (let hour = 0; hour < 24; hour++) await connection.run(`COPY (${dayRowsSql(hour * 60, 60, each)}) TO '${place.replaceAll("'", "''")}/part-${String(hour).padStart(2, '0')}.parquet' (FORMAT PARQUET, COMPRESSION SNAPPY)`)
    } finally {
      connection.closeSync()
    }
  })
  return { folder, files: 24, rows: 1440 * dayCountries * each }
}

const dayRowsSql = (from, minutes, each) =>
  gridRowsSql(from, minutes)
    .replace('minute * 60000000 + country * 200000', `minute * 60000000 + (country * ${each} + n) * ${Math.floor(59_000_000 / (dayCountries * each))}`)
    .replace(/\(CASE WHEN hash.*END\)::DOUBLE AS altitude_meters/, '(hash(country, minute, n, 3) % 1700 * 7.62)::DOUBLE AS altitude_meters')
    .replace("(700 + hash(country, minute, 1) % 200)::DOUBLE", '(hash(country, minute, n, 1) % 110000 / 100)::DOUBLE')
    .replace(`range(${gridCountries}) c(country)`, `range(${dayCountries}) c(country), range(${each}) n(n)`)

/** The 22 columns of silver; one in ten is too high. */
function gridRowsSql(from, minutes) {
  const missing = [['callsign', 'VARCHAR'], ['longitude', 'DOUBLE'], ['latitude', 'DOUBLE'], ['on_ground', 'BOOLEAN'], ['category', 'INTEGER'], ['prev_altitude', 'DOUBLE'], ['prev_velocity', 'DOUBLE'], ['altitude_change', 'DOUBLE'], ['velocity_change', 'DOUBLE'], ['observation_rank', 'INTEGER'], ['airport_icao', 'VARCHAR'], ['airport_name', 'VARCHAR'], ['airport_country', 'VARCHAR'], ['rolling_avg_altitude', 'DOUBLE'], ['rolling_std_altitude', 'DOUBLE'], ['rolling_avg_velocity', 'DOUBLE']]
  return `
SELECT
  make_timestamptz(epoch_us(TIMESTAMP '2026-01-23 12:00:00') + minute * 60000000 + country * 200000) AS event_timestamp,
  printf('%06x', country) AS icao24,
  'Country ' || lpad(country::VARCHAR, 3, '0') AS origin_country,
  (700 + hash(country, minute, 1) % 200)::DOUBLE AS velocity_kmh,
  (CASE WHEN hash(country, minute, 2) % 10 = 0 THEN 13000 ELSE 9000 + hash(country, minute, 3) % 2000 END)::DOUBLE AS altitude_meters,
  ['CLIMB', 'CRUISE', 'DESCENT'][1 + (hash(country, minute, 4) % 3)::INTEGER] AS flight_phase,
  ${missing.map(([name, type]) => `NULL::${type} AS ${name}`).join(', ')}
FROM range(${from}, ${from + minutes}) m(minute), range(${gridCountries}) c(country)
ORDER BY event_timestamp`
}

/** Whole or not there: it is made beside its place and then moved. */
async function kept(name, make) {
  const parent = join(tmpdir(), 'contrail-bench-ui')
  const folder = join(parent, name)
  if (existsSync(folder)) return folder
  mkdirSync(parent, { recursive: true })
  const making = `${folder}.${process.pid}`
  rmSync(making, { recursive: true, force: true })
  console.log(`making the recording ${folder}`)
  try {
    await make(making)
    renameSync(making, folder)
  } catch (error) {
    rmSync(making, { recursive: true, force: true })
    throw error
  }
  return folder
}
