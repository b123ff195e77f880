import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Column, QuerySpec } from '#shared/engine/querySpec.ts'
import { micros, millis } from '#shared/engine/time.ts'
import { windowSpec } from '#shared/engine/windowSpec.ts'
import type { WindowRows } from '#shared/engine/windows.ts'
import { loadSnapshot } from '#electron/delta/snapshot.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { systemClock } from '#electron/host/clock.ts'
import { checkpointReader } from '#electron/duckdb/readCheckpoint.ts'
import { openGold, type GoldTable } from '#electron/sink/goldTable.ts'
import { writeLogCheckpoint } from '#electron/sink/writeLogCheckpoint.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import type { Storage } from '#electron/storage/storage.ts'
import { add, logFile, metaData, protocol, readTable, struct, writeLog, writeParquet, writeText, type HandMadeField } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const database = await openDatabase()
afterAll(() => database.close())

const altitude: Column = { name: 'altitude', type: { kind: 'double' } }
const callsign: Column = { name: 'callsign', type: { kind: 'string' } }
const spec: QuerySpec = {
  name: 'small',
  window: windowSpec(micros(60_000_000n), micros(60_000_000n)),
  delayMs: millis(0),
  key: { name: 'phase', type: { kind: 'string' } },
  outputs: [
    { name: 'n', measure: { kind: 'count' } },
    { name: 'highest', measure: { kind: 'max', column: altitude } },
    { name: 'last_callsign', measure: { kind: 'max', column: callsign } }
  ]
}

/** As gold has them. */
const fields: readonly HandMadeField[] = [
  { name: 'window_start', type: 'timestamp' },
  { name: 'window_end', type: 'timestamp' },
  { name: 'phase', type: 'string' },
  { name: 'n', type: 'long' },
  { name: 'highest', type: 'double' },
  { name: 'last_callsign', type: 'string' }
]

interface GoldRow {
  readonly start: bigint
  readonly phase: string | null
  readonly n: bigint
  readonly highest: number | null
  readonly callsign: string | null
}

const row = (n: bigint, others: Partial<GoldRow> = {}): GoldRow => ({ start: n * 60_000_000n, phase: 'CRUISE', n, highest: 1.5, callsign: 'A', ...others })

function rowsOf(...rows: readonly GoldRow[]): WindowRows {
  const [count, highest, last] = spec.outputs
  return {
    length: rows.length,
    start: BigInt64Array.from(rows, ({ start }) => start),
    end: BigInt64Array.from(rows, ({ start }) => start + 60_000_000n),
    key: rows.map(({ phase }) => phase),
    columns: [
      { name: count!.name, type: { kind: 'long' }, values: rows.map(({ n }) => n), nulls: new Uint8Array(0) },
      { name: highest!.name, type: { kind: 'double' }, values: Float64Array.from(rows, (each) => each.highest ?? 0), nulls: Uint8Array.from(rows, (each) => (each.highest === null ? 1 : 0)) },
      { name: last!.name, type: { kind: 'string' }, values: rows.map((each) => each.callsign), nulls: new Uint8Array(0) }
    ]
  }
}

const note = { range: { start: null, end: 'x' }, watermarkMs: 0, limits: { altitudeMax: 12_000 }, watermarkDelayMs: 60_000, changes: { skipChangeCommits: false, ignoreDeletes: false, ignoreChanges: false } }
const nobody = rowsOf()

function open(folder: string, others: { queryId?: string; storage?: Storage } = {}): Promise<GoldTable> {
  const storage = others.storage ?? openLocalStore(folder)
  const reader = checkpointReader(database)
  return openGold({ storage, database, checkpointReader: reader, spec, queryId: others.queryId ?? 'query-1', engine: 'Contrail/test', clock: systemClock, afterCommit: (version) => writeLogCheckpoint(storage, database, reader, version) })
}

const versions = (folder: string) => readdirSync(join(folder, '_delta_log')).filter((name) => name.endsWith('.json')).map((name) => Number(name.slice(0, 20)))
const actionsOf = (folder: string, version: number) => readFileSync(join(folder, logFile(version)), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>)
const kindsOf = (folder: string, version: number) => actionsOf(folder, version).flatMap((action) => Object.keys(action))
const counts = async (folder: string) => (await readTable(database, folder)).map(({ n }) => n).sort()

