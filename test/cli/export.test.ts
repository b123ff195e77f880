import { tableFromIPC } from 'apache-arrow'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { exportTable, type ExportRequest } from '#electron/sink/exportTable.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { arrowValues } from '#test/support/arrowValues.ts'
import { contrail, startContrail, until } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { add, metaData, protocol, remove, struct, writeLog, writeParquet, type HandMadeField } from '../delta/handMade.ts'

const database = await openDatabase()
afterAll(() => database.close())

const fieldsOf = (types: Readonly<Record<string, unknown>>): HandMadeField[] => Object.entries(types).map(([name, type]) => ({ name, type }))

/** A table of one file with these columns, in a folder of its own. */
async function tableOf(types: Readonly<Record<string, unknown>>, select: string): Promise<string> {
  const folder = join(temporaryFolder('export'), 'table')
  await writeParquet(database, folder, 'a.parquet', select)
  writeLog(folder, [[protocol(3, ['timestampNtz']), metaData(fieldsOf(types)), add('a.parquet')]])
  return folder
}

/** Exports beside the table; gives the path of the file. */
async function exported(table: string, name: string, request: Partial<ExportRequest> = {}): Promise<string> {
  const { file } = await exportTable(database, { table: openLocalStore(table), to: join(table, '..', name), force: false, ...request })
  return file
}

const csvOf = async (table: string, request: Partial<ExportRequest> = {}) => readFileSync(await exported(table, 'out.csv', request), 'utf8')
const arrowOf = async (table: string, request: Partial<ExportRequest> = {}) => tableFromIPC(readFileSync(await exported(table, 'out.arrow', request)))
const parquetOf = async (table: string, request: Partial<ExportRequest> = {}) => database.query(`SELECT * FROM read_parquet(${quoteLiteral(await exported(table, 'out.parquet', request))})`)

/** Records of RFC 4180: a quoted cell is text, even an empty one; an empty cell without quotes is null. */
function parseCsv(text: string): (string | null)[][] {
  const records: (string | null)[][] = []
  let record: (string | null)[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    record.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    records.push(record)
    record = []
  }
  return records
}

