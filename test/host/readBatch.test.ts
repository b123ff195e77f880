import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { add, protocol, writeLog } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { cruising, silverMetaData, writeObservations } from '#test/support/observations.ts'
import { runIn } from '#test/support/runIn.ts'

const database = await openDatabase()
afterAll(() => database.close())

test('decisions 1.6 a group of files that fails while those before it are still being read stops the run with its own reason, and is not left unheard', async () => {
  const folder = temporaryFolder('ahead')
  const silver = join(folder, 'silver')
  await writeObservations(database, silver, '000.parquet', cruising('12:00', '12:01'))
  const names = Array.from({ length: 128 }, (_, i) => `${String(i).padStart(3, '0')}.parquet`)
  for (const name of names.slice(1)) copyFileSync(join(silver, '000.parquet'), join(silver, name))
  // A group has 128 files: the next one has a file that is not there, which is seen at once.
  writeLog(silver, [
    [
      protocol(),
      silverMetaData(),
      ...[...names, 'gone.parquet'].map((name, i) => add(name, { modificationTime: i + 1 }))
    ]
  ])
  const unheard: unknown[] = []
  const hear = (reason: unknown) => void unheard.push(reason)
  process.on('unhandledRejection', hear)
  try {
    const { ends } = await runIn(folder, database)
    for (const end of ends.values())
      expect(end).toMatchObject({ code: 'notFound', message: expect.stringContaining('gone.parquet') as string })
  } finally {
    process.off('unhandledRejection', hear)
  }
  expect(unheard).toEqual([])
})