test('G1 opening a table writes nothing, the first batch makes it, and each batch is a commit, rows or not', async () => {
  const folder = join(temporaryFolder('gold'), 'table')
  const gold = await open(folder)
  expect(() => readdirSync(folder)).toThrow('ENOENT')
  expect([await gold.write(0, nobody, note), await gold.write(1, rowsOf(row(1n), row(2n)), note), await gold.write(2, nobody, note)]).toEqual(Array(3).fill({ skipped: false }))
  expect([0, 1, 2].map((version) => kindsOf(folder, version))).toEqual([['commitInfo', 'protocol', 'metaData', 'txn'], ['commitInfo', 'txn', 'add'], ['commitInfo', 'txn']])
  const [, protocolAction, metaDataAction, txn] = actionsOf(folder, 0)
  expect([protocolAction, JSON.parse(metaDataAction!.metaData!.schemaString as string), metaDataAction!.metaData!.configuration, txn!.txn]).toEqual([
    { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
    struct(fields),
    { 'delta.appendOnly': 'true' },
    { appId: 'query-1', version: 0, lastUpdated: expect.any(Number) as number }
  ])
})

test('G1 the first batch may have rows', async () => {
  const folder = temporaryFolder('gold')
  await (await open(folder)).write(0, rowsOf(row(1n)), note)
  expect([kindsOf(folder, 0), await counts(folder)]).toEqual([['commitInfo', 'protocol', 'metaData', 'txn', 'add'], [1n]])
})

test('G1 a commit tells query, batch, range and limits, under the names that Spark uses', async () => {
  const folder = temporaryFolder('gold')
  await (await open(folder)).write(0, rowsOf(row(1n), row(2n)), note)
  const { timestamp: _time, txnId: _id, operationMetrics, userMetadata, ...info } = actionsOf(folder, 0)[0]!.commitInfo!
  expect({ info, operationMetrics, note: JSON.parse(userMetadata as string) }).toEqual({
    info: { operation: 'STREAMING UPDATE', operationParameters: { outputMode: 'Append', queryId: 'query-1', epochId: '0' }, isolationLevel: 'Serializable', isBlindAppend: true, engineInfo: 'Contrail/test' },
    operationMetrics: { numAddedFiles: '1', numRemovedFiles: '0', numOutputRows: '2', numOutputBytes: expect.stringMatching(/^\d+$/) as string },
    note
  })
})

test('G2 a batch that gold has is left alone, also after it is opened again', async () => {
  const folder = temporaryFolder('gold')
  const first = await open(folder)
  await first.write(0, rowsOf(row(1n)), note)
  await first.write(1, rowsOf(row(2n)), note)
  const second = await open(folder)
  const again = [await first.write(1, rowsOf(row(2n)), note), await second.write(0, rowsOf(row(1n)), note), await second.write(1, rowsOf(row(2n)), note), await second.write(2, rowsOf(row(3n)), note)]
  expect({ skipped: again.map(({ skipped }) => skipped), counts: await counts(folder), versions: versions(folder) }).toEqual({ skipped: [true, true, true, false], counts: [1n, 2n, 3n], versions: [0, 1, 2] })
})

test('G1 a table that is removed or rolled back while it is written to is not begun again in the middle', async () => {
  const folder = temporaryFolder('gold')
  const gold = await open(folder)
  await gold.write(0, rowsOf(row(1n)), note)
  await gold.write(1, rowsOf(row(2n)), note)
  rmSync(join(folder, logFile(1)))
  await expect(gold.write(2, rowsOf(row(3n)), note)).rejects.toMatchObject({ code: 'changed', message: expect.stringContaining(`${folder} has no version 1 any more`) as string })
  expect(versions(folder)).toEqual([0])
})

test('G4 a batch is found with its version and what its commit says of it', async () => {
  const folder = temporaryFolder('gold')
  await (await open(folder, { queryId: 'other' })).write(0, rowsOf(row(1n)), note)
  const gold = await open(folder)
  const later = { ...note, range: { start: 'x', end: 'y' } }
  await gold.write(0, nobody, note)
  await gold.write(1, nobody, later)
  const reopened = await open(folder)
  expect([await reopened.findBatch(0), await reopened.findBatch(1), await reopened.findBatch(2)]).toEqual([{ version: 1, note }, { version: 2, note: later }, undefined])
})

test('G2 two queries have a table to themselves each by their ids, and the second hears of the rows of the first', async () => {
  const folder = temporaryFolder('gold')
  const first = await open(folder, { queryId: 'one' })
  await first.write(0, rowsOf(row(1n), row(2n)), note)
  await first.write(1, rowsOf(row(3n)), note)
  const second = await open(folder, { queryId: 'two' })
  await second.write(0, rowsOf(row(4n)), note)
  expect({ foreign: [first.foreignRows, second.foreignRows, (await open(folder, { queryId: 'two' })).foreignRows], counts: await counts(folder) }).toEqual({ foreign: [0, 3, 0], counts: [1n, 2n, 3n, 4n] })
})

test('G1 every ten versions there is a checkpoint that stands for all before it', async () => {
  const folder = temporaryFolder('gold')
  const gold = await open(folder)
  for (let batch = 0; batch <= 21; batch++) await gold.write(batch, batch % 2 === 0 ? rowsOf(row(BigInt(batch), { phase: 'Ä %41/' })) : nobody, note)
  const checkpoints = readdirSync(join(folder, '_delta_log')).filter((name) => name.includes('checkpoint.parquet'))
  expect([checkpoints, JSON.parse(readFileSync(join(folder, '_delta_log/_last_checkpoint'), 'utf8'))]).toEqual([[10, 20].map((version) => logFile(version, 'checkpoint.parquet').slice(11)), { version: 20, size: 14 }])
  const load = (place: string) => loadSnapshot(openLocalStore(place), { withStats: true }, checkpointReader(database))
  const inOrder = async (place: string) => {
    const { files, ...rest } = await load(place)
    return { ...rest, files: [...files].sort((a, b) => a.path.localeCompare(b.path)) }
  }
  const cleaned = join(temporaryFolder('cleaned'), 'gold')
  cpSync(folder, cleaned, { recursive: true })
  for (let version = 0; version < 20; version++) rmSync(join(cleaned, logFile(version)))
  expect(await inOrder(cleaned)).toEqual(await inOrder(folder))
  expect(await counts(cleaned)).toEqual(await counts(folder))
  const next = await open(cleaned)
  expect([await next.write(21, nobody, note), await next.write(22, nobody, note)]).toEqual([{ skipped: true }, { skipped: false }])
})

test('decisions 1.3 a checkpoint of the log whose own commit is gone is not believed', async () => {
  const folder = temporaryFolder('gold')
  const gold = await open(folder)
  for (let batch = 0; batch <= 10; batch++) await gold.write(batch, rowsOf(row(BigInt(batch))), note)
  rmSync(join(folder, logFile(10)))
  const again = await open(folder)
  expect([await again.write(9, nobody, note), await again.write(10, rowsOf(row(10n)), note)]).toEqual([{ skipped: true }, { skipped: false }])
  expect(await counts(folder)).toHaveLength(11)
})

/** Statistics of a table with these rows. */
async function statsOf(...rows: readonly GoldRow[]): Promise<unknown> {
  const folder = temporaryFolder('stats')
  await (await open(folder)).write(0, rowsOf(...rows), note)
  return JSON.parse(actionsOf(folder, 0).at(-1)!.add!.stats as string)
}

test('G1 statistics: minima, maxima and nulls of every column', async () => {
  expect(await statsOf(row(1n), row(2n, { phase: null, highest: null, callsign: null }), row(3n, { phase: 'Übung', highest: -2.25e30, callsign: '' }))).toEqual({
    numRecords: 3,
    minValues: { window_start: '1970-01-01T00:01:00.000Z', window_end: '1970-01-01T00:02:00.000Z', phase: 'CRUISE', n: 1, highest: -2.25e30, last_callsign: '' },
    maxValues: { window_start: '1970-01-01T00:03:00.000Z', window_end: '1970-01-01T00:04:00.000Z', phase: 'Übung', n: 3, highest: 1.5, last_callsign: 'A' },
    nullCount: { window_start: 0, window_end: 0, phase: 1, n: 0, highest: 1, last_callsign: 1 }
  })
})

test('G1 statistics: a column of nulls has none', async () => {
  const stats = await statsOf(row(1n, { phase: null, highest: null, callsign: null }))
  expect(stats).toEqual({
    numRecords: 1,
    minValues: { window_start: '1970-01-01T00:01:00.000Z', window_end: '1970-01-01T00:02:00.000Z', n: 1 },
    maxValues: { window_start: '1970-01-01T00:01:00.000Z', window_end: '1970-01-01T00:02:00.000Z', n: 1 },
    nullCount: { window_start: 0, window_end: 0, phase: 1, n: 0, highest: 1, last_callsign: 1 }
  })
})

test.each([NaN, Infinity, -Infinity])('G1 statistics: a column with %s has none, because readers order it in different ways', async (value) => {
  expect(await statsOf(row(1n), row(2n, { highest: value }))).toMatchObject({ minValues: { n: 1 }, maxValues: { n: 2 }, nullCount: { highest: 0 } })
  const { minValues, maxValues } = (await statsOf(row(1n), row(2n, { highest: value }))) as { minValues: object; maxValues: object }
  expect([minValues, maxValues].map((values) => 'highest' in values)).toEqual([false, false])
})

test('G1 statistics: times are whole milliseconds that enclose the column, also before 1970', async () => {
  const { minValues, maxValues } = (await statsOf(row(1n, { start: -60_000_001n }), row(1n, { start: 1n }))) as { minValues: Record<string, string>; maxValues: Record<string, string> }
  expect([minValues.window_start, maxValues.window_start, minValues.window_end, maxValues.window_end]).toEqual(['1969-12-31T23:58:59.999Z', '1970-01-01T00:00:00.001Z', '1969-12-31T23:59:59.999Z', '1970-01-01T00:01:00.001Z'])
})

test('G1 T5 statistics: none of times after the year 9999, whose rows are written and read back all the same', async () => {
  const far = [253_402_300_799_999_000n, 253_402_300_800_000_000n, 884_541_340_800_000_000n, 2n ** 63n - 1n - 60_000_000n]
  expect(await statsOf(...far.map((start) => row(1n, { start })))).toMatchObject({ numRecords: 4, minValues: { n: 1 }, maxValues: { n: 1 } })
  const { minValues } = (await statsOf(...far.map((start) => row(1n, { start })))) as { minValues: object }
  expect(Object.keys(minValues)).not.toContain('window_start')
})

test('G1 statistics: a long text has its first 32 characters as minimum, and no maximum', async () => {
  const long = '😀'.repeat(40)
  expect(await statsOf(row(1n, { callsign: long }))).toMatchObject({ minValues: { last_callsign: '😀'.repeat(32) }, maxValues: expect.not.objectContaining({ last_callsign: expect.anything() as string }) as object })
  expect(await statsOf(row(1n, { callsign: 'x'.repeat(32) }))).toMatchObject({ maxValues: { last_callsign: 'x'.repeat(32) } })
})

test('G1 statistics: longs beyond 2^53 keep their digits', async () => {
  const folder = temporaryFolder('stats')
  await (await open(folder)).write(0, rowsOf(row(9_007_199_254_740_993n, { start: 0n })), note)
  expect(actionsOf(folder, 0).at(-1)!.add!.stats).toContain('"n":9007199254740993')
})

/** Makes a table that others made: its schema, and what is different about it. */
function foreignTable(name: string, own: readonly HandMadeField[] = fields, others: Readonly<Record<string, unknown>> = {}, protocolAction: unknown = protocol()): string {
  const folder = temporaryFolder(name)
  writeLog(folder, [[protocolAction, metaData(own, others)]])
  return folder
}

test('G1 a table that others made is appended to when it fits, also with nullable columns behind ours', async () => {
  const folder = foreignTable('fits', [...fields, { name: 'comment', type: 'string' }])
  await (await open(folder)).write(0, rowsOf(row(1n)), note)
  expect([versions(folder), (await readTable(database, folder)).map(({ n, comment }) => [n, comment])]).toEqual([[0, 1], [[1n, null]]])
})

const writer = (minWriterVersion: number, writerFeatures?: readonly string[]) => ({ protocol: { minReaderVersion: 1, minWriterVersion, ...(writerFeatures && { writerFeatures }) } })

test.each([
  { what: 'is partitioned', make: () => foreignTable('x', fields, { partitionColumns: ['phase'] }), told: 'is partitioned by phase' },
  { what: 'lacks a column', make: () => foreignTable('x', fields.slice(0, -1)), told: 'has no column where this query writes last_callsign string' },
  { what: 'has a column of another type', make: () => foreignTable('x', fields.map((field) => (field.name === 'n' ? { ...field, type: 'integer' } : field))), told: 'has n integer where this query writes n long' },
  { what: 'has its columns in another order', make: () => foreignTable('x', [...fields].reverse()), told: 'has last_callsign string where this query writes window_start timestamp' },
  { what: 'has another column that may not be null', make: () => foreignTable('x', [...fields, { name: 'extra', type: 'string', nullable: false } as HandMadeField]), told: 'column extra' },
  { what: 'asks for writer version 4', make: () => foreignTable('x', fields, {}, writer(4)), told: 'asks its writers for writer version 4' },
  { what: 'asks for a writer feature', make: () => foreignTable('x', fields, {}, writer(7, ['appendOnly', 'rowTracking'])), told: 'asks its writers for the feature rowTracking' },
  { what: 'has a column with a constraint', make: () => foreignTable('x', fields.map((field) => (field.name === 'n' ? { ...field, metadata: { 'delta.invariants': '{"expression":{"expression":"n > 1"}}' } } : field))), told: 'column n of' },
  {
    what: 'is a folder with files but no log',
    make: () => {
      const folder = temporaryFolder('x')
      writeText(folder, 'notes/read.me', 'mine')
      return folder
    },
    told: 'holds files but no _delta_log'
  }
])('decisions 1.19 G1 a gold table that $what is refused, naming it, and stays as it is', async ({ make, told }) => {
  const folder = make()
  const listed = readdirSync(folder, { recursive: true }).sort()
  await expect(open(folder)).rejects.toMatchObject({ message: expect.stringMatching(new RegExp(`${folder}.*`)) as string })
  await expect(open(folder)).rejects.toThrow(told)
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(listed)
})

test('G1 a table with the features that version 2 stands for is appended to, and its checkpoints keep them', async () => {
  const folder = foreignTable('features', fields, { name: 'mine', description: 'of others', createdTime: 5 }, writer(7, ['appendOnly', 'invariants']))
  const gold = await open(folder)
  for (let batch = 0; batch < 11; batch++) await gold.write(batch, nobody, note)
  for (let version = 0; version < 10; version++) rmSync(join(folder, logFile(version)))
  const { protocol: kept, metaData: described } = await loadSnapshot(openLocalStore(folder), {}, checkpointReader(database))
  expect({ kept, name: described.name, description: described.description, createdTime: described.createdTime }).toEqual({
    kept: { minReaderVersion: 1, minWriterVersion: 7, readerFeatures: undefined, writerFeatures: ['appendOnly', 'invariants'] },
    name: 'mine',
    description: 'of others',
    createdTime: 5
  })
})

/** Others commit this when gold first tries to make a version. */
function interfered(folder: string, version: number, actions: readonly unknown[]): Storage {
  const store = openLocalStore(folder)
  let done = false
  return {
    ...store,
    putIfAbsent(path, bytes) {
      if (path === logFile(version) && !done) {
        done = true
        writeLog(folder, [actions], version)
      }
      return store.putIfAbsent(path, bytes)
    }
  }
}

test('G3 a blind append of others goes before ours, and nothing is written twice', async () => {
  const folder = temporaryFolder('race')
  await (await open(folder)).write(0, rowsOf(row(1n)), note)
  await writeParquet(database, folder, 'theirs.parquet', `SELECT make_timestamptz(0) AS window_start, make_timestamptz(60000000) AS window_end, 'CLIMB' AS phase, 99::BIGINT AS n, 1.0::DOUBLE AS highest, 'B' AS last_callsign`)
  const gold = await open(folder, { storage: interfered(folder, 1, [{ commitInfo: { operation: 'WRITE', operationParameters: {} } }, add('theirs.parquet')]) })
  expect([await gold.write(1, rowsOf(row(2n)), note), await gold.write(2, rowsOf(row(3n)), note)]).toEqual([{ skipped: false }, { skipped: false }])
  expect([kindsOf(folder, 1), kindsOf(folder, 2), await counts(folder), (await gold.findBatch(1))?.version]).toEqual([['commitInfo', 'add'], ['commitInfo', 'txn', 'add'], [1n, 2n, 3n, 99n], 2])
})

test('G3 a file that lost its race is not left behind, and one whose own commit was taken for a loss stays', async () => {
  const folder = temporaryFolder('race')
  const [mine, theirs] = [await open(folder), await open(folder)]
  await theirs.write(0, rowsOf(row(1n)), note)
  const files = () => readdirSync(folder).filter((name) => name.endsWith('.parquet')).length
  expect([await mine.write(0, rowsOf(row(1n)), note), files()]).toEqual([{ skipped: true }, 1])
  const store = openLocalStore(folder)
  // As where an answer is lost and the call made again: the commit is there, and is said to have been there before.
  const forgetful = await open(folder, { storage: { ...store, putIfAbsent: async (path, bytes) => (await store.putIfAbsent(path, bytes)) && false } })
  await forgetful.write(1, rowsOf(row(2n)), note)
  expect([files(), await counts(folder)]).toEqual([2, [1n, 2n]])
})

test('G3 the same batch by the same query in another process wins, and ours is skipped', async () => {
  const folder = temporaryFolder('race')
  const [mine, theirs] = [await open(folder), await open(folder)]
  await theirs.write(0, rowsOf(row(1n)), note)
  await theirs.write(1, rowsOf(row(2n)), note)
  expect([await mine.write(0, rowsOf(row(1n)), note), await mine.write(1, rowsOf(row(2n)), note), await mine.write(2, rowsOf(row(3n)), note)]).toEqual([{ skipped: true }, { skipped: true }, { skipped: false }])
  expect([await counts(folder), versions(folder)]).toEqual([[1n, 2n, 3n], [0, 1, 2]])
})

test('G3 the first version is raced for as well: one of two queries makes the table', async () => {
  const folder = temporaryFolder('race')
  const [one, two] = [await open(folder, { queryId: 'one' }), await open(folder, { queryId: 'two' })]
  await Promise.all([one.write(0, rowsOf(row(1n)), note), two.write(0, rowsOf(row(2n)), note)])
  expect([await counts(folder), [0, 1].map((version) => kindsOf(folder, version).includes('metaData'))]).toEqual([[1n, 2n], [true, false]])
})

test('G3 a table that others change into one that does not fit is not written to', async () => {
  const folder = temporaryFolder('race')
  await (await open(folder)).write(0, rowsOf(row(1n)), note)
  const gold = await open(folder, { storage: interfered(folder, 1, [metaData(fields.slice(0, 4))]) })
  await expect(gold.write(1, rowsOf(row(2n)), note)).rejects.toMatchObject({ code: 'schema', message: expect.stringContaining(`${folder} has no column where this query writes highest double`) as string })
  expect(versions(folder)).toEqual([0, 1])
})

test('G3 whatever others wrote while a query was idle is passed, however much it is', async () => {
  const folder = temporaryFolder('race')
  const [one, two] = [await open(folder, { queryId: 'one' }), await open(folder, { queryId: 'two' })]
  await one.write(0, rowsOf(row(1n)), note)
  for (let batch = 0; batch < 25; batch++) await two.write(batch, nobody, note)
  expect([await one.write(1, rowsOf(row(2n)), note), await counts(folder), versions(folder).length]).toEqual([{ skipped: false }, [1n, 2n], 27])
})

test('G3 a race that is lost again and again is given up with a sentence', async () => {
  const folder = temporaryFolder('race')
  await (await open(folder)).write(0, nobody, note)
  const store = openLocalStore(folder)
  const crowded: Storage = {
    ...store,
    async putIfAbsent(path) {
      await store.putIfAbsent(path, Buffer.from('{"commitInfo":{"operation":"WRITE","operationParameters":{}}}\n'))
      return false
    }
  }
  await expect((await open(folder, { storage: crowded })).write(1, nobody, note)).rejects.toMatchObject({ code: 'concurrent', message: `${folder} was changed by others 20 times while batch 1 tried to commit: stop the other writers, then start again` })
})

test('G2 files of a batch that was not committed are no rows', async () => {
  const folder = temporaryFolder('orphan')
  const store = openLocalStore(folder)
  await (await open(folder)).write(0, nobody, note)
  const gold = await open(folder, { storage: { ...store, putIfAbsent: () => Promise.reject(new Error('the power was cut')) } })
  await expect(gold.write(1, rowsOf(row(1n)), note)).rejects.toThrow('the power was cut')
  expect(readdirSync(folder).filter((name) => name.endsWith('.parquet'))).toHaveLength(1)
  await (await open(folder)).write(1, rowsOf(row(1n)), note)
  expect(await counts(folder)).toEqual([1n])
})
