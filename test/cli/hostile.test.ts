import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { add, metaData, protocol, readTable, writeLog, writeParquet, type HandMadeField } from '#test/delta/handMade.ts'
import { contrail, type Finished } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { hostileTexts, makeHostileTable } from '#test/support/hostileTable.ts'

let database: Database
const parent = temporaryFolder('hostile')
/** Its name is hostile too. */
const folder = join(parent, `<b>'";%2e \u202E\u001b[31m`)
const [silver, gold, checkpoints] = ['silver', 'gold', 'checkpoints'].map((name) => join(folder, name)) as [string, string, string]
let replayed: Finished
beforeAll(async () => {
  database = await openDatabase()
  await makeHostileTable(database, silver)
  replayed = await contrail(['replay', '--silver', silver, '--gold', gold, '--checkpoints', checkpoints])
})
afterAll(() => database.close())

/** A line end is the only control character that a terminal gets, and no mark turns what stands beside it. */
const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

function expectSafe({ stdout, stderr }: Finished): void {
  expect([unsafe.exec(stdout), unsafe.exec(stderr)]).toEqual([null, null])
}

test('texts of all kinds are counted as the keys that they are', async () => {
  expect(replayed).toMatchObject({ code: 0, stderr: '' })
  expectSafe(replayed)
  const keys = async (table: string, key: string) => new Set((await readTable(database, join(gold, table))).map((row) => row[key]))
  const texts = [...hostileTexts]
  const phases = await keys('flight_phase_counts', 'flight_phase')
  expect(texts.filter((text) => !phases.has(text))).toEqual([])
  const countries = await keys('anomaly_alerts', 'origin_country')
  expect([texts.filter((text) => !countries.has(text)), countries.size]).toEqual([[], texts.length])
})

test('check tells of the table without what a terminal would obey', async () => {
  const checked = await contrail(['check', '--silver', silver])
  expect(checked).toMatchObject({ code: 0, stderr: '' })
  expectSafe(checked)
  expect(checked.stdout.trimEnd().split('\n')).toHaveLength(5)
})

test('show gives a line a row, and as JSON the texts as they are', async () => {
  const shown = await contrail(['show', '--gold', gold])
  expect(shown).toMatchObject({ code: 0, stderr: '' })
  expectSafe(shown)
  expect(shown.stdout.trimEnd().split('\n')).toHaveLength(2 * (2 + 10))
  const json = await contrail(['show', '--gold', gold, '--json'])
  expectSafe(json)
  const { anomaly_alerts: alerts } = JSON.parse(json.stdout) as { anomaly_alerts: { highest: { origin_country: string }[] } }
  expect(alerts.highest.map((row) => row.origin_country).every((text) => (hostileTexts as readonly string[]).includes(text))).toBe(true)
})

/** Of a CSV of one column: quoted, with quotes doubled, or plain. RFC 4180. */
const csvCells = (csv: string): string[] => [...csv.matchAll(/(?:"((?:[^"]|"")*)"|([^"\r\n]*))(?:\r\n|$)/gy)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '').slice(0, -1)

test('exports hold the texts as they are, and CSV keeps spreadsheets from taking them for formulas', async () => {
  const table = join(gold, 'anomaly_alerts')
  const [csv, parquet] = [join(parent, 'a.csv'), join(parent, 'a.parquet')]
  for (const to of [csv, parquet]) {
    const done = await contrail(['export', '--table', table, '--to', to, '--columns', 'origin_country'])
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expectSafe(done)
  }
  const whole = await database.query(`SELECT DISTINCT origin_country FROM read_parquet(${quoteLiteral(parquet)})`)
  expect(whole.strings(0).sort()).toEqual([...hostileTexts].sort())
  const guarded = hostileTexts.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text))
  expect([...new Set(csvCells(readFileSync(csv, 'utf8')).slice(1))].sort()).toEqual(guarded.sort())
})

