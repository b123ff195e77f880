import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { checkSource } from '#electron/host/checkSource.ts'
import { lackingColumns } from '#electron/source/lackingColumns.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { writeParquet } from '#test/delta/handMade.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { cruising, observationsSql } from '#test/support/observations.ts'

const database = await openDatabase()
afterAll(() => database.close())

const columns = (...names: string[]) => names.map((name) => ({ name }))
const messages = (names: string[], ...files: [string, string[]][]) => {
  const lacking = lackingColumns()
  for (const [path, own] of files) lacking.add(columns(...own), path)
  return lacking.problems(names).map(({ message, path }) => [path, message])
}

test('a column that every file has, in whichever case and order, is no problem; nor is one that is not in use', () => {
  expect(messages(['a', 'b'], ['1', ['a', 'b']], ['2', ['B', 'A', 'c']])).toEqual([])
})

test('files that lack a column in use are counted, each once, and one of them is named', () => {
  const files: [string, string[]][] = [
    ['3', ['b']],
    ['2', ['b', 'c']],
    ['1', ['a', 'b']],
    ['3', ['b']]
  ]
  const rest =
    'their rows have no value there, as in Spark; write the column into every file, or move files without it away'
  expect(messages(['a', 'b'], ...files)).toEqual([['2', `2 files have no column a, as 2: ${rest}`]])
})

test('a file that could not be read lacks nothing', () => {
  expect(messages(['a'], ['1', []], ['2', ['a']])).toEqual([])
})

/** A folder of which one file has its event times under another name. */
async function folderWithout(): Promise<string> {
  const folder = temporaryFolder('lacking')
  const rows = observationsSql(cruising('12:00', '12:20'))
  const renamed = `SELECT event_timestamp AS "\ufeffevent_timestamp", * EXCLUDE event_timestamp FROM (${rows})`
  await writeParquet(database, folder, 'a.parquet', rows)
  await writeParquet(database, folder, 'b.parquet', renamed)
  return folder
}

const said =
  '1 file has no column event_timestamp, as b.parquet: its rows have no value there, as in Spark; ' +
  'write the column into every file, or move files without it away'

test('the check of the workbench warns of a file without the event time', async () => {
  const report = await checkSource(await folderWithout(), {}, { database, openStorage: openLocalStore })
  const step = report.steps.find(({ name }) => name === 'Columns match')
  expect([step?.state, step?.text.endsWith(` ${said}.`), report.ready]).toEqual(['warning', true, true])
})

test('contrail check and replay warn of it too', async () => {
  const silver = await folderWithout()
  const out = temporaryFolder('lacking-out')
  const check = await contrail(['check', '--silver', silver])
  expect([check.code, check.stdout.includes(`! Columns match: ${said}\n`)]).toEqual([0, true])
  const replay = await contrail([
    'replay',
    '--silver',
    silver,
    '--gold',
    `${out}/gold`,
    '--checkpoints',
    `${out}/checkpoints`
  ])
  expect([replay.code, replay.stderr.includes(said)]).toEqual([0, true])
})
