import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { crc32 } from 'node:zlib'
import { openDatabase } from '#electron/duckdb/database.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { add, metaData, protocol, readTable, struct, writeLog, writeParquet, writeText, type HandMadeField } from './handMade.ts'
import { arrayBitmap, roaring } from './roaringBytes.ts'

const database = await openDatabase()
afterAll(() => database.close())

const mapped = (name: string, id: number, type: unknown): HandMadeField => ({ name, type, metadata: { 'delta.columnMapping.id': id, 'delta.columnMapping.physicalName': `col-${id}` } })
const mapping = (mode: string) => ({ configuration: { 'delta.columnMapping.mode': mode } })

/** A table of one commit. */
function writeTable(fields: readonly HandMadeField[], files: readonly unknown[], others: Readonly<Record<string, unknown>> = {}): string {
  const folder = temporaryFolder('table')
  writeLog(folder, [[protocol(), metaData(fields, others), ...files]])
  return folder
}

test('An empty table has no rows', async () => {
  expect(await readTable(database, writeTable([{ name: 'id', type: 'long' }], []))).toEqual([])
})

test('Columns that a file lacks are null, others come in the types of the table', async () => {
  const folder = writeTable(
    [
      { name: 'n', type: 'long' },
      { name: 'd', type: 'double' },
      { name: 'dec', type: 'decimal(12,3)' },
      { name: 't', type: 'timestamp_ntz' },
      { name: 'late', type: 'string' }
    ],
    [add('a.parquet'), add('b.parquet')]
  )
  await writeParquet(database, folder, 'a.parquet', "SELECT 1::INTEGER AS n, 1.5::FLOAT AS d, 1.25::DECIMAL(5,2) AS dec, DATE '1970-01-02' AS t")
  await writeParquet(database, folder, 'b.parquet', "SELECT 'x' AS late, 2::BIGINT AS N, 7 AS not_in_the_table")
  expect(await readTable(database, folder)).toEqual([
    { n: 1n, d: 1.5, dec: '1.250', t: 86_400_000_000n, late: null },
    { n: 2n, d: null, dec: null, t: null, late: 'x' }
  ])
})

test('Columns that were always void are null', async () => {
  const folder = writeTable([{ name: 'v', type: 'void' }, { name: 'a', type: 'integer' }], [add('a.parquet')])
  await writeParquet(database, folder, 'a.parquet', 'SELECT 1 AS a')
  expect(await readTable(database, folder)).toEqual([{ v: null, a: 1 }])
})

test('Partition values come from the log in their types, whatever the folders are called', async () => {
  const types = { s: 'string', i: 'integer', d: 'date', t: 'timestamp', dec: 'decimal(5,2)', bin: 'binary', b: 'boolean', f: 'double' }
  const fields = [...Object.entries(types).map(([name, type]) => ({ name, type })), { name: 'v', type: 'integer' }]
  const first = { s: "O'Neill", i: '-5', d: '2020-02-29', t: '2020-01-01 00:00:00.5', dec: '1.2', bin: 'é\u0001', b: 'true', f: 'NaN' }
  const second = { s: '', i: null, d: '', t: '1970-01-01T00:00:01.000000Z', dec: null, bin: '', b: null, f: null }
  const folder = writeTable(fields, [add('s=wrong/i=9/a.parquet', { partitionValues: first }), add('s=wrong/i=9/b.parquet', { partitionValues: second })], { partitionColumns: Object.keys(types) })
  for (const name of ['a', 'b']) await writeParquet(database, folder, `s=wrong/i=9/${name}.parquet`, 'SELECT 1 AS v, 17 AS i')
  expect(await readTable(database, folder)).toEqual([
    { s: "O'Neill", i: -5, d: 18321, t: 1577836800500000n, dec: '1.20', bin: Buffer.from('é\u0001'), b: true, f: NaN, v: 1 },
    { s: null, i: null, d: null, t: 1_000_000n, dec: null, bin: null, b: null, f: null, v: 1 }
  ])
})

