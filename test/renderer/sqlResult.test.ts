import { beforeAll, describe, expect, test } from 'vitest'
import { fileAsStream, rowsIn, wholeStream } from '#shared/arrow/messages.ts'
import { readStream } from '#shared/arrow/readStream.ts'
import { keepResult, resultRow, type SqlResult } from '#renderer/duckdb/sqlResult.ts'
import { emptyStream, tableNames } from '#renderer/duckdb/tableShapes.ts'
import { cellAt } from '#renderer/grid/gridColumn.ts'
import { openGridRows } from '#renderer/grid/gridRows.ts'
import { tsvOf } from '#renderer/grid/tsv.ts'
import { bundledQueries } from '#renderer/panels/Sql/bundledQueries.ts'
import { chosenColumns, readChart } from '#renderer/panels/Sql/chartRows.ts'
import { resultColumns, totalText } from '#renderer/panels/Sql/resultColumns.ts'
import { openWasm, type Wasm } from '#test/support/wasm.ts'

const units = { zone: 'UTC', altitudeUnit: 'm', velocityUnit: 'km/h' } as const

describe('answers', () => {
  let wasm: Wasm
  let made = 0
  beforeAll(async () => {
    wasm = await openWasm()
  })

  const tables = () => ({ query: async (sql: string) => wasm.query(sql), insertFrom: async (table: string, stream: Uint8Array, create: boolean) => wasm.insert(table, stream, create) })
  const keep = (sql: string, most = 1_000_000): Promise<SqlResult> => keepResult(tables(), `result_${++made}`, wasm.parts(sql), most)
  const source = ({ rows }: SqlResult) => ({ ...tables(), hub: { subscribe: () => () => undefined }, count: () => rows, newest: () => rows - 1, dropped: () => 0, isBehind: () => false })

  test('are read and copied exactly, whatever their type', async () => {
    const kept = await keep(`SELECT 12345678901234567890123::HUGEINT AS huge, -1234567.5::DECIMAL(12, 3) AS exact, 1/3::DOUBLE AS part, true AS yes, DATE '1969-12-31' AS day, TIMESTAMP '2026-01-23 13:19:00.5' AS at,
      TIMESTAMPTZ '2026-01-23 13:19:00+00' AS zoned, INTERVAL 90 MINUTE AS span, [1, 2] AS list, {'a': 'b'} AS pair, TIME '13:19:00' AS clock, NULL AS nothing, 'Côte d''Ivoire' AS text`)
    const columns = resultColumns(kept.columns)
    const rows = wasm.query(`SELECT * EXCLUDE (${resultRow}) FROM ${kept.table}`)
    expect(columns.map(({ show }, i) => show(cellAt(rows.columns[i], 0), units, () => null))).toEqual(['12,345,678,901,234,567,890,123', '−1,234,567.500', '0.3333', 'true', '1969-12-31', '13:19:00', '13:19:00', '01:30:00', '[1, 2]', "{'a': b}", '13:19:00', 'null', "Côte d'Ivoire"])
    expect(tsvOf(columns, rows)).toBe("huge\texact\tpart\tyes\tday\tat\tzoned\tspan\tlist\tpair\tclock\tnothing\ttext\n12345678901234567890123\t-1234567.500\t0.3333333333333333\ttrue\t1969-12-31\t2026-01-23T13:19:00.5Z\t2026-01-23T13:19:00Z\t01:30:00\t[1, 2]\t{'a': b}\t13:19:00\t\tCôte d'Ivoire\n")
  })

  test('keep their order, names that come twice, and no more rows than they may', async () => {
    const kept = await keep('SELECT range AS a, 9999 - range AS a, range AS seq FROM range(10000)', 5000)
    expect([kept.rows, kept.columns.map(({ name }) => name)]).toEqual([5000, ['a', 'a_1', 'seq']])
    const columns = resultColumns(kept.columns)
    const shown = await openGridRows(source(kept), { table: kept.table, columns, where: 'true', sort: null, own: { column: resultRow, descending: false } }, () => undefined)
    expect(readStream(wasm.file(shown.sql(0, 3))).columns.map(({ values }) => Array.from(values as BigInt64Array, Number))).toEqual([[0, 1, 2], [9999, 9998, 9997], [0, 1, 2]])
    const sorted = await openGridRows(source(kept), { table: kept.table, columns, where: 'true', sort: { column: 'a_1', descending: false }, own: { column: resultRow, descending: false } }, () => undefined)
    expect(Array.from(readStream(wasm.file(sorted.sql(0, 2))).columns[0]!.values as BigInt64Array, Number)).toEqual([4999, 4998])
  })

  test('without a row have their columns', async () => {
    const kept = await keep("SELECT 1 AS n, 'x' AS text WHERE false")
    expect([kept.rows, kept.columns.map(({ name, kind }) => [name, kind])]).toEqual([0, [['n', 'integer'], ['text', 'text']]])
  })

  test('are summed up below', async () => {
    const kept = await keep("SELECT range AS n, range * 1.5::DOUBLE AS x, range * 0.25::DECIMAL(4, 2) AS d, 'a' AS text, TIMESTAMP '2026-01-23 23:30:00' + to_hours(range) AS at FROM range(5)")
    expect(kept.columns.map(totalText)).toEqual(['10', 'max 6.00', '2.50', undefined, undefined])
    expect(kept.columns.map(({ manyDays }) => manyDays)).toEqual([false, false, false, false, true])
    expect(resultColumns(kept.columns)[4]!.show(1769211000000000n, units, () => null)).toBe('2026-01-23 23:30:00')
  })

  test('whose sum no number holds are kept without it', async () => {
    const kept = await keep('SELECT 99999999999999999999999999999999999999::DECIMAL(38, 0) AS n FROM range(3)')
    expect([kept.rows, kept.columns.map(totalText)]).toEqual([3, [undefined]])
  })

  test('come in parts whose rows can be counted, and files hold the same stream', () => {
    const [schema, ...parts] = wasm.parts('SELECT range AS n FROM range(5000)')
    expect(parts.map((part) => rowsIn(schema!, part)).reduce((sum, rows) => sum + rows, 0)).toBe(5000)
    expect([readStream(wholeStream(schema!, parts)).length, readStream(fileAsStream(wasm.file('SELECT range AS n FROM range(5000)'))).length]).toEqual([5000, 5000])
  })

  test('every query that is built in runs over the tables as they are before the first row', () => {
    wasm.query('CREATE SCHEMA gold')
    for (const table of tableNames) wasm.insert(table, emptyStream(table), true)
    expect(bundledQueries.map(({ text }) => readStream(wasm.file(text)).length)).toEqual([0, 0, 0, 0])
  })

  describe('drawn', () => {
    let kept: SqlResult
    beforeAll(async () => {
      kept = await keep("SELECT TIMESTAMP '2026-01-23 12:00:00' + to_minutes(range % 200) AS at, ['Malta', 'Spain', NULL][range % 3 + 1] AS country, range AS n, (range % 10) / 10 AS rate FROM range(6000)")
    })
    const chosen = (kind: 'bar' | 'line' | 'scatter' | 'heat', more = {}) => chosenColumns(kept.columns, { kind, ...more })!
    const read = (kind: Parameters<typeof chosen>[0], more = {}) => readChart((sql) => Promise.resolve(wasm.query(sql)), { result: kept, sort: { column: 'n', descending: true } }, chosen(kind, more), 2)

    test('columns suit the kind of chart, until a person picks others', () => {
      const names = (kind: Parameters<typeof chosen>[0], more = {}) => [chosen(kind, more).x.name, chosen(kind, more).y.name]
      expect([names('bar'), names('line'), names('scatter'), names('heat'), names('bar', { x: 'n', y: 'at' }), names('line', { x: 'country', y: 'rate' })]).toEqual([
        ['rate', 'country'],
        ['at', 'n'],
        ['n', 'rate'],
        ['at', 'country'],
        ['n', 'at'],
        ['at', 'rate']
      ])
    })

    test('bars are the first rows of the grid', async () => {
      expect(await read('bar', { x: 'n' })).toEqual({ kind: 'points', x: [5999n, 5998n], y: [null, 'Spain'], rows: [5999, 5998] })
    })

    test('a line and a scatter have so many points at most', async () => {
      const [line, scatter] = [await read('line'), await read('scatter')]
      expect([line.x.length, scatter.x.length]).toEqual([5000, 5000])
    })

    test('a heat map counts every row that has a place, by names and by steps of time', async () => {
      const heat = await read('heat')
      if (heat.kind !== 'cells') throw new Error('no cells')
      expect([heat.x.length, heat.y, heat.cells.filter((_, i) => i % 3 === 2).reduce((sum, rows) => sum + rows, 0)]).toEqual([24, ['Malta', 'Spain'], 4000])
      const mean = await read('heat', { x: 'rate', y: 'country', value: 'n' })
      if (mean.kind !== 'cells') throw new Error('no cells')
      expect([mean.x.length, mean.cells.length / 3, Math.min(...mean.cells.filter((_, i) => i % 3 === 2)) > 2900]).toEqual([10, 20, true])
    })

    test('nothing is drawn where no column is a number, but how many rows', async () => {
      const words = await keep("SELECT 'a' AS a, 'b' AS b")
      expect((['bar', 'line', 'scatter', 'heat'] as const).map((kind) => chosenColumns(words.columns, { kind })?.x.name)).toEqual([undefined, undefined, undefined, 'a'])
    })
  })
})
