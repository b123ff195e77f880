import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { startContrail, until } from '#test/support/contrail.ts'
import { begunAfter, disturbed, fileOfVersion, wholeTo } from '#test/support/disturbed.ts'
import { queryNames, readLines } from '#test/support/oracle.ts'
import { giveAway, noOtherUser, nobody } from '#test/support/otherUser.ts'

const why = noOtherUser()
if (why !== undefined) console.log(`Permissions that are lost: skipped, because ${why}`)

const database = await openDatabase()
afterAll(() => database.close())

const tables = [queryNames.anomaly_alerts, queryNames.phase_counts]
const change = 'change its permissions, or run as a user who has them'

/** Where permission is lost, what is whole by then, and the file that is named. Silver is read by both queries: it is told once. */
const places = [
  { what: 'gold is written', pathsOf: () => tables.map(({ gold }) => `gold/${gold}`), reached: begunAfter(2), told: tables.map(({ gold }) => `${gold}: no permission to write FOLDER/gold/${gold}/part-00000-\\S+-c000.snappy.parquet: ${change}`).join('; ') },
  { what: 'offsets are written', pathsOf: () => tables.map(({ checkpoint }) => `checkpoints/${checkpoint}/offsets`), reached: wholeTo(1), told: tables.map(({ gold, checkpoint }) => `${gold}: no permission to write FOLDER/checkpoints/${checkpoint}/offsets/2: ${change}`).join('; ') },
  { what: 'a state is written', pathsOf: () => tables.map(({ checkpoint }) => `checkpoints/${checkpoint}/state`), reached: { offsets: 2, gold: 2, commits: 1 }, told: tables.map(({ gold, checkpoint }) => `${gold}: no permission to write FOLDER/checkpoints/${checkpoint}/state/2: ${change}`).join('; ') },
  { what: 'silver is read', pathsOf: (silver: string) => [`silver/${basename(fileOfVersion(silver, 2))}`], reached: begunAfter(1), told: `no permission to read FOLDER/silver/part-\\S+ \\(version 2\\): ${change}` }
]

describe.skipIf(why !== undefined)('permission that a watch loses stops it behind whole batches, and given back the next run goes on to what Spark recorded', () => {
  test.each(places)('while $what', async ({ pathsOf, reached, told }) => {
    const story = disturbed('restarts', database)
    story.show(0)
    mkdirSync(story.gold)
    mkdirSync(story.checkpoints)
    giveAway(story.folder)
    const progress = join(story.folder, 'progress.jsonl')
    const flags = ['--max-files-per-trigger', '1', '--interval', '100 milliseconds', '--on-bad-file', 'quarantine', '--progress', progress]
    const running = startContrail(['watch', '--silver', story.silver, '--gold', story.gold, '--checkpoints', story.checkpoints, ...flags], { cwd: story.folder, uid: nobody, env: { HOME: story.folder } })
    await until(() => running.ended() || (existsSync(progress) && readLines(progress).length === 4)) // Batch 0 and 1 of both.
    const paths = pathsOf(join(story.scenario.folder, 'silver')).map((path) => ({ path: join(story.folder, path), mode: statSync(join(story.folder, path)).mode }))
    for (const { path } of paths) chmodSync(path, path.endsWith('.parquet') ? 0o000 : 0o555)
    story.show(1)
    const { code, stderr } = await running.finished
    const lines = stderr.replaceAll(story.folder, 'FOLDER').trim().split('\n')
    expect([code, lines.at(-1)]).toEqual([1, expect.stringMatching(new RegExp(`^contrail: ${told}$`))])
    for (const { path, mode } of paths) chmodSync(path, mode)
    await story.expectReached(reached)
    await story.runAll(1)
    await story.expectReached()
  })
})
