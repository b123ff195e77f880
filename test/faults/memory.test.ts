import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { contrail } from '#test/support/contrail.ts'
import { begunAfter, disturbed, wholeTo, type Disturbed } from '#test/support/disturbed.ts'

const database = await openDatabase()
afterAll(() => database.close())

const said = /DuckDB has used up the 1MB of memory that it may take, or finds no room for what does not fit into them: set CONTRAIL_MEMORY_LIMIT to more, as in 4GB, or TMPDIR to a folder with room, then start again \(Out of Memory Error: [^\n]*\)/

async function begun(): Promise<Disturbed> {
  const story = disturbed('restarts', database)
  story.show(0)
  await story.run(0)
  await story.expectReached(wholeTo(1))
  story.show(1)
  return story
}

describe('DuckDB without enough memory', () => {
  test('stops a run behind whole batches and says how to give it more; with enough the next one goes on to what Spark recorded', async () => {
    const story = await begun()
    const small = await openDatabase({ memoryLimit: '1MB' })
    try {
      story.expectStopped(await story.run(1, { database: small }), 'storage', new RegExp(`^${said.source}$`))
    } finally {
      await small.close()
    }
    await story.expectReached(begunAfter(1))
    await story.runAll(1)
    await story.expectReached()
  })

  test('is one line of the command line, which takes the limit from CONTRAIL_MEMORY_LIMIT', async () => {
    const story = await begun()
    const args = ['replay', '--silver', story.silver, '--gold', story.gold, '--checkpoints', story.checkpoints, '--max-files-per-trigger', '1']
    const { code, stderr } = await contrail(args, { env: { CONTRAIL_MEMORY_LIMIT: '1MB' } })
    expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(`^contrail: (anomaly_alerts: )?${said.source}(; flight_phase_counts: ${said.source})?\n$`))])
    await story.expectReached(begunAfter(1))
    expect(await contrail(args, { env: { CONTRAIL_MEMORY_LIMIT: '1 GiB' } })).toMatchObject({ code: 0, stderr: '' })
    await story.runAll(1)
    await story.expectReached()
  })

  test('and a limit that is none is refused, naming it', async () => {
    const story = await begun()
    expect(await contrail(['replay', '--silver', story.silver, '--gold', story.gold, '--checkpoints', story.checkpoints], { env: { CONTRAIL_MEMORY_LIMIT: 'plenty' } })).toMatchObject({ code: 2, stderr: 'contrail: CONTRAIL_MEMORY_LIMIT is "plenty": give an amount of memory, as in 4GB\n' })
    await story.expectReached(wholeTo(1))
  })
})
