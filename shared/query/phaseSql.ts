import { quoteName } from './sqlText.ts'

/** SQL expressions of numbers; `onGround` of a boolean. */
export interface PhaseParts {
  readonly altitudeM: string
  readonly speedKmh: string
  readonly climbRateMs: string
  readonly onGround?: string
}

/** What decides a phase: metres, km/h, m/s. `phaseRule` says the same. */
const phaseLimits = {
  groundAltitude: 300,
  groundSpeed: 100,
  climbRate: 2.5,
  takeoffAltitude: 1500,
  cruiseAltitude: 7000
}

/** The rule in words, for whoever chooses it. */
export const phaseRule =
  'GROUND on the ground, or below 300 m and 100 km/h; DESCENT below \u22122.5 m/s; ' +
  'above 2.5 m/s TAKEOFF up to 1,500 m, then CLIMB; else CRUISE from 7,000 m, TRANSITION below; empty without climb rate or altitude'

/**
 * SQL for the phase of a flight, by `phaseRule`: GROUND, TAKEOFF, CLIMB, CRUISE, TRANSITION or DESCENT. A value that is
 * null, NaN or infinite is missing. A missing altitude, speed or `onGround` is no sign of the ground. Null where what
 * remains cannot tell: without a climb rate, or without an altitude unless it is DESCENT.
 */
export function phaseOfFlightSql({ altitudeM, speedKmh, climbRateMs, onGround = 'false' }: PhaseParts): string {
  const { groundAltitude, groundSpeed, climbRate, takeoffAltitude, cruiseAltitude } = phaseLimits
  const [altitude, speed, climb] = [known(part('altitude')), known(part('speed')), known(part('climb'))]
  const phase = `CASE WHEN ${part('ground')} THEN 'GROUND'
    WHEN ${altitude} < ${groundAltitude} AND ${speed} < ${groundSpeed} THEN 'GROUND'
    WHEN ${climb} IS NULL THEN NULL
    WHEN ${climb} < -${climbRate} THEN 'DESCENT'
    WHEN ${altitude} IS NULL THEN NULL
    WHEN ${climb} > ${climbRate} THEN CASE WHEN ${altitude} < ${takeoffAltitude} THEN 'TAKEOFF' ELSE 'CLIMB' END
    WHEN ${altitude} >= ${cruiseAltitude} THEN 'CRUISE'
    ELSE 'TRANSITION' END`
  const measures = `altitude := (${altitudeM})::DOUBLE, speed := (${speedKmh})::DOUBLE, climb := (${climbRateMs})::DOUBLE`
  // Each part once: that text holds a number costs a regular expression.
  return `list_transform([struct_pack(${measures}, ground := ${onGround})], lambda ${parts}: ${phase})[1]`
}

/** A name that no column of silver is likely to have. */
const parts = quoteName('what makes the phase')
const part = (name: string): string => `struct_extract(${parts}, '${name}')`

const known = (number: string): string => `CASE WHEN isfinite(${number}) THEN ${number} END`

/** How a column says that an aircraft stands on the ground. */
export type OnGroundForm = 'boolean' | 'number' | 'text'

/**
 * SQL of a boolean, never null. Numbers: other than 0. Text: the word "ground", as readsb writes it in the place of an
 * altitude, or a truth as Spark's cast to boolean reads it.
 */
export function onGroundSql(valueSql: string, form: OnGroundForm): string {
  if (form === 'boolean') return `coalesce(${valueSql}, false)`
  if (form === 'number') return `coalesce((${valueSql})::DOUBLE <> 0 AND NOT isnan((${valueSql})::DOUBLE), false)`
  return `coalesce(lower(trim(${valueSql})) IN ('ground', 'true', 't', 'yes', 'y', '1'), false)`
}