describe('CSV', () => {
  test('holds a header and records that end with CR LF, as RFC 4180 says', async () => {
    const table = await tableOf({ id: 'integer', 'a "name", odd': 'string' }, `SELECT unnest([1, 2]) AS id, 'x' AS "a ""name"", odd"`)
    expect(await csvOf(table)).toBe('id,"a ""name"", odd"\r\n1,x\r\n2,x\r\n')
  })

  test('tells null from the empty string, and keeps quotes, commas and line ends', async () => {
    const texts = [null, '', ' ', 'a,b', 'say "hi"', 'two\nlines', 'two\r\nlines', 'NULL', 'é🛩', '#1', "it's"]
    const table = await tableOf({ id: 'integer', text: 'string' }, `SELECT * FROM (VALUES ${texts.map((text, i) => `(${i}, ${text === null ? 'NULL' : quoteLiteral(text)})`).join(', ')}) t(id, text)`)
    expect(parseCsv(await csvOf(table)).slice(1)).toEqual(texts.map((text, i) => [String(i), text]))
  })

  test('holds instants as ISO 8601 with Z, and numbers with NaN and Infinity', async () => {
    const table = await tableOf(
      { ts: 'timestamp', ntz: 'timestamp_ntz', dt: 'date', d: 'double', f: 'float', dec: 'decimal(10,3)', l: 'long', b: 'boolean', bin: 'binary' },
      `SELECT * FROM (VALUES
        (TIMESTAMPTZ '2026-01-23 12:00:00.000001+00', TIMESTAMP '1969-12-31 23:59:59.5', DATE '1960-02-29', 0.1::DOUBLE, 0.1::FLOAT, -0.050::DECIMAL(10,3), 9223372036854775807::BIGINT, true, '\\xAB\\x00'::BLOB),
        (TIMESTAMPTZ '1600-01-01 00:00:00+00', NULL, NULL, 'NaN'::DOUBLE, 'NaN'::FLOAT, NULL, -9223372036854775807::BIGINT, false, ''::BLOB),
        (NULL, NULL, NULL, 'Infinity'::DOUBLE, '-Infinity'::FLOAT, 1::DECIMAL(10,3), NULL, NULL, NULL)) t(ts, ntz, dt, d, f, dec, l, b, bin)`
    )
    expect(parseCsv(await csvOf(table)).slice(1)).toEqual([
      ['2026-01-23T12:00:00.000001Z', '1969-12-31T23:59:59.500000', '1960-02-29', '0.1', '0.1', '-0.050', '9223372036854775807', 'true', 'ab00'],
      ['1600-01-01T00:00:00.000000Z', null, null, 'NaN', 'NaN', null, '-9223372036854775807', 'false', ''],
      [null, null, null, 'Infinity', '-Infinity', '1.000', null, null, null]
    ])
  })

  test('doubles are read back as the same doubles', async () => {
    const values = [1e300, 5e-324, 0.1 + 0.2, 12_345_678_901_234_567, -0.5, 1e-7, 1 / 3]
    const table = await tableOf({ d: 'double' }, `SELECT unnest([${values.join(', ')}]::DOUBLE[]) AS d`)
    expect(parseCsv(await csvOf(table)).slice(1).map(([text]) => Number(text))).toEqual(values)
  })

  test('guards text that a spreadsheet would take for a formula, and nothing else', async () => {
    const table = await tableOf(
      { text: 'string', number: 'double', whole: 'long', exact: 'decimal(5,2)' },
      `SELECT unnest(['=1+1', '+49', '-5', '@x', E'\\tx', E'\\rx', 'a=b', '''=x', ' =x']) AS text, -1.5::DOUBLE AS number, -2::BIGINT AS whole, -3.25::DECIMAL(5,2) AS exact`
    )
    expect(parseCsv(await csvOf(table)).slice(1)).toEqual(["'=1+1", "'+49", "'-5", "'@x", "'\tx", "'\rx", 'a=b', "'=x", ' =x'].map((text) => [text, '-1.5', '-2', '-3.25']))
  })

  test('holds nested values as JSON, with instants, NaN and binary as text', async () => {
    const inner = struct(fieldsOf({ 'a b': 'integer', at: 'timestamp', d: 'double', bin: 'binary' }))
    const array = (elementType: unknown) => ({ type: 'array', elementType, containsNull: true })
    const map = (keyType: unknown, valueType: unknown) => ({ type: 'map', keyType, valueType, valueContainsNull: true })
    const table = await tableOf(
      { s: inner, l: array(array('double')), m: map('string', 'timestamp'), n: map('integer', array('string')) },
      `SELECT {'a b': 1, 'at': TIMESTAMPTZ '2026-01-23 12:00:00+00', d: 'NaN'::DOUBLE, bin: '\\xAB'::BLOB} AS s, [[1.5, 'Infinity'::DOUBLE], NULL, []]::DOUBLE[][] AS l,
        MAP {'k"': TIMESTAMPTZ '1970-01-01 00:00:00+00'} AS m, MAP {7: ['=x', NULL]} AS n
       UNION ALL SELECT {'a b': NULL, 'at': NULL, d: NULL, bin: NULL}, [], MAP {}, NULL
       UNION ALL SELECT NULL, NULL, NULL, MAP {1: NULL}`
    )
    const rows = parseCsv(await csvOf(table)).slice(1)
    expect(rows.map((row) => row.map((cell) => (cell === null ? null : (JSON.parse(cell) as unknown))))).toEqual([
      [{ 'a b': 1, at: '2026-01-23T12:00:00.000000Z', d: 'NaN', bin: 'ab' }, [[1.5, 'Infinity'], null, []], { 'k"': '1970-01-01T00:00:00.000000Z' }, { 7: ['=x', null] }],
      [{ 'a b': null, at: null, d: null, bin: null }, [], {}, null],
      [null, null, null, { 1: null }]
    ])
  })

  test('of no rows is the header', async () => {
    const table = await tableOf({ id: 'integer', text: 'string' }, "SELECT 1 AS id, 'x' AS text WHERE false")
    expect(await csvOf(table)).toBe('id,text\r\n')
  })
})

