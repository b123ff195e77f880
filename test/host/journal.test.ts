import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BatchRecord } from '#shared/contract/run.ts'
import { openJournal, readJournal } from '#electron/host/journal.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const record = (batchId: number, rows = 1): BatchRecord => ({
  query: 'flight_phase_counts',
  batchId,
  finishedMs: batchId,
  progress: { name: 'flight_phase_counts', timestamp: '', batchId, numInputRows: rows, durationMs: {}, eventTime: {}, stateOperators: [], sink: { numOutputRows: 0 }, contrail: { numInputFiles: 1, lateRows: 0, nextWatermark: '', setAside: [] } },
  maxEventMs: null,
  watermarkMs: 0,
  closedMs: 0,
  files: [],
  closed: [],
  dropped: [],
  late: [{ file: 'ü.parquet', paneMs: 0, key: null, rows, missedWindows: 1 }]
})

async function write(file: string, ...records: BatchRecord[]): Promise<void> {
  const journal = await openJournal(file)
  for (const each of records) await journal.append(each)
  await journal.close()
}

const newFile = () => join(temporaryFolder('journal'), 'deeper', 'query.journal')

test('what was appended is read again, also after it was opened a second time', async () => {
  const file = newFile()
  await write(file, record(0), record(1))
  await write(file, record(2))
  expect(await readJournal(file)).toEqual([record(0), record(1), record(2)])
})

test('a journal that is not there is empty', async () => {
  expect(await readJournal(newFile())).toEqual([])
})

test('a batch that was done again is there once, as it was done last', async () => {
  const file = newFile()
  await write(file, record(0), record(1, 5), record(1, 7), record(2))
  expect((await readJournal(file)).map(({ batchId, progress }) => [batchId, progress.numInputRows])).toEqual([[0, 1], [1, 7], [2, 1]])
})

test('wherever a crash tears the last record, those before it are read and the next one is appended whole', async () => {
  const file = newFile()
  await write(file, record(0), record(1))
  const whole = readFileSync(file)
  const first = 4 + whole.readUInt32LE(0)
  for (let length = first; length < whole.length; length += 7) {
    writeFileSync(file, whole)
    truncateSync(file, length)
    expect((await readJournal(file)).map(({ batchId }) => batchId)).toEqual([0])
    await write(file, record(2))
    expect((await readJournal(file)).map(({ batchId }) => batchId)).toEqual([0, 2])
  }
})

test('zeros where a record should be, as some file systems leave them, end it', async () => {
  const file = newFile()
  await write(file, record(0))
  appendFileSync(file, new Uint8Array(4096))
  await write(file, record(1))
  expect((await readJournal(file)).map(({ batchId }) => batchId)).toEqual([0, 1])
})
