import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { commitInfo, logFile, readTable, writeText } from '#test/delta/handMade.ts'
import { begunAfter, disturbed, leftovers, type Disturbed } from '#test/support/disturbed.ts'
import { beforeWriting, writingOf } from '#test/support/hooked.ts'
import { queryNames } from '#test/support/oracle.ts'
import { goldTables, otherMetaData, theirAppend, theirFiles, theyCommit, versionsOf } from '#test/support/otherWriter.ts'
import { warningsOf } from '#test/support/runIn.ts'

const database = await openDatabase()
afterAll(() => database.close())

const well = [undefined, undefined]

/** A batch a file, ten of them. */
function recorded(): Disturbed {
  const story = disturbed('sliding-partial-late', database)
  story.show(0)
  return story
}

/** When others come: between batch 5 and batch 6, which closes windows, or when batch 6 makes its commit. */
const moments = [
  { when: 'between two batches', meant: writingOf('offsets/6') },
  { when: 'exactly at a commit', meant: writingOf(logFile(6)) }
]

describe.each(moments)('another writer that commits $when', ({ meant }) => {
  test('G3 an append goes before ours; every batch is there once, and the next run knows it', async () => {
    const story = recorded()
    const come = async () => {
      await theirFiles(story.gold, database)
      theyCommit(story.gold, () => theirAppend)
    }
    const outing = await story.run(0, { openStorage: beforeWriting(meant, come) })
    expect([[...outing.ends.values()], warningsOf(outing)]).toEqual([well, []])
    await story.expectReached()
    for (const table of goldTables) {
      expect(versionsOf(join(story.gold, table))).toEqual(Array.from({ length: 11 }, (_, version) => version))
      const theirs = (await readTable(database, join(story.gold, table))).filter((row) => Object.values(row).includes('theirs'))
      expect(theirs).toHaveLength((await database.query(`FROM '${join(story.gold, table, 'theirs.parquet')}'`)).rowCount)
    }
    // A crash after the last commit: gold's version of the batch is not its id any more.
    for (const { checkpoint } of Object.values(queryNames)) rmSync(join(story.checkpoints, checkpoint, 'commits/9'))
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })

  test('G3 a column that may be null, added behind ours, is left null, and nothing else changes', async () => {
    const story = recorded()
    const come = () => theyCommit(story.gold, (table) => [commitInfo(), otherMetaData(join(story.gold, table), (fields) => [...fields, { name: 'comment', type: 'string', nullable: true, metadata: {} }])])
    const outing = await story.run(0, { openStorage: beforeWriting(meant, come) })
    expect([[...outing.ends.values()], warningsOf(outing)]).toEqual([well, []])
    await story.expectReached()
    for (const table of goldTables) expect(new Set((await readTable(database, join(story.gold, table))).map(({ comment }) => comment))).toEqual(new Set([null]))
  })

  test.each([
    {
      what: 'drops a column',
      change: (table: string) => [otherMetaData(table, (fields) => fields.slice(0, -1))],
      code: 'schema',
      told: /^FOLDER\/gold\/QUERY has no column where this query writes \w+ double: use another gold folder, or the settings that made this one$/
    },
    {
      what: 'renames a column',
      change: (table: string) => [
        { protocol: { minReaderVersion: 2, minWriterVersion: 5 } },
        otherMetaData(table, (fields) => fields.map((field, i) => ({ ...field, name: i === 3 ? 'observations' : field.name, metadata: { 'delta.columnMapping.id': i + 1, 'delta.columnMapping.physicalName': field.name } })), { configuration: { 'delta.columnMapping.mode': 'name' } })
      ],
      code: 'unsupported',
      told: /^FOLDER\/gold\/QUERY asks its writers for writer version 5; Contrail writes version 2: use another gold folder$/
    },
    {
      what: 'retypes a column',
      change: (table: string) => [otherMetaData(table, (fields) => fields.map((field, i) => (i === 3 ? { ...field, type: 'double' } : field)))],
      code: 'schema',
      told: /^FOLDER\/gold\/QUERY has \w+ double where this query writes \w+ long: use another gold folder, or the settings that made this one$/
    },
    {
      what: 'raises the protocol',
      change: () => [{ protocol: { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['appendOnly', 'rowTracking'] } }],
      code: 'unsupported',
      told: /^FOLDER\/gold\/QUERY asks its writers for the feature rowTracking; Contrail writes version 2: use another gold folder$/
    }
  ])('and $what stops the run behind whole batches; the next one is refused before it writes, and goes on when the change is gone', async ({ change, code, told }) => {
    const story = recorded()
    const come = () => theyCommit(story.gold, (table) => [commitInfo(), ...change(join(story.gold, table))])
    story.expectStopped(await story.run(0, { openStorage: beforeWriting(meant, come) }), code, told)
    const changed = goldTables.map((table) => join(story.gold, table, logFile(6)))
    const aside = changed.map((_, i) => join(story.folder, `aside-${i}.json`))
    const swap = (from: readonly string[], to: readonly string[]) => from.forEach((file, i) => renameSync(file, to[i]!))
    swap(changed, aside)
    await story.expectReached(begunAfter(5))
    swap(aside, changed)
    story.expectStopped(await story.run(0), code, told)
    swap(changed, aside)
    await story.expectReached(begunAfter(5))
    expect([...(await story.run(0)).ends.values()]).toEqual(well)
    await story.expectReached()
  })
})

test('files of others in a gold folder, in its log too, are neither read nor touched', async () => {
  const story = disturbed('restarts', database)
  for (const run of [0, 1]) {
    story.show(run)
    await story.run(run)
  }
  await theirFiles(story.gold, database)
  const strays = ['.part-00000.parquet.crc', 'part-00000-half.parquet.tmp', '_delta_log/.00000000000000000001.json.crc', '_delta_log/00000000000000000002.json.tmp', '_delta_log/notes.txt', '_delta_log/00000000000000000001.crc']
  for (const table of goldTables) for (const path of strays) writeText(join(story.gold, table), path, 'of others')
  await story.runAll(2)
  for (const { gold, checkpoint } of Object.values(queryNames)) {
    const table = join(story.gold, gold)
    expect(leftovers(table, join(story.checkpoints, checkpoint)).sort()).toEqual([...strays.map((path) => path.replace('_delta_log/', '')), 'theirs.parquet'].sort())
    for (const path of strays) expect(readFileSync(join(table, path), 'utf8')).toBe('of others')
    for (const path of [...strays, 'theirs.parquet']) rmSync(join(table, path))
  }
  await story.expectReached()
})