describe('Arrow', () => {
  test('holds every type, to the last digit and microsecond', async () => {
    const table = await tableOf(
      { b: 'boolean', y: 'byte', s: 'short', i: 'integer', l: 'long', f: 'float', d: 'double', dec: 'decimal(38,10)', str: 'string', bin: 'binary', dt: 'date', ts: 'timestamp', ntz: 'timestamp_ntz' },
      `SELECT true AS b, (-128)::TINYINT AS y, (-32768)::SMALLINT AS s, (-2147483648)::INTEGER AS i, 9223372036854775807::BIGINT AS l, 0.1::FLOAT AS f, 'NaN'::DOUBLE AS d, -1234567890123456789012345678.0123456789::DECIMAL(38,10) AS dec,
        'é🛩' AS str, '\\xAB\\x00'::BLOB AS bin, DATE '1969-12-31' AS dt, TIMESTAMPTZ '2026-01-23 12:00:00.000001+00' AS ts, TIMESTAMP '1969-12-31 23:59:59.999999' AS ntz
       UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`
    )
    const arrow = await arrowOf(table)
    expect(arrow.schema.fields.map(({ name, type, nullable }) => [name, String(type), nullable])).toEqual(
      Object.entries({ b: 'Bool', y: 'Int8', s: 'Int16', i: 'Int32', l: 'Int64', f: 'Float32', d: 'Float64', dec: 'Decimal[38e+10]', str: 'Utf8', bin: 'Binary', dt: 'Date32<DAY>', ts: 'Timestamp<MICROSECOND, UTC>', ntz: 'Timestamp<MICROSECOND>' }).map(([name, type]) => [name, type, true])
    )
    expect(Object.fromEntries(arrow.schema.fields.map(({ name }) => [name, arrowValues(arrow, name)]))).toEqual({
      b: [true, null],
      y: [-128, null],
      s: [-32768, null],
      i: [-2147483648, null],
      l: [9223372036854775807n, null],
      f: [Math.fround(0.1), null],
      d: [NaN, null],
      dec: ['-1234567890123456789012345678.0123456789', null],
      str: ['é🛩', null],
      bin: [Uint8Array.of(0xab, 0), null],
      dt: [-1, null],
      ts: [1_769_169_600_000_001n, null],
      ntz: [-1n, null]
    })
  })

  test('holds structs, lists and maps, and nulls in and of them', async () => {
    const table = await tableOf(
      {
        s: struct([{ name: 'a', type: 'integer' }, { name: 'in', type: struct([{ name: 'b', type: 'string' }]) }]),
        l: { type: 'array', elementType: { type: 'array', elementType: 'integer', containsNull: true }, containsNull: true },
        m: { type: 'map', keyType: 'string', valueType: 'double', valueContainsNull: true }
      },
      `SELECT {a: 1, 'in': {b: 'x'}} AS s, [[1, NULL], [], NULL] AS l, MAP {'p': 1.5::DOUBLE, 'q': NULL} AS m
       UNION ALL SELECT {a: NULL, 'in': NULL}, [], MAP {}
       UNION ALL SELECT NULL, NULL, NULL`
    )
    const arrow = await arrowOf(table)
    expect(['s', 'l', 'm'].map((name) => arrowValues(arrow, name))).toEqual([
      [{ a: 1, in: { b: 'x' } }, { a: null, in: null }, null],
      [[[1, null], [], null], [], null],
      [[{ key: 'p', value: 1.5 }, { key: 'q', value: null }], [], null]
    ])
  })

  test('is written in several batches that hold every row in order', async () => {
    const table = await tableOf({ id: 'long', text: 'string' }, "SELECT i AS id, CASE WHEN i % 3 = 0 THEN NULL ELSE 'row ' || i END AS text FROM range(100000) t(i)")
    const arrow = await arrowOf(table, { orderBy: 'id DESC' })
    const ids = arrow.getChild('id')!.toArray() as BigInt64Array
    expect([arrow.batches.length > 1, arrow.numRows, ids.every((id, i) => id === BigInt(99_999 - i)), arrow.getChild('text')!.nullCount, arrow.getChild('text')!.get(99_998)]).toEqual([true, 100_000, true, 33_334, 'row 1'])
  })

  test('of no rows keeps the schema', async () => {
    const table = await tableOf({ id: 'long', at: 'timestamp' }, "SELECT 1::BIGINT AS id, TIMESTAMPTZ '2026-01-23 12:00:00+00' AS at WHERE false")
    const arrow = await arrowOf(table)
    expect([arrow.numRows, arrow.schema.fields.map(({ name, type }) => [name, String(type)])]).toEqual([
      0,
      [
        ['id', 'Int64'],
        ['at', 'Timestamp<MICROSECOND, UTC>']
      ]
    ])
  })
})

