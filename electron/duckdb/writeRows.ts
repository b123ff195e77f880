import { BIGINT, DOUBLE, VARCHAR, DuckDBDataChunk, type DuckDBType, type DuckDBValue } from '@duckdb/node-api'
import type { ValueType } from '#shared/engine/valueType.ts'
import { timeSql } from '#shared/query/microsSql.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { randomUUID } from 'node:crypto'
import type { Database } from './database.ts'
import { deltaTypeSql } from './typeSql.ts'

/** A column in memory. Timestamps are microseconds, dates days, decimals unscaled. */
export interface MemoryColumn {
  readonly name: string
  readonly type: ValueType
  readonly values: ArrayLike<number | bigint | string | null>
  /** 1 where there is no value; for arrays that cannot hold null. */
  readonly nulls?: Uint8Array
}

/** Statistics of a column as Delta keeps them; undefined min and max where they would mislead. */
export interface ColumnStats {
  readonly name: string
  readonly type: ValueType
  readonly nulls: number
  /** As text; timestamps in whole milliseconds, widened outwards. */
  readonly min: string | undefined
  readonly max: string | undefined
}

const chunkRows = 2048

/** Writes columns to a Parquet file (Snappy, format version 1, as Spark reads best) and gives the statistics. The file must not be there. */
export async function writeRows(database: Database, columns: readonly MemoryColumn[], rowCount: number, file: string): Promise<ColumnStats[]> {
  return withRows(database, columns, rowCount, async (select) => {
    await database.run(`COPY (${select}) TO ${quoteLiteral(file)} (FORMAT PARQUET, COMPRESSION SNAPPY, PARQUET_VERSION V1)`)
    return readStats(database, columns, select)
  })
}

/** Puts columns into a table for as long as `work` takes; it gets a SELECT of them, in their types and order. */
export async function withRows<Answer>(database: Database, columns: readonly MemoryColumn[], rowCount: number, work: (select: string) => Promise<Answer>): Promise<Answer> {
  const table = quoteName(`rows ${randomUUID()}`)
  const staged = columns.map((column) => stagedType(column.type))
  await database.run(`CREATE TABLE ${table} (${columns.map((column, i) => `${quoteName(column.name)} ${staged[i]!.toString()}`).join(', ')})`)
  try {
    await database.use(async (connection) => {
      // Without the quotes: the appender takes the bare name.
      const appender = await connection.createAppender(table.slice(1, -1))
      // One chunk for all: each is memory that DuckDB keeps until V8 collects it.
      const chunk = DuckDBDataChunk.create(staged)
      for (let start = 0; start < rowCount; start += chunkRows) {
        const count = Math.min(chunkRows, rowCount - start)
        chunk.reset()
        chunk.rowCount = count
        columns.forEach((column, i) => chunk.setColumnValues(i, stage(column, start, count)))
        appender.appendDataChunk(chunk)
      }
      appender.closeSync()
    })
    return await work(`SELECT ${columns.map(unstageSql).join(', ')} FROM ${table}`)
  } finally {
    await database.run(`DROP TABLE IF EXISTS ${table}`)
  }
}

/** What the appender takes: decimals as text, times as integers. */
function stagedType(type: ValueType): DuckDBType {
  switch (type.kind) {
    case 'float':
    case 'double':
      return DOUBLE
    case 'string':
    case 'decimal':
    case 'binary':
      return VARCHAR
    default:
      return BIGINT
  }
}

function stage({ type, values, nulls }: MemoryColumn, start: number, count: number): DuckDBValue[] {
  const staged: DuckDBValue[] = []
  const integral = stagedType(type) === BIGINT
  for (let row = start; row < start + count; row++) {
    const value = nulls?.[row] === 1 ? null : (values[row] ?? null)
    if (value === null) staged.push(null)
    else if (integral) staged.push(BigInt(value))
    else if (type.kind === 'decimal') staged.push(decimalText(BigInt(value), type.scale))
    else staged.push(value)
  }
  return staged
}

/** An unscaled decimal in plain digits. */
export function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function unstageSql({ name, type }: MemoryColumn): string {
  const column = quoteName(name)
  const sql = { timestamp: timeSql(column, 'TIMESTAMPTZ'), timestamp_ntz: timeSql(column, 'TIMESTAMP'), date: `DATE '1970-01-01' + ${column}::INTEGER` } as Record<string, string>
  return `${sql[type.kind] ?? `CAST(${column} AS ${deltaTypeSql(type)})`} AS ${column}`
}

async function readStats(database: Database, columns: readonly MemoryColumn[], select: string): Promise<ColumnStats[]> {
  const parts = columns.flatMap((column, i) => {
    const name = quoteName(column.name)
    return [`count(*) FILTER (WHERE ${name} IS NULL)::DOUBLE AS n${i}`, `${statSql(column, 'min')} AS a${i}`, `${statSql(column, 'max')} AS b${i}`]
  })
  const [row] = (await database.query(`SELECT ${parts.join(', ')} FROM (${select})`)).rows()
  return columns.map(({ name, type }, i) => {
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
    return { name, type, nulls: Number(row?.[`n${i}`] ?? 0), min: text(row?.[`a${i}`]), max: text(row?.[`b${i}`]) }
  })
}

/** In microseconds. */
const firstOfYear1 = -62_135_596_800_000_000n
const firstOfYear10000 = 253_402_300_800_000_000n

/**
 * Text of a column's least or greatest value. Timestamps: floored, or raised, to whole milliseconds, so that a reader that trusts them skips nothing.
 * Beyond the year 9999, which few readers of statistics know, and for NaN and infinities: none. Long strings: no maximum, and a minimum cut at 32 characters.
 */
function statSql({ name, type }: MemoryColumn, side: 'min' | 'max'): string {
  const column = quoteName(name)
  switch (type.kind) {
    case 'timestamp':
    case 'timestamp_ntz': {
      const zone = type.kind === 'timestamp' ? 'Z' : ''
      // Infinite ones are NULL here, and so beyond the year 9999 or before the year 1.
      const least = `epoch_us(min(${column}))`
      const greatest = `epoch_us(max(${column}))`
      const edge = side === 'min' ? least : `(${greatest} + 999)`
      const ms = `CASE WHEN ${edge} >= 0 THEN ${edge} // 1000 ELSE -1 - ((-1 - (${edge})) // 1000) END`
      return `CASE WHEN ${least} >= ${firstOfYear1} AND ${greatest} < ${firstOfYear10000} THEN strftime(make_timestamp(${ms} * 1000), '%Y-%m-%dT%H:%M:%S.%g${zone}') END`
    }
    case 'float':
    case 'double':
      return `CASE WHEN count(*) FILTER (WHERE NOT isfinite(${column})) = 0 THEN ${side}(${column})::VARCHAR END`
    case 'string':
      return side === 'min' ? `left(min(${column}), 32)` : `CASE WHEN length(max(${column})) <= 32 THEN max(${column}) END`
    case 'boolean':
    case 'binary':
      return 'NULL::VARCHAR'
    default:
      return `${side}(${column})::VARCHAR`
  }
}
