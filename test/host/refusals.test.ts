import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { add, logFile, metaData, protocol, remove, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { cruising, observationsSql, silverFields, silverMetaData, writeObservations } from '#test/support/observations.ts'
import { phases, progressOf, runIn, runWhole, warningsOf, type Settings } from '#test/support/runIn.ts'

const database = await openDatabase()
afterAll(() => database.close())

const times = ['12:00', '12:05', '12:10', '12:15', '12:20']

/** A silver table with a row a version, from version 1 on. */
async function silverIn(folder: string, name = 'silver'): Promise<string> {
  const silver = join(folder, name)
  writeLog(silver, [[protocol(), silverMetaData()]])
  for (const [i, time] of times.entries()) {
    await writeObservations(database, silver, `${i + 1}.parquet`, cruising(time))
    writeLog(silver, [[add(`${i + 1}.parquet`)]], i + 1)
  }
  return silver
}

const endsOf = async (folder: string, settings: Settings = {}) => [...(await runIn(folder, database, settings)).ends.values()]
const fault = (code: string, message: RegExp | string) => expect.objectContaining({ code, message: typeof message === 'string' ? (expect.stringContaining(message) as string) : (expect.stringMatching(message) as string) }) as Error
const cli = (folder: string, ...flags: readonly string[]) => contrail(['replay', '--silver', join(folder, 'silver'), '--gold', join(folder, 'gold'), '--checkpoints', join(folder, 'checkpoints'), ...flags])

describe('decisions 1.2 a query that is refused leaves no trace, and the other one runs to its end', () => {
  test('when its key is an array', async () => {
    const folder = temporaryFolder('array')
    const fields = silverFields.map((field) => (field.name === 'flight_phase' ? { ...field, type: { type: 'array', elementType: 'string', containsNull: true } } : field))
    writeLog(join(folder, 'silver'), [[protocol(), metaData(fields), add('1.parquet')]])
    await writeParquet(database, folder, 'silver/1.parquet', `SELECT * REPLACE ([flight_phase] AS flight_phase) FROM (${observationsSql(cruising('12:00', '12:30'))})`)
    const { code, stdout, stderr } = await cli(folder)
    expect({ code, stderr }).toEqual({ code: 1, stderr: `contrail: column flight_phase of ${folder}/silver is array; flight_phase_counts groups by it and needs string, an integer type, boolean, date or decimal\n` })
    expect(stdout).toMatch(/^anomaly_alerts: 2 batches, 1 file, 2 rows/)
    expect([readdirSync(join(folder, 'gold')), readdirSync(join(folder, 'checkpoints'))]).toEqual([['anomaly_alerts'], ['gold_anomalies']])
  })

  test('when a column that only it needs is missing', async () => {
    const folder = temporaryFolder('missing')
    const fields = silverFields.filter((field) => field.name !== 'origin_country')
    writeLog(join(folder, 'silver'), [[protocol(), metaData(fields), add('1.parquet')]])
    await writeParquet(database, folder, 'silver/1.parquet', `SELECT * EXCLUDE (origin_country) FROM (${observationsSql(cruising('12:00', '12:30'))})`)
    const ends = await endsOf(folder)
    expect(ends).toEqual([undefined, fault('schema', /^\[UNRESOLVED_COLUMN.WITH_SUGGESTION\] anomaly_alerts needs a column origin_country/)])
    expect([readdirSync(join(folder, 'gold')), readdirSync(join(folder, 'checkpoints'))]).toEqual([['flight_phase_counts'], ['gold_aggregations']])
  })

  test('when both gold folders hold something else, each is named, and the code is that of wrong usage', async () => {
    const folder = temporaryFolder('gold')
    await silverIn(folder)
    for (const table of ['anomaly_alerts', 'flight_phase_counts']) await writeParquet(database, folder, `gold/${table}/mine.parquet`, 'SELECT 1')
    const { code, stderr } = await cli(folder)
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^contrail: anomaly_alerts: \S+ holds files but no _delta_log.*; flight_phase_counts: \S+ holds files but no _delta_log.*\n$/)])
  })

  test('when its gold folder holds something else', async () => {
    const folder = temporaryFolder('gold')
    await silverIn(folder)
    await writeParquet(database, folder, 'gold/anomaly_alerts/mine.parquet', 'SELECT 1')
    expect(await endsOf(folder)).toEqual([undefined, fault('usage', `${folder}/gold/anomaly_alerts holds files but no _delta_log`)])
    expect([readdirSync(join(folder, 'gold/anomaly_alerts')), readdirSync(join(folder, 'checkpoints'))]).toEqual([['mine.parquet'], ['gold_aggregations']])
  })

  test('when its checkpoint is damaged', async () => {
    const folder = temporaryFolder('checkpoint')
    await silverIn(folder)
    mkdirSync(join(folder, 'checkpoints/gold_anomalies/state/0'), { recursive: true })
    await writeParquet(database, folder, 'checkpoints/gold_anomalies/state/0/1.delta', 'SELECT 1')
    expect(await endsOf(folder)).toEqual([undefined, fault('checkpoint', 'holds the state of a Spark query')])
    expect(readdirSync(join(folder, 'gold'))).toEqual(['flight_phase_counts'])
  })

  test('when its data cannot be read in the middle of a run: what it did before stays', async () => {
    const folder = temporaryFolder('middle')
    const silver = await silverIn(folder)
    await writeParquet(database, silver, '3.parquet', `SELECT * EXCLUDE (origin_country), 5::INTEGER AS origin_country FROM (${observationsSql(cruising('12:10'))})`)
    const outing = await runIn(folder, database, { silver: { maxFilesPerTrigger: 1, startingVersion: 1 } })
    expect([...outing.ends.values()]).toEqual([undefined, fault('schema', `column origin_country is INTEGER in ${silver}/3.parquet (version 3), and VARCHAR in its table`)])
    expect(progressOf(outing, 'anomaly_alerts').map(({ batchId }) => batchId)).toEqual([0, 1])
    expect(progressOf(outing, 'flight_phase_counts').map(({ batchId }) => batchId)).toEqual([0, 1, 2, 3, 4, 5])
  })
})

