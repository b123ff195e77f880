import { readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { recordingOf } from '#electron/host/recordingOf.ts'
import type { RunEvent } from '#shared/contract/run.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { writeParquet } from '#test/delta/handMade.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { isState, openTestHost } from '#test/support/hosts.ts'

let database: Database
let folder: string
/** The same recording, with columns as a receiver sends them, in files of its own. */
let received: string
const columns: ColumnMapping = {
  event_timestamp: { from: 'time', as: 'epoch milliseconds' },
  altitude_meters: { from: 'alt_baro', factor: 0.5 },
  velocity_kmh: { from: 'gs', factor: 3.6 },
  flight_phase: { from: 'rate', as: 'phase of flight', onGround: 'alt_baro' },
  origin_country: { from: 'icao', as: 'country of address' }
}
const setting = (name: string) => ({
  silver: { uri: `${name}`, columns: name === 'received' ? columns : {}, maxFilesPerTrigger: 3 },
  gold: { uri: `${name}-gold` },
  checkpoints: { uri: `${name}-checkpoints` }
})

beforeAll(async () => {
  database = await openDatabase()
  folder = temporaryFolder('mapped-run')
  received = join(folder, 'received')
  expect(
    await contrail(['sample', join(folder, 'silver'), '--minutes', '24', '--rows-per-minute', '200'])
  ).toMatchObject({ code: 0 })
  const files = readdirSync(join(folder, 'silver')).filter((name) => name.endsWith('.parquet'))
  for (const [i, file] of files.entries()) {
    const from = `read_parquet('${join(folder, 'silver', file)}')`
    const altitude =
      "CASE WHEN flight_phase = 'GROUND' THEN 'ground' ELSE (altitude_meters * 2)::VARCHAR END AS alt_baro"
    const rate = "CASE flight_phase WHEN 'CLIMB' THEN 5 WHEN 'DESCENT' THEN -5 WHEN 'CRUISE' THEN 0 END::DOUBLE AS rate"
    const icao =
      "CASE origin_country WHEN 'Germany' THEN '3c0001' WHEN 'France' THEN '380001' ELSE '~3c0001' END AS icao"
    await writeParquet(
      database,
      received,
      `${i}.parquet`,
      `SELECT epoch_ms(event_timestamp) AS time, ${altitude}, velocity_kmh / 3.6 AS gs, ${rate}, ${icao} FROM ${from}`
    )
    utimesSync(join(received, `${i}.parquet`), 1_750_000_000 + i, 1_750_000_000 + i)
  }
  for (const name of ['received']) writeFileSync(join(folder, `${name}.json`), JSON.stringify(setting(name)))
}, 120_000)
afterAll(() => database.close())

test('rows of every closed window, late ones too, are shown as many as gold counts, through the mapping that is kept with the source', async () => {
  const { host, heard } = await openTestHost()
  const report = await host.checkSource(received, columns)
  expect([report.ready, report.mapping]).toEqual([true, columns])
  expect((await host.checkSource(received)).mapping).toEqual(columns)
  const run = await host.createRun({ silver: received, mode: 'replay', maxFilesPerTrigger: 1 })
  await host.openRun(run.id)
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  const batches = heard.events.flatMap((event: RunEvent) => (event.kind === 'batch' ? [event.batch] : []))
  const rowsAt = async (query: 'anomaly_alerts' | 'flight_phase_counts', count: string) => {
    const counts = new Map<number, number>()
    for (const row of await goldRows(join(run.gold, query), database))
      counts.set(
        Date.parse(String(row.window_start)),
        (counts.get(Date.parse(String(row.window_start))) ?? 0) + Number(row[count])
      )
    return counts
  }
  let dropped = 0
  for (const [query, count] of [
    ['anomaly_alerts', 'total_observations'],
    ['flight_phase_counts', 'flight_count']
  ] as const) {
    const gold = await rowsAt(query, count)
    expect(gold.size).toBeGreaterThan(10)
    for (const [startMs, rows] of gold) {
      const late = batches
        .flatMap((batch) => (batch.query === query ? batch.dropped : []))
        .reduce((sum, window) => sum + (window.startMs === startMs ? window.rows : 0), 0)
      const answer = await host.silverRows(run.id, { query, startMs, limits: null })
      expect([answer.counted, answer.dropped]).toEqual([rows, late])
      dropped += answer.dropped
    }
  }
  expect(dropped).toBeGreaterThan(10)
}, 60_000)

test('contrail what-if gives what a replay with those limits gives, flags for the mapping too', async () => {
  const limits = ['--altitude-max', '10668', '--velocity-max', '870.5']
  expect(await contrail(['replay', '--pipeline', 'received.json'], { cwd: folder })).toMatchObject({ code: 0 })
  expect(
    await contrail(['what-if', '--pipeline', 'received.json', ...limits, '--to', 'asked.parquet'], { cwd: folder })
  ).toMatchObject({ code: 0 })
  const flags = Object.entries(columns).flatMap(([name, { from, factor, as, onGround }]) => [
    '--column',
    `${name}=${from}${factor ? ` * ${factor}` : ''}${as ? ` as ${as}` : ''}${onGround ? ` on ground by ${onGround}` : ''}`
  ])
  const other = [
    '--silver',
    'received',
    '--gold',
    'other-gold',
    '--checkpoints',
    'other-checkpoints',
    '--max-files-per-trigger',
    '3'
  ]
  expect(await contrail(['replay', ...other, ...flags, ...limits], { cwd: folder })).toMatchObject({ code: 0 })
  expect(
    await contrail(['export', '--table', 'other-gold/anomaly_alerts', '--to', 'replayed.parquet'], { cwd: folder })
  ).toMatchObject({ code: 0 })
  const [asked, replayed] = await Promise.all(
    ['asked', 'replayed'].map(async (name) =>
      (await database.query(`SELECT * FROM read_parquet('${join(folder, name)}.parquet') ORDER BY ALL`)).rows()
    )
  )
  expect(asked!.length).toBeGreaterThan(20)
  expect(asked).toEqual(replayed)
}, 60_000)

test('statistics of a column that a mapping hides say nothing of the event time', () => {
  const stats = JSON.stringify({
    numRecords: 5,
    minValues: { event_timestamp: '2020-01-01' },
    maxValues: { event_timestamp: '2020-01-02' }
  })
  const files = [{ path: 'a', sizeBytes: 1, hiddenRows: 0, stats }]
  const spanBy = (identity: string) =>
    recordingOf(files, 'event_timestamp', { columnIdentity: () => identity }).minEventMs
  expect([
    spanBy('timestamp'),
    spanBy('string of event_timestamp as ISO text in UTC'),
    spanBy('timestamp of seen')
  ]).toEqual([Date.UTC(2020, 0, 1), null, null])
})

test('a page that asks for a mapping which is none is refused', async () => {
  const { host } = await openTestHost()
  const asked = (mapping: unknown) => host.checkSource(received, mapping as ColumnMapping)
  await expect(asked({ event_timestamp: { from: 'time', as: 'seconds' } })).rejects.toThrow(
    'the mapping of columns: columns.event_timestamp.as is "seconds": must be "epoch seconds" or'
  )
  await expect(asked({ event_timestamp: { from: 'time', as: 'local time', zone: "'; SELECT 1" } })).rejects.toThrow(
    'no time zone has this name'
  )
})
