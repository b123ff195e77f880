import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { bindQuery } from '#shared/pipeline/bindQuery.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { systemClock } from '#electron/host/clock.ts'
import { sharedEventTimes } from '#electron/host/readBatch.ts'
import { openSource } from '#electron/source/openSource.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { add, protocol, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { cruising, observationsSql, silverMetaData } from '#test/support/observations.ts'

const database = await openDatabase()
afterAll(() => database.close())

test('decisions 1.2 event times that one query cannot read, because of a column of its own, are read by the other one', async () => {
  const folder = temporaryFolder('event-times')
  const silver = join(folder, 'silver')
  await writeParquet(database, silver, '1.parquet', `SELECT * EXCLUDE (origin_country), 5::INTEGER AS origin_country FROM (${observationsSql(cruising('12:00', '12:01'))})`)
  writeLog(silver, [[protocol(), silverMetaData(), add('1.parquet')]])
  const pipeline = parsePipeline({ silver: { uri: silver }, gold: { uri: join(folder, 'gold') }, checkpoints: { uri: join(folder, 'checkpoints') } }, 'the test')
  const source = await openSource(pipeline, { database, openStorage, clock: systemClock, signal: new AbortController().signal })
  const start = await source.beginning()
  const scanFor = async (name: string) => {
    const stream = source.stream(bindQuery(builtinQueries(pipeline).find((query) => query.name === name)!, source.columns, source.name).columns)
    return (await stream.scans({ start, end: await stream.latest(start) }))[0]!
  }
  const [alerts, phases] = [await scanFor('anomaly_alerts'), await scanFor('flight_phase_counts')]
  expect(alerts.identity).toBe(phases.identity)
  const eventTimes = sharedEventTimes(database)
  const [first, second] = await Promise.allSettled([eventTimes('event_timestamp', alerts), eventTimes('event_timestamp', phases)])
  expect(first).toMatchObject({ status: 'rejected', reason: { code: 'schema' } })
  expect(second).toMatchObject({ status: 'fulfilled', value: { rows: 2 } })
})
