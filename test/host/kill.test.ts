import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { contrail, startContrail, until } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { randomFrom } from '#test/support/random.ts'
import { replayPlaces, type Undisturbed } from '#test/support/replayPlaces.ts'

const folder = temporaryFolder('kill')
const { silver, places, replay, undisturbed, ...replays } = replayPlaces(folder)
let database: Database
let whole: Undisturbed

const outcome = (name: string) => replays.outcome(name, database)

beforeAll(async () => {
  database = await openDatabase()
  whole = await undisturbed({ minutes: 16, rowsPerMinute: 300 }, database)
})
afterAll(() => database.close())

const seeds = Array.from({ length: 50 }, (_, seed) => seed)

test.concurrent.each(seeds)('R2 killed at random times with seed %i, a run ends up as an uninterrupted one does', async (seed) => {
  const random = randomFrom(seed)
  const name = `seed ${seed}`
  // Twice at most, anywhere between the start of the process and its end.
  for (let kills = 1 + Math.floor(random() * 2); kills > 0; kills--) {
    const running = startContrail(replay(name))
    const timer = setTimeout(() => running.child.kill('SIGKILL'), whole.tookMs * (0.1 + random()))
    await running.finished
    clearTimeout(timer)
  }
  expect(await contrail(replay(name))).toMatchObject({ code: 0, stderr: '' })
  expect(await outcome(name)).toEqual(whole.outcome)
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends a run with code 130 and one line, and the next run goes on', async (signal) => {
  const name = `signal ${signal}`
  const running = startContrail([...replay(name), '--progress', join(folder, `${signal}.jsonl`)])
  await until(() => existsSync(join(places(name).checkpoints, 'gold_anomalies', 'commits', '1')) || running.ended())
  running.child.kill(signal)
  const { code, stderr } = await running.finished
  expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 130, lines: 1 })
  expect(stderr).toMatch(/^contrail: interrupted/)
  expect(await contrail(replay(name))).toMatchObject({ code: 0, stderr: '' })
  expect(await outcome(name)).toEqual(whole.outcome)
})

test('R2 a second Ctrl+C ends the process at once, as Ctrl+C ends any program, and the next run goes on', async () => {
  const name = 'twice'
  const running = startContrail(replay(name))
  await until(() => existsSync(join(places(name).checkpoints, 'gold_anomalies', 'commits', '1')) || running.ended())
  // However fast the first one is heard, the second comes while or after it is.
  while (!running.ended()) {
    running.child.kill('SIGINT')
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { code, signal } = await running.finished
  expect(signal ?? code).toBe(signal === null ? 130 : 'SIGINT')
  expect(await contrail(replay(name))).toMatchObject({ code: 0, stderr: '' })
  expect(await outcome(name)).toEqual(whole.outcome)
})
