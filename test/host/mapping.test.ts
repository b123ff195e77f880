import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { add, metaData, protocol, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { observationsSql, silverFields, type Observation } from '#test/support/observations.ts'
import { phases, progressOf, runIn, runWhole, warningsOf, type Settings } from '#test/support/runIn.ts'
import type { ColumnMapping, ColumnOrigin } from '#shared/pipeline/columnMapping.ts'

const database = await openDatabase()
afterAll(() => database.close())

const rows: readonly Observation[] = ['12:00:30', '12:01:00.25', '12:03:59.999999', '12:30', null].flatMap((at, i) => [
  { at, phase: 'CRUISE', country: 'Malta', altitude: 10_000 + i, velocity: 800.5 },
  { at, phase: 'CLIMB', country: 'France', altitude: 13_000, velocity: i % 2 === 0 ? null : 1200 }
])
const tables = ['flight_phase_counts', 'anomaly_alerts']
const goldOf = (folder: string) => Promise.all(tables.map((table) => goldRows(join(folder, 'gold', table), database)))

/**
 * Silver in which columns take the place of others: by the queries' name, the SQL over the plain row, and its Delta
 * type.
 */
type Replaced = Readonly<Record<string, { readonly name: string; readonly sql: string; readonly type: string }>>

function replacedSql(replaced: Replaced, from = observationsSql(rows)): string {
  const columns = silverFields.map(({ name }) =>
    replaced[name] ? `${replaced[name].sql} AS "${replaced[name].name}"` : name
  )
  return `SELECT ${columns.join(', ')} FROM (${from})`
}

async function deltaOf(replaced: Replaced, from?: string): Promise<string> {
  const folder = temporaryFolder('mapping')
  const fields = silverFields.map((field) =>
    replaced[field.name] ? { name: replaced[field.name]!.name, type: replaced[field.name]!.type } : field
  )
  await writeParquet(database, join(folder, 'silver'), 'a.parquet', replacedSql(replaced, from))
  writeLog(join(folder, 'silver'), [[protocol(3, ['timestampNtz']), metaData(fields)], [add('a.parquet')]])
  return folder
}

async function parquetOf(replaced: Replaced, from?: string): Promise<string> {
  const folder = temporaryFolder('mapping')
  await writeParquet(database, join(folder, 'silver'), 'a.parquet', replacedSql(replaced, from))
  return folder
}

let plain: unknown
beforeAll(async () => {
  const folder = await parquetOf({})
  await runWhole(folder, database)
  plain = await goldOf(folder)
})

const us = 'epoch_us(event_timestamp)'
const iso = (format: string, zone = 'UTC') => `strftime(timezone('${zone}', event_timestamp), '${format}')`
const times: readonly (readonly [type: string, sql: string, origin: Omit<ColumnOrigin, 'from'>])[] = [
  ['double', `${us} / 1000000`, { as: 'epoch seconds' }],
  [
    'decimal(20,6)',
    `((${us} // 1000000)::VARCHAR || '.' || lpad((${us} % 1000000)::VARCHAR, 6, '0'))::DECIMAL(20,6)`,
    { as: 'epoch seconds' }
  ],
  ['string', `(${us} // 1000000)::VARCHAR || '.' || lpad((${us} % 1000000)::VARCHAR, 6, '0')`, { as: 'epoch seconds' }],
  ['double', `${us} / 1000`, { as: 'epoch milliseconds' }],
  ['long', us, { as: 'epoch microseconds' }],
  ['string', `' ' || ${us} || ' '`, { as: 'epoch microseconds' }],
  ['long', `${us} * 1000`, { as: 'epoch nanoseconds' }],
  ['string', `(${us} * 1000)::VARCHAR`, { as: 'epoch nanoseconds' }],
  ['string', iso('%Y-%m-%dT%H:%M:%S.%fZ'), { as: 'ISO text' }],
  ['string', iso('%Y-%m-%d %H:%M:%S.%f000'), { as: 'ISO text' }],
  ['string', iso('%Y-%m-%d %H:%M:%S.%f+05:30', 'Asia/Kolkata'), { as: 'ISO text' }],
  ['string', iso('%Y-%m-%d %H:%M:%S.%f', 'America/New_York'), { as: 'ISO text', zone: 'America/New_York' }],
  ['string', iso('%Y-%m-%d %H:%M:%S.%f Europe/Berlin', 'Europe/Berlin'), { as: 'ISO text', zone: 'America/New_York' }],
  ['timestamp_ntz', "timezone('UTC', event_timestamp)", { as: 'local time', zone: 'UTC' }],
  ['timestamp_ntz', "timezone('Europe/Berlin', event_timestamp)", { as: 'local time', zone: 'Europe/Berlin' }]
]

describe('A time that is no timestamp gives the gold of one that is', () => {
  test.each(times)('%s %s, read as %j, of a Delta table and of a folder', async (type, sql, origin) => {
    for (const make of [deltaOf, parquetOf]) {
      const folder = await make({ event_timestamp: { name: 'when', sql, type } })
      await runWhole(folder, database, { silver: { columns: { event_timestamp: { from: 'when', ...origin } } } })
      expect(await goldOf(folder)).toEqual(plain)
    }
  })

  test('also in the place of a column of its own name, and over many files and batches', async () => {
    const whole = observationsSql(rows.map((row) => ({ ...row, at: row.at && row.at.slice(0, 8) })))
    const [numbers, timestamps] = [temporaryFolder('mapping'), temporaryFolder('mapping')]
    for (const name of ['a', 'b', 'c']) {
      await writeParquet(
        database,
        join(numbers, 'silver'),
        `${name}.parquet`,
        replacedSql({ event_timestamp: { name: 'event_timestamp', sql: `${us} // 1000`, type: 'long' } }, whole)
      )
      await writeParquet(database, join(timestamps, 'silver'), `${name}.parquet`, whole)
    }
    const outing = await runWhole(numbers, database, {
      silver: {
        maxFilesPerTrigger: 2,
        columns: { event_timestamp: { from: 'Event_Timestamp', as: 'epoch milliseconds' } }
      }
    })
    await runWhole(timestamps, database, { silver: { maxFilesPerTrigger: 2 } })
    expect(progressOf(outing, 'anomaly_alerts').map(({ numInputRows }) => numInputRows)).toEqual([20, 10])
    expect(await goldOf(numbers)).toEqual(await goldOf(timestamps))
  })
})

describe('A mapped time', () => {
  test('may be the partition column of a Delta table', async () => {
    const folder = temporaryFolder('mapping')
    const fields = [{ name: 'when', type: 'string' }, ...silverFields.filter(({ name }) => name !== 'event_timestamp')]
    const moments = ['2026-01-23T12:00:30Z', '2026-01-23 13:00:30+01', '2026-01-23T12:40:00.000Z']
    for (const i of moments.keys())
      await writeParquet(
        database,
        join(folder, 'silver'),
        `${i}.parquet`,
        `SELECT * EXCLUDE (event_timestamp) FROM (${observationsSql(rows)})`
      )
    writeLog(join(folder, 'silver'), [
      [protocol(), metaData(fields, { partitionColumns: ['when'] })],
      ...moments.map((when, i) => [add(`${i}.parquet`, { partitionValues: { when } })])
    ])
    await runWhole(folder, database, {
      silver: { columns: { event_timestamp: { from: 'when', as: 'ISO text' } } },
      queries: phases
    })
    const gold = await goldRows(join(folder, 'gold', 'flight_phase_counts'), database)
    expect(gold.map((row) => [row.flight_phase, Number(row.flight_count)]).sort()).toEqual([
      ['CLIMB', 10],
      ['CRUISE', 10]
    ])
  })

  test('of a bad file is set aside with it', async () => {
    const folder = await parquetOf({ event_timestamp: { name: 'when', sql: us, type: 'long' } })
    writeFileSync(join(folder, 'silver', 'b.parquet'), 'PAR1 and nothing more')
    utimesSync(join(folder, 'silver', 'b.parquet'), 1_750_000_000, 1_750_000_000)
    const outing = await runWhole(folder, database, {
      silver: { onBadFile: 'quarantine', columns: { event_timestamp: { from: 'when', as: 'epoch microseconds' } } }
    })
    expect(progressOf(outing, 'anomaly_alerts')[0]?.contrail.setAside.map(({ path }) => path)).toEqual(['b.parquet'])
    expect(await goldOf(folder)).toEqual(plain)
  })

  test('that is null counts as no time, and a run says how many rows that are, once', async () => {
    const folder = await parquetOf({
      event_timestamp: {
        name: 'when',
        sql: "CASE flight_phase WHEN 'CLIMB' THEN 'T12:05' ELSE event_timestamp::VARCHAR END",
        type: 'string'
      }
    })
    const outing = await runWhole(folder, database, {
      silver: { columns: { event_timestamp: { from: 'when', as: 'ISO text' } } }
    })
    expect(progressOf(outing, 'flight_phase_counts').map(({ contrail }) => contrail.rowsWithoutTime)).toEqual([6, 0])
    expect(warningsOf(outing)).toEqual([
      'batch 0: 6 of 10 rows have no event time as event_timestamp is mapped, and such rows count for no window; contrail check shows what it cannot read'
    ])
    const plainly = await runWhole(await parquetOf({}), database, { queries: phases })
    expect([
      warningsOf(plainly),
      progressOf(plainly, 'flight_phase_counts').map(({ contrail }) => contrail.rowsWithoutTime)
    ]).toEqual([[], [2, 0]])
  })
})

describe('A factor', () => {
  const altitudes = (sql: string, type: string, from = observationsSql(rows)) => ({
    replaced: { altitude_meters: { name: 'alt_baro', sql, type } },
    from
  })
  const mapping: ColumnMapping = { altitude_meters: { from: 'alt_baro', factor: 0.5 } }

  async function averages(sql: string, type: string, make = deltaOf): Promise<unknown[]> {
    const { replaced, from } = altitudes(sql, type)
    const folder = await make(replaced, from)
    await runWhole(folder, database, { silver: { columns: mapping }, queries: phases })
    return (await goldRows(join(folder, 'gold', 'flight_phase_counts'), database)).map((row) => row.avg_altitude)
  }

  test.each([
    ['text in which some is no number', "CASE flight_phase WHEN 'CLIMB' THEN 'ground' ELSE '100' END", 'string'],
    ['empty text', "CASE flight_phase WHEN 'CLIMB' THEN '' ELSE ' 100 ' END", 'string'],
    ['underscores, which DuckDB alone takes', "CASE flight_phase WHEN 'CLIMB' THEN '1_000' ELSE '1e2' END", 'string'],
    ['digits of other scripts', "CASE flight_phase WHEN 'CLIMB' THEN '１２' ELSE '100d' END", 'string']
  ])('takes text as Spark casts it: %s', async (_, sql, type) => {
    for (const make of [deltaOf, parquetOf]) {
      const folder = await make({ altitude_meters: { name: 'alt_baro', sql, type } })
      await runWhole(folder, database, { silver: { columns: mapping }, queries: phases })
      const gold = await goldRows(join(folder, 'gold', 'flight_phase_counts'), database)
      expect(new Set(gold.map((row) => `${String(row.flight_phase)} ${String(row.avg_altitude)}`))).toEqual(
        new Set(['CRUISE 50', 'CLIMB null'])
      )
    }
  })

  test.each([
    ['boolean', 'true', 0.5],
    ['date', "DATE '2026-01-23'", null],
    ['timestamp', "TIMESTAMPTZ '1970-01-01 00:01:40.5+00'", 50.25],
    ['decimal(38,2)', '100.5::DECIMAL(38,2)', 50.25],
    ['byte', '100::TINYINT', 50]
  ])('takes %s as Spark casts it: %s gives %s', async (type, sql, value) => {
    expect(new Set(await averages(sql, type))).toEqual(new Set([value]))
  })

  test.each([
    ['timestamp_ntz', "TIMESTAMP '2026-01-23 12:00:00'"],
    ['binary', "'12'::BLOB"],
    [{ type: 'array', elementType: 'integer', containsNull: true }, '[1]']
  ])('over %j, which Spark does not cast, is refused before anything is written', async (type, sql) => {
    const folder = await deltaOf({ altitude_meters: { name: 'alt_baro', sql, type: type as string } })
    const { ends } = await runIn(folder, database, { silver: { columns: mapping } })
    expect([...ends.values()].map((end) => end?.message)).toEqual(
      Array(2).fill(
        expect.stringMatching(
          /^\[DATATYPE_MISMATCH\.CAST_WITHOUT_SUGGESTION\] silver\.columns\.altitude_meters takes alt_baro as a number, and it is (timestamp_ntz|binary|array.*), which cannot be cast to one/
        )
      )
    )
  })
})

test('A country and a phase are made of what a receiver sends, mapped measures among it', async () => {
  const folder = temporaryFolder('mapping')
  const sent = [
    [0, '4b1234', '36000', 450, 0],
    [1, '~4b1234', '36000', 450, 0],
    [2, '3c0001', '2000', 200, 1500],
    [3, '3c0001', 'ground', 5, null],
    [4, '4D0001', '10000', 300, -1500]
  ].map(
    ([i, hex, altitude, speed, climb]) => `(${1769169600 + Number(i)}, '${hex}', '${altitude}', ${speed}, ${climb})`
  )
  const sql = `SELECT now::BIGINT AS now, hex, alt_baro, gs::DOUBLE AS gs, baro_rate::INTEGER AS baro_rate FROM (VALUES ${[...sent, "(1769173200, '4b1234', '36000', 450, 0)"].join(', ')}) t(now, hex, alt_baro, gs, baro_rate)`
  await writeParquet(database, join(folder, 'silver'), 'a.parquet', sql)
  const columns: ColumnMapping = {
    event_timestamp: { from: 'now', as: 'epoch seconds' },
    origin_country: { from: 'hex', as: 'country of address' },
    altitude_meters: { from: 'alt_baro', factor: 0.3048 },
    velocity_kmh: { from: 'gs', factor: 1.852 },
    flight_phase: { from: 'baro_rate', factor: 0.00508, as: 'phase of flight', onGround: 'alt_baro' }
  }
  await runWhole(folder, database, { silver: { columns } })
  const [counts, alerts] = await goldOf(folder)
  expect(counts!.map((row) => [row.flight_phase, Number(row.flight_count)]).sort()).toEqual(
    [
      ['TAKEOFF', 1],
      ['CRUISE', 2],
      ['DESCENT', 1],
      ['GROUND', 1]
    ].sort()
  )
  expect(new Set(alerts!.map((row) => row.origin_country))).toEqual(
    new Set(['Germany', 'Luxembourg', 'Switzerland', null])
  )
})

describe('A mapping that cannot be followed is refused by its name, with the next step, before anything runs', () => {
  const refusal = async (columns: ColumnMapping, replaced: Replaced = {}) => {
    const { ends } = await runIn(await deltaOf(replaced), database, { silver: { columns }, queries: phases })
    return [...ends.values()].map((end) => end?.message)
  }
  test.each([
    [
      { event_timestamp: { from: 'event_timestamp', as: 'epoch seconds' } },
      'silver.columns.event_timestamp reads event_timestamp as epoch seconds, and it is timestamp; epoch seconds needs a number, or text that holds one: leave "as" out: it is a time already'
    ],
    [
      { event_timestamp: { from: 'event_timestamp', as: 'local time', zone: 'UTC' } },
      'silver.columns.event_timestamp reads event_timestamp as local time, and it is timestamp; local time needs a timestamp without a time zone, or a date: leave "as" out: it is a time already'
    ],
    [
      { event_timestamp: { from: 'altitude_meters', as: 'ISO text' } },
      'silver.columns.event_timestamp reads altitude_meters as ISO text, and it is double; ISO text needs text: choose another column, or another form'
    ],
    [
      { event_timestamp: { from: 'flight_phase', as: 'local time', zone: 'UTC' } },
      'silver.columns.event_timestamp reads flight_phase as local time, and it is string; local time needs a timestamp without a time zone, or a date: choose another column, or another form'
    ],
    [
      { event_timestamp: { from: 'time', as: 'epoch seconds' } },
      /^silver\.columns\.event_timestamp\.from is time, and .* has no such column\. It has: event_timestamp, /
    ],
    [
      { flight_phase: { from: 'altitude_meters', as: 'country of address' } },
      'silver.columns.flight_phase reads altitude_meters as country of address, and it is double; country of address needs text: addresses in hexadecimal: choose another column, or another form'
    ],
    [
      { flight_phase: { from: 'altitude_meters', as: 'phase of flight', onGround: 'event_timestamp' } },
      'silver.columns.flight_phase.onGround is event_timestamp, which is timestamp: it must be a boolean, a number that is 0 in the air, or text that says "ground"'
    ],
    [
      { flight_phase: { from: 'altitude_meters', as: 'phase of flight', onGround: 'ground' } },
      /^silver\.columns\.flight_phase\.onGround is ground, and .* has no such column/
    ],
    [
      {
        altitude_meters: { from: 'velocity_kmh', as: 'epoch seconds' },
        flight_phase: { from: 'velocity_kmh', as: 'phase of flight' }
      },
      'silver.columns.flight_phase is made of altitude_meters, and silver.columns.altitude_meters reads velocity_kmh as epoch seconds: map altitude_meters to a column of numbers'
    ]
  ] as const)('%j', async (columns, message) => {
    expect(await refusal(columns)).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)])
  })

  test('a phase without an altitude', async () => {
    const message = await refusal(
      { flight_phase: { from: 'velocity_kmh', as: 'phase of flight' } },
      { altitude_meters: { name: 'alt', sql: 'altitude_meters', type: 'double' } }
    )
    expect(message).toEqual([
      expect.stringMatching(
        /^silver\.columns\.flight_phase is made of altitude_meters too, and .* has no such column: map another one to it with silver\.columns$/
      )
    ])
  })

  test('an event time of numbers, naming the form that reads it', async () => {
    const message = await refusal({ event_timestamp: { from: 'altitude_meters' } })
    expect(message).toEqual([
      expect.stringContaining('as in {"event_timestamp": {"from": "...", "as": "epoch seconds"}}')
    ])
  })
})

