import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { isFault } from '#shared/engine/fault.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { add } from '#test/delta/handMade.ts'
import { badFiles, rewrite, sentenceOf } from '#test/support/badFiles.ts'
import { addedIn, begunAfter, commitFile, disturbed, fileOfVersion, nothing, setAsideIn, type Disturbed } from '#test/support/disturbed.ts'
import { randomFrom } from '#test/support/random.ts'
import { progressOf, warningsOf } from '#test/support/runIn.ts'

const database = await openDatabase()
afterAll(() => database.close())

const queries = ['flight_phase_counts', 'anomaly_alerts']
const well = [undefined, undefined]

/** Of `restarts`, up to before one of its runs, each over silver as it was. */
async function upTo(run: number): Promise<Disturbed> {
  const story = disturbed('restarts', database)
  for (let index = 0; index < run; index++) {
    story.show(index)
    expect([...(await story.run(index)).ends.values()]).toEqual(well)
  }
  story.show(run)
  return story
}

/** Puts another file first into a version that is there. */
function addTo(silver: string, version: number, path: string): void {
  const file = commitFile(silver, version)
  writeFileSync(file, `${JSON.stringify(add(path))}\n${readFileSync(file, 'utf8')}`)
}

describe('decisions 1.6 a data file of a Delta table', () => {
  test.each(badFiles)('that is $what stops the run before it, naming file and version; with the file back the next run goes on to what Spark recorded', async (bad) => {
    const story = await upTo(3)
    const [, path] = addedIn(story.silver, 4) // The second of the two files of batch 4.
    const file = join(story.silver, path!)
    const whole = readFileSync(file)
    await bad.spoil(file, database)
    story.expectStopped(await story.run(3), bad.code, sentenceOf(bad, `FOLDER/silver/${path} (version 4)`))
    await story.expectReached(begunAfter(3))
    writeFileSync(file, whole)
    await story.runAll(3)
    await story.expectReached()
  })

  test.each(badFiles)('that is $what is set aside with quarantine, counted, listed and told; the rows of the others are what Spark recorded', async (bad) => {
    const story = await upTo(4)
    const file = join(story.silver, 'bad.parquet')
    copyFileSync(fileOfVersion(story.silver, 5), file)
    await bad.spoil(file, database)
    addTo(story.silver, 5, 'bad.parquet')
    const outing = await story.run(4, { silver: { onBadFile: 'quarantine' } })
    const message = sentenceOf(bad, `${file} (version 5)`)
    expect([...outing.ends.values()]).toEqual(well)
    expect(warningsOf(outing)).toEqual(Array(2).fill(`set aside bad.parquet: ${message}`))
    for (const query of queries) expect(progressOf(outing, query).map(({ contrail }) => [contrail.numInputFiles, contrail.setAside])).toEqual([[2, [{ path: 'bad.parquet', message }]]])
    for (const query of queries) expect(setAsideIn(join(story.gold, query), 6)).toEqual([{ path: 'bad.parquet', position: 0 }])
    await story.expectReached()
  })

  test('that was set aside and is mended is read by a new run, and not by the one that set it aside', async () => {
    const story = await upTo(3)
    const file = join(story.silver, addedIn(story.silver, 4)[1]!)
    const whole = readFileSync(file)
    writeFileSync(file, '')
    const quarantine = { silver: { onBadFile: 'quarantine' } } as const
    expect(warningsOf(await story.run(3, quarantine))).toHaveLength(2)
    writeFileSync(file, whole)
    const again = await story.run(3)
    expect([[...again.ends.values()], queries.flatMap((query) => progressOf(again, query)), warningsOf(again)]).toEqual([well, [], []])
    for (const place of [story.gold, story.checkpoints]) rmSync(place, { recursive: true })
    rmSync(join(story.silver, '_delta_log'), { recursive: true })
    await story.runAll()
    await story.expectReached()
  })

  test('that lacks a column has nulls there, as Spark has it', async () => {
    const story = disturbed('nulls-and-nan', database)
    story.show(1)
    // The rows without a velocity lie in a file of their own, which has no such column.
    const [path] = addedIn(story.silver, 2)
    copyFileSync(join(story.silver, path!), join(story.silver, 'lacks.parquet'))
    await rewrite(join(story.silver, 'lacks.parquet'), database, 'SELECT * EXCLUDE (velocity_kmh)', 'WHERE velocity_kmh IS NULL')
    expect((await database.query(`FROM ${quoteLiteral(join(story.silver, 'lacks.parquet'))}`)).rowCount).toBeGreaterThan(0)
    await rewrite(join(story.silver, path!), database, 'SELECT *', 'WHERE velocity_kmh IS NOT NULL')
    for (let run = 0; run < story.scenario.runs.length; run++) {
      rmSync(join(story.silver, '_delta_log'), { recursive: true })
      story.show(run)
      if (run > 0) addTo(story.silver, 2, 'lacks.parquet')
      const outing = await story.run(run)
      expect([[...outing.ends.values()], warningsOf(outing)]).toEqual([well, []])
    }
    await story.expectReached()
  })

  test('that was vacuumed before the stream came to it stops the run there, and with the file back nothing is lost', async () => {
    const story = disturbed('maintenance', database)
    story.show(0)
    await story.run(0)
    story.show(1)
    // Version 11 has rewritten what versions 8 to 10 added, and batch 4 reads version 10.
    const file = fileOfVersion(story.silver, 10)
    const whole = readFileSync(file)
    rmSync(file)
    story.expectStopped(await story.run(1), 'notFound', `FOLDER/silver/${basename(file)} (version 10) is not there any more, and this batch needs it (the table may have been vacuumed): restore it, or set silver.onBadFile to "quarantine" to go on without it`)
    await story.expectReached(begunAfter(3))
    writeFileSync(file, whole)
    await story.runAll(1)
    await story.expectReached()
  })

  test.each([0, 1, 2, 3, 4, 5])('with wrong bytes anywhere is read or named, and is never a mistake of ours: seeds from %i on', async (first) => {
    const story = disturbed('notebook', database)
    story.show(0)
    const file = fileOfVersion(story.silver, 1)
    const whole = readFileSync(file)
    const footer = whole.length - 8 - whole.readUInt32LE(whole.length - 8)
    for (let seed = first * 8; seed < first * 8 + 8; seed++) {
      const random = randomFrom(seed)
      const bytes = Buffer.from(whole)
      const from = seed % 3 === 0 ? 4 : footer
      const at = from + Math.floor(random() * ((seed % 3 === 0 ? footer : whole.length - 8) - from - 16))
      for (let i = 0; i < 16; i++) bytes[at + i] = Math.floor(random() * 256)
      writeFileSync(file, bytes)
      const outing = await story.run(0)
      for (const end of outing.ends.values()) expect(end === undefined || (isFault(end) && ['corrupt', 'schema'].includes(end.code) && end.message.includes(`${file} (version 1)`)), `seed ${seed}: ${end?.message}`).toBe(true)
      if ([...outing.ends.values()].every((end) => end !== undefined)) await story.expectReached({ ...nothing, offsets: 0 })
      for (const place of [story.gold, story.checkpoints]) rmSync(place, { recursive: true, force: true })
    }
    writeFileSync(file, whole)
    await story.runAll()
    await story.expectReached()
  })
})
