import { quoteLiteral } from '#shared/query/sqlText.ts'

export interface SampleShape {
  /** Of event time. */
  readonly minutes: number
  readonly rowsPerMinute: number
  readonly seed: number
}

/** When every sample begins: fixed, so that the same seed gives the same rows. */
export const sampleStartMs = Date.UTC(2026, 0, 23, 12)

/** Each aircraft is heard every ten seconds. */
const reportsPerMinute = 6

/** Countries of registration, the more frequent first. */
const countries = ['Germany', 'United Kingdom', 'France', 'United States', 'Switzerland', 'Italy', 'Spain', 'Türkiye', 'Netherlands', 'Austria', 'Poland', 'Ireland', 'Portugal', 'Norway', 'Sweden', 'Denmark', 'Belgium', 'Greece', 'Hungary', 'Finland', 'Qatar', 'India', 'Canada', 'Malta']

/** The country and the minutes in which a group of its aircraft flies too high. */
export function episodeOf({ minutes, seed }: SampleShape): { readonly country: string; readonly from: number; readonly to: number } {
  const from = Math.floor(minutes / 3)
  return { country: countries[seed % 8]!, from, to: from + 4 }
}

/** Degrees, metres, km/h: the 22 columns of silver and their Delta types. */
export const silverColumns: readonly (readonly [name: string, type: string])[] = [
  ['event_timestamp', 'timestamp'],
  ['icao24', 'string'],
  ['callsign', 'string'],
  ['origin_country', 'string'],
  ['longitude', 'double'],
  ['latitude', 'double'],
  ['velocity_kmh', 'double'],
  ['altitude_meters', 'double'],
  ['on_ground', 'boolean'],
  ['category', 'integer'],
  ['prev_altitude', 'double'],
  ['prev_velocity', 'double'],
  ['altitude_change', 'double'],
  ['velocity_change', 'double'],
  ['observation_rank', 'integer'],
  ['airport_icao', 'string'],
  ['airport_name', 'string'],
  ['airport_country', 'string'],
  ['rolling_avg_altitude', 'double'],
  ['rolling_std_altitude', 'double'],
  ['rolling_avg_velocity', 'double'],
  ['flight_phase', 'string']
]

/**
 * The observations that arrive in one minute. An aircraft's flight is a function of its number and the time, so minutes can be made one by one:
 * ground, climb, cruise, descent, again and again. One row in a hundred is late by up to twelve minutes. Random is a hash of what it is about.
 */