test('decisions 1.2 when both are refused for the same reason it is said once, and nothing is written', async () => {
  const folder = temporaryFolder('both')
  writeLog(join(folder, 'silver'), [[protocol(), metaData(silverFields.filter((field) => field.name !== 'event_timestamp'))]])
  const { code, stderr } = await cli(folder)
  expect([code, stderr.split('\n').length, readdirSync(folder)]).toEqual([1, 2, ['silver']])
  expect(stderr).toContain('needs a column event_timestamp')
})

test.each([
  { what: 'gold inside silver', gold: 'silver/gold', checkpoints: 'checkpoints', told: 'gold.uri' },
  { what: 'checkpoints inside silver', gold: 'gold', checkpoints: 'silver/checkpoints', told: 'checkpoints.uri' },
  { what: 'gold in the place of silver', gold: 'silver', checkpoints: 'checkpoints', told: 'gold.uri' },
  { what: 'silver inside gold', gold: '.', checkpoints: '../checkpoints-elsewhere', told: 'silver.uri' },
  { what: 'gold and checkpoints in one place', gold: 'out', checkpoints: 'out', told: 'gold.uri' },
  { what: 'gold inside silver, by a detour', gold: 'elsewhere/../silver/./gold/', checkpoints: 'checkpoints', told: 'gold.uri' }
])('decisions 1.19 $what is refused, naming the setting and both folders, and nothing is written', async ({ gold, checkpoints, told }) => {
  const folder = temporaryFolder('overlap')
  await silverIn(folder)
  const before = readdirSync(folder, { recursive: true }).sort()
  const { code, stderr } = await contrail(['replay', '--silver', join(folder, 'silver'), '--gold', `${folder}/${gold}`, '--checkpoints', `${folder}/${checkpoints}`])
  expect([code, stderr.split('\n').length]).toEqual([2, 2])
  expect(stderr).toContain(told)
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before)
})

test('decisions 1.19 folders whose names only begin alike do not overlap', async () => {
  const folder = temporaryFolder('alike')
  await silverIn(folder)
  await runWhole(folder, database, { gold: { uri: join(folder, 'silver-gold') }, checkpoints: { uri: join(folder, 'silver-gold/checkpoints') }, queries: phases })
  expect(readdirSync(join(folder, 'silver-gold')).sort()).toEqual(['checkpoints', 'flight_phase_counts'])
})

