import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commitTimeMs, listLog, readCommit } from '#electron/delta/log.ts'
import { loadSnapshot } from '#electron/delta/snapshot.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { encodings } from '#test/support/encodings.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { add, logFile, metaData, protocol, writeLog, writeText } from './handMade.ts'

test('A listing holds commits and complete checkpoints, and nothing else', async () => {
  const folder = temporaryFolder('log')
  const uuid = '0a6b1c7e-6d0f-4f0c-9a8b-1f7f6c7a0d11'
  const names = ['json', 'checkpoint.parquet', `checkpoint.${uuid}.json`, 'crc', 'json.tmp', 'checkpoint.0000000001.0000000002.parquet', 'checkpoint.0000000002.0000000002.parquet']
  for (const name of names) writeText(folder, logFile(3, name), '')
  writeText(folder, logFile(4, 'checkpoint.0000000001.0000000003.parquet'), '')
  for (const name of [logFile(5, 'json').replace('_log/', '_log/.'), `_delta_log/${'0'.repeat(20)}.${'0'.repeat(20)}.compacted.json`, '_delta_log/_last_checkpoint', '_delta_log/7.json', '_delta_log/_staged_commits/00000000000000000009.json']) writeText(folder, name, '')
  const { commits, checkpoints, latestVersion } = await listLog(openLocalStore(folder))
  expect({ commits: [...commits], latestVersion, checkpoints: checkpoints.map(({ version, paths }) => [version, paths.length]) }).toEqual({
    commits: [3],
    latestVersion: 3,
    checkpoints: [
      [3, 1],
      [3, 1],
      [3, 2]
    ]
  })
})

test('A listing may begin at a version', async () => {
  const folder = temporaryFolder('log')
  writeLog(folder, [[], [], []])
  expect([...(await listLog(openLocalStore(folder), 1)).commits]).toEqual([1, 2])
})

test('A table without a log has an empty listing', async () => {
  const { commits, latestVersion } = await listLog(openLocalStore(join(temporaryFolder('log'), 'nowhere')))
  expect({ commits: [...commits], latestVersion }).toEqual({ commits: [], latestVersion: undefined })
})

test('Actions come in the order of the file, and unknown actions and fields are passed over', async () => {
  const folder = temporaryFolder('log')
  writeLog(folder, [[add('b', { baseRowId: 4 }), { domainMetadata: { domain: 'x' } }, { cdc: { path: 'c' } }, protocol(), add('a%20b')]])
  const { actions } = await readCommit(openLocalStore(folder), 0)
  expect(actions.map((action) => (action.kind === 'add' ? action.add.path : action.kind))).toEqual(['b', 'protocol', 'a b'])
})

test('A commit may be spread over several lines', async () => {
  const folder = temporaryFolder('log')
  writeText(folder, logFile(0), `${JSON.stringify(protocol(), null, 2)}\n${JSON.stringify(metaData([{ name: 'a "}', type: 'long' }]), null, 2)}`)
  const { actions } = await readCommit(openLocalStore(folder), 0)
  expect(actions.map((action) => (action.kind === 'metaData' ? action.metaData.fields[0]?.name : action.kind))).toEqual(['protocol', 'a "}'])
})

test.each(Object.entries(encodings))('A commit in %s is read, whatever ends its lines', async (_, encode) => {
  for (const end of ['\n', '\r\n', '\n\n']) {
    const folder = temporaryFolder('log')
    const text = [protocol(), metaData([{ name: '\ufeffna\ufeffme', type: 'long' }]), add('a')].map((action) => JSON.stringify(action) + end).join('')
    writeText(folder, logFile(0), '')
    writeFileSync(join(folder, logFile(0)), encode(text))
    const { metaData: read, files } = await loadSnapshot(openLocalStore(folder), {}, () => Promise.reject(new Error('there is no checkpoint')))
    expect([read.fields.map(({ name }) => name), files.map(({ path }) => path)]).toEqual([['\ufeffna\ufeffme'], ['a']])
  }
})

