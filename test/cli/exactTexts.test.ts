import { tableFromIPC } from 'apache-arrow'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { readStream } from '#shared/arrow/readStream.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { observationsSql, silverFields } from '#test/support/observations.ts'
import { oddTexts } from '#test/support/oddTexts.ts'
import { add, metaData, protocol, readTable, writeLog, writeParquet } from '../delta/handMade.ts'

const database = await openDatabase()
afterAll(() => database.close())

const rows = oddTexts.map((country, i) => ({
  at: `12:00:${String(i).padStart(2, '0')}`,
  phase: country,
  country,
  altitude: 10_000,
  velocity: 800
}))
/** Closes the windows of the others. */
const last = { at: '12:30', phase: 'last', country: 'last', altitude: 1, velocity: 1 }
const columnNames = silverFields.map(({ name }) => name)

/** The ordinary rows, with a mark before the name of one column; `both`: the ordinary one, all null, stands beside it. */
function markedSql(marked: string, both = false): string {
  const named = columnNames.map((name) =>
    name === marked ? `${quoteName(name)} AS ${quoteName(`\ufeff${name}`)}` : quoteName(name)
  )
  return `SELECT ${[...named, ...(both ? [`NULL::${marked === 'event_timestamp' ? 'TIMESTAMPTZ' : 'VARCHAR'} AS ${quoteName(marked)}`] : [])].join(', ')} FROM (${observationsSql([...rows, last])})`
}

async function writeSilver(
  kind: 'plain' | 'delta',
  select: string,
  names: readonly string[] = columnNames
): Promise<string> {
  const folder = temporaryFolder('texts')
  await writeParquet(database, join(folder, 'silver'), 'a.parquet', select)
  const fields = names.map((name) => ({ name, type: silverFields.find((field) => name.endsWith(field.name))!.type }))
  if (kind === 'delta') writeLog(join(folder, 'silver'), [[protocol(), metaData(fields), add('a.parquet')]])
  return folder
}

const replay = (folder: string, ...args: string[]) =>
  contrail([
    'replay',
    '--silver',
    join(folder, 'silver'),
    '--gold',
    join(folder, 'gold'),
    '--checkpoints',
    join(folder, 'checkpoints'),
    ...args
  ])
const keysOf = async (folder: string, table: string, key: string) =>
  (await readTable(database, join(folder, 'gold', table))).map((row) => row[key])
const sorted = (texts: readonly unknown[]): unknown[] =>
  [...texts].sort((a, b) => Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b))))

describe.each(['plain', 'delta'] as const)('Silver that is %s', (kind) => {
  test('K1 gives a group for each text that differs by a byte, as Spark does', async () => {
    const folder = await writeSilver(kind, observationsSql([...rows, last]))
    expect((await replay(folder)).code).toBe(0)
    expect(sorted(await keysOf(folder, 'flight_phase_counts', 'flight_phase'))).toEqual(sorted(oddTexts))
  })

  test.each(['event_timestamp', 'origin_country', 'altitude_meters', 'flight_phase'])(
    'whose %s begins with U+FEFF has no such column, as Spark says',
    async (marked) => {
      const folder = await writeSilver(
        kind,
        markedSql(marked),
        columnNames.map((name) => (name === marked ? `\ufeff${name}` : name))
      )
      const checked = await contrail(['check', '--silver', join(folder, 'silver')])
      expect(checked.code).toBe(1)
      expect(checked.stdout + checked.stderr).toContain('UNRESOLVED_COLUMN')
      expect(checked.stdout + checked.stderr).toContain(`‹FEFF›${marked}`)
      const replayed = await replay(folder)
      expect([replayed.code, replayed.stderr.includes('UNRESOLVED_COLUMN')]).toEqual([1, true])
    }
  )

  test('maps a column whose name begins with U+FEFF, in a flag and in a file', async () => {
    const folder = await writeSilver(kind, markedSql('flight_phase', true), [
      ...columnNames.map((name) => (name === 'flight_phase' ? '\ufeffflight_phase' : name)),
      'flight_phase'
    ])
    const mapped = await replay(folder, '--columns', 'flight_phase=\ufeffflight_phase')
    expect([mapped.code, mapped.stderr]).toEqual([0, ''])
    expect(sorted(await keysOf(folder, 'flight_phase_counts', 'flight_phase'))).toEqual(sorted(oddTexts))
  })
})

