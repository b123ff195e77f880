import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { sparkDoubleSql, sparkIntSql } from '#shared/query/sparkCasts.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { repository } from '#test/support/folders.ts'
import { readLines } from '#test/support/oracle.ts'

const database = await openDatabase()
afterAll(() => database.close())

/** What Spark 3.5.7 made of a text: numbers, longs as text, NaN and infinities by name. */
interface Recorded {
  readonly text: string
  readonly int: number | null
  readonly long: string | null
  readonly double: number | string | null
}

const named = (value: unknown) => (Object.is(value, -0) ? '-0.0' : typeof value === 'number' && !Number.isFinite(value) ? String(value) : value)
const literal = (text: string) => `(${text.split('\0').map(quoteLiteral).join(' || chr(0) || ')})`

test('A4 strings are cast to int, long and double as Spark does: 600 recorded answers', async () => {
  const recorded = readLines(join(repository, 'test/fixtures/spark/casts.jsonl')) as unknown as Recorded[]
  const values = recorded.map(({ text }, i) => `(${i}, ${literal(text)})`).join(', ')
  const sql = `SELECT ${sparkIntSql('s', 'INTEGER')} AS int, ${sparkIntSql('s', 'BIGINT')}::VARCHAR AS long, ${sparkDoubleSql('s')} AS double FROM (VALUES ${values}) texts(i, s) ORDER BY i`
  const rows = (await database.query(sql)).rows()
  expect(rows.map(({ int, long, double }, i) => ({ text: recorded[i]!.text, int, long, double: named(double) }))).toEqual(recorded)
})
