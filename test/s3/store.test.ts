import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { systemClock } from '#electron/host/clock.ts'
import { runPipeline } from '#electron/host/runPipeline.ts'
import type { Storage } from '#electron/storage/storage.ts'
import { openStorages, type Storages } from '#electron/storage/storages.ts'
import { openTableScan } from '#electron/delta/deltaTable.ts'
import { makeSample } from '#electron/sample/makeSample.ts'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { readFolder } from '#test/support/fakeS3/folders.ts'
import { readScenario, showSilver, queryNames } from '#test/support/oracle.ts'
import { readLines } from '#test/support/oracle.ts'
import { pipelineOf } from '#test/support/runScenario.ts'
import { testEndpoints, type TestBucket } from '#test/support/s3Bucket.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const text = (content: Uint8Array): string => Buffer.from(content).toString('utf8')

const database = await openDatabase()
afterAll(() => database.close())

describe.each(testEndpoints())('A bucket of $name keeps what a Storage promises', ({ open }) => {
  let bucket: TestBucket
  let storages: Storages
  let store: Storage
  beforeAll(async () => {
    bucket = await open()
    storages = openStorages({ places: { otherwise: bucket.place, buckets: {} }, cacheFolder: temporaryFolder('cache') })
    store = storages.open(`${bucket.uri}/store`)
  })
  afterAll(async () => {
    await storages.close()
    await bucket.close()
  })

  test('it can be written to, and looking whether it can leaves nothing', async () => {
    await store.checkWritable()
    expect(await store.listDeep('')).toEqual([])
    expect([await store.hasFolder(''), await store.stat('none'), await store.list('none')]).toEqual([false, undefined, []])
  })

  test('of two that make the same object one comes first, and who made it may say so again', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, (_, i) => store.putIfAbsent('log/1.json', bytes(`writer ${i}`))))
    expect(made.filter((isMine) => isMine).length).toBe(1)
    const winner = made.indexOf(true)
    expect(text(await store.read('log/1.json'))).toBe(`writer ${winner}`)
    expect(await store.putIfAbsent('log/1.json', bytes(`writer ${winner}`))).toBe(true)
    expect(await store.putIfAbsent('log/1.json', bytes('somebody else'))).toBe(false)
  })

  test('objects are listed in the order of their bytes, page by page, from a name on, folder by folder', async () => {
    const names = ['Z', 'a b', 'a+b', 'a%2Fb', 'a=1', 'z', 'zz', 'é', '\uFF21', '\u{1F600}', '\uFEFF', '\uFEFFa\uFEFF']
    for (const name of [...names, 'sub/x', 'sub/deep/y']) await store.replace(`names/${name}`, bytes(name))
    const sorted = [...names].sort((a, b) => Buffer.compare(bytes(a) as Buffer, bytes(b) as Buffer))
    expect((await store.list('names')).map(({ path }) => path)).toEqual(sorted.map((name) => `names/${name}`))
    expect((await store.list('names', 'z')).map(({ path }) => path)).toEqual(['z', 'zz', 'é', '\uFEFF', '\uFEFFa\uFEFF', '\uFF21', '\u{1F600}'].map((name) => `names/${name}`))
    expect((await store.list('names', 'é')).map(({ path }) => path)).toEqual(['é', '\uFEFF', '\uFEFFa\uFEFF', '\uFF21', '\u{1F600}'].map((name) => `names/${name}`))
    expect((await store.listDeep('names/sub')).map(({ path }) => path)).toEqual(['names/sub/deep/y', 'names/sub/x'])
    expect([await store.hasFolder('names/sub'), await store.hasFolder('names/su'), await store.hasFolder('')]).toEqual([true, false, true])
    for (const name of names) expect(text(await store.read(`names/${name}`))).toBe(name)
  })

  test('size, time and ETag are told; another content has another ETag', async () => {
    await store.replace('entry', bytes('12345'))
    const first = await store.stat('entry')
    expect(first).toMatchObject({ path: 'entry', sizeBytes: 5, etag: expect.any(String) as string })
    expect(Math.abs(first!.modifiedMs - Date.now())).toBeLessThan(15 * 60_000)
    await store.replace('entry', bytes('54321'))
    expect((await store.stat('entry'))!.etag).not.toBe(first!.etag)
    expect((await store.list('')).find(({ path }) => path === 'entry')!.etag).toBe((await store.stat('entry'))!.etag)
  })

  test('whole objects and parts are read; a part is short at the end', async () => {
    await store.replace('digits', bytes('0123456789'))
    await store.replace('nothing', bytes(''))
    expect([text(await store.read('digits')), text(await store.readRange('digits', 2, 3)), text(await store.readRange('digits', 8, 10)), text(await store.readRange('digits', 20, 1)), text(await store.readRange('digits', 3, 0)), text(await store.read('nothing'))]).toEqual(['0123456789', '234', '89', '', '', ''])
  })

  test('what is not there is a Fault that names it; removing it is none', async () => {
    const fault = { code: 'notFound', message: `${store.root}/none is not there: check the path` }
    await expect(store.read('none')).rejects.toMatchObject(fault)
    await expect(store.readRange('none', 0, 1)).rejects.toMatchObject(fault)
    await expect(store.localFile('none')).rejects.toMatchObject(fault)
    await store.remove('none')
    await store.replace('gone', bytes('x'))
    await store.remove('gone')
    expect(await store.stat('gone')).toBeUndefined()
  })

  test('a file that was staged is there when it is published, and not before', async () => {
    const staged = await store.stage('data/part.parquet')
    writeFileSync(staged.file, 'a file')
    expect(await store.stat('data/part.parquet')).toBeUndefined()
    expect(await staged.publish()).toMatchObject({ path: 'data/part.parquet', sizeBytes: 6 })
    const local = await store.localFile('data/part.parquet')
    expect(readFileSync(local.path, 'utf8')).toBe('a file')
    local.release()
    const other = await store.stage('data/other.parquet')
    writeFileSync(other.file, 'x')
    await other.discard()
    expect(await store.stat('data/other.parquet')).toBeUndefined()
  })

  test('an object that was replaced is another file', async () => {
    await store.replace('changing', bytes('before'))
    const before = await store.localFile('changing')
    await store.replace('changing', bytes('after, and longer'))
    const after = await store.localFile('changing', { sizeBytes: 17 })
    expect([readFileSync(before.path, 'utf8'), readFileSync(after.path, 'utf8')]).toEqual(['before', 'after, and longer'])
    await expect(store.localFile('changing', { sizeBytes: 6, etag: '"another"' })).rejects.toMatchObject({ code: 'notFound', message: expect.stringContaining('was changed after it had been listed') as string })
    before.release()
    after.release()
  })

  test('a sample is made there, replayed to there, and read back', async () => {
    const silver = `${bucket.uri}/sample`
    await makeSample(storages.open(silver), { minutes: 10, rowsPerMinute: 60, seed: 1 })
    const pipeline = parsePipeline({ silver: { uri: silver, maxFilesPerTrigger: 2 }, gold: { uri: `${bucket.uri}/g` }, checkpoints: { uri: `${bucket.uri}/c` } }, 'the test')
    const ends = await runPipeline(pipeline, { database, openStorage: storages.open, clock: systemClock, signal: new AbortController().signal, engine: 'Contrail/test', publish: () => undefined })
    expect([...ends.values()]).toEqual([undefined, undefined])
    const scan = await openTableScan(storages.open(`${bucket.uri}/g/flight_phase_counts`), {}, database)
    const [row] = (await database.query(`SELECT count(*)::DOUBLE AS rows FROM (${scan.sql})`)).rows()
    expect(row!.rows).toBeGreaterThan(5)
    scan.release()
  })

  test.each(['late-rows', 'deletion-vectors', 'partitioned-silver', 'maintenance'])('the rows of a recorded Spark run come out of it: %s', async (name) => {
    const scenario = readScenario(join(repository, 'test/fixtures/oracle', name))
    const folder = temporaryFolder(name)
    const root = `${bucket.uri}/${name}`
    const silver = storages.open(`${root}/silver`)
    for (const run of scenario.runs) {
      showSilver(scenario, join(folder, 'silver'), run.silverVersion)
      for (const [path, content] of await readFolder(join(folder, 'silver'))) await silver.replace(path, content)
      const pipeline = pipelineOf(scenario, run, folder, 'both', { silver: `${root}/silver`, gold: `${root}/gold`, checkpoints: `${root}/checkpoints` })
      const ends = await runPipeline(pipeline, { database, openStorage: storages.open, clock: systemClock, signal: new AbortController().signal, engine: 'Contrail/test', publish: () => undefined })
      expect([...ends.values()]).toEqual([undefined, undefined])
    }
    for (const query of ['phase_counts', 'anomaly_alerts'] as const) {
      const expected = readLines(join(scenario.folder, 'expected', `${query}.jsonl`))
      const scan = await openTableScan(storages.open(`${root}/gold/${queryNames[query].gold}`), {}, database)
      const key = query === 'phase_counts' ? 'flight_phase' : 'origin_country'
      const rows = (await database.query(`SELECT epoch_us(window_start) AS start, CAST(${key} AS VARCHAR) AS key FROM (${scan.sql})`)).rows().map(({ start, key: of }) => `${String(start)} ${String(of)}`)
      scan.release()
      expect(rows.sort()).toEqual(expected.map((row) => `${Date.parse(String(row.window_start)) * 1000} ${String(row[key] ?? null)}`).sort())
    }
  })
})
