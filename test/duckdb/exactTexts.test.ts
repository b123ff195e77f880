import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { readParquetColumns } from '#electron/duckdb/parquetSchema.ts'
import { streamRows } from '#electron/duckdb/streamRows.ts'
import { withRows } from '#electron/duckdb/writeRows.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { writeParquet } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { oddTexts } from '#test/support/oddTexts.ts'

const database = await openDatabase()
afterAll(() => database.close())

const values = `(VALUES ${oddTexts.map((text, i) => `(${i}, ${quoteLiteral(text)})`).join(', ')}) texts(i, t)`
/** Names that SQL can write. */
const names = oddTexts.filter((text) => text !== '' && !text.includes('\0'))

describe('A text comes out of DuckDB byte for byte', () => {
  test('as a value of a result', async () => {
    const result = await database.query(`SELECT t, strlen(t)::INTEGER FROM ${values} ORDER BY i`)
    expect(result.strings(0)).toEqual(oddTexts)
    expect([...result.numbers(1)]).toEqual(oddTexts.map((text) => Buffer.byteLength(text)))
  })

  test('as a streamed value', async () => {
    const streamed: unknown[] = []
    await streamRows(database, `SELECT t FROM ${values} ORDER BY i`, ([column]) => void streamed.push(...column!))
    expect(streamed).toEqual(oddTexts)
  })

  test('inside of lists, structs and maps, as JSON and as ENUM', async () => {
    const kinds = ['[t]', '{x: [t]}', 'MAP {t: [t]}', 'to_json(t)']
    const { rowCount, values: valuesOf } = await database.query(`SELECT ${kinds.join(', ')} FROM ${values} ORDER BY i`)
    expect(rowCount).toBe(oddTexts.length)
    expect(valuesOf(0)).toEqual(oddTexts.map((text) => [text]))
    expect(valuesOf(1)).toEqual(oddTexts.map((text) => ({ x: [text] })))
    expect(valuesOf(2)).toEqual(oddTexts.map((text) => [{ key: text, value: [text] }]))
    expect(valuesOf(3).map((json) => JSON.parse(String(json)) as unknown)).toEqual(oddTexts)
    const members = oddTexts.filter((text) => text !== '' && !text.includes('\0'))
    await database.run(`CREATE TYPE odd AS ENUM (${members.map(quoteLiteral).join(', ')})`)
    expect((await database.query(`SELECT unnest(enum_range(NULL::odd))`)).strings(0)).toEqual(members)
  })

  test('as a key of a group', async () => {
    const keys = (
      await database.query(
        `SELECT t, count(*)::INTEGER FROM (SELECT * FROM ${values} UNION ALL SELECT * FROM ${values}) GROUP BY t`
      )
    ).rows()
    expect(keys.length).toBe(oddTexts.length)
  })

  test('as the name of a column, of a result and of a field', async () => {
    const fields = names.map((name, i) => `${quoteLiteral(name)}: ${i}`)
    const result = await database.query(
      `SELECT ${names.map((name, i) => `${i} AS ${quoteName(name)}`).join(', ')}, {${fields.join(', ')}} AS fields`
    )
    expect(result.names).toEqual([...names, 'fields'])
    expect(Object.keys(result.rows()[0]?.fields as object)).toEqual(names)
  })

  test('as the name of a column of a file, and of a field in it', async () => {
    const folder = temporaryFolder('names')
    await writeParquet(
      database,
      folder,
      'a.parquet',
      `SELECT ${names.map((name, i) => `${i} AS ${quoteName(name)}`).join(', ')}, {${names.map((name, i) => `${quoteLiteral(name)}: ${i}`).join(', ')}} AS fields`
    )
    const [columns = []] = await readParquetColumns(database, [join(folder, 'a.parquet')], ['a.parquet'])
    expect(columns.map(({ name }) => name)).toEqual([...names, 'fields'])
    expect(columns.at(-1)?.children.map(({ name }) => name)).toEqual(names)
  })

  test('after it was appended to a table', async () => {
    const rows: string[] = []
    await withRows(
      database,
      [{ name: '\ufefft', type: { kind: 'string' }, values: oddTexts }],
      oddTexts.length,
      async (sql) => {
        const result = await database.query(sql)
        expect(result.names).toEqual(['\ufefft'])
        rows.push(...(result.strings(0) as string[]))
      }
    )
    expect(rows).toEqual(oddTexts)
  })
})
