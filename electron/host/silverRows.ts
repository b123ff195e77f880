import { arrowStream } from '#shared/arrow/arrowStream.ts'
import type { ColumnType } from '#shared/arrow/columnType.ts'
import { maxFrameBytes } from '#shared/contract/frame.ts'
import type { SilverQuestion, SilverRows } from '#shared/contract/silver.ts'
import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { refuseLimits } from '../whatIf/limitRanges.ts'
import { typedColumns } from './loadGold.ts'
import { openSilverQueries, windowOf, withSilverRows, type SilverParts } from './silverBatches.ts'

/** What an answer holds at most; wide rows that do not fit into a message are fewer. */
export const mostRows = 100_000
const mostBytes = maxFrameBytes * 0.75

const rowsAtOnce = 8192

/** Behind the newest event before its batch by so much, a row is late. */
export const lateAfterMs = 60_000

/** SQL over the table of `withSilverRows`. */
export const isLateSql = `(NOT dropped AND (missed OR coalesce(delay > ${lateAfterMs}, false)))`

export async function readSilverRows(parts: SilverParts, silverOf: ReturnType<typeof openSilverQueries>, { query, startMs, key, limits }: SilverQuestion): Promise<SilverRows> {
  if (limits) refuseLimits(limits)
  const silver = await silverOf(query)
  const window = startMs === null ? undefined : windowOf(silver, startMs)
  const { columns } = silver.recorded.source
  const names = columns.map(({ name }) => name)
  const fields = [...columns.map(fieldOf), ...own.map(({ name, type }) => ({ name: freeName(name, names), type }))]
  return withSilverRows(parts, silver, { query, window, key, limits, columns: names }, async (table) => {
    const { database } = parts
    const [sums] = (await database.query(`SELECT count(*)::DOUBLE AS of, (count(*) FILTER (NOT dropped))::DOUBLE AS counted, (count(*) FILTER (NOT dropped AND crosses <> ''))::DOUBLE AS crossing, (count(*) FILTER (dropped))::DOUBLE AS dropped FROM ${table}`)).rows()
    const { of, counted, crossing, dropped } = sums as { of: number; counted: number; crossing: number; dropped: number }
    const select = [...columns.map((_, i) => `c${i}`), ...own.map(({ sql }) => sql)].join(', ')
    const ordered = quoteName(`ordered ${table}`)
    const rows: Uint8Array[] = []
    let given = 0
    await database.run(`CREATE TABLE ${ordered} AS SELECT ${select} FROM ${table} ORDER BY dropped, crosses = '', us, batch, file LIMIT ${mostRows}`)
    try {
      for (let bytes = 0; given < Math.min(of, mostRows); ) {
        const part = await database.query(`SELECT * FROM ${ordered} WHERE rowid >= ${given} AND rowid < ${given + rowsAtOnce} ORDER BY rowid`)
        const stream = arrowStream(typedColumns(fields, part), part.rowCount)
        bytes += stream.byteLength
        if (bytes > mostBytes) break
        rows.push(stream)
        given += part.rowCount
      }
    } finally {
      await database.run(`DROP TABLE IF EXISTS ${ordered}`)
    }
    if (rows.length === 0) rows.push(arrowStream(fields.map(({ name, type }) => ({ name, type, values: [] })), 0))
    return { rows, given, of, counted, crossing, dropped }
  })
}

const text: ColumnType = { kind: 'string' }

/** What the rows have besides silver's columns. */
const own: readonly { readonly name: string; readonly type: ColumnType; readonly sql: string }[] = [
  { name: 'file', type: text, sql: 'file' },
  { name: 'batch', type: { kind: 'integer' }, sql: 'batch' },
  { name: 'late', type: text, sql: `CASE WHEN dropped THEN ${quoteLiteral('dropped')} WHEN ${isLateSql} THEN ${quoteLiteral('counted')} ELSE '' END AS late` },
  { name: 'crosses', type: text, sql: 'crosses' }
]

/** Nested columns come as text. */
const fieldOf = ({ name, type }: SilverColumn): { readonly name: string; readonly type: ColumnType } => ({ name, type: typeof type === 'string' ? text : type })

function freeName(name: string, taken: readonly string[]): string {
  return taken.some((other) => other.toLowerCase() === name) ? freeName(`_${name}`, taken) : name
}