describe('R4 under an existing checkpoint', () => {
  /** A finished run of both queries over the first versions. */
  async function finished(name: string): Promise<string> {
    const folder = temporaryFolder(name)
    await silverIn(folder)
    await runWhole(folder, database)
    return folder
  }

  const retyped = (name: string, type: string) => metaData(silverFields.map((field) => (field.name === name ? { ...field, type } : field)))

  test.each<{ what: string; change: (folder: string) => void; settings: Settings; told: (string | undefined)[] }>([
    { what: 'another silver table', change: (folder) => writeLog(join(folder, 'silver'), [[protocol(), silverMetaData({ id: 'another' })]]), settings: {}, told: ['has read silver a-table', 'has read silver a-table'] },
    { what: 'another window', change: () => undefined, settings: { queries: { flight_phase_counts: { window: '2 minutes' }, anomaly_alerts: {} } }, told: ['with the window 60000000 us every 60000000 us', undefined] },
    { what: 'another slide', change: () => undefined, settings: { queries: { flight_phase_counts: {}, anomaly_alerts: { slide: '5 minutes' } } }, told: [undefined, 'with the window 300000000 us every 60000000 us'] },
    { what: 'another type of a column in use', change: (folder) => writeLog(join(folder, 'silver'), [[retyped('velocity_kmh', 'float')]], 6), settings: {}, told: ['column velocity_kmh', 'column velocity_kmh'] },
    { what: 'another mapping of a column in use', change: () => undefined, settings: { silver: { columns: { velocity_kmh: { from: 'altitude_meters', factor: 3.6 } } } }, told: ['column velocity_kmh', 'column velocity_kmh'] }
  ])('$what is refused', async ({ change, settings, told }) => {
    const folder = await finished('refused')
    change(folder)
    const ends = await endsOf(folder, settings)
    expect(ends).toEqual(told.map((text) => (text === undefined ? undefined : expect.objectContaining({ message: expect.stringContaining(text) as string }))))
  })

  test('the checkpoint of another query is refused', async () => {
    const folder = await finished('query')
    rmSync(join(folder, 'checkpoints/gold_anomalies'), { recursive: true })
    rmSync(join(folder, 'gold'), { recursive: true })
    await runWhole(folder, database, { gold: { uri: join(folder, 'other') }, checkpoints: { uri: join(folder, 'others') }, queries: { anomaly_alerts: {} } })
    rmSync(join(folder, 'checkpoints/gold_aggregations'), { recursive: true })
    renameSync(join(folder, 'others/gold_anomalies'), join(folder, 'checkpoints/gold_aggregations'))
    expect(await endsOf(folder, { queries: phases })).toEqual([fault('checkpoint', 'was made with the query anomaly_alerts, and now it is flight_phase_counts')])
  })

  test('delays, limits, thresholds, source options and trigger may change, and so may columns that are not used', async () => {
    const folder = await finished('allowed')
    writeLog(join(folder, 'silver'), [[metaData([...silverFields, { name: 'new', type: 'long' }])], [remove('1.parquet')], [add('late.parquet')]], 6)
    await writeObservations(database, join(folder, 'silver'), 'late.parquet', cruising('12:40'))
    const settings: Settings = {
      silver: { maxFilesPerTrigger: 7, maxBytesPerTrigger: '1g', ignoreDeletes: true, failOnDataLoss: false, startingVersion: 3, onBadFile: 'quarantine' },
      queries: { flight_phase_counts: { watermarkDelay: '10 seconds' }, anomaly_alerts: { watermarkDelay: '1 hour', thresholds: { altitudeMax: 5000 } } }
    }
    const outing = await runWhole(folder, database, settings)
    expect(progressOf(outing, 'flight_phase_counts').map(({ numInputRows, contrail: { nextWatermark } }) => [numInputRows, nextWatermark])).toEqual([
      [1, '2026-01-23T12:39:50.000Z'],
      [0, '2026-01-23T12:39:50.000Z']
    ])
    // A longer delay does not take the watermark back. SPEC T4
    expect(progressOf(outing, 'anomaly_alerts').map(({ numInputRows, contrail: { nextWatermark } }) => [numInputRows, nextWatermark])).toEqual([[1, '2026-01-23T12:14:00.000Z']])
  })
})

