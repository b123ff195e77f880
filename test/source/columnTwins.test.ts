import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { checkFileTypes } from '#electron/duckdb/checkFileTypes.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import {
  add,
  metaData,
  protocol,
  readTable,
  struct,
  writeLog,
  writeParquet,
  type HandMadeField
} from '#test/delta/handMade.ts'
import { rename, standIn } from '#test/support/columnNames.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { cruising, observationsSql, silverFields } from '#test/support/observations.ts'
import { touch } from '#test/support/parquetStory.ts'
import { phases, runIn, warningsOf, type Settings } from '#test/support/runIn.ts'

/*
 * Columns of one file or table that differ only by case. What Spark 3.5.7 says of each was asked with `spark.read.parquet(folder)`, and with
 * `spark.readStream` (`spark.sql.streaming.schemaInference`): it refuses whatever it has no single meaning for, whether a query uses it or not.
 */

const database = await openDatabase()
afterAll(() => database.close())

const base = observationsSql(cruising('12:00', '12:01', '12:30'))
const plus = (...more: string[]): string => `SELECT ${more.join(', ')} FROM (${base})`
const one = (name: string): string => `1.0::DOUBLE AS ${quoteName(name)}`
const renamed = (from: string, to: string): string =>
  `SELECT * EXCLUDE (${from}), ${from} AS ${quoteName(to)} FROM (${base})`
interface File {
  readonly select: string
  /** Names that DuckDB would not write beside their twins: `standIn` stands for them in `select`. */
  readonly names?: readonly string[]
}

const ordinary: File = { select: base }
const withTwin = (twin: string, ...more: string[]): File => ({
  select: plus('*', ...more, one(standIn(twin))),
  names: [twin]
})

async function folderOf(files: Readonly<Record<string, File>>): Promise<string> {
  const folder = temporaryFolder('twins')
  let minute = 9
  for (const [name, { select, names = [] }] of Object.entries(files)) {
    await writeParquet(database, join(folder, 'silver'), name, select)
    rename(join(folder, 'silver', name), names)
    touch(join(folder, 'silver'), name, minute--)
  }
  return folder
}

interface Outcome {
  readonly fault: string | undefined
  readonly warnings: readonly string[]
  /** Count and means of the windows that closed. */
  readonly phases: readonly unknown[]
}

async function outcomeIn(folder: string, silver: Settings['silver'] = {}): Promise<Outcome> {
  const named = (text: string): string => text.replaceAll(join(folder, 'silver'), 'SILVER')
  const outing = await runIn(folder, database, { silver, queries: phases }).catch((error: unknown) => error as Error)
  if (outing instanceof Error) return { fault: named(outing.message), warnings: [], phases: [] }
  const fault = [...outing.ends.values()].find((end) => end !== undefined)
  const rows = fault ? [] : await readTable(database, join(folder, 'gold', 'flight_phase_counts'))
  return {
    fault: fault && named(fault.message),
    warnings: warningsOf(outing).map(named),
    phases: rows.map((row) => [row.flight_count, row.avg_altitude, row.avg_velocity])
  }
}

const closed = [
  [1n, 10_000, 800],
  [1n, 10_000, 800]
]
const fine = (count: bigint): Outcome => ({
  fault: undefined,
  warnings: [],
  phases: closed.map(([, ...means]) => [count, ...means])
})

