import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolveStart, type StartOptions } from '#electron/source/resolveStart.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { commitInfo, logFile, metaData, protocol, writeLog } from '#test/delta/handMade.ts'
import { inTimeZone } from '#test/support/timeZone.ts'
import { temporaryFolder } from '#test/support/folders.ts'

/** Commits 0 to 4, committed at 12:00, 12:10, 12:20, ... of 2026-01-23. */
function table(times: readonly string[] = ['12:00', '12:10', '12:20', '12:30', '12:40']): string {
  const folder = temporaryFolder('start')
  writeLog(folder, [[protocol(), metaData([])], ...times.slice(1).map(() => [commitInfo()])])
  times.forEach((time, version) => utimesSync(join(folder, logFile(version)), new Date(`2026-01-23T${time}:00Z`), new Date(`2026-01-23T${time}:00Z`)))
  return folder
}

const start = (folder: string, options: Partial<StartOptions>) => resolveStart(openLocalStore(folder), 4, { startingVersion: null, startingTimestamp: null, ...options })

test('O7 without a start option a stream begins with a snapshot', async () => {
  expect(await start(table(), {})).toBe(undefined)
})

test('O7 startingVersion is the first version that is read, "latest" the one that does not exist yet', async () => {
  const folder = table()
  expect(await Promise.all([0, 3, 4, 'latest' as const].map((startingVersion) => start(folder, { startingVersion })))).toEqual([0, 3, 4, 5])
})

test('O7 a startingVersion that is not in the log is refused with the versions that are', async () => {
  const folder = table()
  await expect(start(folder, { startingVersion: 5 })).rejects.toMatchObject({ code: 'notFound', message: `[DELTA_VERSION_NOT_FOUND] silver.startingVersion is 5, and ${folder} has versions 0 to 4` })
  rmSync(join(folder, logFile(0)))
  rmSync(join(folder, logFile(1)))
  await expect(start(folder, { startingVersion: 1 })).rejects.toMatchObject({ message: `[DELTA_VERSION_NOT_FOUND] silver.startingVersion is 1, and ${folder} has versions 2 to 4` })
})

test.each([
  ['2026-01-23T12:00:00Z', 0],
  ['2026-01-23T12:10:00Z', 1],
  ['2026-01-23T12:10:00.001Z', 2],
  ['2026-01-23 12:19', 2],
  ['2026-01-23T13:40:00+01:00', 4],
  ['2026-01-23T11:40:00-0100', 4],
  ['2026-01-23', 0],
  ['1999-12-31T23:59:59Z', 0]
])('O7 startingTimestamp %s begins at version %i: the first commit at or after it, UTC without a zone', async (startingTimestamp, version) => {
  expect(await start(table(), { startingTimestamp })).toBe(version)
})

test.each([
  ['2026-01-23 12:10', 1],
  ['2026-01-23 12:10:00.000500', 1],
  ['2026-01-23 13:10 Europe/Berlin', 1],
  ['2026-01-23 07:10 -05', 1],
  ['2026-01', 0],
  ['-290308-12-22', 0]
])('O7 startingTimestamp %s is what it is in every other field, on a machine in any zone', async (startingTimestamp, version) => {
  for (const zone of ['America/New_York', 'Europe/Berlin']) {
    expect(await inTimeZone(zone, () => start(table(), { startingTimestamp }))).toBe(version)
  }
})

test.each([
  ['2026-02-30', 'February 2026 has 28 days'],
  ['2026-10-25 02:30 Europe/Berlin', 'it comes twice in Europe/Berlin, where the clocks are put back then: end it with +01:00 or +02:00'],
  ['294248-01-01', 'it lies beyond the times that a timestamp can hold (290309 BC to 294247)']
])('O7 startingTimestamp "%s" is refused with the reason', async (startingTimestamp, why) => {
  const message = `silver.startingTimestamp is "${startingTimestamp}", which is not a time (${why}): write it as 2026-01-23T12:00:00Z`
  await expect(start(table(), { startingTimestamp })).rejects.toMatchObject({ code: 'usage', message })
})

test('O7 a startingTimestamp later than the last commit is refused with the time of that commit', async () => {
  const folder = table()
  await expect(start(folder, { startingTimestamp: '2026-01-23T12:40:00.001Z' })).rejects.toMatchObject({
    code: 'notFound',
    message: `[DELTA_TIMESTAMP_GREATER_THAN_COMMIT] silver.startingTimestamp 2026-01-23T12:40:00.001Z is later than the last commit of ${folder} (2026-01-23T12:40:00.000Z)`
  })
})

test.each(['yesterday', '2026-13-01', '12:00', '2026-01-23T25:00'])('O7 startingTimestamp "%s" is no time', async (startingTimestamp) => {
  await expect(start(table(), { startingTimestamp })).rejects.toMatchObject({ code: 'usage', message: `silver.startingTimestamp is "${startingTimestamp}", which is not a time: write it as 2026-01-23T12:00:00Z` })
})

test('O7 a clock that stepped back between two commits hides none of them: times are made to ascend by a millisecond, as Delta does', async () => {
  const folder = table(['12:00', '12:30', '12:10', '12:20', '12:40'])
  expect(await Promise.all(['12:05:00', '12:15:00', '12:30:00', '12:30:00.001', '12:30:00.002', '12:35:00'].map((time) => start(folder, { startingTimestamp: `2026-01-23T${time}Z` })))).toEqual([1, 1, 1, 2, 3, 4])
})

test('O7 in-commit timestamps count before those of the files', async () => {
  const folder = table()
  const info = (time: string) => ({ commitInfo: { inCommitTimestamp: Date.parse(`2026-01-23T${time}:00Z`), operationParameters: {} } })
  writeLog(folder, [[info('10:00'), protocol(), metaData([])], [info('10:10')], [info('10:20')], [info('10:30')], [info('10:40')]])
  expect(await start(folder, { startingTimestamp: '2026-01-23T10:15:00Z' })).toBe(2)
})
