import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { readPartials } from '#electron/duckdb/readPartials.ts'
import { lowering, type Value } from '#shared/engine/lower.ts'
import type { Output, QuerySpec } from '#shared/engine/querySpec.ts'
import { micros, millis } from '#shared/engine/time.ts'
import type { ValueType } from '#shared/engine/valueType.ts'
import { windowSpec } from '#shared/engine/windowSpec.ts'

const database = await openDatabase()
afterAll(() => database.close())

const sqlTypes: Readonly<Record<string, string>> = { boolean: 'BOOLEAN', byte: 'TINYINT', short: 'SMALLINT', integer: 'INTEGER', long: 'BIGINT', float: 'FLOAT', double: 'DOUBLE', string: 'VARCHAR', date: 'DATE' }
const sqlType = (type: ValueType) => (type.kind === 'decimal' ? `DECIMAL(${type.precision},${type.scale})` : sqlTypes[type.kind]!)
const decimal = (precision: number, scale: number): ValueType => ({ kind: 'decimal', precision, scale })

/** A row: an SQL literal of the value, of the key, and of the time. */
type Row = readonly [value: string, key?: string, time?: string]

interface Group {
  /** Start of the pane, microseconds. */
  readonly pane: bigint
  readonly key: string | null
  readonly values: Readonly<Record<string, Value>>
}

/** The measures of rows by minute and key, as gold would have them if the minute's window closed now. */
async function groupsOf(outputs: readonly Output[], value: ValueType, rows: readonly Row[], key: ValueType = { kind: 'string' }): Promise<Group[]> {
  const spec: QuerySpec = { name: 'q', window: windowSpec(micros(60_000_000n)), delayMs: millis(0), key: { name: 'k', type: key }, outputs }
  const select = rows.map(([v, k = "'a'", t = "'1970-01-01 00:00:30+00'"]) => `SELECT CAST(${v} AS ${sqlType(value)}) AS v, CAST(${k} AS ${sqlType(key)}) AS k, CAST(${t} AS TIMESTAMPTZ) AS t`)
  const scan = { files: [0], identity: '', open: () => Promise.resolve({ sql: select.join(' UNION ALL '), explain: (error: unknown) => Promise.resolve(error), release: () => undefined }) }
  const partials = await readPartials(database, { spec, eventTime: 't', checkpointFolder: 'c', columns: ['t', 'k', 'v'] }, scan)
  const lower = lowering(spec)
  return Array.from({ length: partials.length }, (_, i) => ({
    pane: partials.pane[i]!,
    key: partials.keys[partials.key[i]!]!,
    values: Object.fromEntries(lower(partials.measures, i).map((lowered, column) => [outputs[column]!.name, lowered]))
  }))
}

const all = (type: ValueType): Output[] => (['count', 'min', 'max', 'avg', 'stddev'] as const).map((kind) => ({ name: kind, measure: kind === 'count' ? { kind } : { kind, column: { name: 'v', type } } }))

/** Measures of a column of values, SQL literals each. */
async function measuresOf(type: ValueType, ...values: string[]): Promise<Readonly<Record<string, Value>>> {
  const [group] = await groupsOf(all(type), type, values.map((value): Row => [value]))
  return group!.values
}

/** Of some values, those that are outside the limits. */
async function outside(type: ValueType, min: number, max: number, values: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const value of values) {
    const [group] = await groupsOf([{ name: 'n', measure: { kind: 'countOutside', column: { name: 'v', type }, min, max } }], type, [[value]])
    if (group!.values.n === 1) found.push(value)
  }
  return found
}

const texts = (...values: string[]) => values.map((value) => `'${value}'`)