describe('A plain folder is refused, as Spark refuses it,', () => {
  const velocity = 'Velocity_KMH'
  const struct = (twin: string, value = 'pos'): File => ({
    select: plus('*', `${value.replace('pos', `{'aa': 1.0, ${quoteLiteral(standIn(twin))}: 2.0}`)} AS pos`),
    names: [twin]
  })
  const cases: readonly (readonly [what: string, files: Readonly<Record<string, File>>, columns: string])[] = [
    [
      'where a file has a column in use twice',
      { 'a.parquet': withTwin(velocity) },
      'a.parquet has two columns velocity_kmh and Velocity_KMH'
    ],
    [
      'whichever of the two stands first',
      { 'a.parquet': { select: plus(one(standIn(velocity)), '*'), names: [velocity] } },
      'a.parquet has two columns Velocity_KMH and velocity_kmh'
    ],
    [
      'where both have the same name',
      { 'a.parquet': withTwin('velocity_kmh') },
      'a.parquet has two columns velocity_kmh and velocity_kmh'
    ],
    [
      'where no query uses them',
      { 'a.parquet': withTwin('Note', one('note')) },
      'a.parquet has two columns note and Note'
    ],
    [
      'where only a later file has them',
      { 'a.parquet': ordinary, 'b.parquet': withTwin(velocity) },
      'b.parquet has two columns velocity_kmh and Velocity_KMH'
    ],
    [
      'where only a later file has them, and no query uses them',
      { 'a.parquet': { select: plus('*', one('note')) }, 'b.parquet': withTwin('Note', one('note')) },
      'b.parquet has two columns note and Note'
    ],
    ['where they are fields of a struct', { 'a.parquet': struct('AA') }, 'a.parquet has two columns pos.aa and pos.AA'],
    [
      'where they are fields in a list',
      { 'a.parquet': struct('Aa', '[pos]') },
      'a.parquet has two columns pos.element.aa and pos.element.Aa'
    ],
    [
      'where they are fields in a map',
      { 'a.parquet': struct('aA', "MAP {'k': pos}") },
      'a.parquet has two columns pos.value.aa and pos.value.aA'
    ],
    [
      'in letters beyond ASCII',
      { 'a.parquet': withTwin('\u00c9', one('\u00e9')) },
      'a.parquet has two columns \u00e9 and \u00c9'
    ],
    [
      'in a letter whose lower case is ASCII',
      { 'a.parquet': withTwin('\u212a', one('k')) },
      'a.parquet has two columns k and \u212a'
    ],
    [
      'in letters whose lower case has more bytes',
      { 'a.parquet': withTwin('\u0130x', one('i\u0307x')) },
      'a.parquet has two columns i\u0307x and \u0130x'
    ]
  ]

  test.each(cases)('%s', async (_, files, columns) => {
    const { fault, phases } = await outcomeIn(await folderOf(files))
    expect([fault, phases]).toEqual([
      `[COLUMN_ALREADY_EXISTS] SILVER/${columns}, and names of columns ignore case: rename or remove one of them`,
      []
    ])
  })

  test('when a file with them comes later', async () => {
    const folder = await folderOf({ 'a.parquet': ordinary })
    expect(await outcomeIn(folder)).toEqual(fine(1n))
    await writeParquet(database, join(folder, 'silver'), 'b.parquet', withTwin('Note', one('note')).select)
    rename(join(folder, 'silver', 'b.parquet'), ['Note'])
    touch(join(folder, 'silver'), 'b.parquet', 1)
    expect((await outcomeIn(folder)).fault).toContain(
      '[COLUMN_ALREADY_EXISTS] SILVER/b.parquet has two columns note and Note'
    )
  })

  test('or goes on without that file, and says so, where bad files are set aside', async () => {
    const folder = await folderOf({ 'a.parquet': withTwin(velocity), 'b.parquet': ordinary })
    const { fault, warnings, phases } = await outcomeIn(folder, { onBadFile: 'quarantine' })
    expect([fault, phases, warnings.length]).toEqual([undefined, closed, 1])
    expect(warnings[0]).toContain(
      '[COLUMN_ALREADY_EXISTS] SILVER/a.parquet has two columns velocity_kmh and Velocity_KMH'
    )
  })

  test('when one of them is mapped', async () => {
    const folder = await folderOf({
      'a.parquet': {
        select: `SELECT * EXCLUDE (velocity_kmh), velocity_kmh AS speed, 1.0::DOUBLE AS ${quoteName(standIn('Speed'))} FROM (${base})`,
        names: ['Speed']
      }
    })
    for (const from of ['speed', 'Speed', 'SPEED'])
      expect((await outcomeIn(folder, { columns: { velocity_kmh: { from } } })).fault).toContain(
        'has two columns speed and Speed'
      )
  })
})

describe('A plain folder is read, as Spark reads it,', () => {
  const cases: readonly (readonly [what: string, files: Readonly<Record<string, File>>, count: bigint])[] = [
    [
      'where two files spell a column differently',
      { 'a.parquet': ordinary, 'b.parquet': { select: renamed('velocity_kmh', 'Velocity_KMH') } },
      2n
    ],
    [
      'where a file spells all columns differently',
      {
        'a.parquet': {
          select: `SELECT ${silverFields.map(({ name }) => `${name} AS ${quoteName(name.toUpperCase())}`).join(', ')} FROM (${base})`
        }
      },
      1n
    ],
    [
      'where two files spell a field differently',
      { 'a.parquet': { select: plus('*', "{'a': 1} AS pos") }, 'b.parquet': { select: plus('*', "{'A': 1} AS pos") } },
      2n
    ],
    [
      'where letters have one upper case, and are not one lower case',
      { 'a.parquet': { select: plus('*', one('s'), one('\u017f'), one('\u03c2'), one('\u03c3')) } },
      1n
    ],
    [
      'where names differ by U+FEFF',
      { 'a.parquet': { select: plus('*', `${one('\ufeffvelocity_kmh')}`, one('\ufeff'), one('\ufeff\ufeff')) } },
      1n
    ]
  ]

  test.each(cases)('%s', async (_, files, count) => {
    expect(await outcomeIn(await folderOf(files))).toEqual(fine(count))
  })
})

