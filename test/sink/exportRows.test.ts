import { Dictionary, Field, FixedSizeList, Int32, List, RecordBatchStreamWriter, Table, Utf8, Vector, makeData, makeVector, tableToIPC, tableFromIPC, vectorFromArray } from 'apache-arrow'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { exportRows } from '#electron/sink/exportRows.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { arrowFile, type ArrowColumn } from '#shared/arrow/arrowFile.ts'
import type { ColumnValue } from '#shared/arrow/columnData.ts'
import { microsToMs, readStream } from '#shared/arrow/readStream.ts'
import type { ExportDone, ExportRequest } from '#shared/contract/host.ts'
import type { RunSummary } from '#shared/contract/run.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { add, metaData, protocol, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const database = await openDatabase()
afterAll(() => database.close())

const limits = { altitudeMin: -100, altitudeMax: 12_000, velocityMin: 0, velocityMax: 1000 }

function runIn(folder: string): RunSummary {
  const queries = { anomaly_alerts: { sizeUs: 300e6, slideUs: 60e6, watermarkDelayMs: 360_000 } }
  return { id: 'r1', name: 'Storm Ciara 1', mode: 'replay', state: 'paused', silver: '/data/silver', gold: join(folder, 'gold'), checkpoints: join(folder, 'checkpoints'), createdMs: 0, queries, limits }
}

interface Exported {
  readonly done: ExportDone
  readonly folder: string
  readonly progress: readonly (readonly number[])[]
}

async function exported(folder: string, request: Partial<ExportRequest> & Pick<ExportRequest, 'format' | 'rows'>): Promise<Exported> {
  const progress: number[][] = []
  const to = join(folder, `out.${request.format}`)
  const done = await exportRows({ runId: 'r1', to, force: false, timeZone: 'Europe/Zurich', ...request }, { database, run: runIn(folder), openStorage, onProgress: (rows, of) => progress.push([rows, of]) })
  return { done, folder, progress }
}

/** Two windows of alerts, in an order that is not gold's. */
async function goldIn(folder: string, rowCount = 3): Promise<void> {
  const table = join(folder, 'gold', 'anomaly_alerts')
  const rows = "SELECT TIMESTAMPTZ '2026-01-23 12:00:00+00' + to_minutes(2 - i // 2) AS window_start, TIMESTAMPTZ '2026-01-23 12:05:00+00' + to_minutes(2 - i // 2) AS window_end, CASE WHEN i = 1 THEN '=Malta' ELSE 'Spain' END AS origin_country, (i * 1.5)::DOUBLE AS anomaly_rate"
  await writeParquet(database, table, 'a.parquet', `${rows} FROM range(${rowCount}) t(i)`)
  const fields = [['window_start', 'timestamp'], ['window_end', 'timestamp'], ['origin_country', 'string'], ['anomaly_rate', 'double']].map(([name, type]) => ({ name: name!, type }))
  writeLog(table, [[protocol(), metaData(fields)], [add('a.parquet')]])
}

const gold = { kind: 'gold', query: 'anomaly_alerts' } as const

/** A stream with these columns, as a grid gives them: in batches. */
async function streamOf(columns: readonly ArrowColumn[], ...batches: readonly (readonly (readonly ColumnValue[])[])[]): Promise<Uint8Array> {
  const file = arrowFile(columns)
  for (const batch of batches) file.add(batch)
  file.end()
  const chunks = []
  for await (const chunk of file.bytes) chunks.push(chunk)
  const table = tableFromIPC(Buffer.concat(chunks))
  const writer = new RecordBatchStreamWriter()
  writer.reset(undefined, table.schema)
  for (const batch of table.batches) writer.write(batch)
  writer.finish()
  return writer.toUint8Array(true)
}

const shown = (arrow: Uint8Array, others: Partial<{ title: string; filter: string; of: number }> = {}) => ({ kind: 'shown', title: 'Late rows', filter: 'rate > 0', arrow, of: 90_118, ...others }) as const

