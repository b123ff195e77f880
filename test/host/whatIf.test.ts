import { copyFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readStream } from '#shared/arrow/readStream.ts'
import type { Host } from '#shared/contract/host.ts'
import type { Limits, RunEvent, RunSummary } from '#shared/contract/run.ts'
import type { WhatIfAnswer } from '#shared/contract/whatIf.ts'
import { openTableScan } from '#electron/delta/deltaTable.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { closeHosts, openTestHost } from '#test/support/hosts.ts'
import { goldRows } from '#test/support/compareScenario.ts'

let database: Database
let silver: string
beforeAll(async () => {
  database = await openDatabase()
  silver = join(temporaryFolder('what-if'), 'silver')
  expect(await contrail(['sample', silver, '--minutes', '24', '--rows-per-minute', '400'])).toMatchObject({ code: 0 })
}, 120_000)
afterAll(() => database.close())

const notebook: Limits = { altitudeMin: -100, altitudeMax: 12_000, velocityMin: 0, velocityMax: 1000 }
const tight: Limits = { altitudeMin: 300, altitudeMax: 10_668, velocityMin: 0, velocityMax: 870.5 }

/** Sums of gold's closed windows, as the what-if panel has them. */
async function sums(run: RunSummary) {
  const scan = await openTableScan(openStorage(join(run.gold, 'anomaly_alerts')), {}, database)
  const [row] = (
    await database.query(
      `SELECT count(*) FILTER (anomaly_rate > 0)::INT AS alerts, count(DISTINCT origin_country) FILTER (anomaly_rate > 0)::INT AS countries, sum(altitude_anomalies)::INT AS "altitudeAnomalies", sum(velocity_anomalies)::INT AS "velocityAnomalies" FROM (${scan.sql})`
    )
  ).rows()
  return row
}

const sideOf = ({ episodes: _episodes, ...side }: WhatIfAnswer['current']) => side

const ask = (host: Host, run: RunSummary, limits: Limits, minimumObservations = 1) => host.whatIf(run.id, { limits, minimumObservations, current: notebook, whole: true })