test('The version of a transaction is exact beyond 2^53, and numbers in text stay text', async () => {
  const folder = temporaryFolder('log')
  writeText(folder, logFile(0), '{"txn":{"appId":"12345678901234567891","version":9007199254740993,"lastUpdated":0.12345678901234567}}\n')
  const { actions } = await readCommit(openLocalStore(folder), 0)
  expect(actions).toEqual([{ kind: 'txn', txn: { appId: '12345678901234567891', version: 9007199254740993n, lastUpdated: 0.12345678901234567 } }])
})

test('The time of a commit is the one the writer put into it, otherwise that of its file', async () => {
  const folder = temporaryFolder('log')
  writeLog(folder, [[{ commitInfo: { timestamp: 5, operation: 'WRITE' } }], [{ commitInfo: { inCommitTimestamp: 77 } }]])
  for (const version of [0, 1]) utimesSync(join(folder, logFile(version)), 1000, 1000)
  const store = openLocalStore(folder)
  expect([await commitTimeMs(store, await readCommit(store, 0)), await commitTimeMs(store, await readCommit(store, 1))]).toEqual([1_000_000, 77])
})

const twoFiles = `${JSON.stringify(add('a'))}\n${JSON.stringify(add('b'))}\n`

test.each([
  ['has a part of its text', twoFiles.slice(0, -20)],
  ['has nothing yet', '']
])('A commit that is still being written and %s is waited for', async (_, begun) => {
  const folder = temporaryFolder('log')
  writeText(folder, logFile(0), begun)
  const commit = readCommit(openLocalStore(folder), 0)
  setTimeout(() => writeText(folder, logFile(0), twoFiles), 50)
  expect((await commit).actions.length).toBe(2)
})

test.each([
  ['has a part of its text', twoFiles.slice(0, -20)],
  ['has nothing yet', '']
])('A commit that %s is read again when others follow it by then', async (_, begun) => {
  const folder = temporaryFolder('log')
  writeText(folder, logFile(0), begun)
  const store = openLocalStore(folder)
  let reads = 0
  const read: typeof store.read = async (path) => {
    const bytes = await store.read(path)
    // Its writer goes on as soon as it was looked at.
    if (reads++ === 0) writeLog(folder, [[add('a'), add('b')], [add('c')]])
    return bytes
  }
  expect((await readCommit({ ...store, read }, 0)).actions.length).toBe(2)
})

test.each([
  ['torn', twoFiles.slice(0, -20)],
  ['empty', '']
])('The newest commit that stays %s is refused, naming it', async (_, text) => {
  const folder = temporaryFolder('log')
  writeText(folder, logFile(0), text)
  await expect(readCommit(openLocalStore(folder), 0)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(logFile(0)) as string })
})

test('An empty commit that others follow is one without actions', async () => {
  const folder = temporaryFolder('log')
  writeLog(folder, [[], [add('a')]])
  expect((await readCommit(openLocalStore(folder), 0)).actions).toEqual([])
})

test('A commit that is not there is a Fault of its own', async () => {
  await expect(readCommit(openLocalStore(temporaryFolder('log')), 3)).rejects.toMatchObject({ code: 'notFound' })
})

test.each([
  ['no path', { add: { size: 1 } }, 'has no path'],
  ['an action that is no object', { add: 5 }, 'is not an object'],
  ['a schema that is not JSON', { metaData: { id: 'x', schemaString: '{' } }, 'a schema that is not JSON'],
  ['a line that is no object', 'text', 'is not an object']
])('An action with %s is refused, naming the file', async (_, action, message) => {
  const folder = temporaryFolder('log')
  writeLog(folder, [[action], []])
  await expect(readCommit(openLocalStore(folder), 0)).rejects.toThrow(new RegExp(`${logFile(0)}.*${message}`))
})