describe('Parquet', () => {
  test('holds the rows in the types of the table', async () => {
    const table = await tableOf(
      { ts: 'timestamp', ntz: 'timestamp_ntz', dec: 'decimal(20,4)', y: 'byte', l: { type: 'array', elementType: 'string', containsNull: true } },
      `SELECT TIMESTAMPTZ '2026-01-23 12:00:00.000001+00' AS ts, TIMESTAMP '1969-12-31 23:59:59' AS ntz, 1.5::DECIMAL(20,4) AS dec, 7::TINYINT AS y, ['a', NULL] AS l`
    )
    const result = await parquetOf(table)
    expect([result.types, result.rows()]).toEqual([
      ['TIMESTAMP WITH TIME ZONE', 'TIMESTAMP', 'DECIMAL(20,4)', 'TINYINT', 'VARCHAR[]'],
      [{ ts: 1_769_169_600_000_001n, ntz: -1_000_000n, dec: '1.5000', y: 7, l: ['a', null] }]
    ])
  })

  test('of no rows keeps the schema', async () => {
    const table = await tableOf({ id: 'long', at: 'timestamp' }, "SELECT 1::BIGINT AS id, TIMESTAMPTZ '2026-01-23 12:00:00+00' AS at WHERE false")
    const { names, types, rowCount } = await parquetOf(table)
    expect([names, types, rowCount]).toEqual([['id', 'at'], ['BIGINT', 'TIMESTAMP WITH TIME ZONE'], 0])
  })
})

