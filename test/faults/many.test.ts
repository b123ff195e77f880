import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { disturbed } from '#test/support/disturbed.ts'
import { expectRecordedRows, spreadRows } from '#test/support/manyFiles.ts'
import { queryNames } from '#test/support/oracle.ts'
import { progressOf, warningsOf } from '#test/support/runIn.ts'

const database = await openDatabase()
afterAll(() => database.close())

describe('10,000 files of silver', () => {
  test.each(['table', 'folder'] as const)('as a %s are read in batches of a thousand, and gold has the rows that Spark recorded of one', async (as) => {
    const story = disturbed('notebook', database, as)
    await spreadRows(story.scenario, story.silver, database, { files: 10_000, withRows: 100 }, as)
    const outing = await story.run(0)
    expect([[...outing.ends.values()], warningsOf(outing)]).toEqual([[undefined, undefined], []])
    for (const { gold, checkpoint } of Object.values(queryNames)) {
      expect(progressOf(outing, gold).map(({ contrail }) => contrail.numInputFiles)).toEqual([...Array.from({ length: 10 }, () => 1000), 0])
      expect(readdirSync(join(story.checkpoints, checkpoint, 'commits'))).toHaveLength(11)
    }
    await expectRecordedRows(story.scenario, story.gold, database)
  })
})
