import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isFault } from '#shared/engine/fault.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import type { Storage } from '#electron/storage/storage.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { contrail, startContrail, until } from '#test/support/contrail.ts'
import { expectOneSentence } from '#test/support/secondInstance.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { queryNames } from '#test/support/oracle.ts'
import { randomFrom } from '#test/support/random.ts'
import { replayLogged } from '#test/support/replayLogged.ts'
import { replayPlaces, type Undisturbed } from '#test/support/replayPlaces.ts'
import { phases, pipelineIn, runIn, runWhole, type Settings } from '#test/support/runIn.ts'

const folder = temporaryFolder('concurrent')
const { silver, places, replay, undisturbed, ...replays } = replayPlaces(folder)
let database: Database
let whole: Undisturbed

const outcome = (name: string) => replays.outcome(name, database)

beforeAll(async () => {
  database = await openDatabase()
  whole = await undisturbed({ minutes: 14, rowsPerMinute: 120 }, database)
})
afterAll(() => database.close())

test.each(Array.from({ length: 6 }, (_, seed) => seed))('R1 G3 two processes on the same checkpoint with seed %i: who loses says so in a sentence, and nothing is harmed', async (seed) => {
  const name = `seed-${seed}`
  const random = randomFrom(seed)
  const first = startContrail(replay(name))
  // At the same moment, or anywhere while the first one is at it.
  if (seed % 3 > 0) await new Promise((resolve) => setTimeout(resolve, whole.tookMs * random()))
  const ends = await Promise.all([first.finished, contrail(replay(name))])
  for (const end of ends) expectOneSentence(end)
  expect(await outcome(name)).toEqual(whole.outcome)
})

test('R1 a process that comes when another is in the middle is refused, and the other one is not disturbed', async () => {
  const first = startContrail(replay('middle'))
  await until(() => existsSync(join(places('middle').checkpoints, 'gold_anomalies/commits/1')) || first.ended())
  for (const end of await Promise.all([contrail(replay('middle')), first.finished])) expectOneSentence(end)
  expect(await outcome('middle')).toEqual(whole.outcome)
})

/** A storage whose every call takes a random number of turns, so that two runs meet in other places each time. */
function jittery(storage: Storage, random: () => number): Storage {
  const late = <Args extends unknown[], Answer>(call: (...args: Args) => Promise<Answer>) => async (...args: Args) => {
    for (let turns = Math.floor(random() * 12); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
    return call(...args)
  }
  const { list, listDeep, stat, read, putIfAbsent, replace, stage } = storage
  return { ...storage, list: late(list), listDeep: late(listDeep), stat: late(stat), read: late(read), putIfAbsent: late(putIfAbsent), replace: late(replace), stage: late(stage) }
}

const slowly: Settings = { silver: { uri: silver, maxFilesPerTrigger: 1 } }

async function bothIn(name: string, seed: number, settings: readonly [Settings, Settings]): Promise<void> {
  const random = randomFrom(seed)
  const both = await Promise.all(settings.map((each) => runIn(join(folder, name), database, each, { openStorage: (uri) => jittery(openStorage(uri), random) })))
  for (const { ends } of both) for (const end of ends.values()) expect(end === undefined || (isFault(end) && end.code === 'concurrent'), String(end)).toBe(true)
  // Somebody came to the end with each query.
  for (const { gold } of Object.values(queryNames)) expect(both.some(({ ends }) => ends.get(gold) === undefined)).toBe(true)
}

test.each(Array.from({ length: 6 }, (_, seed) => seed))('R1 G3 two pipelines of one process on the same checkpoint with seed %i harm nothing either', async (seed) => {
  const name = `one process ${seed}`
  await bothIn(name, seed, [slowly, slowly])
  expect(await outcome(name)).toEqual(whole.outcome)
})

test.each(Array.from({ length: 6 }, (_, seed) => seed))('R1 G4 two pipelines with other limits of files on the same checkpoint with seed %i: gold is what the log says', async (seed) => {
  const name = `two plans ${seed}`
  const faster: Settings = { silver: { uri: silver, maxFilesPerTrigger: 3 } }
  await bothIn(name, seed, [slowly, faster])
  for (const [query, logged] of await replayLogged(pipelineIn(join(folder, name), slowly), database)) {
    expect(await goldRows(join(places(name).gold, query), database)).toEqual(logged.rows)
  }
})

test('R1 G4 a batch that another run did in the meantime, and that would be another one here, is told as that and not as a broken checkpoint', async () => {
  const place = join(folder, 'meantime')
  // A checkpoint that has its id, and nothing else.
  await runWhole(place, database, { ...slowly, queries: phases })
  for (const path of ['gold', 'checkpoints/gold_aggregations/offsets', 'checkpoints/gold_aggregations/commits']) rmSync(join(place, path), { recursive: true })
  let others: Promise<unknown> | undefined
  // The other run comes between reading the checkpoint and reading gold, and does everything.
  const meet = (storage: Storage): Storage => ({
    ...storage,
    async list(path, from) {
      if (storage.root.endsWith('flight_phase_counts')) await (others ??= runWhole(place, database, { ...slowly, queries: phases }))
      return storage.list(path, from)
    }
  })
  const { ends } = await runIn(place, database, { silver: { uri: silver, maxFilesPerTrigger: 3 }, queries: phases }, { openStorage: (uri) => meet(openStorage(uri)) })
  expect([...ends.values()]).toEqual([expect.objectContaining({ code: 'concurrent', message: expect.stringContaining('[CONCURRENT_STREAM_LOG_UPDATE] another process did batch 0 under') as string })])
})
