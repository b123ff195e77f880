import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { begunAfter, disturbed, wholeTo } from '#test/support/disturbed.ts'
import { beforeWriting, writingOf } from '#test/support/hooked.ts'
import { warningsOf } from '#test/support/runIn.ts'
import { storyClock } from '#test/support/storyClock.ts'

const database = await openDatabase()
afterAll(() => database.close())

const well = [undefined, undefined]
const silverGone = 'FOLDER/silver has no _delta_log any more: it was removed while it was read, or its disk is gone; restore it, then start again'
const folderGone = 'FOLDER/silver is not there any more: it was removed while it was read, or its disk is gone; restore it, then start again'
const goldGone = 'FOLDER/gold/QUERY has no version 5 any more: it was removed or rolled back while this run wrote to it; restore it, or start with a new checkpoint and a new gold folder'
const checkpointGone = 'FOLDER/checkpoints/CHECKPOINT has no metadata any more: it was removed while this run wrote to it; restore it, or start with a new checkpoint and a new gold folder'

describe('R7 a folder that is removed under a run stops it behind whole batches, and with the folder back the next one goes on to what Spark recorded', () => {
  test.each([
    { what: 'silver, a table', as: 'table', place: 'silver', before: 'offsets/6', message: silverGone, reached: begunAfter(5) },
    { what: 'silver, a folder of files', as: 'folder', place: 'silver', before: 'offsets/6', message: folderGone, reached: begunAfter(5) },
    { what: 'gold', as: 'table', place: 'gold', before: 'offsets/6', message: goldGone, reached: begunAfter(5) },
    { what: 'the checkpoints, between two batches', as: 'table', place: 'checkpoints', before: '_delta_log/00000000000000000006.json', message: checkpointGone, reached: { offsets: 6, gold: 6, commits: 5 } }
  ] as const)('$what', async ({ as, place, before, message, reached }) => {
    const story = disturbed('sliding-partial-late', database, as)
    story.show(0)
    const [there, away] = [join(story.folder, place), join(story.folder, 'away')]
    // Bad files are to be set aside: what is gone as a whole is none.
    const outing = await story.run(0, { silver: { onBadFile: 'quarantine' }, openStorage: beforeWriting(writingOf(before), () => renameSync(there, away)) })
    story.expectStopped(outing, 'changed', message)
    expect(warningsOf(outing)).toEqual([])
    rmSync(there, { recursive: true, force: true })
    renameSync(away, there)
    await story.expectReached(reached)
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })

  test.each(['table', 'folder'] as const)('silver, a %s that is watched', async (as) => {
    const story = disturbed(as === 'table' ? 'restarts' : 'sliding-partial-late', database, as)
    story.show(0)
    const { clock, signal } = storyClock(Date.now(), 2, [() => renameSync(story.silver, join(story.folder, 'away'))])
    const outing = await story.run(as === 'table' ? 1 : 0, { trigger: { kind: 'processingTime', intervalMs: null }, clock, signal })
    story.expectStopped(outing, 'changed', as === 'table' ? silverGone : folderGone)
    await story.expectReached(as === 'table' ? wholeTo(1) : undefined)
    renameSync(join(story.folder, 'away'), story.silver)
    await story.runAll(as === 'table' ? 1 : 0)
    await story.expectReached()
  })

  test('the checkpoints, which would be made anew at the next batch', async () => {
    const story = disturbed('restarts', database)
    story.show(0)
    const { clock, signal } = storyClock(Date.now(), 2, [
      () => {
        renameSync(story.checkpoints, join(story.folder, 'away'))
        story.show(1)
      }
    ])
    story.expectStopped(await story.run(1, { trigger: { kind: 'processingTime', intervalMs: null }, clock, signal }), 'changed', checkpointGone)
    renameSync(join(story.folder, 'away'), story.checkpoints)
    await story.expectReached(wholeTo(1))
    await story.runAll(1)
    await story.expectReached()
  })
})
