import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { add, logFile, metaData, protocol, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { cruising, observationsSql, silverFields, silverMetaData, writeObservations } from '#test/support/observations.ts'
import { phases, progressOf, runIn, runWhole, type Settings } from '#test/support/runIn.ts'

const database = await openDatabase()
afterAll(() => database.close())

async function silverIn(folder: string): Promise<void> {
  writeLog(join(folder, 'silver'), [[protocol(), silverMetaData()], [add('1.parquet')], [add('2.parquet')]])
  for (const [i, time] of ['12:00', '12:10'].entries()) await writeObservations(database, join(folder, 'silver'), `${i + 1}.parquet`, cruising(time))
}

const below = (folder: string): string[] => (readdirSync(folder, { recursive: true }) as string[]).sort()

/** What both queries say, and that neither wrote anything. */
async function refusal(folder: string, settings: Settings = {}): Promise<(string | undefined)[]> {
  const before = below(folder)
  const { ends } = await runIn(folder, database, settings)
  expect(below(folder)).toEqual(before)
  return [...ends.values()].map((end) => end?.message.replaceAll(folder, 'FOLDER'))
}

const twice = (text: RegExp | string) => Array(2).fill(typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text)) as string[]

describe('decisions 1.19 places that overlap are refused, and nothing is written', () => {
  test('by a link, whatever it is called', async () => {
    const folder = temporaryFolder('links')
    await silverIn(folder)
    symlinkSync(join(folder, 'silver'), join(folder, 'alias'))
    expect(await refusal(folder, { gold: { uri: join(folder, 'alias/gold') } })).toEqual(twice('gold.uri (FOLDER/alias/gold) lies inside silver.uri (FOLDER/silver)'))
    expect(await refusal(folder, { silver: { uri: join(folder, 'alias') }, checkpoints: { uri: join(folder, 'silver/_checkpoints') } })).toEqual(twice('checkpoints.uri (FOLDER/silver/_checkpoints) lies inside silver.uri (FOLDER/alias)'))
    mkdirSync(join(folder, 'gold'))
    symlinkSync(join(folder, 'gold'), join(folder, 'same'))
    expect(await refusal(folder, { checkpoints: { uri: join(folder, 'same') } })).toEqual(twice('checkpoints.uri (FOLDER/same) lies inside gold.uri (FOLDER/gold)'))
  })

  test('a checkpoint in a gold table, and a gold table in a checkpoint', async () => {
    const folder = temporaryFolder('in-each-other')
    await silverIn(folder)
    expect(await refusal(folder, { checkpoints: { uri: join(folder, 'gold/anomaly_alerts') } })).toEqual(twice('the checkpoint gold_aggregations (FOLDER/gold/anomaly_alerts/gold_aggregations) lies inside the gold table anomaly_alerts (FOLDER/gold/anomaly_alerts)'))
    expect(await refusal(folder, { gold: { uri: join(folder, 'checkpoints/gold_anomalies') } })).toEqual(twice('the gold table flight_phase_counts (FOLDER/checkpoints/gold_anomalies/flight_phase_counts) lies inside the checkpoint gold_anomalies'))
  })

  test('a link that leads elsewhere is no overlap', async () => {
    const folder = temporaryFolder('elsewhere')
    await silverIn(folder)
    mkdirSync(join(folder, 'disk'))
    symlinkSync(join(folder, 'disk'), join(folder, 'gold'))
    await runWhole(folder, database)
    expect(readdirSync(join(folder, 'disk')).sort()).toEqual(['anomaly_alerts', 'flight_phase_counts'])
  })
})