describe('Anomalies', () => {
  test('A3 are values strictly outside: nulls are none, NaN is above, minus zero is zero', async () => {
    const values = ['-100.0000001', '-100', '0', "'-0.0'", '12000', '12000.0000001', 'NULL', "'NaN'", "'Infinity'", "'-Infinity'"]
    expect(await outside({ kind: 'double' }, -100, 12000, values)).toEqual(['-100.0000001', '12000.0000001', "'NaN'", "'Infinity'", "'-Infinity'"])
    expect(await outside({ kind: 'double' }, 0, 1000, ["'-0.0'", '-1e-300'])).toEqual(['-1e-300'])
  })

  test('A3 of floats are judged by the widened value', async () => {
    // The float next to 12000.1 is 12000.099609375, and the one next to 0.1 is 0.10000000149.
    expect(await outside({ kind: 'float' }, 0.1, 12000.1, ['12000.1', '12000.101', '0.1', '0.09'])).toEqual(['12000.101', '0.09'])
  })

  test.each(['byte', 'short', 'integer', 'long'] as const)('A3 of %s are judged as integers and against fractions', async (kind) => {
    expect(await outside({ kind }, -5, 100, ['-6', '-5', '100', '101'])).toEqual(['-6', '101'])
    expect(await outside({ kind }, -4.5, 99.5, ['-5', '-4', '99', '100'])).toEqual(['-5', '100'])
  })

  test('A3 of longs beyond 2^53 are exact', async () => {
    expect(await outside({ kind: 'long' }, -9007199254740991, 9007199254740991, ['9007199254740991', '9007199254740992', '-9007199254740991', '-9007199254740992'])).toEqual(['9007199254740992', '-9007199254740992'])
  })

  test('A3 of decimals are exact, whatever the limit has of decimals', async () => {
    expect(await outside(decimal(10, 2), -0.5, 12000, ['12000.00', '12000.01', '-0.50', '-0.51'])).toEqual(['12000.01', '-0.51'])
    expect(await outside(decimal(10, 2), -100.005, 0.005, ['0.00', '0.01', '-100.00', '-100.01'])).toEqual(['0.01', '-100.01'])
    expect(await outside(decimal(10, 0), 0.5, 1.5, ['0', '1', '2'])).toEqual(['0', '2'])
    expect(await outside(decimal(5, 0), -1e-7, 1e21, ['-1', '0', '99999'])).toEqual(['-1'])
    expect(await outside(decimal(38, 10), -1.5e-7, 1.5e-7, ['0.0000001', '0.0000002', '-0.0000001', '-0.0000002'])).toEqual(['0.0000002', '-0.0000002'])
    expect(await outside(decimal(5, 2), 5e20, 1e21, ['999.99'])).toEqual(['999.99'])
  })

  test('A3 of decimals as wide as can be are judged against any limit', async () => {
    const widest = '9'.repeat(38)
    expect(await outside(decimal(38, 0), -0.5, 0.5, [widest, `-${widest}`, '0', '1'])).toEqual([widest, `-${widest}`, '1'])
    expect(await outside(decimal(38, 37), -100, 12000, [`9.${'9'.repeat(37)}`, '0'])).toEqual([])
    expect(await outside(decimal(38, 37), 5, 12000, ['4.9', '5', '5.1'])).toEqual(['4.9'])
  })

  test.each([
    ['12001', true],
    ['12000.9', false],
    ['12001.1', true],
    [' 12001 ', true],
    ['\t12001\n', true],
    ['+12001', true],
    ['-101', true],
    ['-100.9', false],
    ['-101.', true],
    ['.5', false],
    ['.', false],
    ['-', false],
    ['', false],
    ['1e9', false],
    ['NaN', false],
    ['Infinity', false],
    ['12_001', false],
    ['12001d', false],
    ['0x9999', false],
    ['2147483647', true],
    ['2147483648', false],
    ['12345678901', false],
    ['-12345678901', false],
    ['0000000012001', true],
    ['n/a', false],
    ['٣٣٣٣٣', false]
  ])('A4 the text "%s" against whole limits is read as an int: outside %s', async (text, isOutside) => {
    expect(await outside({ kind: 'string' }, -100, 12000, texts(text))).toEqual(isOutside ? texts(text) : [])
  })

  test.each([
    ['12000.9', true],
    ['12000.5', false],
    [' 12000.9 ', true],
    ['+12000.9', true],
    ['.5', false],
    ['-101', true],
    ['-', false],
    ['', false],
    ['.', false],
    ['1e9', true],
    ['-1E9', true],
    ['1e', false],
    ['NaN', true],
    ['nan', true],
    ['-NaN', true],
    ['Infinity', true],
    ['inf', true],
    ['-inf', true],
    ['INFINITY', true],
    ['12_001', false],
    ['12001d', true],
    ['12001F', true],
    ['12001df', false],
    ['12345678901', true],
    ['n/a', false]
  ])('A4 the text "%s" against fractional limits is read as a double: outside %s', async (text, isOutside) => {
    expect(await outside({ kind: 'string' }, -100.5, 12000.5, texts(text))).toEqual(isOutside ? texts(text) : [])
  })

  test('A4 text against whole limits beyond 32 bits is read as a long', async () => {
    expect(await outside({ kind: 'string' }, -100, 5_000_000_000, texts('5000000001', '4999999999', '99999999999999999999'))).toEqual(texts('5000000001'))
  })
})

