import { expect, test } from 'vitest'
import { offsetAfter, planMicroBatch, type LogEntry } from '#electron/source/planMicroBatch.ts'
import type { ReadLimits } from '#electron/source/source.ts'

/** "4:0+" is file 0 of the snapshot at version 4, "5:0" file 0 of the commit 5, "5." the end of version 5; ten bytes a file. */
async function* entries(...texts: readonly string[]): AsyncGenerator<LogEntry<string>> {
  for (const text of texts) {
    const [, version, index, starting] = /^(\d+)(?::(\d+)(\+?))?/.exec(text)!
    yield index === undefined ? { kind: 'end', version: Number(version) } : { kind: 'file', version: Number(version), index: Number(index), isStartingVersion: starting === '+', sizeBytes: 10, file: text }
  }
}

const nameOf = (entry: LogEntry<string>) => (entry.kind === 'file' ? entry.file : `${entry.version}.`)
const planned = async (limits: Partial<ReadLimits>, ...texts: readonly string[]) => (await planMicroBatch(entries(...texts), { maxFiles: null, maxBytes: null, ...limits })).map(nameOf)

test('O3 a batch that reads the last file of a version passes its end, and the empty versions behind it', async () => {
  expect(await planned({ maxFiles: 1 }, '4:0+', '4.', '5.', '6.', '7:0', '7.')).toEqual(['4:0+', '4.', '5.', '6.'])
})

test('O3 versions without files are a batch of their own when nothing else is there', async () => {
  expect(await planned({ maxFiles: 1 }, '5.', '6.')).toEqual(['5.', '6.'])
  expect(await planned({ maxFiles: 1 })).toEqual([])
})

test('O5 a commit may be split over batches, and a batch may span commits', async () => {
  const log = ['4:0', '4:1', '4:2', '4.', '5:0', '5.', '6:0', '6.']
  expect(await planned({ maxFiles: 2 }, ...log)).toEqual(['4:0', '4:1'])
  expect(await planned({ maxFiles: 4 }, ...log)).toEqual(['4:0', '4:1', '4:2', '4.', '5:0', '5.'])
})

test('O5 bytes may overshoot by one file, and one file always passes', async () => {
  const log = ['4:0', '4:1', '4:2', '4.']
  const plans = await Promise.all([1, 10, 11, 20, 21, 100].map((maxBytes) => planned({ maxBytes }, ...log)))
  expect(plans).toEqual([['4:0'], ['4:0'], ['4:0', '4:1'], ['4:0', '4:1'], log, log])
})

test('O5 of two limits the first that is reached counts', async () => {
  const log = ['4:0', '4:1', '4:2', '4.']
  expect([await planned({ maxFiles: 1, maxBytes: 100 }, ...log), await planned({ maxFiles: 3, maxBytes: 11 }, ...log)]).toEqual([['4:0'], ['4:0', '4:1']])
})

test('O1 O3 the offset after a file is its index, and after the end of a version the beginning of the next', async () => {
  const offsets = (await planMicroBatch(entries('4:1+', '4.', '5:0'), { maxFiles: null, maxBytes: null })).map(offsetAfter)
  expect(offsets).toEqual([
    { reservoirVersion: 4, index: 1, isStartingVersion: true },
    { reservoirVersion: 5, index: -1, isStartingVersion: false },
    { reservoirVersion: 5, index: 0, isStartingVersion: false }
  ])
})