describe('what is in the way is named before anything is written', () => {
  test.each([
    { what: 'a file in the place of gold', make: (folder: string) => writeFileSync(join(folder, 'gold'), 'x'), told: /^FOLDER\/gold is a file, and a folder is needed there/ },
    { what: 'a file in the place of the checkpoints', make: (folder: string) => writeFileSync(join(folder, 'checkpoints'), 'x'), told: /^FOLDER\/checkpoints is a file, and a folder is needed there/ },
    { what: 'a log of silver that is a file', make: (folder: string) => (rmSync(join(folder, 'silver/_delta_log'), { recursive: true }), writeFileSync(join(folder, 'silver/_delta_log'), 'x')), told: /^FOLDER\/silver\/_delta_log is a file, and a Delta table has a folder there/ },
    ...['offsets', 'commits', 'state'].map((name) => ({
      what: `a file in the place of ${name}`,
      make: (folder: string) => ['gold_aggregations', 'gold_anomalies'].forEach((checkpoint) => (mkdirSync(join(folder, 'checkpoints', checkpoint), { recursive: true }), writeFileSync(join(folder, 'checkpoints', checkpoint, name), 'x'))),
      told: new RegExp(`^FOLDER/checkpoints/gold_\\w+/${name} is a file, and a checkpoint has a folder there`)
    }))
  ])('$what', async ({ make, told }) => {
    const folder = temporaryFolder('in-the-way')
    await silverIn(folder)
    make(folder)
    expect(await refusal(folder)).toEqual(twice(told))
  })

  test.each(['metadata', 'offsets/0', 'commits/0'])('a folder in the place of %s is not taken for another process', async (name) => {
    const folder = temporaryFolder('folder')
    await silverIn(folder)
    mkdirSync(join(folder, 'checkpoints/gold_aggregations', name), { recursive: true })
    const { ends } = await runIn(folder, database, { queries: phases })
    expect([...ends.values()].map((end) => end?.message)).toEqual([`${folder}/checkpoints/gold_aggregations/${name} is a folder, and a file is needed there: move it away`])
  })
})

describe('gold that has less than its checkpoint has done is refused, naming both', () => {
  const finished = async (name: string): Promise<string> => {
    const folder = temporaryFolder(name)
    await silverIn(folder)
    await runWhole(folder, database)
    return folder
  }

  test('when it was deleted, or another folder is given', async () => {
    const folder = await finished('deleted')
    const told = /^the checkpoint has done batch 1, and FOLDER\/other\/\w+ has none of its batches: restore gold, or remove all offsets and commits from the checkpoint to do those again, or start with a new checkpoint$/
    expect(await refusal(folder, { gold: { uri: join(folder, 'other') } })).toEqual(twice(told))
    renameSync(join(folder, 'gold'), join(folder, 'other'))
    await runWhole(folder, database, { gold: { uri: join(folder, 'other') } })
    expect(await refusal(folder)).toEqual(twice('has none of its batches'))
  })

  test('when its newest version was removed, until the checkpoint goes back too', async () => {
    const folder = await finished('rolled-back')
    for (const table of ['flight_phase_counts', 'anomaly_alerts']) rmSync(join(folder, 'gold', table, logFile(1)))
    expect(await refusal(folder)).toEqual(twice('has its batches up to 0: restore gold, or remove offsets and commits after 0'))
    for (const checkpoint of ['gold_aggregations', 'gold_anomalies']) for (const kind of ['offsets', 'commits']) rmSync(join(folder, 'checkpoints', checkpoint, kind, '1'))
    expect(progressOf(await runWhole(folder, database), 'anomaly_alerts').map(({ batchId }) => batchId)).toEqual([1])
  })
})

test('a column that shapes gold and has another type now is told as such, not as another gold', async () => {
  const folder = temporaryFolder('retyped')
  await silverIn(folder)
  await runWhole(folder, database)
  writeLog(join(folder, 'silver'), [[metaData(silverFields.map((field) => (field.name === 'altitude_meters' ? { ...field, type: 'float' } : field)))]], 3)
  expect(await refusal(folder)).toEqual(['flight_phase_counts', 'anomaly_alerts'].map((query) => expect.stringContaining(`the checkpoint of ${query} was made with column altitude_meters of silver as double, and now it is float`) as string))
})