describe('Measures', () => {
  test('A1 pass over nulls, and are null without any value', async () => {
    expect([await measuresOf({ kind: 'double' }, 'NULL', '1', '2', 'NULL'), await measuresOf({ kind: 'double' }, 'NULL', 'NULL')]).toEqual([
      { count: 4, min: 1, max: 2, avg: 1.5, stddev: Math.SQRT1_2 },
      { count: 2, min: null, max: null, avg: null, stddev: null }
    ])
  })

  test('A2 NaN wins max, and min only when it is alone', async () => {
    const some = await measuresOf({ kind: 'double' }, '1', "'NaN'", "'Infinity'")
    const alone = await measuresOf({ kind: 'double' }, "'NaN'", "'NaN'", 'NULL')
    expect([some.min, some.max, some.avg, some.stddev, alone.min, alone.max]).toEqual([1, NaN, NaN, NaN, NaN, NaN])
  })

  test('A2 infinities are ordinary ends', async () => {
    const { min, max } = await measuresOf({ kind: 'double' }, "'-Infinity'", "'Infinity'", '0')
    expect([min, max]).toEqual([-Infinity, Infinity])
  })

  test('A2 zero and minus zero are one value', async () => {
    const { min, max, avg, stddev } = await measuresOf({ kind: 'double' }, "'-0.0'", '0.0')
    expect([min === 0, max === 0, avg === 0, stddev]).toEqual([true, true, true, 0])
  })

  test.each([
    [["'NaN'"], null],
    [["'NaN'", "'NaN'"], NaN],
    [["'NaN'", '1'], NaN],
    [["'Infinity'", '1', '2'], NaN],
    [["'-Infinity'", "'Infinity'"], NaN],
    [["'NaN'", 'NULL'], null],
    [['7'], null],
    [['1e200', '1e200'], 0],
    [['1e160', '-1e160', '1'], Infinity], // As in Spark, where the squares overflow.
    [['3', '1e150', '-1e150'], 1e150]
  ] as const)('A5 stddev of %j is %d', async (values, expected) => {
    const { stddev } = await measuresOf({ kind: 'double' }, ...values)
    if (expected === null || !Number.isFinite(expected)) expect(stddev).toBe(expected)
    else expect(Math.abs((stddev as number) - expected)).toBeLessThanOrEqual(expected * 1e-9)
  })

  test('A5 one group of huge values does not disturb another', async () => {
    const groups = await groupsOf(all({ kind: 'double' }), { kind: 'double' }, [['1e200', "'huge'"], ['1e200', "'huge'"], ['1', "'small'"], ['3', "'small'"]])
    expect(Object.fromEntries(groups.map(({ key, values }) => [key, values]))).toEqual({
      huge: { count: 2, min: 1e200, max: 1e200, avg: 1e200, stddev: 0 },
      small: { count: 2, min: 1, max: 3, avg: 2, stddev: Math.SQRT2 }
    })
  })

  test('A6 of integers are doubles, and longs keep every digit in min and max', async () => {
    expect([await measuresOf({ kind: 'short' }, '1', '2'), await measuresOf({ kind: 'long' }, '9223372036854775807', '9223372036854775806')]).toEqual([
      { count: 2, min: 1, max: 2, avg: 1.5, stddev: Math.SQRT1_2 },
      { count: 2, min: 9223372036854775806n, max: 9223372036854775807n, avg: 9223372036854775807, stddev: 0 }
    ])
  })

  test('A6 of floats are those of the widened values', async () => {
    expect(await measuresOf({ kind: 'float' }, '0.1', '0.1')).toEqual({ count: 2, min: Math.fround(0.1), max: Math.fround(0.1), avg: Math.fround(0.1), stddev: 0 })
  })

  test('A6 of decimals are exact, rounded half up, and null where they do not fit', async () => {
    const third = await measuresOf(decimal(5, 2), '0.01', '0.01', '0.02')
    const negative = await measuresOf(decimal(4, 0), '-1', '-1', '-2', '-1', '-1', '-1')
    const widest = await measuresOf(decimal(38, 0), '9'.repeat(38), '9'.repeat(38))
    expect([third.min, third.max, third.avg, negative.avg, widest.max, widest.avg]).toEqual([1n, 2n, 13_333n, -11_667n, 10n ** 38n - 1n, null])
  })

  test('A4 of text compare bytes, and average what reads as a double', async () => {
    expect(await measuresOf({ kind: 'string' }, ...texts('9', ' 10 ', 'n/a', '-1', '1e1', '', '2d'), 'NULL')).toEqual({ count: 8, min: '', max: 'n/a', avg: 6, stddev: Math.sqrt((9 + 16 + 49 + 16 + 16) / 4) })
    expect(await measuresOf({ kind: 'string' }, ...texts('é', 'z', 'Z'))).toEqual({ count: 3, min: 'Z', max: 'é', avg: null, stddev: null })
    expect((await measuresOf({ kind: 'string' }, ...texts('inf', '1'))).avg).toBe(Infinity)
  })
})