const someColumns: readonly ArrowColumn[] = [
  { name: 'key', type: { kind: 'string' } },
  { name: 'at', type: { kind: 'timestamp' } },
  { name: 'rows', type: { kind: 'long' } },
  { name: 'rate', type: { kind: 'double' } },
  { name: 'share', type: { kind: 'decimal', precision: 30, scale: 2 } },
  { name: 'alert', type: { kind: 'boolean' } },
  { name: 'day', type: { kind: 'date' } }
]
const someRows: readonly (readonly (readonly ColumnValue[])[])[] = [
  [['=1+1', null], [1_769_169_600_000_001n, null], [9_007_199_254_740_993n, -1n], [-0.5, NaN], ['-12345678901234567890.05', null], [true, null], [20_476, null]],
  [['Türkiye'], [-1n], [null], [null], ['1.00'], [false], [-1]]
]

const parquetRows = async (file: string) => (await database.query(`SELECT * FROM read_parquet(${quoteLiteral(file)})`)).rows()

async function parquetMetadata(file: string): Promise<Record<string, unknown>> {
  const rows = (await database.query(`SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(${quoteLiteral(file)})`)).rows()
  return Object.fromEntries(rows.map(({ key, value }) => [String(key), value]))
}

describe('a whole gold table', () => {
  test('comes in the order of windows and keys, with what it is', async () => {
    const folder = temporaryFolder('export')
    await goldIn(folder)
    const { done, progress } = await exported(folder, { format: 'parquet', rows: gold })
    expect([done, [progress[0], progress.at(-1)], (await parquetRows(done.file)).map((row) => [row.origin_country, row.anomaly_rate])]).toEqual([
      { file: join(folder, 'out.parquet'), rows: 3, sideFile: null },
      [[0, 3], [3, 3]],
      [['Spain', 3], ['=Malta', 1.5], ['Spain', 0]]
    ])
    expect(await parquetMetadata(done.file)).toMatchObject({
      'contrail.exportedBy': 'Contrail/0.0.0-source',
      'contrail.run': 'Storm Ciara 1',
      'contrail.title': 'anomaly_alerts',
      'contrail.source': '/data/silver',
      'contrail.gold': join(folder, 'gold'),
      'contrail.rows': '3 of 3',
      'contrail.timeZone': 'Europe/Zurich',
      'contrail.limits': JSON.stringify(limits)
    })
  })

  test('comes as CSV with a file beside it, and as Arrow with its schema', async () => {
    const folder = temporaryFolder('export')
    await goldIn(folder)
    const { done } = await exported(folder, { format: 'csv', rows: gold })
    expect(readFileSync(done.file, 'utf8')).toBe(
      [
        'window_start,window_end,origin_country,anomaly_rate',
        '2026-01-23T12:01:00.000000Z,2026-01-23T12:06:00.000000Z,Spain,3.0',
        "2026-01-23T12:02:00.000000Z,2026-01-23T12:07:00.000000Z,'=Malta,1.5",
        '2026-01-23T12:02:00.000000Z,2026-01-23T12:07:00.000000Z,Spain,0.0',
        ''
      ].join('\r\n')
    )
    expect([done.sideFile, JSON.parse(readFileSync(done.sideFile!, 'utf8'))]).toEqual([
      `${done.file}.metadata.json`,
      expect.objectContaining({ run: 'Storm Ciara 1', rows: '3 of 3', limits, queries: runIn(folder).queries })
    ])
    const arrow = await exported(folder, { format: 'arrow', rows: gold })
    const table = tableFromIPC(readFileSync(arrow.done.file))
    expect([table.numRows, table.schema.metadata.get('contrail.run'), arrow.progress.at(-1)]).toEqual([3, 'Storm Ciara 1', [3, 3]])
  })

  test('without rows keeps its columns', async () => {
    const folder = temporaryFolder('export')
    await goldIn(folder, 0)
    const files = await Promise.all((['csv', 'arrow', 'parquet'] as const).map(async (format) => (await exported(folder, { format, rows: gold })).done.file))
    const names = ['window_start', 'window_end', 'origin_country', 'anomaly_rate']
    expect([readFileSync(files[0]!, 'utf8'), tableFromIPC(readFileSync(files[1]!)).schema.fields.map(({ name }) => name), (await database.query(`SELECT * FROM read_parquet(${quoteLiteral(files[2]!)})`)).names]).toEqual([`${names.join()}\r\n`, names, names])
  })

  test('that is not there yet is refused with the next step', async () => {
    const folder = temporaryFolder('export')
    await expect(exported(folder, { format: 'csv', rows: gold })).rejects.toThrow(`the run Storm Ciara 1 has no gold table anomaly_alerts in ${folder}/gold yet: play it until its first batch is done, then export`)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('rows as a grid shows them', () => {
  test('become Parquet with the same types and values', async () => {
    const { done, progress } = await exported(temporaryFolder('export'), { format: 'parquet', rows: shown(await streamOf(someColumns, ...someRows)) })
    const result = await database.query(`SELECT * FROM read_parquet(${quoteLiteral(done.file)})`)
    expect([result.names, result.types, result.rows().map((row) => Object.values(row)), progress]).toEqual([
      ['key', 'at', 'rows', 'rate', 'share', 'alert', 'day'],
      ['VARCHAR', 'TIMESTAMP WITH TIME ZONE', 'BIGINT', 'DOUBLE', 'DECIMAL(30,2)', 'BOOLEAN', 'DATE'],
      [
        ['=1+1', 1_769_169_600_000_001n, 9_007_199_254_740_993n, -0.5, '-12345678901234567890.05', true, 20_476],
        [null, null, -1n, NaN, null, null, null],
        ['Türkiye', -1n, null, null, '1.00', false, -1]
      ],
      [[0, 90_118], [3, 90_118]]
    ])
    expect(await parquetMetadata(done.file)).toMatchObject({ 'contrail.title': 'Late rows', 'contrail.rows': '3 of 90,118', 'contrail.filter': 'rate > 0' })
  })

  test('become CSV, where only text is guarded against formulas', async () => {
    const { done } = await exported(temporaryFolder('export'), { format: 'csv', rows: shown(await streamOf(someColumns, ...someRows), { filter: '' }) })
    expect(readFileSync(done.file, 'utf8').split('\r\n')).toEqual([
      'key,at,rows,rate,share,alert,day',
      "'=1+1,2026-01-23T12:00:00.000001Z,9007199254740993,-0.5,-12345678901234567890.05,true,2026-01-23",
      ',,-1,NaN,,,',
      'Türkiye,1969-12-31T23:59:59.999999Z,,,1.00,false,1969-12-31',
      ''
    ])
    expect(Object.keys(JSON.parse(readFileSync(done.sideFile!, 'utf8')) as object)).not.toContain('filter')
  })

  test('become an Arrow file of the same batches', async () => {
    const stream = await streamOf(someColumns, ...someRows)
    const { done } = await exported(temporaryFolder('export'), { format: 'arrow', rows: shown(stream) })
    const [table, before] = [tableFromIPC(readFileSync(done.file)), tableFromIPC(stream)]
    expect([table.batches.length, table.toString(), table.schema.metadata.get('contrail.rows'), done.sideFile]).toEqual([2, before.toString(), '3 of 90,118', null])
  })

  test('keep their columns without rows, and every column where two have one name', async () => {
    const columns: ArrowColumn[] = ['a', 'A', 'b', 'a'].map((name) => ({ name, type: { kind: 'integer' } }))
    const none = await exported(temporaryFolder('export'), { format: 'csv', rows: shown(await streamOf(columns)) })
    const one = await exported(temporaryFolder('export'), { format: 'parquet', rows: shown(await streamOf(columns, [[1], [2], [3], [4]])) })
    expect([readFileSync(none.done.file, 'utf8'), await parquetRows(one.done.file)]).toEqual(['a,A_2,b,a_3\r\n', [{ a: 1, A_2: 2, b: 3, a_3: 4 }]])
  })
})

describe('the place of the file', () => {
  const rows = async () => shown(await streamOf([{ name: 'a', type: { kind: 'integer' } }], [[1]]))

  test('is not overwritten unless asked, nor is the file beside it', async () => {
    const folder = temporaryFolder('export')
    const file = join(folder, 'out.csv')
    writeFileSync(file, 'old')
    await expect(exported(folder, { format: 'csv', rows: await rows() })).rejects.toThrow(`${file} is already there: choose another name, or replace it`)
    const kept = readFileSync(file, 'utf8')
    await exported(folder, { format: 'csv', rows: await rows(), force: true })
    expect([kept, readFileSync(file, 'utf8'), readdirSync(folder).sort()]).toEqual(['old', 'a\r\n1\r\n', ['out.csv', 'out.csv.metadata.json']])
    const other = join(folder, 'other.csv')
    writeFileSync(`${other}.metadata.json`, 'mine')
    await expect(exported(folder, { format: 'csv', rows: await rows(), to: other })).rejects.toThrow(`${other}.metadata.json is already there`)
  })

  test('is a whole path that is no folder, with an ending that does not lie', async () => {
    const folder = temporaryFolder('export')
    mkdirSync(join(folder, 'folder.csv'))
    writeFileSync(join(folder, 'file'), '')
    const said = async (to: string) => exported(folder, { format: 'csv', rows: await rows(), to, force: true }).then(() => '', (error: unknown) => (error as Error).message.replaceAll(folder, 'FOLDER'))
    expect([await said('out.csv'), await said(join(folder, 'folder.csv')), await said(join(folder, 'out.parquet')), await said(join(folder, 'file', 'out.csv'))]).toEqual([
      'out.csv is not a whole path: give it from the root on, as in /home/me/alerts.csv',
      'FOLDER/folder.csv is a folder: give the name of a file',
      'FOLDER/out.parquet ends with .parquet, and the format is csv: give the name another ending, or choose another format',
      expect.stringContaining('FOLDER/file/out.csv')
    ])
    expect(readdirSync(folder).sort()).toEqual(['file', 'folder.csv'])
  })
})

describe('readStream', () => {
  test('gives each column as one array', async () => {
    const { columns, length } = readStream(await streamOf(someColumns, ...someRows))
    const [key, at, , rate] = columns
    expect([length, key, at?.kind === 'bigints' && microsToMs(at.values)[0], rate]).toEqual([
      3,
      { name: 'key', type: { kind: 'string' }, kind: 'texts', values: ['=1+1', null, 'Türkiye'], nulls: Uint8Array.of(0, 1, 0) },
      1_769_169_600_000.001,
      { name: 'rate', type: { kind: 'double' }, kind: 'numbers', values: Float64Array.of(-0.5, NaN, 0), nulls: Uint8Array.of(0, 0, 1) }
    ])
  })

  test('cuts text of any script where its rows end', async () => {
    const texts = ['', 'Türkiye', 'é🛩é', null, '\ufeffmark', '日本', 'a', '🛩🛩', '']
    const { columns } = readStream(await streamOf([{ name: 'text', type: { kind: 'string' } }], [texts.slice(0, 4)], [texts.slice(4)]))
    expect(columns[0]?.values).toEqual(texts)
  })

  test('reads what other writers of Arrow use: dictionaries, unsigned numbers, nested values', () => {
    const table = new Table({
      word: vectorFromArray(['up', 'down', null, 'up'], new Dictionary(new Utf8(), new Int32())),
      wide: makeVector(BigUint64Array.of(18_446_744_073_709_551_615n, 0n, 1n, 2n)),
      small: makeVector(Uint32Array.of(4_294_967_295, 0, 1, 2)),
      list: vectorFromArray([[1, 2], null, [], [3]], new List(new Field('item', new Int32())))
    })
    const writer = new RecordBatchStreamWriter()
    writer.reset(undefined, table.schema)
    for (const batch of table.batches) writer.write(batch)
    writer.finish()
    const { columns } = readStream(writer.toUint8Array(true))
    expect(columns.map(({ name, type, values }) => [name, type.kind, [...values]])).toEqual([
      ['word', 'string', ['up', 'down', null, 'up']],
      ['wide', 'decimal', ['18446744073709551615', '0', '1', '2']],
      ['small', 'long', [4_294_967_295n, 0n, 1n, 2n]],
      ['list', 'string', ['[1,2]', null, '[]', '[3]']]
    ])
  })
})

test('rows that are no Arrow stream, are cut, or have texts beyond their end are refused in a sentence', async () => {
  const whole = Buffer.from(await streamOf([{ name: 'b', type: { kind: 'string' } }], [['x', 'y']]))
  const offsets = whole.lastIndexOf(Buffer.from(Int32Array.of(0, 1, 2).buffer))
  const beyond = Buffer.from(whole)
  beyond.writeInt32LE(0x7f000000, offsets + 8)
  expect(offsets).toBeGreaterThan(0)
  for (const arrow of [Buffer.alloc(0), Buffer.from('no stream at all'), whole.subarray(0, 40), beyond]) {
    await expect(exported(temporaryFolder('damaged'), { format: 'csv', rows: shown(new Uint8Array(arrow)) })).rejects.toMatchObject({ name: 'Fault' })
  }
})

test('a stream of more rows than any table holds is refused before room is made for them', async () => {
  const whole = await streamOf([{ name: 'a', type: { kind: 'long' } }], [[1n, 2n, 3n]])
  expect(readStream(whole, 3).length).toBe(3)
  expect(() => readStream(whole, 2)).toThrow('the stream has 3 rows')
})

/** `stream` with each place that holds `bytes` as `lie` in turn. */
function withLies(stream: Uint8Array, bytes: ArrayLike<number> & { readonly buffer: ArrayBuffer }, lie: { readonly buffer: ArrayBuffer }): Uint8Array[] {
  const whole = Buffer.from(stream)
  const lies: Uint8Array[] = []
  for (let at = whole.indexOf(Buffer.from(bytes.buffer)); at >= 0; at = whole.indexOf(Buffer.from(bytes.buffer), at + 1)) {
    const copy = Buffer.from(whole)
    copy.set(Buffer.from(lie.buffer), at)
    lies.push(new Uint8Array(copy))
  }
  return lies
}

function lengthOrRefusal(stream: Uint8Array): number | string {
  try {
    return readStream(stream, 1000).length
  } catch (error) {
    return error instanceof RangeError ? 'refused' : String(error)
  }
}

const lists = () => new Table({ list: vectorFromArray([[1], [2, 3], null, [4, 5, 6, 7], [8, 9], [10], [11]], new List(new Field('', new Int32(), true))), name: vectorFromArray(['a', 'b', 'c', 'd', 'e', 'f', 'g'], new Dictionary(new Utf8(), new Int32())) })

test.each([
  ['rows of a batch, of its columns and of a dictionary', Uint32Array.of(7, 0), 4],
  ['values in lists', Uint32Array.of(11, 0), 1]
])('a number of %s that is a lie is refused, and not believed', (_name, truth, places) => {
  const stream = tableToIPC(lists(), 'stream')
  expect(readStream(stream).length).toBe(7)
  const lies = [Uint32Array.of(2 ** 31, 0), Uint32Array.of(0, 2 ** 20)].flatMap((lie) => withLies(stream, truth, lie))
  const told = lies.map(lengthOrRefusal)
  // Some of the places are lengths of buffers, which end with the stream in any case.
  expect(told.filter((length) => length !== 7)).toEqual(Array.from({ length: 2 * places }, () => 'refused'))
})

test('lists that share values, or hold more than there are, are refused', () => {
  const [sharing, beyond] = [Int32Array.of(0, 11, 1, 11), Int32Array.of(0, 1, 3, 12)].flatMap((lie) => withLies(tableToIPC(lists(), 'stream'), Int32Array.of(0, 1, 3, 3), lie))
  for (const lie of [sharing!, beyond!]) expect(() => readStream(lie, 1000)).toThrow(/^the values of row \d lie beyond the column$/)
  const wide = new FixedSizeList(2 ** 30, new Field('', new Int32(), true))
  const huge = new Table({ wide: new Vector([makeData({ type: wide, length: 2, child: makeData({ type: new Int32(), data: Int32Array.of(1, 2) }) })]) })
  expect(() => readStream(tableToIPC(huge, 'stream'), 1000)).toThrow('lists of 1073741824 values each lie beyond the column')
})