describe('What is exported', () => {
  const numbers = () => tableOf({ id: 'integer', Name: 'string', 'odd "col': 'integer' }, `SELECT * FROM (VALUES (2, 'b', 20), (1, NULL, 10), (3, 'a', 30)) t(id, "Name", "odd ""col")`)

  test.each([
    [{}, 'id,Name,"odd ""col"\r\n2,b,20\r\n1,,10\r\n3,a,30\r\n'],
    [{ columns: ['name', 'id'] }, 'Name,id\r\nb,2\r\n,1\r\na,3\r\n'],
    [{ columns: ['odd "col'] }, '"odd ""col"\r\n20\r\n10\r\n30\r\n'],
    [{ where: 'id > 1', columns: ['id'] }, 'id\r\n2\r\n3\r\n'],
    [{ where: "Name = 'a' OR id = 1", columns: ['id'] }, 'id\r\n1\r\n3\r\n'],
    [{ where: 'true -- all of them', orderBy: 'id -- in order', columns: ['id'] }, 'id\r\n1\r\n2\r\n3\r\n'],
    [{ orderBy: 'id DESC', columns: ['Name'] }, 'Name\r\na\r\nb\r\n\r\n'],
    [{ orderBy: 'Name NULLS LAST, id', columns: ['id'] }, 'id\r\n3\r\n2\r\n1\r\n'],
    // The native DuckDB knows time zones and JSON, unlike the console of the page.
    [{ where: "extract(hour FROM TIMESTAMP '2026-01-23 12:00' AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York') = 7 AND id = 1", columns: ['id'] }, 'id\r\n1\r\n'],
    [{ where: "extract(hour FROM TIMESTAMP '2026-07-23 12:00' AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York') = 8 AND ('{\"a\":1}'->>'a') = '1' AND id = 1", columns: ['id'] }, 'id\r\n1\r\n'],
    [{ where: 'false', columns: ['id'] }, 'id\r\n']
  ])('is what %j asks for', async (request, text) => {
    expect(await csvOf(await numbers(), request)).toBe(text)
  })

  test.each([
    [{ columns: ['nope'] }, /table has no column nope; it has id, Name, odd "col$/],
    [{ columns: [''] }, /table has no column ""; it has id, Name, odd "col$/],
    [{ columns: ['id', 'ID'] }, /^--columns names id twice: name each column once$/],
    [{ where: '' }, /^--where is empty: give an SQL condition, or leave it out$/],
    [{ orderBy: ' ' }, /^--order-by is empty: give an SQL order, or leave it out$/],
    [{ where: 'nope = 1' }, /^--where nope = 1: .*"nope" not found/],
    [{ where: 'id >' }, /^--where id >: .*syntax error/],
    [{ orderBy: 'nope' }, /^--order-by nope: .*"nope" not found/],
    [{ where: 'id > 0', orderBy: 'nope' }, /^--where id > 0 --order-by nope: /],
    [{ where: 'st_point(1, 2) IS NULL' }, /^--where st_point\(1, 2\) IS NULL: There is no function st_point here: it is part of an extension \(spatial\), and Contrail loads none\. Distances can be computed from latitude and longitude with radians, sin, cos and asin$/],
    [{ where: "id IN (FROM read_xlsx('a.xlsx'))" }, /: There is no function read_xlsx here: it is part of an extension \(excel\), and Contrail loads none\. No other files or addresses are read here$/],
    [{ where: "id IN (FROM 'https://example.invalid/a.parquet')" }, /: This needs an extension \(httpfs\), and Contrail loads none\. No other files or addresses are read here$/],
    [{ where: "TIMESTAMP '2026-01-23 12:00' AT TIME ZONE 'America/Nowhere' IS NULL" }, /^--where .*Unknown TimeZone 'America\/Nowhere'/],
    [{ where: 'id > ?' }, /^--where id > \? has a parameter/],
    [{ where: 'Name::INTEGER > 0' }, /^--where Name::INTEGER > 0: Conversion Error: Could not convert string 'b' to INT32/],
    [{ orderBy: 'id; SELECT 1' }, /^--order-by id; SELECT 1 holds more than one statement/],
    [{ orderBy: 'id; DROP TABLE x' }, /^--order-by id; DROP TABLE x holds more than one statement/],
    [{ where: 'true); DELETE FROM x WHERE (true' }, /^--where true\); DELETE FROM x WHERE \(true holds more than one statement/],
    [{ where: 'true) INTO x WHERE (true' }, /^--where true\) INTO x WHERE \(true: .*syntax error/]
  ])('is refused for %j, in one line that names it, and leaves no file', async (request, message) => {
    const table = await numbers()
    for (const name of ['out.csv', 'out.parquet', 'out.arrow']) {
      const error: unknown = await exported(table, name, request).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ name: 'Fault', code: 'usage', message: expect.stringMatching(message) as string })
      expect((error as Error).message).not.toContain('\n')
    }
    expect(readdirSync(join(table, '..'))).toEqual(['table'])
  })

  test('is the newest version, or the one that is asked for', async () => {
    const table = join(temporaryFolder('export'), 'table')
    await writeParquet(database, table, 'a.parquet', 'SELECT 1 AS id')
    await writeParquet(database, table, 'b.parquet', 'SELECT 2 AS id')
    writeLog(table, [[protocol(), metaData(fieldsOf({ id: 'integer' }))], [add('a.parquet')], [add('b.parquet'), remove('a.parquet')]])
    const versions = await Promise.all([undefined, 0, 1, 2].map((version) => exported(table, `${version}.csv`, { version })))
    expect(versions.map((file) => readFileSync(file, 'utf8'))).toEqual(['id\r\n2\r\n', 'id\r\n', 'id\r\n1\r\n', 'id\r\n2\r\n'])
    await expect(exported(table, '3.csv', { version: 3 })).rejects.toThrow(`${table} has no version 3: its newest is 2`)
  })

  test('of gold comes by window, then key, null keys first, whichever columns are asked for', async () => {
    const table = await tableOf(
      { window_start: 'timestamp', window_end: 'timestamp', flight_phase: 'string', flight_count: 'long' },
      `SELECT TIMESTAMPTZ '2026-01-23 12:00:00+00' + INTERVAL 1 MINUTE * minute AS window_start, TIMESTAMPTZ '2026-01-23 12:01:00+00' + INTERVAL 1 MINUTE * minute AS window_end, phase AS flight_phase, n::BIGINT AS flight_count
       FROM (VALUES (1, 'b', 4), (0, 'é', 3), (1, NULL, 5), (0, NULL, 1), (0, 'a', 2)) t(minute, phase, n)`
    )
    const sorted = 'flight_phase,flight_count\r\n,1\r\na,2\r\né,3\r\n,5\r\nb,4\r\n'
    expect(await csvOf(table, { columns: ['flight_phase', 'flight_count'] })).toBe(sorted)
    expect((await parquetOf(table, { columns: ['flight_count'] })).rows()).toEqual([1n, 2n, 3n, 5n, 4n].map((flight_count) => ({ flight_count })))
    expect(arrowValues(await arrowOf(table, { columns: ['flight_count'] }), 'flight_count')).toEqual([1n, 2n, 3n, 5n, 4n])
  })
})