describe('Groups', () => {
  const count: Output[] = [{ name: 'n', measure: { kind: 'count' } }]

  test('W2 times before 1970 fall into the minute that they are in', async () => {
    const times = ['1969-12-31 23:59:00+00', '1969-12-31 23:59:59.999999+00', '1969-12-31 23:58:59.999999+00', '1970-01-01 00:00:00+00', '0001-01-01 00:00:00+00', '9999-12-31 23:59:59.999999+00']
    const groups = await groupsOf(count, { kind: 'double' }, times.map((time): Row => ['1', "'a'", `'${time}'`]))
    expect(groups.map(({ pane, values }) => [pane, values.n]).sort()).toEqual(
      [
        [-60_000_000n, 2],
        [-120_000_000n, 1],
        [0n, 1],
        [-62_135_596_800_000_000n, 1],
        [253_402_300_740_000_000n, 1]
      ].sort()
    )
  })

  test('W6 a row without a time is in none', async () => {
    expect(await groupsOf(count, { kind: 'double' }, [['1', "'a'", 'NULL'], ['1']])).toEqual([{ pane: 0n, key: 'a', values: { n: 1 } }])
  })

  test.each<[ValueType, string[], (string | null)[]]>([
    [{ kind: 'string' }, ["'a'", "'A'", "'a '", "'á'", "''", 'NULL'], ['a', 'A', 'a ', 'á', '', null]],
    [{ kind: 'boolean' }, ['true', 'false', 'NULL'], ['true', 'false', null]],
    [{ kind: 'byte' }, ['-128', '127'], ['-128', '127']],
    [{ kind: 'short' }, ['-32768', '0'], ['-32768', '0']],
    [{ kind: 'integer' }, ['2147483647', 'NULL'], ['2147483647', null]],
    [{ kind: 'long' }, ['9223372036854775807', '9223372036854775806'], ['9223372036854775807', '9223372036854775806']],
    [{ kind: 'date' }, ["'2026-01-23'", "'1969-12-31'", 'NULL'], ['2026-01-23', '1969-12-31', null]],
    [decimal(5, 2), ['1.5', '-0.05', '0'], ['1.50', '-0.05', '0.00']]
  ])('K1 keys of type %j are text, each value a group of its own', async (type, keys, expected) => {
    const groups = await groupsOf(count, { kind: 'double' }, [...keys, ...keys].map((key): Row => ['1', key]), type)
    const sorted = (values: readonly (string | null)[]) => [...values].sort((a, b) => String(a).localeCompare(String(b)))
    expect([sorted(groups.map(({ key }) => key)), new Set(groups.map(({ values }) => values.n))]).toEqual([sorted(expected), new Set([2])])
  })
})

test('A6 sums of the widest decimals are exact, and null where the average does not fit', async () => {
  const most = '9'.repeat(38)
  const average = async (precision: number, scale: number, ...values: readonly string[]) => (await measuresOf(decimal(precision, scale), ...values)).avg
  expect(await average(38, 0, most, most, `-${most}`)).toBeNull()
  expect(await average(38, 0, '1', most, `-${most}`, '2')).toBe(7500n)
  expect(await average(38, 18, '-0.000000000000000001', '-99999999999999.5', '99999999999999.0')).toBe(-1_666_666_666_666_666_670_000n)
  expect(await average(29, 10, '-1.0000000001', '0.5')).toBe(-25_000_000_005_000n)
})
