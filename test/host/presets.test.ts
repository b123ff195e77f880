import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { check } from '#electron/commands/check.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { checkSource } from '#electron/host/checkSource.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { originOf } from '#shared/pipeline/originOf.ts'
import { originText } from '#shared/pipeline/originText.ts'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { knownTables, writeKnownTable, writeReadyTable, type KnownTable } from '#test/support/knownTables.ts'
import { textSink } from '#test/support/textSink.ts'

const database = await openDatabase()
afterAll(() => database.close())

const reportOf = (silver: string, mapping: ColumnMapping = {}) =>
  checkSource(silver, mapping, { database, openStorage })

/** What `contrail check` prints; it fails while columns are missing. */
async function printed(silver: string): Promise<string[]> {
  const sink = textSink()
  const pipeline = parsePipeline(
    { silver: { uri: silver }, gold: { uri: '/gold' }, checkpoints: { uri: '/checkpoints' } },
    'p.json'
  )
  await check(pipeline, openStorage, sink.stream).catch(() => undefined)
  return sink.text().split('\n')
}

/** As a shell would take them apart. */
const flagsIn = (lines: readonly string[]): string[] =>
  [
    ...(lines.find((line) => line.startsWith('  --column')) ?? '').matchAll(/(--columns?) '((?:[^']|'\\'')*)'/g)
  ].flatMap(([, flag = '', text = '']) => [flag, text.replaceAll("'\\''", "'")])

/** Both gold tables of a replay by the command line. */
async function goldOf(silver: string, flags: readonly string[]): Promise<string[]> {
  const folder = temporaryFolder('presets')
  const [gold, checkpoints] = [join(folder, 'gold'), join(folder, 'checkpoints')]
  const run = await contrail(['replay', '--silver', silver, '--gold', gold, '--checkpoints', checkpoints, ...flags])
  expect([run.code, run.stderr]).toEqual([0, ''])
  const tables = ['flight_phase_counts', 'anomaly_alerts'].map((name) => goldRows(join(gold, name), database))
  return (await Promise.all(tables))
    .flat()
    .map((row) => JSON.stringify(row))
    .sort()
}

const expected: Readonly<Record<KnownTable, readonly [name: string, ...columns: string[]]>> = {
  OpenSky: [
    'OpenSky state vectors',
    'time as epoch seconds',
    'baroaltitude',
    'velocity × 3.6',
    'icao24 as country of address',
    'vertrate as phase of flight, on the ground by onground'
  ],
  'OpenSky REST': [
    'OpenSky state vectors',
    'time_position as epoch seconds',
    'baro_altitude',
    'velocity × 3.6',
    'icao24 as country of address',
    'vertical_rate as phase of flight, on the ground by on_ground'
  ],
  readsb: [
    'readsb or dump1090 aggregates',
    'now as epoch seconds',
    'alt_baro × 0.3048',
    'gs × 1.852',
    'hex as country of address',
    'baro_rate × 0.00508 as phase of flight, on the ground by alt_baro'
  ],
  dump1090: [
    'readsb or dump1090 aggregates',
    'timestamp as epoch milliseconds',
    'altitude × 0.3048',
    'speed × 1.852',
    'hex as country of address',
    'vert_rate × 0.00508 as phase of flight, on the ground by altitude'
  ],
  traffic: [
    'rows of the traffic library',
    'timestamp',
    'altitude × 0.3048',
    'groundspeed × 1.852',
    'icao24 as country of address',
    'vertical_rate × 0.00508 as phase of flight, on the ground by onground'
  ],
  'traffic without zones': [
    'rows of the traffic library',
    'timestamp as local time in UTC',
    'altitude × 0.3048',
    'groundspeed × 1.852',
    'icao24 as country of address',
    'vertical_rate × 0.00508 as phase of flight, on the ground by onground'
  ]
}

const needed = ['event_timestamp', 'altitude_meters', 'velocity_kmh', 'origin_country', 'flight_phase']

describe.each(knownTables)('A table as of %s', (kind) => {
  test('is recognised, and its mapping is all that it needs', async () => {
    const silver = await writeKnownTable(database, kind)
    const { preset, ready } = await reportOf(silver)
    const columns = preset?.columns ?? []
    expect([ready, preset?.left, columns.map(({ name }) => name)]).toEqual([false, [], needed])
    expect([preset?.name, ...columns.map(({ candidate }) => originText(originOf(candidate)))]).toEqual(expected[kind])
    const mapping = Object.fromEntries(columns.map(({ name, candidate }) => [name, originOf(candidate)]))
    const decided = await reportOf(silver, mapping)
    expect([decided.ready, decided.preset, decided.mapping]).toEqual([true, null, mapping])
  })

  test('gives the gold of the same rows with ready-made columns, by the flags that the check prints', async () => {
    const silver = await writeKnownTable(database, kind)
    const flags = flagsIn(await printed(silver))
    expect(flags.length).toBe(10)
    const gold = await goldOf(silver, flags)
    expect(gold.length).toBeGreaterThan(150)
    expect(gold).toEqual(await goldOf(await writeReadyTable(database, kind), []))
  })
})

test('contrail check states what a mapping does, column by column, and how to use it', async () => {
  const silver = await writeKnownTable(database, 'traffic without zones')
  const lines = await printed(silver)
  const rule =
    'GROUND on the ground, or below 300 m and 100 km/h; DESCENT below −2.5 m/s; above 2.5 m/s TAKEOFF up to 1,500 m, then CLIMB; ' +
    'else CRUISE from 7,000 m, TRANSITION below; empty without climb rate or altitude'
  expect(lines.slice(3, -1)).toEqual([
    '✗ Columns match',
    'These look like rows of the traffic library. Their mapping:',
    '  event_timestamp is timestamp as local time in UTC. Gives 2026-01-23 12:00:00 to 12:19:50 UTC, if the times are UTC: they name no time zone.',
    '  altitude_meters is altitude × 0.3048. Gives 914.4 to 13,716 m, like other flight data.',
    '  velocity_kmh is groundspeed × 1.852. Gives 18 to 828 km/h, like other flight data.',
    "  origin_country is icao24 as country of address. The state that the block of the address belongs to, by ICAO's table; found for 71% of the rows.",
    `  flight_phase is vertical_rate × 0.00508 as phase of flight, on the ground by onground. By a rule: ${rule}. The climb rate is read as feet per minute: −1,400 to 1,600.`,
    'To use it, for a check and for a run:',
    "  --column 'event_timestamp=timestamp as local time in UTC' --column 'altitude_meters=altitude * 0.3048' --column 'velocity_kmh=groundspeed * 1.852' " +
      "--column 'origin_country=icao24 as country of address' --column 'flight_phase=vertical_rate * 0.00508 as phase of flight on ground by onground'",
    'Where the times are in another zone, name it in the place of UTC, as Europe/Berlin.'
  ])
})
