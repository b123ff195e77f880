import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { columnOffers } from '#electron/commands/columnOffers.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { checkSource } from '#electron/host/checkSource.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import type { CheckReport } from '#shared/contract/source.ts'
import { originOf } from '#shared/pipeline/originOf.ts'
import { originText } from '#shared/pipeline/originText.ts'
import { add, metaData, protocol, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const database = await openDatabase()
afterAll(() => database.close())

/** Columns by their SQL over 20 rows, `i` from 0. */
type Columns = Readonly<Record<string, string>>

const good: Columns = {
  event_timestamp: "TIMESTAMPTZ '2026-01-23 12:00:00+00' + to_seconds(i)",
  origin_country: "'Malta'",
  flight_phase: "'CRUISE'",
  altitude_meters: '11000.5::DOUBLE',
  velocity_kmh: '800.25::DOUBLE'
}

const without = (...names: readonly string[]): Columns =>
  Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)))

async function check(columns: Columns): Promise<CheckReport> {
  const silver = join(temporaryFolder('offers'), 'silver')
  const select = Object.entries(columns).map(([name, sql]) => `${sql} AS "${name}"`)
  await writeParquet(database, silver, 'a.parquet', `SELECT ${select.join(', ')} FROM range(20) t(i)`)
  utimesSync(join(silver, 'a.parquet'), 1_750_000_000, 1_750_000_000)
  return checkSource(silver, {}, { database, openStorage })
}

const candidatesFor = (report: CheckReport, name: string) =>
  report.columns.find((column) => column.name === name)?.candidates ?? []

/** What is offered for a column that stands alone, the likeliest first. */
async function offered(needed: string, columns: Columns): Promise<string[]> {
  const candidates = candidatesFor(await check({ ...without(needed), ...columns }), needed)
  return candidates.filter(({ from }) => from in columns).map((candidate) => originText(originOf(candidate)))
}

const at = 1769169600

describe('A column of numbers is offered as event time', () => {
  test.each([
    ['epoch seconds', `(${at} + i)::INTEGER`],
    ['epoch seconds', `(${at} + i)::BIGINT`],
    ['epoch seconds', `${at} + i + 0.25::DOUBLE`],
    ['epoch seconds', `(${at} + i)::FLOAT`],
    ['epoch seconds', `(${at} + i)::DECIMAL(18,3)`],
    ['epoch seconds', `(${at} + i)::VARCHAR`],
    ['epoch seconds', `(${at} + i)::VARCHAR || '.5'`],
    ['epoch milliseconds', `${at}000 + i`],
    ['epoch milliseconds', `(${at}000 + i)::DOUBLE`],
    ['epoch microseconds', `${at}000000 + i`],
    ['epoch nanoseconds', `${at}000000000 + i`],
    // 1990, and the end of 2099.
    ['epoch seconds', '631152000 + i'],
    ['epoch seconds', '4102444700 + i'],
    ['epoch milliseconds', '631152000000 + i'],
    // One clock in twenty is broken.
    ['epoch seconds', `CASE i WHEN 3 THEN 0 ELSE ${at} + i END`],
    ['epoch milliseconds', `CASE i WHEN 3 THEN 253402300799000 ELSE ${at}000 + i END`],
    ['epoch seconds', `CASE WHEN i > 3 THEN ${at} + i END`]
  ])('as %s: %s', async (form, sql) => {
    expect(await offered('event_timestamp', { seen: sql })).toEqual([`seen as ${form}`])
  })

  test.each([
    '631151000 + i',
    '4102444800 + i',
    'i',
    '0',
    `${at}::BIGINT * 10 + i`,
    '20260123',
    'i::VARCHAR',
    "'1769169600x'",
    'NULL::BIGINT',
    '1e300'
  ])('and not at all where no unit gives a plausible year: %s', async (sql) => {
    expect(await offered('event_timestamp', { seen: sql })).toEqual([])
  })

  test('with the span that it gives', async () => {
    const report = await check({ ...without('event_timestamp'), time: `${at}000 + i * 60000` })
    expect(candidatesFor(report, 'event_timestamp')[0]).toEqual({
      from: 'time',
      type: 'long',
      factor: null,
      as: 'epoch milliseconds',
      min: at * 1000,
      max: (at + 19 * 60) * 1000,
      reason: 'Gives 2026-01-23 12:00:00 to 12:19:00 UTC: milliseconds since 1970.'
    })
  })

  test('the likeliest by its name first', async () => {
    const times = await offered('event_timestamp', {
      serial: '1408232000 + i',
      lastcontact: `${at}.5 + i`,
      time: `${at} + i`,
      hour: `${at}`
    })
    expect(times[0]).toBe('time as epoch seconds')
  })
})

