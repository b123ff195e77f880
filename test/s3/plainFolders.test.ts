import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { withScan } from '#electron/duckdb/scan.ts'
import { systemClock } from '#electron/host/clock.ts'
import { openSource } from '#electron/source/openSource.ts'
import type { Source } from '#electron/source/source.ts'
import type { Storages } from '#electron/storage/storages.ts'
import { startFakeS3, type FakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { cruising, writeObservations } from '#test/support/observations.ts'
import { storagesAt } from '#test/support/s3Places.ts'
import { impatient } from '#test/support/s3Story.ts'

let database: Database
let parquet: Buffer
let server: FakeS3
const opened: Storages[] = []
beforeAll(async () => {
  database = await openDatabase()
  const folder = temporaryFolder('object')
  await writeObservations(database, folder, 'a.parquet', cruising('12:00'))
  parquet = readFileSync(join(folder, 'a.parquet'))
})
afterAll(() => database.close())
beforeEach(async () => {
  server = await startFakeS3({ buckets: ['lake'] })
})
afterEach(async () => {
  for (const storages of opened.splice(0)) await storages.close()
  await server.close()
})

const put = (key: string, body: string | Buffer = parquet): void => void server.put('lake', key, Buffer.from(body))

async function open(uri: string, watch = false): Promise<Source> {
  const storages = storagesAt(server, { limits: impatient })
  opened.push(storages)
  const { silver, trigger } = parsePipeline(
    {
      silver: { uri },
      gold: { uri: 'g' },
      checkpoints: { uri: 'c' },
      trigger: { kind: watch ? 'processingTime' : 'availableNow' }
    },
    'the test'
  )
  return openSource(
    { silver, trigger },
    { database, openStorage: storages.open, clock: systemClock, signal: new AbortController().signal }
  )
}

const faultOf = (uri: string): Promise<string> =>
  open(uri).then(
    () => 'nothing',
    (error: Error) => error.message
  )

async function filesOf(source: Source): Promise<string[]> {
  const start = await source.beginning()
  const stream = source.stream(['event_timestamp'])
  return (await stream.files({ start, end: await stream.latest(start) })).map(({ path }) => path).sort()
}

describe('decisions 1.7 tables in a bucket', () => {
  const tables: readonly (readonly [format: string, metadata: string, data: string])[] = [
    ['Delta', '_delta_log/00000000000000000000.json', 'day=1'],
    ['Iceberg', 'metadata/00000-ab.metadata.json', 'data/day=1/hour=2'],
    ['Iceberg', 'metadata/version-hint.text', 'data'],
    ['Hudi', '.hoodie/hoodie.properties', 'day=1']
  ]
  test.each(tables)('are refused above and inside: %s, %s', async (format, metadata, data) => {
    put(`deep/er/table/${metadata}`, 'x')
    put(`deep/er/table/${data}/a.parquet`)
    expect(await faultOf(`s3a://lake/deep/er/table/${data}/`)).toMatch(
      new RegExp(`^s3://lake/deep/er/table/${data} lies inside the ${format} table s3://lake/deep/er/table[;,] `)
    )
    expect(await faultOf('s3://lake')).toMatch(
      new RegExp(`^s3://lake holds the ${format} table s3://lake/deep/er/table; `)
    )
  })

  test('a bucket that is one as a whole', async () => {
    put('_delta_log/00000000000000000000.json', '{}')
    put('day=1/a.parquet')
    expect(await faultOf('s3://lake/day=1')).toMatch(/^s3:\/\/lake\/day=1 lies inside the Delta table s3:\/\/lake; /)
  })

  test('metadata of Iceberg among thousands of manifests, and a folder of that name without any', async () => {
    for (let i = 0; i < 1100; i++) put(`ice/metadata/${(i + 4096).toString(16)}-m0.avro`, 'x')
    put('ice/metadata/v2.metadata.json', '{}')
    put('ice/metadata/version-hint.text', '2')
    put('ice/data/a.parquet')
    expect(await faultOf('s3://lake/ice/data')).toMatch(/ lies inside the Iceberg table s3:\/\/lake\/ice, /)
    put('plain/metadata/notes.json', '{}')
    put('plain/silver/a.parquet')
    expect(await filesOf(await open('s3://lake/plain/silver'))).toEqual(['a.parquet'])
  })

  test('cost three requests a level above at the start, and none at a poll; a level that may not be listed is passed over', async () => {
    put('one/two/silver/a.parquet')
    server.fail({
      on: { operation: 'ListObjectsV2', where: ({ query }) => !(query.prefix ?? '').startsWith('one/two/') },
      do: { kind: 'permissionLost' }
    })
    const source = await open('s3://lake/one/two/silver', true)
    const above = server.requests.filter(
      ({ query }) => query.prefix !== undefined && !query.prefix.startsWith('one/two/silver')
    )
    expect(above.map(({ query, status }) => `${query.prefix} ${status}`)).toEqual([
      'one/two/_delta_log/ 200',
      'one/two/.hoodie/ 200',
      'one/two/metadata/ 200',
      'one/_delta_log/ 403',
      '_delta_log/ 403'
    ])
    const before = server.requests.length
    await source.refresh()
    expect(server.requests.length - before).toBe(1)
    put('one/two/silver/_delta_log/00000000000000000000.json', '{}')
    await expect(source.refresh()).rejects.toMatchObject({
      code: 'changed',
      message: expect.stringMatching(/^s3:\/\/lake\/one\/two\/silver has become a Delta table: /) as string
    })
  })
})

describe('O11 objects of a plain folder', () => {
  test('with unusual names are known by their last bytes, once; others are not looked at before they are read', async () => {
    for (const key of ['a.parquet', 'B.PARQUET', '000000_0', 'c.snappy', 'x.tmp', '_hidden.parquet'])
      put(`silver/${key}`)
    put('silver/README.txt', 'hello')
    put('silver/b.parquet.gz', Buffer.from([0x1f, 0x8b, 8, 0, 0]))
    put('silver/folder_$folder$', '')
    const source = await open('s3://lake/silver', true)
    expect(await filesOf(source)).toEqual(['000000_0', 'B.PARQUET', 'a.parquet', 'c.snappy'])
    const looks = () =>
      server.requests
        .filter(({ operation, range }) => operation === 'GetObject' && range !== undefined)
        .map(({ key, range }) => `${key} ${range}`)
    const ends = looks().filter((look) => /README|gz|000000_0 bytes=\d\d+|c\.snappy bytes=\d\d+/.test(look))
    expect(ends.filter((look) => /README|gz/.test(look)).sort()).toEqual([
      'silver/README.txt bytes=0-3',
      'silver/README.txt bytes=1-4',
      'silver/b.parquet.gz bytes=0-3',
      'silver/b.parquet.gz bytes=1-4'
    ])
    const before = server.requests.length
    await source.refresh()
    expect(server.requests.length - before).toBe(1)
    expect(source.problems().map(({ lasting }) => lasting)).toEqual(['foreign 1'])
  })

  test('that were cut off are refused, whatever their name', async () => {
    put('silver/a.parquet')
    put('silver/000000_0', parquet.subarray(0, 100))
    expect(await faultOf('s3://lake/silver')).toMatch(
      /^s3:\/\/lake\/silver\/000000_0 is not a whole Parquet file \(100 bytes, no footer\)/
    )
  })

  test('O12 have the columns that their folders name', async () => {
    put('silver/day=2026-01-23/origin_country=Korea%2C Republic of/a.parquet')
    put('silver/day=2026-01-24/origin_country=France/a.parquet')
    put('silver/beside.parquet')
    const source = await open('s3://lake/silver')
    expect(source.columns.map(({ name, type }) => [name, typeof type === 'string' ? type : type.kind])).toEqual([
      ['event_timestamp', 'timestamp'],
      ['flight_phase', 'string'],
      ['origin_country', 'string'],
      ['altitude_meters', 'double'],
      ['velocity_kmh', 'double'],
      ['day', 'date']
    ])
    const start = await source.beginning()
    const stream = source.stream(['day', 'origin_country', 'event_timestamp'])
    const [scan] = await stream.scans({ start, end: await stream.latest(start) })
    const rows = await withScan(scan!, (sql) =>
      database.query(
        `SELECT day::VARCHAR AS day, origin_country, count(*)::INTEGER AS n FROM (${sql}) GROUP BY ALL ORDER BY ALL`
      )
    )
    expect(rows.rows()).toEqual([
      { day: '2026-01-23', origin_country: 'Korea, Republic of', n: 1 },
      { day: '2026-01-24', origin_country: 'France', n: 1 }
    ])
    expect(source.problems().map(({ path }) => path)).toEqual(['beside.parquet'])
  })
})
