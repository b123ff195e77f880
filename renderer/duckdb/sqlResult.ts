import { wholeStream } from '#shared/arrow/messages.ts'
import type { StreamTable } from '#shared/arrow/readStream.ts'
import { utcTimestampSql } from '#shared/query/microsSql.ts'
import { cellAt, quoted } from '#renderer/grid/gridColumn.ts'
import type { RunTables } from './tables.ts'

/** What a statement gave, as a table of the page's own DuckDB, beside those of the run. */
export interface SqlResult {
  readonly table: string
  readonly columns: readonly ResultColumn[]
  readonly rows: number
  readonly bytes: number
}

/** `decimal`: exact, comes as text. `text`: also what has no other place, such as lists, as DuckDB writes it. */
export type ResultKind = 'integer' | 'decimal' | 'double' | 'text' | 'instant' | 'date' | 'boolean'

export interface ResultColumn {
  readonly name: string
  readonly kind: ResultKind
  /** The sum of integers and decimals, the highest of doubles; null: none. */
  readonly total: string | number | bigint | null
  /** Instants that lie on more than one day. */
  readonly manyDays: boolean
}

/** The place of a row in a result, from 0: a column of its table that nobody asked for. */
export const resultRow = '__contrail_row'

/** Put into the page's DuckDB at once: more would be felt by what else it does. */
const insertedBytes = 8_000_000

const incoming = 'sql_incoming'

/** Makes a table of the parts of an answer. Types that a grid and a file do not know become text. At most `rows` rows. */
export async function keepResult(tables: Pick<RunTables, 'query' | 'insertFrom'>, table: string, [schema, ...batches]: readonly Uint8Array[], rows: number): Promise<SqlResult> {
  await tables.query(`DROP TABLE IF EXISTS ${incoming}`)
  let bytes = 0
  let group: Uint8Array[] = []
  let groupBytes = 0
  let isFirst = true
  const put = async () => {
    await tables.insertFrom(incoming, wholeStream(schema!, group), isFirst)
    isFirst = false
    group = []
    groupBytes = 0
  }
  for (const batch of batches) {
    group.push(batch)
    bytes += batch.byteLength
    groupBytes += batch.byteLength
    if (groupBytes > insertedBytes) await put()
  }
  if (isFirst || group.length > 0) await put()
  const described = namesAndTypes(await tables.query(`DESCRIBE ${incoming}`))
  const columns = described.map(([name, type]) => ({ name, ...kindOf(type) }))
  const select = columns.map(({ name, cast }) => `${cast(quoted(name))} AS ${quoted(name)}`).join(', ')
  await tables.query(`CREATE OR REPLACE TABLE ${table} AS SELECT CAST(row_number() OVER () - 1 AS INTEGER) AS ${resultRow}, ${select} FROM ${incoming} LIMIT ${rows}`)
  await tables.query(`DROP TABLE ${incoming}`)
  const ask = (facts: readonly string[]) => tables.query(`SELECT ${['count(*)::INTEGER', ...facts].join(', ')} FROM ${table}`)
  // A sum may be more than a number can hold: then there is none.
  const facts = await ask(columns.map(({ name, kind }) => factOf(kind, quoted(name)))).catch(() => ask([]))
  return {
    table,
    rows: Number(facts.columns[0]!.values[0]),
    bytes,
    columns: columns.map(({ name, kind }, i) => {
      const fact = cellAt(facts.columns[i + 1], 0)
      return { name, kind, total: kind === 'instant' ? null : fact, manyDays: kind === 'instant' && fact === 1 }
    })
  }
}

function namesAndTypes({ columns, length }: StreamTable): (readonly [string, string])[] {
  return Array.from({ length }, (_, row) => [String(cellAt(columns[0], row)), String(cellAt(columns[1], row))])
}

function kindOf(type: string): { readonly kind: ResultKind; readonly cast: (name: string) => string } {
  const same = (name: string) => name
  if (/^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$/.test(type)) return { kind: 'integer', cast: same }
  if (/^DECIMAL\(\d+,0\)$/.test(type) || type === 'HUGEINT') return { kind: 'integer', cast: (name) => `CAST(${name} AS DECIMAL(38,0))` }
  if (type.startsWith('DECIMAL')) return { kind: 'decimal', cast: same }
  if (type === 'FLOAT' || type === 'DOUBLE') return { kind: 'double', cast: same }
  if (type === 'BOOLEAN') return { kind: 'boolean', cast: same }
  if (type === 'DATE') return { kind: 'date', cast: same }
  // Without the extension for time zones, a cast of these is refused.
  if (type === 'TIMESTAMP WITH TIME ZONE') return { kind: 'instant', cast: utcTimestampSql }
  if (type === 'TIMESTAMP') return { kind: 'instant', cast: same }
  if (/^TIMESTAMP_(S|MS)$/.test(type)) return { kind: 'instant', cast: (name) => `CAST(${name} AS TIMESTAMP)` }
  return { kind: 'text', cast: (name) => (type === 'VARCHAR' ? name : `CAST(${name} AS VARCHAR)`) }
}

function factOf(kind: ResultKind, name: string): string {
  if (kind === 'integer' || kind === 'decimal') return `sum(${name})`
  if (kind === 'double') return `max(${name})`
  return kind === 'instant' ? `CAST(min(${name}) AS DATE) <> CAST(max(${name}) AS DATE)` : 'NULL'
}
