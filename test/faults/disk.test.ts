import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import type { Storage } from '#electron/storage/storage.ts'
import { logFile } from '#test/delta/handMade.ts'
import { begunAfter, disturbed, nothing, wholeTo, type Disturbed } from '#test/support/disturbed.ts'
import { repository } from '#test/support/folders.ts'
import { beforeWriting, writingOf } from '#test/support/hooked.ts'
import { warningsOf } from '#test/support/runIn.ts'
import { noSmallDisk, smallDisk } from '#test/support/smallDisk.ts'

const database = await openDatabase()
afterAll(() => database.close())

const well = [undefined, undefined]

/** Ten batches, a file each; batch 6 closes windows of both queries, batch 4 of none. */
function recorded(): Disturbed {
  const story = disturbed('sliding-partial-late', database)
  story.show(0)
  return story
}

/** Moments at which a disk can fail, what is whole by then, and which file it is. */
const moments = [
  { during: 'a data file of gold is written', place: 'gold', meant: writingOf('offsets/6'), reached: begunAfter(5), file: /FOLDER\/gold\/QUERY\/part-00000-[-0-9a-f]+-c000\.snappy\.parquet/ },
  { during: 'a commit of gold is written', place: 'gold', meant: writingOf(logFile(4)), reached: begunAfter(3), file: /FOLDER\/gold\/QUERY\/_delta_log\/00000000000000000004\.json/ },
  { during: 'offsets are written', place: 'checkpoints', meant: writingOf('offsets/6'), reached: wholeTo(5), file: /FOLDER\/checkpoints\/CHECKPOINT\/offsets\/6/ },
  { during: 'a state is written', place: 'checkpoints', meant: writingOf('state/6'), reached: { offsets: 6, gold: 6, commits: 5 }, file: /FOLDER\/checkpoints\/CHECKPOINT\/state\/6/ },
  { during: 'a commit of the checkpoint is written', place: 'checkpoints', meant: writingOf('commits/6'), reached: { offsets: 6, gold: 6, commits: 5 }, file: /FOLDER\/checkpoints\/CHECKPOINT\/commits\/6/ }
]

if (noSmallDisk !== undefined) console.log(`Disks that fill up and turn read-only: skipped, because ${noSmallDisk}; a limit for the size of files is tested instead`)

describe.skipIf(noSmallDisk !== undefined)('a disk that is full', () => {
  test.each(moments)('while $during stops the run; with room again the next one goes on to what Spark recorded', async ({ place, meant, reached, file }) => {
    const story = recorded()
    const disk = smallDisk(join(story.folder, place))
    const outing = await story.run(0, { openStorage: beforeWriting(meant, () => disk.fill()) })
    story.expectStopped(outing, 'storage', new RegExp(`^cannot write ${file.source}, because the disk is full or its limit is reached: make room, then start again$`))
    disk.makeRoom()
    await story.expectReached(reached)
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })

  test('that is full when a run starts is told, and nothing half is left', async () => {
    const story = recorded()
    const disk = smallDisk(join(story.folder, 'checkpoints'))
    disk.fill()
    story.expectStopped(await story.run(0), 'storage', 'cannot write FOLDER/checkpoints/CHECKPOINT/metadata, because the disk is full or its limit is reached: make room, then start again')
    disk.makeRoom()
    await story.expectReached(nothing)
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })
})

test.skipIf(process.platform === 'win32')('a limit of the process for its files stops the command line as a full disk does, in one line, and without it the next run goes on', async () => {
  const story = recorded()
  // 1,024 bytes: the first commit of gold is longer. The signal that comes with the limit is ignored, so that writing fails.
  const { status, stderr } = spawnSync('bash', ['-c', 'trap "" XFSZ; ulimit -f 1; exec "$@"', 'bash', process.execPath, join(repository, 'build/contrail.mjs'), ...story.command('replay', 0)], { cwd: repository, encoding: 'utf8' })
  const told = (table: string) => `${table}: cannot write ${story.gold}/${table}/_delta_log/00000000000000000000.json, because the disk is full or its limit is reached: make room, then start again`
  expect([status, stderr]).toEqual([1, `contrail: ${told('anomaly_alerts')}; ${told('flight_phase_counts')}\n`])
  await story.expectReached(begunAfter(-1))
  expect([...(await story.run(0)).ends.values()]).toEqual(well)
  await story.expectReached()
})

describe.skipIf(noSmallDisk !== undefined)('a disk that turns read-only', () => {
  test.each(moments)('while $during stops the run; writable again the next one goes on to what Spark recorded', async ({ place, meant, reached, file }) => {
    const story = recorded()
    const disk = smallDisk(join(story.folder, place))
    const outing = await story.run(0, { openStorage: beforeWriting(meant, () => disk.readOnly()) })
    story.expectStopped(outing, 'storage', new RegExp(`^cannot write ${file.source}, because its file system is read-only: choose another folder$`))
    await story.expectReached(reached)
    disk.writable()
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })

  test.each(['gold', 'checkpoints'])('under %s is refused at the start of a run, before anything is written', async (place) => {
    const story = recorded()
    const disk = smallDisk(join(story.folder, place))
    disk.readOnly()
    const root = place === 'gold' ? 'gold/QUERY' : 'checkpoints/CHECKPOINT'
    story.expectStopped(await story.run(0), 'storage', `cannot make FOLDER/${root} in FOLDER/${place}, because its file system is read-only: choose another folder`)
    await story.expectReached(nothing)
    disk.writable()
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })
})

test('a slow disk changes nothing', async () => {
  const story = recorded()
  const outing = await story.run(0, { openStorage: (uri) => slow(openStorage(uri)) })
  expect([[...outing.ends.values()], warningsOf(outing)]).toEqual([well, []])
  await story.expectReached()
})

/** Every call takes some milliseconds, each another number of them. */
function slow(storage: Storage): Storage {
  let calls = 0
  const late = <Args extends unknown[], Answer>(call: (...args: Args) => Promise<Answer>) => async (...args: Args): Promise<Answer> => {
    await new Promise((resolve) => setTimeout(resolve, calls++ % 7))
    return call(...args)
  }
  const { realRoot, checkWritable, list, listDeep, hasFolder, stat, read, readRange, putIfAbsent, replace, remove, localFile, stage } = storage
  return { root: storage.root, isRemote: storage.isRemote, realRoot: late(realRoot), checkWritable: late(checkWritable), list: late(list), listDeep: late(listDeep), hasFolder: late(hasFolder), stat: late(stat), read: late(read), readRange: late(readRange), putIfAbsent: late(putIfAbsent), replace: late(replace), remove: late(remove), localFile: late(localFile), stage: late(stage) }
}
