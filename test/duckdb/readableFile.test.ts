import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { Fault } from '#shared/engine/fault.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { readParquetColumns } from '#electron/duckdb/parquetSchema.ts'
import { openCopies, openReadable, type ReadableFile } from '#electron/duckdb/readableFile.ts'
import { thrift } from '#electron/parquet/compactReader.ts'
import { pageHeader } from '#electron/parquet/format.ts'
import { integerField, readStruct, writeStruct } from '#electron/parquet/thriftFields.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { asHadoopLz4, replaced } from '#test/support/hadoopLz4.ts'

const database = await openDatabase()
afterAll(() => database.close())

const fixture = (name: string) => join(repository, 'test/fixtures/parquet', `${name}.parquet`)

/** Opens a file for reading all of its columns, or those of these names. */
async function readable(path: string, names?: readonly string[], own = database): Promise<ReadableFile> {
  const [schema = []] = await readParquetColumns(own, [path], ['the file'])
  return openReadable(own, {
    path,
    name: 'the file',
    schema,
    needed: schema.filter(({ name }) => names?.includes(name) ?? true)
  })
}

/** Rows of a file in their order, with their numbers. */
async function rowsOf(name: string): Promise<unknown> {
  const { path, release } = await readable(fixture(name))
  const { names } = await database.query(`SELECT * FROM read_parquet(${quoteLiteral(path)}) LIMIT 0`)
  const sorted = [...names].sort().map(quoteName).join(', ')
  const rows = (
    await database.query(
      `SELECT file_row_number::INTEGER AS row, ${sorted} FROM read_parquet(${quoteLiteral(path)}, file_row_number = true)`
    )
  ).rows()
  release()
  return rows
}

describe('BYTE_STREAM_SPLIT of whole numbers, times and decimals', () => {
  test.each(
    readdirSync(join(repository, 'test/fixtures/parquet')).flatMap((file) =>
      /^split-.*(?<!nested|nested-v2)\.parquet$/.test(file) ? [file.replace('.parquet', '')] : []
    )
  )('%s reads as the same file in plain encoding, row for row', async (name) => {
    expect(await rowsOf(name)).toEqual(await rowsOf('plain'))
  })

  test.each(['split-nested', 'split-nested-v2'])(
    '%s reads as the same file in plain encoding, nulls in lists and structs and all',
    async (name) => {
      expect(await rowsOf(name)).toEqual(await rowsOf('plain-nested'))
    }
  )
})

describe("Parquet's codec LZ4, as Spark writes it", () => {
  const sums =
    "SELECT count(*)::INTEGER, count(flight_phase)::INTEGER, sum(altitude_meters), sum(velocity_kmh), sum(length(flight_phase))::INTEGER, strftime(max(event_timestamp), '%H:%M:%S')"
  const nestedSums = `SELECT sum(id)::INTEGER, sum(coalesce(list_sum(numbers), 0))::INTEGER, sum("inner".y['k']::INTEGER)::INTEGER, count(text)::INTEGER, sum(digits)::DECIMAL(25, 6)::VARCHAR, count_if(even)::INTEGER`

  test.each([
    ['lz4-blocks', sums, [20_000, 19_880, 99_500_000, 11_920_000, 1_192_800, '12:09:59']],
    ['lz4-blocks-v2', sums, [20_000, 19_880, 99_500_000, 11_920_000, 1_192_800, '12:09:59']],
    ['lz4-groups', sums, [1000, 994, 4_975_000, 558_000, 59_640, '12:09:59']],
    ['lz4-nested', nestedSums, [44_850, 115_587, 44_850, 200, '6407.142857', 150]],
    ['lz4-empty', nestedSums.replace('::DECIMAL(25, 6)', ''), [null, null, null, 0, null, null]]
  ])('%s adds up to what Spark adds up', async (name, select, expected) => {
    const { path, rewritten, release } = await readable(fixture(name))
    expect(rewritten).toBe(
      name === 'lz4-empty'
        ? undefined
        : `column ${name === 'lz4-nested' ? 'id' : 'event_timestamp'} is compressed with Hadoop's LZ4`
    )
    expect(
      Object.values((await database.query(`${select} FROM read_parquet(${quoteLiteral(path)})`)).rows()[0]!)
    ).toEqual(expected)
    release()
  })
})

/** Columns of all kinds, in dictionaries and not, with nulls, in row groups. */
const anything = `SELECT i, i % 10 AS few, 'text ' || i % 100 AS text, md5(i::VARCHAR) AS other, i % 3 = 0 AS yes, i::DECIMAL(30, 4) / 3 AS digits, nullif(i, 17) AS hole, [i, NULL, -i][: i % 4] AS list, {'a': {'b': 'x' || i}} AS inner, MAP {i: [i]} AS map, make_timestamp(i) AS at, DATE '2026-01-01' + (i % 50)::INTEGER AS day, i::DOUBLE / 7 AS ratio, i::FLOAT AS short, (i % 120)::TINYINT AS tiny, encode('b' || i) AS bytes, NULL::INTEGER AS nothing FROM range(5000) t(i)`