describe('The file', () => {
  const one = () => tableOf({ id: 'integer' }, 'SELECT 1 AS id')

  test('that is there is kept, and replaced with --force', async () => {
    const table = await one()
    const file = join(table, '..', 'out.csv')
    writeFileSync(file, 'precious')
    await expect(exported(table, 'out.csv')).rejects.toThrow(`${file} is already there: choose another name, or add --force to replace it`)
    const kept = readFileSync(file, 'utf8')
    await exported(table, 'out.csv', { force: true })
    expect([kept, readFileSync(file, 'utf8'), readdirSync(join(table, '..')).sort()]).toEqual(['precious', 'id\r\n1\r\n', ['out.csv', 'table']])
  })

  test('is made with the folders above it, in any case of its ending', async () => {
    const table = await one()
    await exported(table, 'new/deep/out.CSV')
    expect(readFileSync(join(table, '../new/deep/out.CSV'), 'utf8')).toBe('id\r\n1\r\n')
  })

  test('may have quotes in its name', async () => {
    const table = await one()
    for (const name of ["it's.csv", 'a "b".parquet', 'c[1]*.arrow']) await exported(table, name)
    expect(readdirSync(join(table, '..')).sort()).toEqual(['a "b".parquet', 'c[1]*.arrow', "it's.csv", 'table'])
  })

  test('is replaced by nothing when the export fails', async () => {
    const table = await one()
    const file = join(table, '..', 'out.arrow')
    writeFileSync(file, 'precious')
    await writeParquet(database, table, 'b.parquet', 'SELECT 2 AS id')
    writeLog(table, [[add('b.parquet')]], 1)
    writeFileSync(join(table, 'b.parquet'), 'no parquet')
    await expect(exported(table, 'out.arrow', { force: true })).rejects.toThrow(/b\.parquet/)
    expect([readFileSync(file, 'utf8'), readdirSync(join(table, '..')).sort()]).toEqual(['precious', ['out.arrow', 'table']])
  })

  test.each([
    ['out.txt', /out\.txt does not say in which format to export: end it with \.parquet, \.csv or \.arrow$/],
    ['out', /out does not say in which format to export: end it with \.parquet, \.csv or \.arrow$/],
    ['folder.csv', /folder\.csv is a folder: give the name of a file$/],
    ['file/out.csv', /cannot write .*file\/out\.csv, because a file is where a folder must be/]
  ])('%s is refused, naming it', async (name, message) => {
    const table = await one()
    mkdirSync(join(table, '../folder.csv'))
    writeFileSync(join(table, '../file'), '')
    await expect(exported(table, name, { force: true })).rejects.toThrow(message)
    expect(readdirSync(join(table, '..')).sort()).toEqual(['file', 'folder.csv', 'table'])
  })
})

describe('contrail export', () => {
  test('takes all of it as flags and says what it wrote', async () => {
    const table = await tableOf({ id: 'integer', text: 'string' }, `SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c')) t(id, text)`)
    const folder = join(table, '..')
    const done = await contrail(['export', '--version', '0', '--table', 'table', '--to', 'out.csv', '--columns', 'text, id', '--where', 'id <> 2', '--order-by', 'id DESC'], { cwd: folder })
    expect(done).toEqual({ code: 0, signal: null, stdout: `2 rows of version 0 written to ${join(folder, 'out.csv')}\n`, stderr: '' })
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe('text,id\r\nc,3\r\na,1\r\n')
    expect(await contrail(['export', '--table', 'table', '--to', 'out.csv'], { cwd: folder })).toMatchObject({ code: 2, stdout: '', stderr: `contrail: ${join(folder, 'out.csv')} is already there: choose another name, or add --force to replace it\n` })
    expect(await contrail(['export', '--table', 'table', '--to', 'out.csv', '--force'], { cwd: folder })).toMatchObject({ code: 0, stderr: '' })
  })

  test.each(['csv', 'parquet', 'arrow'])('that is interrupted ends with code 130 and leaves no %s file', async (format) => {
    const table = await tableOf({ id: 'long' }, 'SELECT i AS id FROM range(1000) t(i)')
    const folder = join(table, '..')
    const slow = '(SELECT count(*) FROM range(100000000) a(x), range(100000) b(y) WHERE x + y > id) > 0'
    const running = startContrail(['export', '--table', 'table', '--to', `out.${format}`, '--where', slow], { cwd: folder })
    await until(() => readdirSync(folder).some((name) => name.endsWith('.tmp')) || running.ended())
    running.child.kill('SIGINT')
    expect(await running.finished).toEqual({ code: 130, signal: null, stdout: '', stderr: `contrail: interrupted: out.${format} was not written\n` })
    expect(readdirSync(folder)).toEqual(['table'])
  })
})
