import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { withScan } from '#electron/duckdb/scan.ts'
import { systemClock } from '#electron/host/clock.ts'
import { openSource } from '#electron/source/openSource.ts'
import { openStorages, type Storages, type StoragesOptions } from '#electron/storage/storages.ts'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import { add, metaData, protocol } from '#test/delta/handMade.ts'
import { startFakeS3, type FakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { withMagic } from '#test/support/badFiles.ts'
import { asHadoopLz4 } from '#test/support/hadoopLz4.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { placeAt, storagesAt } from '#test/support/s3Places.ts'
import { impatient } from '#test/support/s3Story.ts'

let database: Database
let server: FakeS3
const opened: Storages[] = []
beforeAll(async () => {
  database = await openDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  server = await startFakeS3({ buckets: ['lake'] })
})
afterEach(async () => {
  for (const storages of opened.splice(0)) await storages.close()
  await server.close()
})

function open(options: Partial<StoragesOptions> = {}): Storages {
  const storages = storagesAt(server, { limits: impatient, ...options })
  opened.push(storages)
  return storages
}

const version = (number: number): string => `silver/_delta_log/${String(number).padStart(20, '0')}.json`
const lines = (...actions: readonly unknown[]): string => actions.map((action) => `${JSON.stringify(action)}\n`).join('')
const columns = ['event_time', 'origin_country', 'altitude', 'payload', 'notes'] as const

/** A Delta table of one file of some megabytes, of which two columns that nobody asks for are most. */
async function wideTable(rows: number, change?: (bytes: Buffer) => Buffer): Promise<void> {
  const file = join(temporaryFolder('wide'), 'wide.parquet')
  await database.run(
    `COPY (SELECT make_timestamptz(i * 1000) AS event_time, 'land ' || i % 7 AS origin_country, i::DOUBLE AS altitude, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS payload, md5((i * 3)::VARCHAR) AS notes FROM range(${rows}) t(i)) TO '${file}' (FORMAT PARQUET, COMPRESSION ${change === undefined ? 'SNAPPY' : 'UNCOMPRESSED'}, ROW_GROUP_SIZE 20000)`
  )
  const whole = readFileSync(file)
  const bytes = change?.(whole) ?? whole
  server.put('lake', 'silver/wide.parquet', bytes)
  const types: Record<string, string> = { event_time: 'timestamp', altitude: 'double' }
  server.put('lake', version(0), lines(protocol(), metaData(columns.map((name) => ({ name, type: types[name] ?? 'string' }))), add('wide.parquet', { size: bytes.byteLength })))
}

async function sourceOf(storages: Storages, clock = systemClock) {
  const { silver, trigger } = parsePipeline({ silver: { uri: 's3://lake/silver' }, gold: { uri: 'g' }, checkpoints: { uri: 'c' } }, 'the test')
  return openSource({ silver, trigger }, { database, openStorage: storages.open, clock, signal: new AbortController().signal })
}

/** Sums over the first scan of all there is, by a stream that reads these columns. */
async function sums(source: Awaited<ReturnType<typeof sourceOf>>, names: readonly string[], select: string): Promise<Record<string, unknown>> {
  const start = await source.beginning()
  const stream = source.stream(names)
  const [scan] = await stream.scans({ start, end: await stream.latest(start) })
  const opening = await scan!.open()
  try {
    return (await database.query(`SELECT ${select} FROM (${opening.sql})`)).rows()[0]!
  } finally {
    opening.release()
  }
}

const readOf = (key: string) => server.requests.filter((request) => request.operation === 'GetObject' && request.key === key)
const bytesOf = (key: string): number => readOf(key).reduce((sum, { sentBytes }) => sum + sentBytes, 0)

describe('only the columns in use are fetched', () => {
  test('when they are much less than the file, whatever the queries that share it ask for', async () => {
    await wideTable(60_000)
    const size = server.get('lake', 'silver/wide.parquet')!.byteLength
    const source = await sourceOf(open())
    source.stream(['event_time', 'origin_country']) // The other query.
    const row = await sums(source, ['event_time', 'altitude'], `count(*)::DOUBLE AS rows, sum(altitude) AS altitude, count(event_time)::DOUBLE AS times`)
    expect(row).toEqual({ rows: 60_000, altitude: (60_000 * 59_999) / 2, times: 60_000 })
    const fetched = bytesOf('silver/wide.parquet')
    expect(fetched).toBeLessThan(size / 3)
    // The other query reads what is there.
    expect(await sums(source, ['event_time', 'origin_country'], `count(DISTINCT origin_country)::DOUBLE AS lands, count(event_time)::DOUBLE AS times`)).toEqual({ lands: 7, times: 60_000 })
    expect(bytesOf('silver/wide.parquet')).toBe(fetched)
    // Rows of all columns need the file.
    expect(await sums(source, [...columns], `count(DISTINCT payload)::DOUBLE AS payloads, sum(altitude) AS altitude`)).toEqual({ payloads: 60_000, altitude: (60_000 * 59_999) / 2 })
    expect(bytesOf('silver/wide.parquet') - fetched).toBeLessThan(1.05 * size)
  })

  test('where Contrail has to rewrite them for DuckDB', async () => {
    await wideTable(60_000, (bytes) => asHadoopLz4(bytes))
    const size = server.get('lake', 'silver/wide.parquet')!.byteLength
    const source = await sourceOf(open())
    source.stream(['event_time', 'origin_country']) // The other query.
    expect(await sums(source, ['event_time', 'altitude'], `count(*)::DOUBLE AS rows, sum(altitude) AS altitude, count(event_time)::DOUBLE AS times`)).toEqual({ rows: 60_000, altitude: (60_000 * 59_999) / 2, times: 60_000 })
    const fetched = bytesOf('silver/wide.parquet')
    expect(fetched).toBeLessThan(size / 3)
    expect(await sums(source, ['event_time', 'origin_country'], `count(DISTINCT origin_country)::DOUBLE AS lands, count(event_time)::DOUBLE AS times`)).toEqual({ lands: 7, times: 60_000 })
    expect(bytesOf('silver/wide.parquet')).toBe(fetched)
    expect(await sums(source, [...columns], `count(DISTINCT payload)::DOUBLE AS payloads, sum(altitude) AS altitude`)).toEqual({ payloads: 60_000, altitude: (60_000 * 59_999) / 2 })
    expect(source.rewritten()).toMatchObject({ files: 1, message: expect.stringContaining("s3://lake/silver/wide.parquet (version 0), column event_time is compressed with Hadoop's LZ4") as string })
  })

  test('and no more than the mark of a file whose footer is encrypted', async () => {
    await wideTable(60_000, (bytes) => withMagic(bytes, 'PARE'))
    await expect(sums(await sourceOf(open()), ['altitude'], 'sum(altitude) AS altitude')).rejects.toMatchObject({ code: 'undecodable', message: 's3://lake/silver/wide.parquet (version 0) is encrypted, its footer as well, and Contrail takes no keys: write the file again without encryption' })
    expect(bytesOf('silver/wide.parquet')).toBeLessThan(100_000)
  })

  test('and the file whole when they are most of it, or it is small', async () => {
    await wideTable(2000)
    const size = server.get('lake', 'silver/wide.parquet')!.byteLength
    expect(await sums(await sourceOf(open()), ['altitude'], 'sum(altitude) AS altitude')).toEqual({ altitude: (2000 * 1999) / 2 })
    expect(readOf('silver/wide.parquet').map(({ range, sentBytes }) => [range, sentBytes])).toEqual([[undefined, size]])
  })

  test('parts whose bodies break off come whole in the end', async () => {
    await wideTable(60_000)
    server.fail({ on: { operation: 'GetObject', key: 'silver/wide.parquet', where: ({ range }) => range !== undefined }, times: 4, do: { kind: 'truncatedBody' } })
    expect(await sums(await sourceOf(open()), ['altitude'], 'sum(altitude) AS altitude')).toEqual({ altitude: (60_000 * 59_999) / 2 })
  })

  test('a server without ranges is told apart, not believed', async () => {
    await wideTable(60_000)
    server.fail({ on: { key: 'silver/wide.parquet' }, do: { kind: 'rangeIgnored' } })
    await expect(sourceOf(open()).then((source) => sums(source, ['altitude'], 'sum(altitude) AS altitude'))).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('does not answer with the part of s3://lake/silver/wide.parquet that it was asked for') as string })
  })

  test('a file that is replaced while its parts are fetched is begun anew', async () => {
    await wideTable(60_000)
    const file = join(temporaryFolder('doubled'), 'doubled.parquet')
    await database.run(`COPY (SELECT 2 * i::DOUBLE AS altitude, repeat('x', 30) || md5(i::VARCHAR) AS payload FROM range(60000) t(i)) TO '${file}' (FORMAT PARQUET)`)
    const doubled = readFileSync(file)
    server.onRequest({
      on: { operation: 'GetObject', key: 'silver/wide.parquet', after: 1 },
      times: 1,
      before() {
        server.put('lake', 'silver/wide.parquet', doubled)
      }
    })
    expect(await sums(await sourceOf(open()), ['altitude'], 'sum(altitude) AS altitude')).toEqual({ altitude: 60_000 * 59_999 })
  })
})