test('decisions 1.14 silver.columns maps other columns in, by any case, also under names that every object has', async () => {
  const [folder, plain] = [temporaryFolder('mapped'), temporaryFolder('plain')]
  await silverIn(plain)
  await runWhole(plain, database)
  const fields = silverFields.map((field) => ({ ...field, name: { event_timestamp: 'constructor', velocity_kmh: 'Velocity' }[field.name] ?? field.name }))
  writeLog(join(folder, 'silver'), [[protocol(), metaData(fields)], [add('1.parquet')], [add('2.parquet')]])
  for (const [i, time] of ['12:00', '12:10'].entries()) {
    const [row] = cruising(time)
    await writeParquet(database, folder, `silver/${i + 1}.parquet`, `SELECT event_timestamp AS constructor, * EXCLUDE (event_timestamp, velocity_kmh), velocity_kmh AS "Velocity" FROM (${observationsSql([{ ...row!, velocity: row!.velocity! / 4 }])})`)
  }
  await runWhole(folder, database, { silver: { columns: { event_timestamp: { from: 'constructor' }, velocity_kmh: { from: 'VELOCITY', factor: 4 } } } })
  for (const table of ['flight_phase_counts', 'anomaly_alerts']) expect(await goldRows(join(folder, 'gold', table), database)).toEqual(await goldRows(join(plain, 'gold', table), database))
})

test('a file of a plain folder with a wider type than the others is refused in mid-watch as at a start, and set aside with quarantine', async () => {
  const folder = temporaryFolder('wider')
  await writeObservations(database, folder, 'silver/1.parquet', cruising('12:00'))
  const narrow = `SELECT * REPLACE (altitude_meters::FLOAT AS altitude_meters) FROM (${observationsSql(cruising('12:10'))})`
  await writeParquet(database, folder, 'silver/2.parquet', narrow)
  const told = /column altitude_meters is float in FOLDER\/silver\/2.parquet and double in 1.parquet: files of one folder must agree/
  expect(await refusal(folder)).toEqual(twice(told))
  const quarantine: Settings = { silver: { onBadFile: 'quarantine' }, queries: phases }
  const aside = progressOf(await runWhole(folder, database, quarantine), 'flight_phase_counts').map(({ contrail }) => contrail.setAside.map(({ message }) => message.replaceAll(folder, 'FOLDER')))
  expect(aside).toEqual([[expect.stringMatching(told)], []])

  const watched = temporaryFolder('wider')
  await writeObservations(database, watched, 'silver/1.parquet', cruising('12:00'))
  const stop = new AbortController()
  const { ends } = await runIn(watched, database, { trigger: { kind: 'processingTime' }, queries: phases }, {
    signal: stop.signal,
    clock: { nowMs: () => Date.now() + 60_000, sleep: () => writeParquet(database, watched, 'silver/2.parquet', narrow) }
  })
  expect([...ends.values()].map((end) => end?.message.replaceAll(watched, 'FOLDER'))).toEqual([expect.stringMatching(told)])
})

test('a column that no query uses may differ between the files of a plain folder', async () => {
  const folder = temporaryFolder('unused')
  for (const [i, type] of ['INTEGER', 'DOUBLE', 'VARCHAR'].entries()) {
    await writeParquet(database, folder, `silver/${i}.parquet`, `SELECT *, 1::${type} AS squawk FROM (${observationsSql(cruising(`12:1${i}`))})`)
  }
  expect(progressOf(await runWhole(folder, database, { queries: phases }), 'flight_phase_counts').map(({ numInputRows }) => numInputRows)).toEqual([3, 0])
  await writeParquet(database, folder, 'silver/3.parquet', `SELECT *, DATE '2026-01-01' AS squawk FROM (${observationsSql(cruising('12:30'))})`)
  expect(progressOf(await runWhole(folder, database, { queries: phases }), 'flight_phase_counts').map(({ numInputRows }) => numInputRows)).toEqual([1, 0])
})

test('a request to stop is heard on a long way through the log', async () => {
  const folder = temporaryFolder('stop')
  writeLog(join(folder, 'silver'), [[protocol(), silverMetaData()], ...Array.from({ length: 50 }, (_, i) => [add(`${i}.parquet`)])])
  const stop = new AbortController()
  let after = 0
  let opened = false
  const { ends } = await runIn(folder, database, { silver: { startingVersion: 1 }, queries: phases }, {
    signal: stop.signal,
    openStorage(uri) {
      const storage = openStorage(uri)
      return {
        ...storage,
        read(path) {
          if (stop.signal.aborted) after += 1
          else if (path === logFile(20) && opened) stop.abort()
          opened ||= path === logFile(50)
          return storage.read(path)
        }
      }
    }
  })
  expect([...ends.values()]).toEqual([expect.objectContaining({ code: 'interrupted' })])
  expect({ after, opened }).toEqual({ after: 0, opened: true })
})