/** Asks until every batch of gold is counted, or cannot be. */
async function askAll(host: Host, run: RunSummary, limits: Limits): Promise<WhatIfAnswer> {
  for (;;) {
    const answer = await ask(host, run, limits)
    const { batches, ofBatches, stopped } = answer.coverage
    if (stopped !== null || (ofBatches > 0 && batches === ofBatches)) return answer
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

async function replayed(host: Host, heard: { until(holds: (event: RunEvent) => boolean, from?: number): Promise<void>; readonly events: readonly RunEvent[] }, run: RunSummary): Promise<void> {
  const from = heard.events.length
  await host.openRun(run.id)
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until((event) => event.kind === 'run' && event.run.id === run.id && event.run.state === 'done', from)
}

const batchesOf = async (run: RunSummary) => (await goldRows(join(run.gold, 'anomaly_alerts'), database)).map(({ batchId, window_start, origin_country }) => [batchId, window_start, origin_country].join(' ')).sort()

test('current is gold, proposed is what a run of the same batches with those limits writes, and the lists tell them apart', async () => {
  const { host, heard } = await openTestHost()
  const run = await host.createRun({ silver, mode: 'replay', maxFilesPerTrigger: 1 })
  await replayed(host, heard, run)
  const answer = await askAll(host, run, tight)
  const rows = readStream((await host.whatIfRows(run.id, { limits: tight, current: notebook, minimumObservations: 1, whole: false })).rows)
  const again = await host.replayRun(run.id, tight)
  expect(again).toMatchObject({ name: 'silver 2', limits: tight, replayOf: 'silver', state: 'new' })
  await replayed(host, heard, again)
  expect(await batchesOf(again)).toEqual(await batchesOf(run))
  expect(sideOf(answer.current)).toEqual(await sums(run))
  expect(sideOf(answer.proposed)).toEqual(await sums(again))
  expect(answer.gained).toBeGreaterThan(0)
  expect({ alerts: answer.kept + answer.lost, proposed: answer.kept + answer.gained }).toEqual({ alerts: answer.current.alerts, proposed: answer.proposed.alerts })
  const [{ values: changes }] = rows.columns as unknown as [{ values: readonly string[] }]
  const count = (...of: string[]) => changes.filter((change) => of.includes(change)).length
  expect([count('kept', 'changed'), count('changed'), count('gained'), count('lost')]).toEqual([answer.kept, answer.changed, answer.gained, answer.lost])
  expect(answer.countries.reduce((sum, { proposed }) => sum + proposed, 0)).toBe(answer.proposed.alerts)
  // Now that the other run is open, its own current is what was proposed.
  expect(sideOf((await askAll(host, again, notebook)).proposed)).toEqual(await sums(run))
})

test('limits that are applied hold from the next batch on, are kept with gold and the run, and can be taken back', async () => {
  const { host, heard, dataFolder } = await openTestHost()
  const run = await host.createRun({ silver, mode: 'replay', maxFilesPerTrigger: 1 })
  await host.openRun(run.id)
  for (let step = 0; step < 14; step++) {
    const from = heard.events.length
    await host.controlRun(run.id, { kind: 'step', unit: 'file' })
    await heard.until((event) => event.kind === 'run', from)
  }
  await host.applyLimits(run.id, tight, 'traffic at FL350')
  expect(heard.events.findLast((event) => event.kind === 'run')).toMatchObject({ run: { limits: tight } })
  await closeHosts()
  const later = await openTestHost(dataFolder)
  const whole = await later.host.openRun(run.id)
  expect(whole.run.limits).toEqual(tight)
  await replayed(later.host, later.heard, run)
  const limits = await limitsOfCommits(run)
  expect(new Set(limits)).toEqual(new Set([JSON.stringify(notebook), JSON.stringify(tight)]))
  expect(limits).toEqual([...limits].sort((a, b) => Number(a === JSON.stringify(tight)) - Number(b === JSON.stringify(tight))))
  const answer = await askAll(later.host, run, tight)
  expect(sideOf(answer.current)).toEqual(await sums(run))
  expect(answer.coverage.mixedWindows).toBeGreaterThan(0)
  const again = await later.host.replayRun(run.id, tight)
  await replayed(later.host, later.heard, again)
  expect(sideOf(answer.proposed)).toEqual(await sums(again))
  expect(new Set(await limitsOfCommits(again))).toEqual(new Set([JSON.stringify(tight)]))
  await later.host.openRun(run.id)
  await later.host.applyLimits(run.id, notebook, '')
  expect((await later.host.openRun(run.id)).run.limits).toEqual(notebook)
})

async function limitsOfCommits(run: RunSummary): Promise<string[]> {
  const log = join(run.gold, 'anomaly_alerts/_delta_log')
  const texts = readdirSync(log).filter((name) => /^\d{20}\.json$/.test(name)).sort()
  return Promise.all(
    texts.map(async (name) => {
      const [row] = (await database.query(`SELECT commitInfo.userMetadata AS note FROM read_json('${join(log, name)}', format = 'newline_delimited') WHERE commitInfo IS NOT NULL`)).rows()
      return JSON.stringify((JSON.parse(String(row!.note)) as { limits: Limits }).limits)
    })
  )
}

test('a file of silver that is gone: what was counted before is still known, and a replay is refused, naming it', async () => {
  const own = join(temporaryFolder('what-if-gone'), 'silver')
  expect(await contrail(['sample', own, '--minutes', '16', '--rows-per-minute', '200'])).toMatchObject({ code: 0 })
  const first = await openTestHost()
  const run = await first.host.createRun({ silver: own, mode: 'replay', maxFilesPerTrigger: 1 })
  await replayed(first.host, first.heard, run)
  const before = await askAll(first.host, run, tight)
  await closeHosts()
  const file = readdirSync(own).find((name) => name.endsWith('.parquet'))!
  renameSync(join(own, file), join(own, '..', file))
  const { host } = await openTestHost(first.dataFolder)
  await host.openRun(run.id)
  expect(await askAll(host, run, tight)).toEqual(before)
  await expect(host.replayRun(run.id, tight)).rejects.toThrow(`${join(own, file)} (version`)
  expect(await host.listRuns()).toHaveLength(1)
})

test('questions that mean nothing are refused in a sentence', async () => {
  const { host } = await openTestHost()
  const run = await host.createRun({ silver, mode: 'replay' })
  await expect(ask(host, run, tight)).rejects.toThrow('open it first')
  await host.openRun(run.id)
  await expect(ask(host, run, { ...tight, altitudeMin: 20_000 })).rejects.toThrow('the altitude minimum (20000) is above the altitude maximum (10668)')
  await expect(host.applyLimits(run.id, { ...tight, velocityMax: NaN }, '')).rejects.toThrow('the limit velocityMax is NaN: it must be a number')
  await expect(host.replayRun(run.id, tight)).rejects.toThrow('the run has done no batch yet')
  await expect(host.distribution(run.id, { measure: 'altitude', from: 5, to: 5, bins: 10 })).rejects.toThrow('a distribution has up to 2,000 parts')
  expect(await ask(host, run, tight)).toMatchObject({ current: { alerts: 0 }, proposed: { alerts: 0 }, coverage: { closedWindows: 0, fromMs: null, ofBatches: 0 } })
})

test('a distribution counts every row that the run has read, and knows its percentiles', async () => {
  const { host, heard } = await openTestHost()
  const run = await host.createRun({ silver, mode: 'replay' })
  await replayed(host, heard, run)
  await askAll(host, run, tight)
  const { counts, below, above, notANumber, min, max, percentiles } = await host.distribution(run.id, { measure: 'altitude', from: 0, to: 13_000, bins: 130 })
  const scan = await openTableScan(openStorage(silver), {}, database)
  const [row] = (await database.query(`SELECT count(altitude_meters)::INT AS n, min(altitude_meters) AS low, max(altitude_meters) AS high, quantile_disc(altitude_meters, 0.5) AS middle, count(*) FILTER (altitude_meters >= 1000 AND altitude_meters < 1100)::INT AS bin FROM (${scan.sql}) WHERE event_timestamp IS NOT NULL`)).rows()
  expect(counts.reduce((sum, count) => sum + count, 0) + below + above + notANumber).toBe(row!.n)
  expect([counts[10], min, max]).toEqual([row!.bin, row!.low, row!.high])
  expect(percentiles.find(({ percent }) => percent === 50)!.value).toBeCloseTo(Number(row!.middle), 6)
})

test('silver that has grown is counted, too, and a pause lets the index follow', async () => {
  const own = join(temporaryFolder('what-if-grows'), 'silver')
  expect(await contrail(['sample', own, '--minutes', '18', '--rows-per-minute', '200'])).toMatchObject({ code: 0 })
  const log = join(own, '_delta_log')
  const commits = readdirSync(log).filter((name) => name.endsWith('.json')).sort()
  const later = commits.slice(-4)
  for (const name of later) renameSync(join(log, name), join(own, '..', name))
  const { host, heard } = await openTestHost()
  const run = await host.createRun({ silver: own, mode: 'replay', maxFilesPerTrigger: 1 })
  await replayed(host, heard, run)
  await askAll(host, run, tight)
  for (const name of later) renameSync(join(own, '..', name), join(log, name))
  await host.controlRun(run.id, { kind: 'pause' })
  await replayed(host, heard, run)
  const answer = await askAll(host, run, notebook)
  expect(answer.coverage).toMatchObject({ stopped: null })
  expect(sideOf(answer.current)).toEqual(await sums(run))
  expect(sideOf(answer.proposed)).toEqual(await sums(run))
})

test('recorded batches of a folder of Parquet files are done again, whatever lies beside them by now', async () => {
  const own = temporaryFolder('what-if-parquet')
  const files = readdirSync(silver).filter((name) => name.endsWith('.parquet')).sort().slice(0, 16)
  for (const name of files) copyFileSync(join(silver, name), join(own, name))
  const { host, heard } = await openTestHost()
  const run = await host.createRun({ silver: own, mode: 'replay', maxFilesPerTrigger: 3 })
  await replayed(host, heard, run)
  const answer = await askAll(host, run, tight)
  writeFileSync(join(own, 'zz-growing.parquet'), 'PAR1 and not yet more')
  const again = await host.replayRun(run.id, tight)
  await replayed(host, heard, again)
  expect(await batchesOf(again)).toEqual(await batchesOf(run))
  expect(sideOf(answer.proposed)).toEqual(await sums(again))
})
