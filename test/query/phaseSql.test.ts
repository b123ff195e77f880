import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { onGroundSql, phaseOfFlightSql, phaseRule } from '#shared/query/phaseSql.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { sharedRecording } from '#test/support/recordings.ts'

const database = await openDatabase()
afterAll(() => database.close())

type Value = number | string | boolean | null
const sqlOf = (value: Value) =>
  typeof value === 'string' ? `${quoteLiteral(value)}::DOUBLE` : value === null ? 'NULL::DOUBLE' : String(value)

async function phaseOf(altitude: Value, speed: Value, climb: Value, onGround?: boolean | null): Promise<unknown> {
  const parts = { altitudeM: 'altitude', speedKmh: 'speed', climbRateMs: 'climb' }
  const sql = phaseOfFlightSql(onGround === undefined ? parts : { ...parts, onGround: 'ground' })
  const ground = `${String(onGround ?? null)}::BOOLEAN`
  const row = `${sqlOf(altitude)} AS altitude, ${sqlOf(speed)} AS speed, ${sqlOf(climb)} AS climb, ${ground} AS ground`
  return (await database.query(`SELECT ${sql} AS phase FROM (SELECT ${row})`)).rows()[0]?.phase
}

describe('The phase of a flight, by altitude, speed and climb rate', () => {
  test.each([
    [0, 20, 0, 'GROUND'],
    [299.9, 99.9, -9, 'GROUND'],
    [299.9, 99.9, 9, 'GROUND'],
    [300, 99.9, 0, 'TRANSITION'],
    [299.9, 100, 0, 'TRANSITION'],
    [0, 250, 2.6, 'TAKEOFF'],
    [1499.9, 300, 2.6, 'TAKEOFF'],
    [1500, 300, 2.6, 'CLIMB'],
    [9000, 800, 2.6, 'CLIMB'],
    [9000, 800, 2.5, 'CRUISE'],
    [7000, 800, -2.5, 'CRUISE'],
    [6999.9, 800, 0, 'TRANSITION'],
    [9000, 800, -2.6, 'DESCENT'],
    [400, 250, -2.6, 'DESCENT'],
    [-50, 250, 0, 'TRANSITION']
  ])('%d m, %d km/h and %d m/s are %s', async (altitude, speed, climb, phase) => {
    expect(await phaseOf(altitude, speed, climb)).toBe(phase)
  })

  test('is GROUND wherever a column says so, whatever else is known', async () => {
    const phases = [
      await phaseOf(9000, 800, 0, true),
      await phaseOf(null, null, null, true),
      await phaseOf(9000, 800, 0, false),
      await phaseOf(9000, 800, 0, null)
    ]
    expect(phases).toEqual(['GROUND', 'GROUND', 'CRUISE', 'CRUISE'])
  })

  test.each<[Value, Value, Value, string | null]>([
    [9000, 800, null, null],
    [100, 50, null, 'GROUND'],
    [null, 800, 0, null],
    [null, 800, 9, null],
    [null, 800, -9, 'DESCENT'],
    [null, null, null, null],
    [9000, null, 0, 'CRUISE'],
    [100, null, 0, 'TRANSITION'],
    [1000, null, 9, 'TAKEOFF']
  ])('where something is missing (%s m, %s km/h, %s m/s): %s', async (altitude, speed, climb, phase) => {
    expect(await phaseOf(altitude, speed, climb)).toBe(phase)
  })

  test('takes NaN and infinite values for missing ones', async () => {
    const odd = ['NaN', 'Infinity', '-Infinity']
    const phases = odd.map(async (value) => [
      await phaseOf(9000, 800, value),
      await phaseOf(value, 800, 0),
      await phaseOf(9000, value, 0),
      await phaseOf(100, value, 9)
    ])
    expect(await Promise.all(phases)).toEqual(odd.map(() => [null, null, 'CRUISE', 'TAKEOFF']))
  })

  test('is made of columns of any name', async () => {
    const names = ['parts', 'part', 'altitude', 'struct_extract']
    const phases = names.map(async (name) => {
      const sql = phaseOfFlightSql({ altitudeM: `"${name}"`, speedKmh: '800', climbRateMs: `"${name}"` })
      return (await database.query(`SELECT ${sql} AS phase FROM (SELECT 9000 AS "${name}")`)).rows()[0]?.phase
    })
    expect(await Promise.all(phases)).toEqual(names.map(() => 'CLIMB'))
  })

  test('has a rule that can be said', () => {
    expect(phaseRule).toBe(
      'GROUND on the ground, or below 300 m and 100 km/h; DESCENT below −2.5 m/s; ' +
        'above 2.5 m/s TAKEOFF up to 1,500 m, then CLIMB; else CRUISE from 7,000 m, TRANSITION below; empty without climb rate or altitude'
    )
  })

  test('agrees with a recording that had a climb rate once, for 95 of 100 rows', async ({ skip }) => {
    const recording = sharedRecording('quickstart')
    if (recording === undefined) return skip('the folder recordings is not here')
    // The climb rate is gone; the slope of the altitude over some ten seconds stands for it.
    const across = (value: string) => `(lead(${value}, 5) OVER near - lag(${value}, 5) OVER near)`
    const climb = `${across('altitude_meters')} / nullif(epoch(${across('event_timestamp')}), 0)`
    const files = quoteLiteral(join(recording, '*.parquet'))
    const rows = `SELECT *, ${climb} AS climb FROM read_parquet(${files})
      WINDOW near AS (PARTITION BY icao24 ORDER BY event_timestamp)`
    const onGround = onGroundSql('on_ground', 'boolean')
    const made = phaseOfFlightSql({
      altitudeM: 'altitude_meters',
      speedKmh: 'velocity_kmh',
      climbRateMs: 'climb',
      onGround
    })
    const sql = `SELECT avg((${made} IS NOT DISTINCT FROM flight_phase)::INT) AS share, count(*)::DOUBLE AS rows
      FROM (${rows}) WHERE climb IS NOT NULL OR on_ground`
    const [answer] = (await database.query(sql)).rows()
    expect([Number(answer?.rows), Number(answer?.share) > 0.95]).toEqual([281_693, true])
  })
})

describe('Whether an aircraft is on the ground', () => {
  test('is said by a boolean, a number or a text', async () => {
    const said = async (form: 'boolean' | 'number' | 'text', type: string, values: readonly string[]) => {
      const list = values.map((value, i) => `(${i}, ${value}::${type})`).join(', ')
      return (await database.query(`SELECT ${onGroundSql('v', form)} AS said FROM (VALUES ${list}) t(i, v) ORDER BY i`))
        .rows()
        .map((row) => row.said)
    }
    expect([
      await said('boolean', 'BOOLEAN', ['true', 'false', 'NULL']),
      await said('number', 'DOUBLE', ['1', '0', 'NULL', "'NaN'", '-0.0']),
      await said('number', 'TINYINT', ['1', '0', 'NULL']),
      await said('text', 'VARCHAR', [
        "'ground'",
        "' Ground'",
        "'true'",
        "'35000'",
        "''",
        "'false'",
        'NULL',
        "'underground'"
      ])
    ]).toEqual([
      [true, false, false],
      [true, false, false, false, false],
      [true, false, false],
      [true, true, true, false, false, false, false, false]
    ])
  })
})