test('A partition value that is none of its type is refused, naming the column', async () => {
  const folder = writeTable([{ name: 'p', type: 'date' }], [add('a.parquet', { partitionValues: { p: 'someday' } })], { partitionColumns: ['p'] })
  await writeParquet(database, folder, 'a.parquet', 'SELECT 1 AS v')
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('partition column p the value "someday"') as string })
})

test('A table of partition columns alone has its rows', async () => {
  const folder = writeTable([{ name: 'p', type: 'integer' }], [add('a.parquet', { partitionValues: { p: '4' } })], { partitionColumns: ['p'] })
  await writeParquet(database, folder, 'a.parquet', 'SELECT 1 AS v FROM range(2)')
  expect(await readTable(database, folder)).toEqual([{ p: 4 }, { p: 4 }])
})

test('File names are no patterns', async () => {
  const names = ['q?.parquet', 'qz.parquet', 'a[b]*.parquet', "it's.parquet"]
  const folder = writeTable([{ name: 'n', type: 'integer' }], names.filter((name) => name !== 'qz.parquet').map((name) => add(encodeURIComponent(name))))
  for (const [n, name] of names.entries()) await database.run(`COPY (SELECT ${n} AS n) TO '${join(folder, name).replace("'", "''")}' (FORMAT PARQUET)`)
  expect((await readTable(database, folder)).map((row) => row.n).sort()).toEqual([0, 2, 3])
})

test('Paths are decoded once', async () => {
  const folder = writeTable([{ name: 'n', type: 'integer' }], [add('letter=%252F%252520%2525f/a+b%20c.parquet')])
  await writeParquet(database, folder, 'letter=%2F%2520%25f/a+b c.parquet', 'SELECT 1 AS n')
  expect(await readTable(database, folder)).toEqual([{ n: 1 }])
})

test.each(['s3://bucket/a.parquet', 'https://example.com/a.parquet', '../a.parquet', '/etc/a.parquet'])('The data file %s is refused before anything is opened', async (path) => {
  await expect(readTable(database, writeTable([{ name: 'n', type: 'integer' }], [add(path)]))).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining(path) as string })
})

test('A data file that is gone is named', async () => {
  const folder = writeTable([{ name: 'n', type: 'integer' }], [add('a.parquet'), add('gone.parquet')])
  await writeParquet(database, folder, 'a.parquet', 'SELECT 1 AS n')
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'notFound', message: expect.stringContaining(join(folder, 'gone.parquet')) as string })
})

test.each([
  ['text', 'something that is no Parquet at all'],
  ['nothing', ''],
  ['a footer of nonsense', `PAR1${'x'.repeat(100)}\u0020\u0000\u0000\u0000PAR1`]
])('A data file of %s is named', async (_, content) => {
  const folder = writeTable([{ name: 'n', type: 'integer' }], [add('a.parquet'), add('b.parquet')])
  await writeParquet(database, folder, 'a.parquet', 'SELECT 1 AS n')
  writeText(folder, 'b.parquet', content)
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(join(folder, 'b.parquet')) as string })
})

test.each([
  ['long', "'12'"],
  ['integer', '5000000000'],
  ['double', '5::BIGINT'],
  ['decimal(5,2)', '1.234::DECIMAL(5,3)'],
  ['date', "TIMESTAMP '2020-01-01 10:00:00'"],
  ['timestamp_ntz', "TIMESTAMPTZ '2020-01-01 10:00:00Z'"],
  ['integer', '{a: 1}'],
  [struct([{ name: 'a', type: 'integer' }]), '1'],
  [struct([{ name: 'a', type: 'integer' }]), "{a: 'x'}"],
  [{ type: 'array', elementType: 'integer' }, "['x']"]
])('A column of %j that a file holds as %s is refused, naming file and column', async (type, value) => {
  const folder = writeTable([{ name: 'c', type }], [add('a.parquet')])
  await writeParquet(database, folder, 'a.parquet', `SELECT ${value} AS c`)
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'schema', message: expect.stringMatching(/column c.* is .*a\.parquet/) as string })
})