describe('decisions 1.5 under a checkpoint', () => {
  const replaced: Replaced = {
    event_timestamp: { name: 'seen', sql: "timezone('UTC', event_timestamp)", type: 'timestamp_ntz' },
    altitude_meters: { name: 'alt', sql: 'altitude_meters', type: 'double' }
  }
  const columns: ColumnMapping = {
    event_timestamp: { from: 'seen', as: 'local time', zone: 'UTC' },
    altitude_meters: { from: 'alt', factor: 2 },
    flight_phase: { from: 'velocity_kmh', factor: 0.01, as: 'phase of flight' }
  }
  const again = async (folder: string, changed: ColumnMapping): Promise<(string | undefined)[]> => {
    const settings: Settings = { silver: { columns: { ...columns, ...changed } }, queries: phases }
    return [...(await runIn(folder, database, settings)).ends.values()].map((end) => end?.message)
  }

  test('a changed form, zone, factor or part of a phase is refused, and the same mapping goes on', async () => {
    const folder = await deltaOf(replaced)
    await runWhole(folder, database, { silver: { columns }, queries: phases })
    expect([
      await again(folder, { event_timestamp: { from: 'seen', as: 'local time', zone: 'Europe/Berlin' } }),
      await again(folder, { altitude_meters: { from: 'alt', factor: 3 } }),
      await again(folder, { flight_phase: { from: 'velocity_kmh', factor: 0.02, as: 'phase of flight' } }),
      await again(folder, {
        flight_phase: { from: 'velocity_kmh', factor: 0.01, as: 'phase of flight', onGround: 'alt' }
      }),
      await again(folder, {})
    ]).toEqual([
      [
        expect.stringContaining(
          'made with column event_timestamp of silver as timestamp_ntz of seen as local time in UTC, and now it is timestamp_ntz of seen as local time in Europe/Berlin'
        )
      ],
      [
        expect.stringMatching(
          /made with column flight_phase of silver as double of velocity_kmh times 0\.01 as phase of flight, altitude double of alt times 2, .* and now it is .*altitude double of alt times 3|made with column altitude_meters of silver as double of alt times 2, and now it is double of alt times 3/
        )
      ],
      [expect.stringContaining('now it is double of velocity_kmh times 0.02 as phase of flight')],
      [expect.stringContaining('on ground by double of alt')],
      [undefined]
    ])
  })

  test('a mapping of before keeps its identity', async () => {
    const { openSource } = await import('#electron/source/openSource.ts')
    const { pipelineIn } = await import('#test/support/runIn.ts')
    const { openStorage } = await import('#electron/storage/openStorage.ts')
    const { systemClock } = await import('#electron/host/clock.ts')
    const folder = await deltaOf({})
    const source = await openSource(
      pipelineIn(folder, {
        silver: { columns: { a: { from: 'Flight_Phase' }, b: { from: 'velocity_kmh', factor: 3.6 } } }
      }),
      { database, openStorage, clock: systemClock, signal: new AbortController().signal }
    )
    expect(['a', 'b', 'altitude_meters'].map((name) => source.columnIdentity(name))).toEqual([
      'string of flight_phase',
      'double of velocity_kmh times 3.6',
      'double'
    ])
  })
})