export function observationsSql(shape: SampleShape, minute: number): string {
  const { rowsPerMinute, seed } = shape
  const episode = episodeOf(shape)
  const draw = (salt: number, range: number, of = 'aircraft') => `(hash(${of}, ${seed}, ${salt}) % ${range})`
  const perRow = (salt: number, range: number) => draw(salt, range, `aircraft, report, ${minute}`)
  const countryNames = `[${countries.map(quoteLiteral).join(', ')}]`
  return `
WITH heard AS (
  SELECT r // ${reportsPerMinute} AS aircraft, r % ${reportsPerMinute} AS report FROM range(${rowsPerMinute}) t(r)
), timed AS (
  SELECT *, ${minute * 60_000_000}::BIGINT + report * 10000000 + ${perRow(1, 9_999_999)}::BIGINT
    - CASE WHEN ${perRow(2, 100)} = 0 THEN least(${minute}, 1 + ${perRow(3, 12)})::BIGINT * 60000000 ELSE 0 END AS us
  FROM heard
), flying AS (
  SELECT *,
    us / 60e6 AS at_minute,
    50 + ${draw(4, 90)} AS flight_minutes,
    9000 + ${draw(5, 2900)} AS cruise,
    ${draw(6, 1000)} AS kind,
    1 + floor(24 * power(${draw(7, 10_000)} / 10000.0, 1.7))::BIGINT AS country
  FROM timed
), placed AS (
  SELECT *, ((at_minute + ${draw(8, 140)}) % flight_minutes) / flight_minutes AS part FROM flying
), levelled AS (
  SELECT *,
    CASE WHEN part < 0.05 THEN 'GROUND' WHEN part < 0.08 THEN 'TAKEOFF' WHEN part < 0.25 THEN 'CLIMB' WHEN part < 0.72 THEN 'CRUISE' WHEN part < 0.77 THEN 'TRANSITION' ELSE 'DESCENT' END AS flight_phase,
    CASE WHEN part < 0.05 THEN 0 WHEN part < 0.25 THEN cruise * (part - 0.05) / 0.2 WHEN part < 0.77 THEN cruise ELSE cruise * (1 - part) / 0.23 END
      + (${perRow(9, 41)}::DOUBLE - 20) * 7.62
      + CASE WHEN kind < 4 AND part BETWEEN 0.25 AND 0.77 THEN 1500 ELSE 0 END
      + CASE WHEN ${countryNames}[country] = ${quoteLiteral(episode.country)} AND at_minute >= ${episode.from} AND at_minute < ${episode.to} AND part BETWEEN 0.25 AND 0.77 AND kind % 5 = 0 THEN 2600 ELSE 0 END
      AS metres,
    CASE WHEN part < 0.05 THEN 25 WHEN part < 0.25 THEN 250 + 550 * (part - 0.05) / 0.2 WHEN part < 0.77 THEN 800 ELSE 250 + 550 * (1 - part) / 0.23 END
      + ${perRow(10, 1500)} / 10.0
      + CASE WHEN kind BETWEEN 500 AND 502 AND part BETWEEN 0.25 AND 0.77 THEN 160 ELSE 0 END AS kmh
  FROM placed
), measured AS (
  SELECT *,
    CASE WHEN ${perRow(11, 20)} = 0 THEN NULL WHEN ${perRow(12, 4000)} = 0 THEN -457.2 ELSE round(round(metres / 7.62) * 7.62, 2) END AS altitude_meters,
    CASE WHEN ${perRow(13, 50)} = 0 THEN NULL WHEN ${perRow(14, 4000)} = 0 THEN -3.6 ELSE round(kmh, 3) END AS velocity_kmh
  FROM levelled
)
SELECT
  CASE WHEN ${perRow(15, 20_000)} = 0 THEN NULL ELSE make_timestamptz(${sampleStartMs} * 1000 + us) END AS event_timestamp,
  printf('%06x', (hash(aircraft, ${seed}) % 16777216)::BIGINT) AS icao24,
  CASE WHEN ${draw(16, 50)} = 0 THEN NULL ELSE 'CT' || lpad((aircraft % 9000 + 100)::VARCHAR, 4, '0') END AS callsign,
  CASE WHEN ${draw(17, 300)} = 0 THEN NULL ELSE ${countryNames}[country] END AS origin_country,
  round(-5 + ${draw(18, 30_000)} / 1000.0 + 6 * part * cos(${draw(19, 628)} / 100.0), 4)::DOUBLE AS longitude,
  round(36 + ${draw(20, 22_000)} / 1000.0 + 6 * part * sin(${draw(19, 628)} / 100.0), 4)::DOUBLE AS latitude,
  velocity_kmh::DOUBLE AS velocity_kmh,
  altitude_meters::DOUBLE AS altitude_meters,
  flight_phase = 'GROUND' AS on_ground,
  0::INTEGER AS category,
  (altitude_meters - 76.2)::DOUBLE AS prev_altitude,
  (velocity_kmh - 3)::DOUBLE AS prev_velocity,
  (CASE WHEN altitude_meters IS NULL THEN NULL ELSE 76.2 END)::DOUBLE AS altitude_change,
  (CASE WHEN velocity_kmh IS NULL THEN NULL ELSE 3 END)::DOUBLE AS velocity_change,
  1::INTEGER AS observation_rank,
  CASE WHEN part < 0.05 THEN 'LSZH' END AS airport_icao,
  CASE WHEN part < 0.05 THEN 'Zürich' END AS airport_name,
  CASE WHEN part < 0.05 THEN 'Switzerland' END AS airport_country,
  altitude_meters::DOUBLE AS rolling_avg_altitude,
  (CASE WHEN altitude_meters IS NULL THEN NULL ELSE 0 END)::DOUBLE AS rolling_std_altitude,
  velocity_kmh::DOUBLE AS rolling_avg_velocity,
  CASE WHEN ${perRow(21, 2000)} = 0 THEN NULL ELSE flight_phase END AS flight_phase
FROM measured`
}