test('A value that does not fit its narrow column is refused, naming file and column', async () => {
  const folder = writeTable([{ name: 'c', type: 'byte' }], [add('a.parquet')])
  await writeParquet(database, folder, 'a.parquet', 'SELECT 300::INTEGER AS c')
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'schema', message: expect.stringMatching(/a\.parquet.*column c/) as string })
})

test('Text stored as bytes and bytes stored as text are what they are', async () => {
  const folder = writeTable([{ name: 's', type: 'string' }, { name: 'b', type: 'binary' }], [add('a.parquet'), add('b.parquet')])
  await writeParquet(database, folder, 'a.parquet', "SELECT 'é' AS b, encode('é') AS s")
  await writeParquet(database, folder, 'b.parquet', "SELECT encode('ü') AS b, 'ü' AS s")
  expect(await readTable(database, folder)).toEqual([
    { s: 'é', b: Buffer.from('é') },
    { s: 'ü', b: Buffer.from('ü') }
  ])
})

const nestedFields = (field: typeof mapped) => [
  field('s', 1, struct([field('x', 2, 'long'), field('y', 3, 'string')])),
  field('l', 4, { type: 'array', elementType: struct([field('x', 5, 'long')]) }),
  field('m', 6, { type: 'map', keyType: 'string', valueType: struct([field('x', 7, 'timestamp'), field('v', 8, 'void')]) })
]
const nestedRow = { s: { x: 1n, y: null }, l: [{ x: 2n }, null], m: [{ key: 'k', value: { x: 0n, v: null } }] }

test('Fields that a file lacks inside a nested column are null, and nulls stay nulls', async () => {
  const folder = writeTable(
    nestedFields((name, _, type) => ({ name, type })),
    [add('a.parquet'), add('b.parquet'), add('c.parquet')]
  )
  await writeParquet(database, folder, 'a.parquet', "SELECT {x: 1::INTEGER} AS s, [{x: 2}, NULL] AS l, map {'k': {x: TIMESTAMPTZ 'epoch'}} AS m")
  await writeParquet(database, folder, 'b.parquet', 'SELECT NULL::STRUCT(old INTEGER) AS s, NULL::STRUCT(x BIGINT)[] AS l, NULL::MAP(VARCHAR, STRUCT(x TIMESTAMPTZ)) AS m')
  await writeParquet(database, folder, 'c.parquet', 'SELECT {old: 1} AS s, [{old: [1]}] AS l')
  expect(await readTable(database, folder)).toEqual([nestedRow, { s: null, l: null, m: null }, { s: { x: null, y: null }, l: [{ x: null }], m: null }])
})

test('Columns mapped by name are found by their physical names at every level', async () => {
  const folder = writeTable(nestedFields(mapped), [add('a.parquet')], mapping('name'))
  await writeParquet(database, folder, 'a.parquet', `SELECT {'col-2': 1::BIGINT, y: 'not this'} AS "col-1", [{'col-5': 2::BIGINT}, NULL] AS "col-4", map {'k': {'col-7': TIMESTAMPTZ 'epoch'}} AS "col-6", 5 AS s`)
  expect(await readTable(database, folder)).toEqual([nestedRow])
})