describe('A column of text is offered as event time', () => {
  const zoneless = "strftime(make_timestamp(1769169600000000) + to_seconds(i), '%Y-%m-%dT%H:%M:%S')"
  test.each([
    ['ISO text in UTC', zoneless],
    ['ISO text in UTC', `replace(${zoneless}, 'T', ' ') || '.123456'`],
    ['ISO text in UTC', `left(${zoneless}, 16)`],
    ['ISO text in UTC', `${zoneless} || 'Z'`],
    ['ISO text in UTC', `${zoneless} || '+02:00'`],
    ['ISO text in UTC', `${zoneless} || ' Europe/Berlin'`],
    ['ISO text in UTC', `CASE WHEN i % 2 = 0 THEN ${zoneless} ELSE ${zoneless} || 'Z' END`],
    ['ISO text in UTC', `CASE i WHEN 3 THEN 'n/a' ELSE ${zoneless} END`],
    ['ISO text in UTC', `CASE WHEN i > 3 THEN ${zoneless} END`]
  ])('as %s: %s', async (form, sql) => {
    expect(await offered('event_timestamp', { seen: sql })).toEqual([`seen as ${form}`])
  })

  test.each([
    "'2026-01-23'",
    "'12:00:05'",
    "'23/01/2026 12:00'",
    "'CT123'",
    "''",
    'NULL::VARCHAR',
    `CASE WHEN i % 2 = 0 THEN ${zoneless} ELSE 'n/a' END`
  ])('and not at all where it holds none, or no time of day: %s', async (sql) => {
    expect(await offered('event_timestamp', { seen: sql })).toEqual([])
  })

  test('and is asked for a time zone only where it names none', async () => {
    const first = async (sql: string) =>
      candidatesFor(await check({ ...without('event_timestamp'), seen: sql }), 'event_timestamp')[0]
    expect([await first(`${zoneless} || 'Z'`), await first(zoneless)]).toEqual([
      expect.objectContaining({ as: 'ISO text', reason: 'Gives 2026-01-23 12:00:00 to 12:00:19 UTC.' }),
      expect.objectContaining({
        zone: 'UTC',
        reason: 'Gives 2026-01-23 12:00:00 to 12:00:19 UTC, if the times are UTC: they name no time zone.'
      })
    ])
    expect(await first(`${zoneless} || 'Z'`)).not.toHaveProperty('zone')
  })
})

test('A timestamp without a zone is offered as one in UTC, under the very name too; a date is not offered', async () => {
  const zoneless = 'make_timestamp(1769169600000000) + to_seconds(i)'
  expect(await offered('event_timestamp', { seen: zoneless })).toEqual(['seen as local time in UTC'])
  expect(await offered('event_timestamp', { event_timestamp: zoneless })).toEqual([
    'event_timestamp as local time in UTC'
  ])
  expect(await offered('event_timestamp', { time: "DATE '2026-01-23'" })).toEqual([])
})

describe('A column of addresses is offered as country', () => {
  test.each([
    "'3c6444'",
    "'3C6444'",
    "' 3c6444'",
    "CASE i WHEN 3 THEN '~3c6444' ELSE '39abcd' END",
    "CASE WHEN i > 3 THEN '3c6444' END"
  ])('as in %s', async (sql) => {
    expect((await offered('origin_country', { transponder: sql }))[0]).toBe('transponder as country of address')
  })

  test.each([
    "'CT1234'",
    "'DLH123'",
    "'3c644'",
    "''",
    'NULL::VARCHAR',
    '3966020',
    "CASE WHEN i % 2 = 0 THEN '3c6444' ELSE 'DLH12' END"
  ])('and not as in %s', async (sql) => {
    expect(await offered('origin_country', { other: sql })).not.toContain('other as country of address')
  })

  test('behind one that is named so', async () => {
    expect((await offered('origin_country', { icao24: "'3c6444'", country: "'Malta'" }))[0]).toBe('country')
  })
})

describe('A climb rate is offered for the phase of flight', () => {
  test.each([
    ['vertrate', '(i - 10)::DOUBLE', ['vertrate as phase of flight', 'vertrate × 0.00508 as phase of flight']],
    ['vertical_rate', '(i - 10) * 128', ['vertical_rate × 0.00508 as phase of flight']],
    ['baro_rate', '((i - 10) * 128)::VARCHAR', ['baro_rate × 0.00508 as phase of flight']],
    ['climb_rate_fpm', 'i', ['climb_rate_fpm × 0.00508 as phase of flight']],
    ['verticalSpeedMs', 'i::FLOAT', ['verticalSpeedMs as phase of flight']],
    ['vertrate', "'up'", []],
    ['track', '(i - 10) * 128.5', []]
  ])('%s as %s', async (name, sql, offers) => {
    const found = await offered('flight_phase', { [name]: sql })
    expect(found.filter((text) => text.includes('phase'))).toEqual(offers)
  })

  test.each([
    ['onground', 'i < 3'],
    ['on_ground', '(i < 3)::INT'],
    ['alt_baro', "CASE WHEN i < 3 THEN 'ground' ELSE '35000' END"]
  ])('with what tells that an aircraft is on the ground: %s', async (name, sql) => {
    expect((await offered('flight_phase', { vertrate: 'i * 256', [name]: sql }))[0]).toBe(
      `vertrate × 0.00508 as phase of flight, on the ground by ${name}`
    )
  })
})