describe('decisions 1.6 a data file of a Delta table that cannot be read', () => {
  const broken = [
    { what: 'cut off', spoil: (file: string) => truncateSync(file, 300), told: /3\.parquet \(version 3\) is not a whole Parquet file/ },
    { what: 'empty', spoil: (file: string) => truncateSync(file, 0), told: /3\.parquet \(version 3\) is not a whole Parquet file/ },
    { what: 'gone', spoil: (file: string) => rmSync(file), told: /3\.parquet \(version 3\) is not there any more, and this batch needs it/ }
  ]
  const tail: Settings = { silver: { startingVersion: 1 } }

  test.each(broken)('$what stops the run, naming file and version, and nothing is lost when it is back', async ({ spoil, told }) => {
    const [folder, whole] = [temporaryFolder('stop'), temporaryFolder('whole')]
    for (const place of [folder, whole]) await silverIn(place)
    const file = join(folder, 'silver/3.parquet')
    const bytes = readFileSync(file)
    spoil(file)
    expect(await endsOf(folder, tail)).toEqual([fault(told.source.includes('whole') ? 'corrupt' : 'notFound', told), fault(told.source.includes('whole') ? 'corrupt' : 'notFound', told)])
    writeFileSync(file, bytes)
    for (const place of [folder, whole]) await runWhole(place, database, tail)
    for (const table of ['flight_phase_counts', 'anomaly_alerts']) expect(await goldRows(join(folder, 'gold', table), database)).toEqual(await goldRows(join(whole, 'gold', table), database))
  })

  test.each(broken)('$what is set aside with quarantine: counted in progress, listed in gold, told as a warning', async ({ spoil, told }) => {
    const folder = temporaryFolder('quarantine')
    await silverIn(folder)
    spoil(join(folder, 'silver/3.parquet'))
    const outing = await runWhole(folder, database, { silver: { ...tail.silver, onBadFile: 'quarantine' } })
    const setAside = [{ path: '3.parquet', message: expect.stringMatching(told) as string }]
    for (const query of ['flight_phase_counts', 'anomaly_alerts']) {
      const [first, second] = progressOf(outing, query)
      expect({ rows: first!.numInputRows, files: first!.contrail.numInputFiles, setAside: first!.contrail.setAside }).toEqual({ rows: 4, files: 5, setAside })
      expect(second!.contrail.setAside).toEqual([])
      const notes = [0, 1].map((version) => {
        const [info] = readFileSync(join(folder, 'gold', query, logFile(version)), 'utf8').split('\n')
        return (JSON.parse((JSON.parse(info!) as { commitInfo: { userMetadata: string } }).commitInfo.userMetadata) as { setAside?: unknown }).setAside
      })
      expect(notes).toEqual([[{ path: '3.parquet', position: 2 }], undefined])
    }
    expect(warningsOf(outing)).toEqual(Array(2).fill(expect.stringMatching(new RegExp(`^set aside 3\\.parquet: .*${told.source}`))))
  })

  test('the others of its batch count as if it had never been there', async () => {
    const [folder, without] = [temporaryFolder('others'), temporaryFolder('without')]
    for (const place of [folder, without]) await silverIn(place)
    truncateSync(join(folder, 'silver/3.parquet'), 300)
    writeLog(join(without, 'silver'), [[]], 3)
    await runWhole(folder, database, { silver: { ...tail.silver, onBadFile: 'quarantine' } })
    await runWhole(without, database, tail)
    for (const table of ['flight_phase_counts', 'anomaly_alerts']) expect(await goldRows(join(folder, 'gold', table), database)).toEqual(await goldRows(join(without, 'gold', table), database))
  })

  test('on the command line both are one line, and the code is 1 or 0', async () => {
    const folder = temporaryFolder('cli')
    await silverIn(folder)
    truncateSync(join(folder, 'silver/3.parquet'), 300)
    const told = `${folder}/silver/3.parquet (version 3) is not a whole Parquet file: it is damaged or was cut off; restore it from a copy`
    expect(await cli(folder, '--starting-version', '1')).toMatchObject({ code: 1, stderr: `contrail: ${told}\n` })
    const { code, stderr } = await cli(folder, '--starting-version', '1', '--on-bad-file', 'quarantine')
    expect({ code, lines: stderr.trim().split('\n').sort() }).toEqual({ code: 0, lines: ['anomaly_alerts', 'flight_phase_counts'].map((query) => `contrail: ${query}: set aside 3.parquet: ${told}`) })
  })
})
