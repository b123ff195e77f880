import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { add, protocol, readTable, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { cruising, observationsSql, silverMetaData } from '#test/support/observations.ts'
import { progressOf, runIn, runWhole, warningsOf, type Outing } from '#test/support/runIn.ts'

const database = await openDatabase()
afterAll(() => database.close())

const rows = (event: string, minutes: readonly number[]): string =>
  `SELECT ${event} AS event_timestamp, * EXCLUDE (event_timestamp) FROM (${observationsSql(cruising(...minutes.map((minute) => `12:${String(minute).padStart(2, '0')}`)))})`
const usual = (...minutes: readonly number[]) => rows('event_timestamp', minutes)

/** Silver of three files: ordinary rows, rows of another time among ordinary ones, ordinary rows. One file a batch. */
async function runWith(
  kind: 'delta' | 'plain',
  selects: readonly string[]
): Promise<{ folder: string; outing: Outing }> {
  const folder = temporaryFolder('infinite')
  for (const [i, select] of selects.entries())
    await writeParquet(database, join(folder, 'silver'), `${i}.parquet`, select)
  if (kind === 'delta')
    writeLog(join(folder, 'silver'), [
      [protocol(), silverMetaData(), ...selects.map((_, i) => add(`${i}.parquet`, { modificationTime: i + 1 }))]
    ])
  return { folder, outing: await runWhole(folder, database, { silver: { maxFilesPerTrigger: 1 } }) }
}

const goldOf = async (folder: string, table: string) =>
  (await readTable(database, join(folder, 'gold', table)))
    .map(({ window_start: start }) => new Date(Number((start as bigint) / 1000n)).toISOString())
    .sort()

describe.each(['delta', 'plain'] as const)('T5 W7 T1 a %s silver', (kind) => {
  test('with infinity: the watermark goes to the year 294247, as in Spark, no window is made up, and a warning counts the rows', async () => {
    const { folder, outing } = await runWith(kind, [
      usual(0, 1),
      `${usual(2, 3)} UNION ALL ${rows("TIMESTAMPTZ 'infinity'", [2, 2])}`,
      usual(4)
    ])
    expect(await goldOf(folder, 'flight_phase_counts')).toEqual(
      [0, 1, 2, 3, 4].map((minute) => `2026-01-23T12:0${minute}:00.000Z`)
    )
    const batches = progressOf(outing, 'flight_phase_counts')
    expect(
      batches
        .map(({ eventTime, contrail, stateOperators: [{ numRowsDroppedByWatermark }] }) => [
          eventTime.max,
          contrail.nextWatermark,
          contrail.lateRows,
          numRowsDroppedByWatermark
        ])
        .slice(0, 3)
    ).toEqual([
      ['2026-01-23T12:01:00.000Z', '2026-01-23T11:59:00.000Z', 0, 0],
      ['294247-01-10T04:00:54.774Z', '294247-01-10T03:58:54.774Z', 2, 1],
      ['2026-01-23T12:04:00.000Z', '294247-01-10T03:58:54.774Z', 0, 0]
    ])
    expect(warningsOf(outing)).toEqual([
      expect.stringMatching(/^1\.parquet has 2 rows whose event time is infinity, which counts as the year 294247: /)
    ])
  })

  test('with -infinity: its rows are late for all windows, counted, and the watermark stays', async () => {
    const { folder, outing } = await runWith(kind, [
      `${usual(0, 1)} UNION ALL ${rows("TIMESTAMPTZ '-infinity'", [2])}`,
      usual(5)
    ])
    expect(await goldOf(folder, 'flight_phase_counts')).toEqual([
      '2026-01-23T12:00:00.000Z',
      '2026-01-23T12:01:00.000Z'
    ])
    const [first] = progressOf(outing, 'anomaly_alerts')
    expect([
      first!.eventTime.max,
      first!.eventTime.min,
      first!.contrail.lateRows,
      first!.stateOperators[0].numRowsDroppedByWatermark
    ]).toEqual(['2026-01-23T12:01:00.000Z', '290303-12-10T19:59:05.224Z', 1, 5])
    expect(warningsOf(outing)).toEqual([
      expect.stringMatching(/^0\.parquet has 1 row whose event time is -infinity, which counts as the year 290309 BC: /)
    ])
  })
})

test.each([
  9_223_372_036_854_775_806n,
  9_223_372_036_854_000_000n,
  9_223_372_036_000_000_000n,
  884_541_340_800_000_000n,
  -9_223_372_022_400_000_000n,
  -62_135_596_800_000_001n
])('W7 a time of %i us is in no window but its own, and every row is in gold, open, or counted as late', async (us) => {
  const { folder, outing } = await runWith('plain', [
    usual(0),
    `${usual(1)} UNION ALL ${rows(`make_timestamptz(${us})`, [0])}`
  ])
  const started = await goldOf(folder, 'flight_phase_counts')
  expect(
    started.filter((start) => start !== '2026-01-23T12:00:00.000Z' && start !== '2026-01-23T12:01:00.000Z')
  ).toEqual([])
  const last = progressOf(outing, 'flight_phase_counts').at(-1)!
  const late = progressOf(outing, 'flight_phase_counts').reduce((sum, { contrail }) => sum + contrail.lateRows, 0)
  expect(started.length + last.stateOperators[0].numRowsTotal + late).toBe(3)
  expect(warningsOf(outing)).toEqual([])
})

test('T5 all times infinite, and none but infinite ones and null', async () => {
  const { folder, outing } = await runWith('plain', [
    `${rows("TIMESTAMPTZ 'infinity'", [0])} UNION ALL ${rows("TIMESTAMPTZ '-infinity'", [0])} UNION ALL ${rows('NULL::TIMESTAMPTZ', [0])}`
  ])
  expect(await goldOf(folder, 'anomaly_alerts')).toEqual([])
  const [{ eventTime, numInputRows, contrail }] = progressOf(outing, 'anomaly_alerts') as [
    ReturnType<typeof progressOf>[number]
  ]
  expect([eventTime.max, eventTime.min, numInputRows, contrail.lateRows]).toEqual([
    '294247-01-10T04:00:54.774Z',
    '290303-12-10T19:59:05.224Z',
    3,
    2
  ])
})

describe('T5 a column of milliseconds with a time that does not fit into microseconds', () => {
  /** DuckDB writes only columns of milliseconds without a zone, and only times that fit: both are changed in the file. */
  async function writeMillis(folder: string, path: string, ms: bigint): Promise<void> {
    await writeParquet(
      database,
      folder,
      path,
      `SELECT event_timestamp::TIMESTAMP::TIMESTAMP_MS AS event_timestamp, * EXCLUDE (event_timestamp) FROM (${usual(7)})`,
      ', COMPRESSION UNCOMPRESSED'
    )
    const bytes = readFileSync(join(folder, path))
    const isAdjusted = bytes.indexOf(Buffer.of(0x8c, 0x12, 0x1c, 0x1c, 0x00))
    expect(isAdjusted).toBeGreaterThan(0)
    bytes[isAdjusted + 1] = 0x11
    const was = Buffer.alloc(8)
    was.writeBigInt64LE(BigInt(Date.UTC(2026, 0, 23, 12, 7)))
    for (let at = bytes.indexOf(was); at >= 0; at = bytes.indexOf(was, at + 8)) bytes.writeBigInt64LE(ms, at)
    writeFileSync(join(folder, path), bytes)
  }

  test.each([9_223_372_036_854_776n, -9_223_372_036_854_776n, 2n ** 63n - 2n])(
    'stops the run, or is set aside, with the file and the reason: %i ms',
    async (ms) => {
      const folder = temporaryFolder('millis')
      await writeParquet(database, join(folder, 'silver'), '0.parquet', usual(0, 9))
      await writeMillis(join(folder, 'silver'), '1.parquet', ms)
      const { ends } = await runIn(folder, database)
      for (const end of ends.values())
        expect(end).toMatchObject({
          code: 'schema',
          message: expect.stringMatching(
            /silver\/1\.parquet has a time that 64 bits of microseconds do not hold/
          ) as string
        })
      const aside = await runWhole(folder, database, { silver: { onBadFile: 'quarantine' } })
      expect(progressOf(aside, 'flight_phase_counts')[0]!.contrail.setAside).toEqual([
        { path: '1.parquet', message: expect.stringContaining('has a time that 64 bits') as string }
      ])
    }
  )

  test('is read where it fits: 9,223,372,036,854,775 ms', async () => {
    const folder = temporaryFolder('millis-fit')
    await writeMillis(join(folder, 'silver'), '1.parquet', 9_223_372_036_854_775n)
    expect(progressOf(await runWhole(folder, database), 'flight_phase_counts')[0]!.eventTime.max).toBe(
      '294247-01-10T04:00:54.774Z'
    )
  })
})
