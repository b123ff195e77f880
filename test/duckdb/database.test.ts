import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { fileFault } from '#electron/duckdb/fileFault.ts'
import { escapeGlob, fileList, unescapeGlob } from '#electron/duckdb/fileNames.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const database = await openDatabase()
afterAll(() => database.close())

/** Runs for minutes unless it is stopped. */
const endless = 'SELECT sum(sqrt(a.i * b.i)) FROM range(10000000) a(i), range(10000000) b(i)'

describe('A result', () => {
  test('has every value copied out, in its plain form', async () => {
    const result = await database.query(`SELECT * FROM (VALUES
      (1::TINYINT, 2.5::FLOAT, true, DATE '1970-01-03', 9007199254740993, TIMESTAMPTZ '1970-01-01 00:00:01Z', 1.50::DECIMAL(5,2), 'é', '\\xFF'::BLOB, [1, NULL], {a: 1}, map {'k': 1}, 170141183460469231731687303715884105727),
      (NULL, 'NaN', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)) t(tiny, f, b, d, long, t, dec, s, bin, l, st, m, huge)`)
    expect(result.rows()).toEqual([
      { tiny: 1, f: 2.5, b: true, d: 2, long: 9007199254740993n, t: 1_000_000n, dec: '1.50', s: 'é', bin: Buffer.from([255]), l: [1, null], st: { a: 1 }, m: [{ key: 'k', value: 1 }], huge: 170141183460469231731687303715884105727n },
      { tiny: null, f: NaN, b: null, d: null, long: null, t: null, dec: null, s: null, bin: null, l: null, st: null, m: null, huge: null }
    ])
    expect({ rowCount: result.rowCount, name: result.names[4], type: result.types[4], numbers: [...result.numbers(0)], nulls: [...result.nulls(0)], bigints: [...result.bigints(4)], unscaled: [...result.bigints(6)], strings: result.strings(7) }).toEqual({
      rowCount: 2,
      name: 'long',
      type: 'BIGINT',
      numbers: [1, 0],
      nulls: [0, 1],
      bigints: [9007199254740993n, 0n],
      unscaled: [150n, 0n],
      strings: ['é', null]
    })
  })

  test('of many chunks is whole and in order', async () => {
    const numbers = (await database.query('SELECT i::INTEGER FROM range(10000) t(i)')).numbers(0)
    expect(numbers).toEqual(Float64Array.from({ length: 10_000 }, (_, i) => i))
  })

  test('asked for as another type throws, rather than giving something else', async () => {
    const result = await database.query("SELECT 'x' AS s, 1::INTEGER AS i, 170141183460469231731687303715884105727 AS huge")
    expect(() => result.numbers(0)).toThrow('column s of type VARCHAR')
    expect(() => result.bigints(1)).toThrow('column i of type INTEGER')
    expect(() => result.bigints(2)).toThrow('does not fit into 64 bits')
    expect(() => result.strings(3)).toThrow('no column 3')
  })
})

describe('A database', () => {
  test('thinks in UTC on every connection, on one thread, and spills outside of the working directory', async () => {
    const settings = "SELECT current_setting('TimeZone') AS zone, current_setting('threads')::INTEGER AS threads, current_setting('temp_directory') AS folder"
    const rows = (await Promise.all([database.query(settings), database.query(settings)])).map((result) => result.rows()[0])
    expect(rows.map((row) => [row?.zone, row?.threads, String(row?.folder).startsWith(process.cwd())])).toEqual([
      ['UTC', 1, false],
      ['UTC', 1, false]
    ])
  })

  test('fetches no extension for a stray address', async () => {
    await expect(database.query("FROM read_parquet('s3://bucket/a.parquet')")).rejects.toThrow(/Missing Extension|requires the extension/)
  })

  test('runs more queries than it has connections one after the other', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => database.query(`SELECT ${i} AS i`)))
    expect(answers.map((answer) => answer.numbers(0)[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('goes on after a query that fails', async () => {
    await expect(database.query('SELECT nonsense')).rejects.toThrow('nonsense')
    expect((await database.query('SELECT 1')).rowCount).toBe(1)
  })

  test('stops what runs and what waits when interrupted, and goes on after that', async () => {
    const ends = [1, 2, 3].map(() => database.query(endless).then(String, (error: unknown) => (error as { code?: string }).code))
    await database.interrupt()
    expect(await Promise.all(ends)).toEqual(['interrupted', 'interrupted', 'interrupted'])
    expect((await database.query('SELECT 1')).rowCount).toBe(1)
  })

  test('that is closed stops its queries, refuses new ones, and leaves no folder', async () => {
    const other = await openDatabase()
    const folder = String((await other.query("SELECT current_setting('temp_directory') AS folder")).rows()[0]?.folder)
    const running = other.query(endless).catch((error: unknown) => (error as { code?: string }).code)
    await other.close()
    await other.close()
    expect(await running).toBe('interrupted')
    await expect(other.query('SELECT 1')).rejects.toMatchObject({ code: 'interrupted' })
    expect(existsSync(folder)).toBe(false)
  })
})

describe('File names', () => {
  test('are no patterns for DuckDB', () => {
    const names = ['plain', 'q?', 'a*b', '[x]', '[*]']
    expect(names.map(escapeGlob)).toEqual(['plain', 'q[?]', 'a[*]b', '[[]x]', '[[][*]]'])
    expect(names.map(escapeGlob).map(unescapeGlob)).toEqual(names)
    expect(fileList(["it's", 'b'])).toBe("['it''s', 'b']")
  })

  test('are found in what DuckDB says, when it is about a file', async () => {
    const missing = join(temporaryFolder('database'), 'a[1].parquet')
    const error: unknown = await database.query(`FROM read_parquet(${fileList([missing])})`).catch((reason: unknown) => reason)
    expect(fileFault(error, (file) => `the file ${file}`)).toMatchObject({ code: 'notFound', message: expect.stringContaining(`the file ${missing} is not there`) as string })
  })

  test('other errors are left as they are', async () => {
    const error: unknown = await database.query('SELECT nonsense').catch((reason: unknown) => reason)
    expect(fileFault(error, () => 'a file')).toBe(error)
  })
})