describe('a poll that finds nothing new', () => {
  const still = { nowMs: 0 }
  const clock = { nowMs: () => still.nowMs, sleep: () => Promise.resolve() }

  test('is one request, over a Delta table of many versions with a checkpoint, for both queries together', async () => {
    await wideTable(10)
    for (let number = 1; number <= 30; number++) server.put('lake', version(number), lines({ commitInfo: { operation: 'WRITE' } }))
    const source = await sourceOf(open(), clock)
    for (let poll = 1; poll <= 3; poll++) {
      still.nowMs += 1000
      const before = server.requests.length
      await Promise.all([source.refresh(), source.refresh()])
      await source.refresh()
      expect(server.requests.slice(before).map(({ operation }) => operation)).toEqual(['ListObjectsV2'])
    }
    server.put('lake', version(31), lines({ commitInfo: { operation: 'WRITE' } }))
    still.nowMs += 1000
    const start = await source.beginning()
    await source.refresh()
    expect(JSON.parse(await source.stream([]).latest(start))).toMatchObject({ reservoirVersion: 32 })
  })

  test('is one request over a folder of Parquet files', async () => {
    for (const name of ['a', 'b', 'c']) await putParquet(`silver/${name}.parquet`, name)
    const source = await sourceOf(open(), clock)
    for (let poll = 1; poll <= 3; poll++) {
      still.nowMs += 1000
      const before = server.requests.length
      await source.refresh()
      expect(server.requests.slice(before).map(({ operation }) => operation)).toEqual(['ListObjectsV2'])
    }
  })

  test('finds a table that was deleted and made again with as many versions', async () => {
    await wideTable(10)
    const source = await sourceOf(open(), clock)
    still.nowMs += 1000
    const text = Buffer.from(server.get('lake', version(0))!).toString()
    server.put('lake', version(0), text.replaceAll(/"id":"[^"]+"/g, '"id":"another-table"'))
    await expect(source.refresh()).rejects.toMatchObject({ code: 'changed', message: expect.stringContaining('[DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE]') as string })
  })
})

async function putParquet(key: string, text: string): Promise<void> {
  const file = join(temporaryFolder('object'), 'one.parquet')
  await database.run(`COPY (SELECT TIMESTAMPTZ '2026-01-24 12:00:00+00' AS event_time, '${text}' AS origin_country) TO '${file}' (FORMAT PARQUET)`)
  server.put('lake', key, readFileSync(file))
}

describe('the cache', () => {
  test('is kept from one program to the next: what is the same by its ETag is not fetched again, what is another is', async () => {
    const cacheFolder = temporaryFolder('cache')
    server.put('lake', 'a', 'first')
    const readA = async (): Promise<string> => {
      const storages = openStorages({ places: { otherwise: placeAt(server), buckets: {} }, cacheFolder })
      const file = await storages.open('s3://lake').localFile('a')
      const text = readFileSync(file.path, 'utf8')
      file.release()
      await storages.close()
      return text
    }
    expect([await readA(), await readA()]).toEqual(['first', 'first'])
    expect(readOf('a').map(({ status, sentBytes }) => [status, sentBytes])).toEqual([[200, 5], [304, 0]])
    server.put('lake', 'a', 'other')
    expect(await readA()).toBe('other')
    expect(readOf('a').at(-1)).toMatchObject({ status: 200, sentBytes: 5 })
  })

  test('keeps within its bound, and what somebody holds stays readable', async () => {
    const cacheFolder = temporaryFolder('cache')
    const storages = open({ cacheFolder, cacheBytes: 100_000 })
    const store = storages.open('s3://lake')
    for (let i = 0; i < 12; i++) server.put('lake', `object ${i}`, Buffer.alloc(20_000, i))
    const held = await store.localFile('object 0')
    for (let i = 1; i < 12; i++) (await store.localFile(`object ${i}`)).release()
    const kept = readdirSync(join(cacheFolder, 'objects')).length
    expect(kept).toBeGreaterThan(1)
    expect(kept).toBeLessThanOrEqual(5)
    expect(readFileSync(held.path)).toEqual(Buffer.alloc(20_000, 0))
    const before = server.requests.length
    ;(await store.localFile('object 11')).release()
    expect(server.requests.length).toBe(before)
    ;(await store.localFile('object 1')).release()
    expect(server.requests.length).toBe(before + 1)
    held.release()
  })

  test('what was held by a program that is no more is removed; what a living one holds is not', async () => {
    const cacheFolder = temporaryFolder('cache')
    server.put('lake', 'a', 'first')
    mkdirSync(join(cacheFolder, 'use-999999999-0-dead'), { recursive: true })
    writeFileSync(join(cacheFolder, 'use-999999999-0-dead', 'x'), 'x')
    mkdirSync(join(cacheFolder, `use-${process.ppid}-0-alive`), { recursive: true })
    const storages = open({ cacheFolder })
    const file = await storages.open('s3://lake').localFile('a')
    expect(readdirSync(cacheFolder).filter((name) => /dead|alive/.test(name))).toEqual([`use-${process.ppid}-0-alive`])
    file.release()
    await storages.close()
    expect(readdirSync(cacheFolder).sort()).toEqual(['objects', `use-${process.ppid}-0-alive`])
  })

  test('a copy that turned out to be damaged is not read a second time', async () => {
    await putParquet('silver/a.parquet', 'whole')
    const whole = Buffer.from(server.get('lake', 'silver/a.parquet')!)
    server.put('lake', 'silver/a.parquet', Buffer.concat([whole.subarray(0, 20), Buffer.alloc(whole.byteLength - 28, 7), whole.subarray(-8)]))
    const storages = open()
    await expect(sourceOf(storages)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('s3://lake/silver/a.parquet') as string })
    server.put('lake', 'silver/a.parquet', whole)
    expect(await sums(await sourceOf(storages), ['origin_country'], 'min(origin_country) AS land')).toEqual({ land: 'whole' })
  })

  test('that somebody removes is made again; what was being read then is no bad file', async () => {
    const cacheFolder = temporaryFolder('cache')
    await putParquet('silver/a.parquet', 'whole')
    const storages = open({ cacheFolder })
    const source = await sourceOf(storages)
    const start = await source.beginning()
    const stream = source.stream(['origin_country'])
    const [scan] = await stream.scans({ start, end: await stream.latest(start) })
    const reading = withScan(scan!, async (sql) => {
      rmSync(cacheFolder, { recursive: true })
      return database.query(sql)
    })
    await expect(reading).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(/^the copy of s3:\/\/lake\/silver\/a\.parquet on this machine was removed while it was read: leave the cache to Contrail/) as string })
    expect(await sums(source, ['origin_country'], 'min(origin_country) AS land')).toEqual({ land: 'whole' })
    rmSync(cacheFolder, { recursive: true })
    expect(await sums(await sourceOf(storages), ['origin_country'], 'min(origin_country) AS land')).toEqual({ land: 'whole' })
  })

  test('many that want the same object at once fetch it once', async () => {
    server.put('lake', 'a', 'first')
    const store = open().open('s3://lake')
    const files = await Promise.all(Array.from({ length: 20 }, () => store.localFile('a')))
    expect(new Set(files.map(({ path }) => readFileSync(path, 'utf8')))).toEqual(new Set(['first']))
    expect(readOf('a').length).toBe(1)
    files.forEach((file) => file.release())
  })

  test('stopping ends what is being fetched at once', async () => {
    server.put('lake', 'a', Buffer.alloc(1000))
    server.fail({ do: { kind: 'stalledBody' } })
    const storages = open({ limits: { attempts: 100, silenceMs: 60_000 } })
    const reading = storages.open('s3://lake').localFile('a')
    await expect.poll(() => readOf('a').length).toBe(1)
    storages.stop()
    await expect(reading).rejects.toMatchObject({ code: 'interrupted' })
  })
})