describe('A kind of table', () => {
  const openSky: Columns = {
    time: `${at} + i`,
    icao24: "'3c6444'",
    velocity: '230.5::DOUBLE',
    vertrate: '0.0::DOUBLE',
    baroaltitude: '10668.5::DOUBLE'
  }
  const traffic: Columns = {
    timestamp: "TIMESTAMPTZ '2026-01-23 12:00:00+00'",
    icao24: "'3c6444'",
    altitude: '(30000 + 100 * i)::DOUBLE',
    groundspeed: '420.5::DOUBLE',
    vertical_rate: '(i * 64)::DOUBLE'
  }
  const gives = ({ preset }: CheckReport) =>
    preset && [preset.name, preset.columns.map(({ name }) => name).join(), preset.left.join()]

  test('is recognised whatever the case of its names', async () => {
    const upper = Object.fromEntries(Object.entries(openSky).map(([name, sql]) => [name.toUpperCase(), sql]))
    const { preset } = await check(upper)
    expect([preset?.name, preset?.columns[0]?.candidate.from]).toEqual(['OpenSky state vectors', 'TIME'])
  })

  test('gives only what is missing, and says what it leaves', async () => {
    const { vertrate: _, ...level } = openSky
    expect([
      gives(await check({ ...openSky, origin_country: "'Malta'" })),
      gives(await check(level)),
      gives(await check({ ...level, flight_phase: "'CRUISE'" })),
      gives(await check({ ...good, ...openSky }))
    ]).toEqual([
      ['OpenSky state vectors', 'event_timestamp,altitude_meters,velocity_kmh,flight_phase', ''],
      ['OpenSky state vectors', 'event_timestamp,altitude_meters,velocity_kmh,origin_country', 'flight_phase'],
      ['OpenSky state vectors', 'event_timestamp,altitude_meters,velocity_kmh,origin_country', ''],
      null
    ])
  })

  test('gives no phase where it gives no altitude', async () => {
    const report = await check({ ...openSky, baroaltitude: "'high'" })
    expect(gives(report)).toEqual([
      'OpenSky state vectors',
      'event_timestamp,velocity_kmh,origin_country',
      'flight_phase,altitude_meters'
    ])
  })

  test('is not taken for that of the traffic library where values are metres and metres per second', async () => {
    const metric = {
      ...traffic,
      altitude: '(9000 + 100 * i)::DOUBLE',
      groundspeed: '230.5::DOUBLE',
      vertical_rate: '(i / 2)::DOUBLE'
    }
    const slow = { ...traffic, altitude: '(900 + 10 * i)::DOUBLE', groundspeed: '90.5::DOUBLE' }
    expect([gives(await check(traffic))?.[0], gives(await check(metric)), gives(await check(slow))?.[0]]).toEqual([
      'rows of the traffic library',
      null,
      'rows of the traffic library'
    ])
  })

  test('takes the other altitude, and the other time, where one is not there', async () => {
    const { time: _, baroaltitude: __, ...rest } = openSky
    const { preset } = await check({ ...rest, geoaltitude: '10668.5::DOUBLE', lastcontact: `${at}.5 + i` })
    expect(preset?.columns.slice(0, 2).map(({ candidate }) => originText(originOf(candidate)))).toEqual([
      'lastcontact as epoch seconds',
      'geoaltitude'
    ])
  })

  test('is recognised by its names alone where no file can be read', async () => {
    const silver = join(temporaryFolder('offers'), 'silver')
    const select = Object.entries(openSky).map(([name, sql]) => `${sql} AS ${name}`)
    await writeParquet(database, silver, 'a.parquet', `SELECT ${select.join(', ')} FROM range(20) t(i)`)
    const types = { time: 'integer', icao24: 'string', velocity: 'double', vertrate: 'double', baroaltitude: 'double' }
    const schema = metaData(Object.entries(types).map(([name, type]) => ({ name, type })))
    writeLog(silver, [[protocol(), schema], [add('a.parquet', { size: 1500 })]])
    rmSync(join(silver, 'a.parquet'))
    const { preset } = await checkSource(silver, {}, { database, openStorage })
    expect(preset?.columns.map(({ candidate }) => candidate.reason)).toEqual([
      'Right if the values are seconds since 1970.',
      'Only right if the values really are metres.',
      'Right if the values are metres per second.',
      "The state that the block of the address belongs to, by ICAO's table.",
      expect.stringMatching(/The climb rate is read as metres per second\.$/)
    ])
  })
})

test('The command line is told in JSON where names do not fit its short form', async () => {
  const report = await check({ ...without('event_timestamp'), "it's time = as seen": `${at} + i` })
  const likely = [{ name: 'event_timestamp', candidate: candidatesFor(report, 'event_timestamp')[0]! }]
  expect(
    columnOffers({ columns: report.columns, preset: null, likely }, { velocity_kmh: { from: 'v', factor: 3.6 } }).at(-1)
  ).toBe(
    `  --columns '{"velocity_kmh":{"from":"v","factor":3.6},"event_timestamp":{"from":"it'\\''s time = as seen","as":"epoch seconds"}}'`
  )
})