test('silver with all its columns is exported too', async () => {
  const to = join(parent, 'silver.parquet')
  const done = await contrail(['export', '--table', silver, '--to', to])
  expect(done).toMatchObject({ code: 0, stderr: '' })
  const names = (await database.query(`SELECT * FROM read_parquet(${quoteLiteral(to)}) LIMIT 0`)).names
  expect(names).toEqual(['event_timestamp', 'flight_phase', 'origin_country', 'altitude_meters', 'velocity_kmh', ...hostileTexts.filter((text) => !text.includes('\0'))])
})

test('no name of a column is a formula in CSV', async () => {
  const table = await makeTable('formulas', 'SELECT 1 AS "=1+1", 2 AS "@a", 3 AS "-a", 4 AS plain', ['=1+1', '@a', '-a', 'plain'].map((name) => ({ name, type: 'integer' })))
  const to = join(table, '..', 'a.csv')
  expect(await contrail(['export', '--table', table, '--to', to])).toMatchObject({ code: 0, stderr: '' })
  expect(readFileSync(to, 'utf8')).toBe(`'=1+1,'@a,'-a,plain\r\n1,2,3,4\r\n`)
})

const needed: readonly HandMadeField[] = [['event_timestamp', 'timestamp'], ['flight_phase', 'string'], ['origin_country', 'string'], ['altitude_meters', 'double'], ['velocity_kmh', 'double']].map(([name, type]) => ({ name: name!, type }))
const rowsSql = (more = '') => `SELECT TIMESTAMPTZ '2026-01-23 12:00:00+00' + to_seconds(i * 2) AS event_timestamp, 'CRUISE' AS flight_phase, 'Malta' AS origin_country, 13000.5::DOUBLE AS altitude_meters, 800.5::DOUBLE AS velocity_kmh${more} FROM range(600) t(i)`

/** A table of one file. */
async function makeTable(name: string, select: string, fields: readonly HandMadeField[]): Promise<string> {
  const table = join(temporaryFolder('hostile'), name)
  await writeParquet(database, table, 'a.parquet', select)
  writeLog(table, [[protocol(), metaData(fields)], [add('a.parquet', { size: 1000 })]])
  return table
}

/** Check, replay, show and export, each of which is to succeed. */
async function useWhole(table: string): Promise<void> {
  const places = join(table, '..')
  for (const args of [
    ['check', '--silver', table],
    ['replay', '--silver', table, '--gold', join(places, 'gold'), '--checkpoints', join(places, 'checkpoints')],
    ['show', '--gold', join(places, 'gold')],
    ['export', '--table', table, '--to', join(places, 'all.parquet')],
    ['export', '--table', join(places, 'gold', 'anomaly_alerts'), '--to', join(places, 'gold.csv')]
  ]) {
    const { code, stderr, stdout } = await contrail(args)
    expect({ args: args[0], code, stderr: stderr.slice(0, 500), isShort: stdout.length < 100_000 }).toEqual({ args: args[0], code: 0, stderr: '', isShort: true })
  }
}

test('a table of 10,000 columns is checked, replayed, shown and exported', async () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `column number ${i}`)
  await useWhole(await makeTable('wide', rowsSql(names.map((name, i) => `, ${i}::BIGINT AS "${name}"`).join('')), [...needed, ...names.map((name) => ({ name, type: 'long' }))]))
})

test('a column of 60 structs in each other is no burden to a query that does not need it, and is exported', async () => {
  let type: unknown = 'long'
  for (let level = 0; level < 60; level++) type = { type: 'struct', fields: [{ name: 'a', type, nullable: true, metadata: {} }] }
  await useWhole(await makeTable('structs', rowsSql(`, ${'struct_pack(a := '.repeat(60)}i${')'.repeat(60)} AS deep`), [...needed, { name: 'deep', type }]))
})

