import { existsSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { logFile } from '#test/delta/handMade.ts'
import { begunAfter, commitFile, disturbed, leftovers, type Disturbed } from '#test/support/disturbed.ts'
import { beforeWriting, writingOf } from '#test/support/hooked.ts'
import { queryNames } from '#test/support/oracle.ts'
import { goldTables } from '#test/support/otherWriter.ts'

const database = await openDatabase()
afterAll(() => database.close())

const well = [undefined, undefined]

/** Twelve batches, a file each; gold's log has a checkpoint of version 10. */
function recorded(): Disturbed {
  const story = disturbed('late-rows', database)
  story.show(0)
  return story
}

/** Asked to stop when a batch has just been begun. */
async function stoppedBefore(batch: number): Promise<Disturbed> {
  const story = recorded()
  const stop = new AbortController()
  await story.run(0, { signal: stop.signal, openStorage: beforeWriting(writingOf(`offsets/${batch}`), () => stop.abort()) })
  await story.expectReached(begunAfter(batch - 1))
  return story
}

/** Moves entries of the log of both gold tables away; what it gives puts them back. */
function takeAway(story: Disturbed, paths: readonly string[]): () => void {
  const moved = goldTables.flatMap((table) => paths.map((path) => ({ from: join(story.gold, table, path), to: join(story.folder, `${table} ${path.replaceAll('/', ' ')}`) })))
  for (const { from, to } of moved) renameSync(from, to)
  return () => moved.forEach(({ from, to }) => renameSync(to, from))
}

describe('gold’s log', () => {
  test('rolled back under a run stops it, and put back the next run goes on to what Spark recorded', async () => {
    const story = recorded()
    let putBack = () => {}
    const openStorage = beforeWriting(writingOf('offsets/7'), () => (putBack = takeAway(story, [logFile(5), logFile(6)])))
    story.expectStopped(await story.run(0, { openStorage }), 'changed', 'FOLDER/gold/QUERY has no version 6 any more: it was removed or rolled back while this run wrote to it; restore it, or start with a new checkpoint and a new gold folder')
    putBack()
    await story.expectReached(begunAfter(6))
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })

  test('rolled back between two runs is refused; what the sentence says leads to what Spark recorded', async () => {
    const story = await stoppedBefore(8)
    for (const table of goldTables) for (const version of [6, 7]) rmSync(commitFile(join(story.gold, table), version))
    const before = story.listed()
    story.expectStopped(await story.run(0), 'checkpoint', 'the checkpoint has done batch 7, and FOLDER/gold/QUERY has its batches up to 5: restore gold, or remove offsets and commits after 5 from the checkpoint to do those again, or start with a new checkpoint')
    expect(story.listed()).toEqual(before)
    for (const { checkpoint } of Object.values(queryNames)) for (const path of ['offsets/6', 'offsets/7', 'offsets/8', 'commits/6', 'commits/7']) rmSync(join(story.checkpoints, checkpoint, path))
    // What the removed commits named is left, as after any rollback by hand.
    for (const { gold, checkpoint } of Object.values(queryNames)) for (const name of leftovers(join(story.gold, gold), join(story.checkpoints, checkpoint))) rmSync(join(story.gold, gold, name))
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })

  test('with a gap in its middle is refused by the next run, and put back it goes on to what Spark recorded', async () => {
    const story = await stoppedBefore(8)
    const putBack = takeAway(story, [logFile(4)])
    story.expectStopped(await story.run(0), 'corrupt', '[DELTA_VERSIONS_NOT_CONTIGUOUS] version 4 is missing from the log of FOLDER/gold/QUERY, which goes on after it: restore _delta_log/00000000000000000004.json from a copy')
    putBack()
    await story.expectReached(begunAfter(7))
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })

  test('that has lost its beginning is refused where no checkpoint stands for it, and put back it goes on to what Spark recorded', async () => {
    const story = await stoppedBefore(8)
    const putBack = takeAway(story, [0, 1, 2].map((version) => logFile(version)))
    story.expectStopped(await story.run(0), 'notFound', '[DELTA_TRUNCATED_TRANSACTION_LOG] the log of FOLDER/gold/QUERY begins with version 3, has no version 0 and no checkpoint to read version 7 from: restore its older files, or ask for a version after its first checkpoint')
    putBack()
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })

  test('that has lost its beginning is gone on with where a checkpoint stands for it', async () => {
    const story = await stoppedBefore(11)
    for (const table of goldTables) expect(existsSync(join(story.gold, table, logFile(10, 'checkpoint.parquet')))).toBe(true)
    const putBack = takeAway(story, Array.from({ length: 10 }, (_, version) => logFile(version)))
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    putBack()
    await story.expectReached()
  })

  test('whose newest commit was cut off is refused; what the sentences say leads to what Spark recorded', async () => {
    const story = await stoppedBefore(8)
    for (const table of goldTables) truncateSync(commitFile(join(story.gold, table), 7), 100)
    story.expectStopped(await story.run(0), 'corrupt', /^FOLDER\/gold\/QUERY\/_delta_log\/0+7\.json \(version 7\) is empty, ends in the middle of an action or is no JSON: its writer was interrupted, or is not done; remove it if it is the newest version and its writer is gone, or restore it from a copy$/)
    for (const table of goldTables) rmSync(commitFile(join(story.gold, table), 7))
    story.expectStopped(await story.run(0), 'checkpoint', /: restore gold, or remove offsets and commits after 6 from the checkpoint to do those again, or start with a new checkpoint$/)
    for (const { checkpoint } of Object.values(queryNames)) for (const path of ['offsets/7', 'offsets/8', 'commits/7']) rmSync(join(story.checkpoints, checkpoint, path))
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })
})
