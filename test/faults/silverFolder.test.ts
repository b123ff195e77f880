import { copyFileSync, readFileSync, renameSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { garbage, rewrite, withoutPages } from '#test/support/badFiles.ts'
import { begunAfter, disturbed, setAsideIn, type Disturbed, type Reached } from '#test/support/disturbed.ts'
import { beforeWriting, writingOf } from '#test/support/hooked.ts'
import { progressOf, warningsOf } from '#test/support/runIn.ts'

const database = await openDatabase()
afterAll(() => database.close())

const queries = ['flight_phase_counts', 'anomaly_alerts']
const well = [undefined, undefined]

/** A file a batch, the fifth of them in batch 4. */
function recorded(): Disturbed {
  const story = disturbed('sliding-partial-late', database, 'folder')
  story.show(0)
  return story
}

const fifth = (story: Disturbed) => join(story.silver, '5.parquet')

/** Puts other bytes into a file that keeps its time. */
async function change(file: string, work: () => unknown): Promise<void> {
  const { mtime } = statSync(file)
  await work()
  utimesSync(file, mtime, mtime)
}

interface BadFile {
  readonly what: string
  readonly code: string
  readonly stopped: string
  readonly setAside: string
  /** undefined: nothing was begun. */
  readonly reached: Reached | undefined
  spoil(file: string): unknown
}

const notWhole = (bytes: number) => `FOLDER/silver/5.parquet is not a whole Parquet file (${bytes} bytes, no footer): wait until its writer is done, remove it, or set silver.onBadFile to "quarantine" to go on without it`
const damaged = 'FOLDER/silver/5.parquet is not a whole Parquet file: it is damaged or was cut off; restore it from a copy'
const claimsFalsely = damaged.replace(' file:', ' file, since its footer does not hold what it claims:')
const otherType = 'column altitude_meters is string in FOLDER/silver/5.parquet and double in 1.parquet: files of one folder must agree; rewrite one of them, or move it away'

const badFiles: readonly BadFile[] = [
  { what: 'cut off', code: 'corrupt', stopped: notWhole(300), setAside: damaged, reached: undefined, spoil: (file) => truncateSync(file, 300) },
  { what: 'of zero bytes', code: 'corrupt', stopped: notWhole(0), setAside: damaged, reached: undefined, spoil: (file) => truncateSync(file, 0) },
  { what: 'no Parquet between its two marks', code: 'corrupt', stopped: claimsFalsely, setAside: claimsFalsely, reached: undefined, spoil: (file) => writeFileSync(file, garbage(statSync(file).size)) },
  { what: 'one with a footer and other bytes in its pages', code: 'corrupt', stopped: damaged, setAside: damaged, reached: begunAfter(3), spoil: (file) => writeFileSync(file, withoutPages(readFileSync(file))) },
  { what: 'of another type in a column that is used', code: 'schema', stopped: otherType, setAside: otherType, reached: undefined, spoil: (file) => rewrite(file, database, 'SELECT * REPLACE (event_timestamp::TIMESTAMPTZ AS event_timestamp, altitude_meters::VARCHAR AS altitude_meters)') }
]

describe('decisions 1.6 a file of a plain folder', () => {
  test.each(badFiles)('that is $what stops a replay, naming it; with the file back the next one goes on to what Spark recorded', async ({ code, stopped, reached, spoil }) => {
    const story = recorded()
    const whole = readFileSync(fifth(story))
    await change(fifth(story), () => spoil(fifth(story)))
    story.expectStopped(await story.run(0), code, stopped)
    await story.expectReached(reached ?? begunAfter(-2))
    await change(fifth(story), () => writeFileSync(fifth(story), whole))
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })

  test.each(badFiles)('that is $what is set aside with quarantine, counted, listed and told; the rows of the others are what Spark recorded', async ({ setAside, spoil }) => {
    const story = recorded()
    const bad = join(story.silver, 'bad.parquet')
    copyFileSync(fifth(story), bad)
    await spoil(bad)
    // The newest: its batch takes the place of the last one, which has no data.
    utimesSync(bad, 1_770_000_010, 1_770_000_010)
    const outing = await story.run(0, { silver: { onBadFile: 'quarantine' } })
    const message = setAside.replaceAll('5.parquet', 'bad.parquet').replaceAll('FOLDER', story.folder)
    expect([...outing.ends.values()]).toEqual(well)
    expect(warningsOf(outing)).toEqual(Array(2).fill(`set aside bad.parquet: ${message}`))
    for (const query of queries) {
      expect(progressOf(outing, query).flatMap(({ batchId, contrail }) => (contrail.setAside.length > 0 ? [[batchId, contrail.setAside]] : []))).toEqual([[9, [{ path: 'bad.parquet', message }]]])
      expect(setAsideIn(join(story.gold, query), 9)).toEqual([{ path: 'bad.parquet', position: 0 }])
    }
    await story.expectReached()
  })

  test('that goes after its batch was planned stops the run before it, and with the file back nothing is lost', async () => {
    const story = recorded()
    const away = join(story.folder, 'away.parquet')
    const openStorage = beforeWriting(writingOf('offsets/4'), () => renameSync(fifth(story), away))
    story.expectStopped(await story.run(0, { openStorage }), 'notFound', 'FOLDER/silver/5.parquet is not there any more, and this batch needs it: restore it, or start with a new checkpoint')
    await story.expectReached(begunAfter(3))
    renameSync(away, fifth(story))
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })
})