test('Partition values come through byte for byte', async () => {
  const folder = temporaryFolder('texts')
  const files = oddTexts.filter((text) => text !== '').map((text, i) => ({ text, path: `part-${i}.parquet` }))
  for (const { path } of files)
    await writeParquet(
      database,
      join(folder, 'silver'),
      path,
      observationsSql([{ at: '12:00', phase: 'x', altitude: 1, velocity: 1 }])
    )
  await writeParquet(database, join(folder, 'silver'), 'last.parquet', observationsSql([last]))
  const adds = [...files, { text: 'last', path: 'last.parquet' }].map(({ text, path }) =>
    add(path, { partitionValues: { origin_country: text, flight_phase: text } })
  )
  writeLog(join(folder, 'silver'), [
    [protocol(), metaData(silverFields, { partitionColumns: ['origin_country', 'flight_phase'] }), ...adds]
  ])
  expect((await replay(folder)).code).toBe(0)
  expect(sorted(await keysOf(folder, 'flight_phase_counts', 'flight_phase'))).toEqual(
    sorted(files.map(({ text }) => text))
  )
})

describe('An export', () => {
  const table = async () => {
    const folder = temporaryFolder('texts')
    const texts = oddTexts.map((text, i) => `(${i}, ${quoteLiteral(text)})`).join(', ')
    await writeParquet(
      database,
      folder,
      'a.parquet',
      `SELECT t AS ${quoteName('\ufefft')}, 'other' AS t, {${quoteLiteral('\ufefff')}: [t]} AS nested, ' ' AS ${quoteName(' blank ')}, 'none' AS blank FROM (VALUES ${texts}) r(i, t) ORDER BY i`
    )
    const nested = {
      type: 'struct',
      fields: [
        {
          name: '\ufefff',
          nullable: true,
          metadata: {},
          type: { type: 'array', elementType: 'string', containsNull: true }
        }
      ]
    }
    writeLog(folder, [
      [
        protocol(),
        metaData([
          { name: '\ufefft', type: 'string' },
          { name: 't', type: 'string' },
          { name: 'nested', type: nested },
          { name: ' blank ', type: 'string' },
          { name: 'blank', type: 'string' }
        ]),
        add('a.parquet')
      ]
    ])
    return folder
  }
  const exported = async (folder: string, file: string, ...args: string[]) => {
    const { code, stderr } = await contrail(['export', '--table', folder, '--to', join(folder, file), ...args])
    expect([code, stderr]).toEqual([0, ''])
    return join(folder, file)
  }

  const allNames = ['\ufefft', 't', 'nested', ' blank ', 'blank']
  const nestedTexts = oddTexts.map((text) => ({ '\ufefff': [text] }))

  test('to Parquet keeps names and values', async () => {
    const file = await exported(await table(), 'out.parquet')
    const result = await database.query(`SELECT * FROM read_parquet(${quoteLiteral(file)})`)
    expect([result.names, result.strings(0), result.values(2)]).toEqual([allNames, oddTexts, nestedTexts])
  })

  test('to CSV keeps names and values, and does not begin with what a reader would take for a byte order mark', async () => {
    const file = await exported(await table(), 'out.csv')
    expect(readFileSync(file, 'utf8').startsWith('"\ufefft",t,')).toBe(true)
    // Names as a row: DuckDB would trim them.
    const result = await database.query(
      `SELECT * FROM read_csv(${quoteLiteral(file)}, all_varchar = true, header = false, delim = ',', quote = '"', escape = '"', nullstr = '(none)', strict_mode = false)`
    )
    const [names, ...values] = result.rows().map((row) => Object.values(row))
    expect([
      names,
      values.map(([text]) => text),
      values.map(([, , nested]) => JSON.parse(String(nested)) as unknown)
    ]).toEqual([allNames, oddTexts, nestedTexts])
  })

  test('to Arrow keeps names and values', async () => {
    const bytes = readFileSync(await exported(await table(), 'out.arrow'))
    const { columns } = readStream(bytes)
    expect([columns.map(({ name }) => name), columns[0]!.values]).toEqual([allNames, oddTexts])
    expect((columns[2]!.values as readonly string[]).map((text) => JSON.parse(text) as unknown)).toEqual(nestedTexts)
    expect(tableFromIPC(bytes).numRows).toBe(oddTexts.length)
  })

  test('takes columns, conditions and orders by their exact names', async () => {
    const folder = await table()
    const first = await database.query(
      `SELECT * FROM read_parquet(${quoteLiteral(await exported(folder, 'a.parquet.parquet', '--columns', '\ufefft, blank ,blank', '--where', '"\ufefft" = \'\ufeffGermany\''))})`
    )
    expect(first.rows()).toEqual([{ '\ufefft': '\ufeffGermany', ' blank ': ' ', blank: 'none' }])
    const other = await database.query(
      `SELECT * FROM read_parquet(${quoteLiteral(await exported(folder, 'b.parquet', '--columns', 't', '--order-by', '"\ufefft"'))})`
    )
    expect([other.names, other.rowCount]).toEqual([['t'], oddTexts.length])
    const refused = await contrail([
      'export',
      '--table',
      folder,
      '--to',
      join(folder, 'c.parquet'),
      '--columns',
      '\ufeffnested'
    ])
    expect([refused.code, refused.stderr.includes('has no column ‹FEFF›nested')]).toEqual([2, true])
  })
})