test('a column of 60 lists in each other is no burden to a query that does not need it; to export it would take DuckDB for ever, and is refused', async () => {
  let type: unknown = 'long'
  for (let level = 0; level < 60; level++) type = { type: 'array', elementType: type, containsNull: true }
  const table = await makeTable('lists', rowsSql(`, ${'list_value('.repeat(60)}i${')'.repeat(60)} AS deep`), [...needed, { name: 'deep', type }])
  const places = join(table, '..')
  expect(await contrail(['check', '--silver', table])).toMatchObject({ code: 0 })
  expect(await contrail(['replay', '--silver', table, '--gold', join(places, 'gold'), '--checkpoints', join(places, 'checkpoints')])).toMatchObject({ code: 0, stderr: '' })
  expect(await contrail(['export', '--table', table, '--to', join(places, 'all.parquet')])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^contrail: column deep has lists or maps in each other to more than 16 levels in .*a\.parquet/) as string })
})

test('a schema of 1,000 levels, which no file has, is refused in a sentence', async () => {
  let type: unknown = 'long'
  for (let level = 0; level < 1000; level++) type = { type: 'struct', fields: [{ name: 'a', type, nullable: true, metadata: {} }] }
  const table = await makeTable('deep', rowsSql(), [...needed, { name: 'deep', type }])
  for (const args of [['check', '--silver', table], ['replay', '--silver', table, '--gold', join(table, '..', 'gold'), '--checkpoints', join(table, '..', 'checkpoints')]]) {
    expect(await contrail(args)).toMatchObject({ code: 1, stderr: expect.stringMatching(/^contrail: .*column deep is nested more than 100 levels deep[^\n]*\n$/) as string })
  }
})

test('a key of 64 MB is one like others: counted, shown cut, and exported whole', async () => {
  const table = await makeTable('huge', rowsSql().replace(`'CRUISE'`, `CASE WHEN i = 0 THEN repeat('x', 64_000_000) ELSE 'CRUISE' END`).replace('range(600)', 'range(120)').replace('i * 2', 'i * 10'), needed)
  await useWhole(table)
  const rows = (await database.query(`SELECT max(length(flight_phase))::DOUBLE AS longest FROM read_parquet(${quoteLiteral(join(table, '..', 'gold', 'flight_phase_counts', '*.parquet'))})`)).rows()
  expect(rows).toEqual([{ longest: 64_000_000 }])
})

test('a column whose name has a megabyte is refused in a short sentence where it is asked for, and is no burden where it is not', async () => {
  const name = `${'n'.repeat(1_000_000)}`
  const table = await makeTable('long', rowsSql(`, 1 AS "${name}"`), [...needed, { name, type: 'integer' }])
  await useWhole(table)
  const { code, stderr } = await contrail(['export', '--table', table, '--to', join(table, '..', 'one.parquet'), '--columns', 'nothing'])
  expect({ code, isShort: stderr.length < 2100, isLine: stderr.endsWith('\n') && stderr.indexOf('\n') === stderr.length - 1 }).toEqual({ code: 2, isShort: true, isLine: true })
})

test.each(['\0', 'a\0b'])('a column named %j, which SQL cannot name, is no burden where it is not needed, and is refused where it is', async (name) => {
  const table = await makeTable('zero', rowsSql(), [...needed, { name, type: 'string' }])
  const places = join(table, '..')
  expect(await contrail(['replay', '--silver', table, '--gold', join(places, 'gold'), '--checkpoints', join(places, 'checkpoints')])).toMatchObject({ code: 0, stderr: '' })
  expect(await contrail(['export', '--table', table, '--to', join(places, 'all.parquet')])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^contrail: .*has a zero byte in its name[^\n]*\n$/) as string })
})

test('a column without a name is refused in a sentence where it is asked for', async () => {
  const table = await makeTable('nameless', rowsSql(), [...needed, { name: '', type: 'string' }])
  const places = join(table, '..')
  expect(await contrail(['replay', '--silver', table, '--gold', join(places, 'gold'), '--checkpoints', join(places, 'checkpoints')])).toMatchObject({ code: 0, stderr: '' })
  expect(await contrail(['export', '--table', table, '--to', join(places, 'all.parquet')])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^contrail: (?!a mistake)[^\n]*\n$/) as string })
})