describe('A Delta table', () => {
  /** A table of these fields over one data file. */
  async function tableOf(
    file: File,
    fields: readonly HandMadeField[] = silverFields,
    others: Readonly<Record<string, unknown>> = {}
  ): Promise<string> {
    const folder = await folderOf({ 'a.parquet': file })
    writeLog(join(folder, 'silver'), [[protocol(2), metaData(fields, others), add('a.parquet')]])
    return folder
  }
  const double = (name: string): HandMadeField => ({ name, type: 'double' })

  test.each([
    ['columns', [...silverFields, double('Velocity_KMH')], 'velocity_kmh and Velocity_KMH'],
    ['columns of one name', [...silverFields, double('velocity_kmh')], 'velocity_kmh and velocity_kmh'],
    ['columns that no query uses', [...silverFields, double('note'), double('NOTE')], 'note and NOTE'],
    [
      'fields of a struct',
      [...silverFields, { name: 'pos', type: struct([double('a'), double('A')]) }],
      'pos.a and pos.A'
    ],
    [
      'fields in a list',
      [
        ...silverFields,
        { name: 'pos', type: { type: 'array', elementType: struct([double('a'), double('A')]), containsNull: true } }
      ],
      'pos.element.a and pos.element.A'
    ]
  ])('with twins in its log is refused: %s', async (_, fields, columns) => {
    expect((await outcomeIn(await tableOf(ordinary, fields))).fault).toBe(
      `[COLUMN_ALREADY_EXISTS] SILVER/_delta_log/00000000000000000000.json.metaData has two columns ${columns}, and names of columns ignore case: rename or remove one of them`
    )
  })

  test('with twins in a data file is refused where a query uses one of them', async () => {
    for (const twin of ['Velocity_KMH', 'velocity_kmh']) {
      const folder = await tableOf(withTwin(twin))
      const message = `has two columns velocity_kmh and ${twin}`
      expect((await outcomeIn(folder)).fault).toContain(message)
      await expect(readTable(database, join(folder, 'silver'))).rejects.toMatchObject({
        code: 'schema',
        message: expect.stringContaining(message) as string
      })
    }
  })

  test('with twins in a data file is read where the table has neither', async () => {
    const folder = await tableOf(withTwin('Note', one('note')))
    expect(await outcomeIn(folder)).toEqual(fine(1n))
    expect(await readTable(database, join(folder, 'silver'))).toHaveLength(3)
  })

  test('with twins in a struct of a data file is refused where that struct is read', async () => {
    const folder = await tableOf(
      { select: plus('*', `{'aa': 1.0::DOUBLE, ${quoteLiteral(standIn('AA'))}: 2.0} AS pos`), names: ['AA'] },
      [...silverFields, { name: 'pos', type: struct([double('aa')]) }]
    )
    expect(await outcomeIn(folder)).toEqual(fine(1n))
    await expect(readTable(database, join(folder, 'silver'))).rejects.toThrow(
      'a.parquet has two columns pos.aa and pos.AA'
    )
  })

  test('whose data file spells a column differently is read', async () => {
    expect(await outcomeIn(await tableOf({ select: renamed('velocity_kmh', 'Velocity_KMH') }))).toEqual(fine(1n))
  })

  test('that finds columns by their ids is refused where a data file has an id twice', () => {
    const leaf = { type: 'DOUBLE', isInt96: false, fieldId: 5, shape: 'leaf', children: [] } as const
    const field = {
      name: 'velocity_kmh',
      type: { kind: 'double' },
      nullable: true,
      physicalName: 'x',
      fieldId: 5,
      metadata: {}
    } as const
    const check = () =>
      checkFileTypes(
        [
          { name: 'a', ...leaf },
          { name: 'b', ...leaf }
        ],
        [{ name: 'velocity_kmh', field, isPartition: false }],
        'id',
        'a.parquet'
      )
    expect(check).toThrow('a.parquet has the field id 5 in a and in b')
  })
})