test.each([100_000, 70_000, 1000, 7])(
  'pages of any column, in blocks of %s bytes at most, come out as they went in',
  async (blockBytes) => {
    const file = join(temporaryFolder('lz4'), 'a.parquet')
    await database.run(
      `COPY (${anything}) TO ${quoteLiteral(file)} (FORMAT PARQUET, COMPRESSION UNCOMPRESSED, ROW_GROUP_SIZE 2048)`
    )
    writeFileSync(file, asHadoopLz4(readFileSync(file), blockBytes))
    const { path, release } = await readable(file)
    expect(
      (
        await database.query(
          `SELECT count(*)::INTEGER AS differ FROM ((FROM (${anything}) EXCEPT ALL FROM read_parquet(${quoteLiteral(path)})) UNION ALL (FROM read_parquet(${quoteLiteral(path)}) EXCEPT ALL FROM (${anything})))`
        )
      ).rows()
    ).toEqual([{ differ: 0 }])
    release()
  }
)

describe('a copy', () => {
  test('holds only the columns that are asked for, and those that others will ask for', async () => {
    const path = fixture('lz4-blocks')
    const [schema = []] = await readParquetColumns(database, [path], ['the file'])
    const [time, phase, country] = schema
    const copy = await openReadable(database, {
      path,
      name: 'the file',
      schema,
      needed: [time!, country!],
      wanted: [phase!]
    })
    expect((await database.query(`SELECT * FROM read_parquet(${quoteLiteral(copy.path)}) LIMIT 0`)).names).toEqual([
      'event_timestamp',
      'flight_phase',
      'origin_country'
    ])
    copy.release()
  })

  test('is shared, made again only when the file has changed, and gone when the database is closed', async () => {
    const own = await openDatabase()
    const file = join(temporaryFolder('copies'), 'a.parquet')
    copyFileSync(fixture('lz4-groups'), file)
    const [first, second] = await Promise.all([
      readable(file, ['flight_phase'], own),
      readable(file, ['flight_phase'], own)
    ])
    expect(second.path).toBe(first.path)
    first.release()
    first.release() // Twice is once.
    expect(existsSync(second.path)).toBe(true)
    second.release()
    expect((await readable(file, ['flight_phase'], own)).path).toBe(first.path)
    expect((await readable(file, ['origin_country'], own)).path).not.toBe(first.path)
    copyFileSync(fixture('lz4-blocks'), file)
    expect((await readable(file, ['flight_phase'], own)).path).not.toBe(first.path)
    await own.close()
    expect(existsSync(first.path)).toBe(false)
  })

  test('that nobody uses makes room for others; one that is in use stays', async () => {
    const folder = temporaryFolder('copies')
    const path = fixture('lz4-blocks')
    const copies = openCopies(folder, database.interruptible, 1_500_000)
    const openOf = (...columns: number[]) => copies.open({ path, name: 'the file', columns })
    const used = await openOf(0, 1)
    const [a, b, c] = [await openOf(1), await openOf(1, 2), await openOf(1, 3)]
    expect(statSync(a.path).size).toBeGreaterThan(1_000_000)
    const there = () => [used, a, b, c].map((copy) => existsSync(copy.path))
    a.release()
    expect(there()).toEqual([true, true, true, true])
    b.release()
    await vi.waitFor(() => expect(there()).toEqual([true, false, true, true]))
    c.release()
    await vi.waitFor(() => expect(there()).toEqual([true, false, false, true]))
  })

  test('that is being made ends where queries are interrupted, and nothing of it stays', async () => {
    const own = await openDatabase()
    const file = join(temporaryFolder('copies'), 'a.parquet')
    await own.run(
      `COPY (SELECT i, md5(i::VARCHAR) AS wide FROM range(1_000_000) t(i)) TO ${quoteLiteral(file)} (FORMAT PARQUET, COMPRESSION UNCOMPRESSED, ROW_GROUP_SIZE 2048)`
    )
    writeFileSync(file, asHadoopLz4(readFileSync(file)))
    const making = readable(file, ['i', 'wide'], own).then(
      () => 'made',
      (error: unknown) => (error as Fault).code
    )
    const folder = join(own.tempDirectory, 'readable')
    await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(1), { interval: 1 })
    await own.interrupt()
    expect(await making).toBe('interrupted')
    expect(readdirSync(folder)).toEqual([])
    // Asked for again, it is made again.
    ;(await readable(file, ['i', 'wide'], own)).release()
    await own.close()
    await expect(readable(file, ['i'], own)).rejects.toMatchObject({ code: 'interrupted' })
  })

  test('of a file whose page claims to hold gigabytes is refused before room is made for it', async () => {
    const whole = readFileSync(fixture('lz4-groups'))
    const { fields, end } = readStruct(whole, 4)
    const header = writeStruct(replaced(fields, integerField(pageHeader.uncompressedSize, thrift.i32, 2 ** 31 - 1)))
    const file = join(temporaryFolder('claims'), 'a.parquet')
    // In front of a body that is as much shorter.
    writeFileSync(file, Buffer.concat([whole.subarray(0, 4), header, whole.subarray(end + header.length - (end - 4))]))
    await expect(readable(file, ['event_timestamp'])).rejects.toMatchObject({ code: 'corrupt' })
  })
})