test('Columns mapped by id are found by Parquet field ids at every level, whatever they are called', async () => {
  const folder = writeTable([...nestedFields(mapped), mapped('n', 9, 'integer'), mapped('late', 10, 'integer')], [add('a.parquet'), add('b.parquet')], mapping('id'))
  const ids = (s: string) => `, FIELD_IDS {${s}: {__duckdb_field_id: 1, q: 2}, l: {__duckdb_field_id: 4, element: {x: 5}}, m: {__duckdb_field_id: 6, value: {w: 7}}, n: 9}`
  await writeParquet(database, folder, 'a.parquet', "SELECT {q: 1::BIGINT} AS s, [{x: 2::BIGINT}, NULL] AS l, map {'k': {w: TIMESTAMPTZ 'epoch'}} AS m, 3 AS n", ids('s'))
  await writeParquet(database, folder, 'b.parquet', "SELECT {q: 1::BIGINT} AS other, [{x: 2::BIGINT}, NULL] AS l, map {'k': {w: TIMESTAMPTZ 'epoch'}} AS m, 4 AS n, 5 AS late", ids('other'))
  expect(await readTable(database, folder)).toEqual([
    { ...nestedRow, n: 3, late: null },
    { ...nestedRow, n: 4, late: null }
  ])
})

test('A file without field ids is refused where columns are mapped by id', async () => {
  const folder = writeTable([mapped('n', 1, 'integer')], [add('a.parquet')], mapping('id'))
  await writeParquet(database, folder, 'a.parquet', 'SELECT 1 AS "col-1"')
  await expect(readTable(database, folder)).rejects.toMatchObject({ code: 'schema', message: expect.stringContaining('a.parquet has no Parquet field ids') as string })
})

test('Columns may be called like those that DuckDB makes up', async () => {
  const names = ['file_index', 'file_row_number', 'filename', 'column 0', 'file', 'a"b']
  const folder = writeTable(names.map((name) => ({ name, type: 'integer' })), [add('a.parquet'), add('b.parquet')])
  for (const file of ['a', 'b']) await writeParquet(database, folder, `${file}.parquet`, `SELECT ${names.map((name, i) => `${i} AS "${name.replace('"', '""')}"`).join(', ')}`)
  const row = Object.fromEntries(names.map((name, i) => [name, i]))
  expect(await readTable(database, folder)).toEqual([row, row])
})

test('Rows that deletion vectors hide are left out, few or many, in each file its own', async () => {
  const folder = temporaryFolder('table')
  const many = Array.from({ length: 900 }, (_, i) => i)
  const vectors = [[0, 5], many, []].map((rows) => roaring(rows.length === 0 ? [] : [[0, arrayBitmap([[0, rows]])]]))
  let offset = 1
  const frames: Buffer[] = [Buffer.from([1])]
  const files = vectors.map((data, i) => {
    const deletionVector = { storageType: 'u', pathOrInlineDv: 'HelloWorldHelloWorld', offset, sizeInBytes: data.length, cardinality: [2, 900, 0][i] }
    const frame = Buffer.alloc(data.length + 8)
    frame.writeInt32BE(data.length, 0)
    data.copy(frame, 4)
    frame.writeUInt32BE(crc32(data), data.length + 4)
    frames.push(frame)
    offset += frame.length
    return add(`${i}.parquet`, { deletionVector })
  })
  writeLog(folder, [[protocol(3, ['deletionVectors']), metaData([{ name: 'n', type: 'integer' }, { name: 's', type: struct([{ name: 'x', type: 'integer' }]) }]), ...files, add('3.parquet')]])
  writeFileSync(join(folder, 'deletion_vector_864fd26f-b559-f75b-864f-d26fb559f75b.bin'), Buffer.concat(frames))
  for (const [file, rows] of [7, 10_000, 2, 2].entries()) await writeParquet(database, folder, `${file}.parquet`, `SELECT (${file} * 100000 + i)::INTEGER AS n, {x: i::INTEGER} AS s FROM range(${rows}) t(i)`)
  const numbers = (await readTable(database, folder)).map((row) => Number(row.n))
  const range = (file: number, start: number, end: number) => Array.from({ length: end - start }, (_, i) => file * 100_000 + start + i)
  expect(numbers.sort((a, b) => a - b)).toEqual([...range(0, 1, 5), 6, ...range(1, 900, 10_000), ...range(2, 0, 2), ...range(3, 0, 2)])
})
