import type { StreamTable } from '#shared/arrow/readStream.ts'
import { resultRow, type ResultColumn, type SqlResult } from '#renderer/duckdb/sqlResult.ts'
import { cellAt, quoted, type CellValue } from '#renderer/grid/gridColumn.ts'
import type { ChartChoice } from '#renderer/store/viewStore.ts'
import { isNumber } from './resultColumns.ts'

/** Points that a line or a scatter has at most, and the lines or columns of a heat map. */
export const mostPoints = 5_000
const mostSteps = 24
const mostNames = 40
const mostValues = 120

/** A choice with the columns that it is about; where they are not there, those that suit it. */
export interface ChosenColumns {
  readonly kind: ChartChoice['kind']
  readonly x: ResultColumn
  readonly y: ResultColumn
  /** Of a heat map; null: how many rows. */
  readonly value: ResultColumn | null
}

/** Whether a column has places on a line: numbers and times. */
export const isMeasured = (column: ResultColumn): boolean => isNumber(column) || column.kind === 'instant' || column.kind === 'date'

/** undefined: the rows have nothing that could be drawn so. A bar is named by y and as long as x, as it lies. */
export function chosenColumns(columns: readonly ResultColumn[], { kind, x, y, value }: ChartChoice): ChosenColumns | undefined {
  const named = (name: string | undefined, suits: (column: ResultColumn) => boolean) => columns.find((column) => column.name === name && suits(column))
  const numbers = columns.filter(isNumber)
  const others = columns.filter((column) => !isNumber(column))
  const any = () => true
  const pair = (xs: ResultColumn | undefined, ys: ResultColumn | undefined): ChosenColumns | undefined => xs && ys && { kind, x: xs, y: ys, value: named(value, isNumber) ?? null }
  switch (kind) {
    case 'bar':
      // A rate or a mean says more than a count, and comes behind it.
      return pair(named(x, isNumber) ?? numbers.findLast((column) => column.kind === 'double') ?? numbers[0], named(y, any) ?? others.find((column) => column.kind === 'text') ?? others[0] ?? columns[0])
    case 'line': {
      const along = named(x, isMeasured) ?? columns.find(({ kind }) => kind === 'instant' || kind === 'date') ?? numbers[0]
      return pair(along, named(y, isNumber) ?? numbers.find((column) => column !== along) ?? numbers[0])
    }
    case 'scatter': {
      const along = named(x, isMeasured) ?? numbers[0] ?? columns.find(isMeasured)
      return pair(along, named(y, isNumber) ?? numbers.find((column) => column !== along) ?? numbers[0])
    }
    case 'heat': {
      const along = named(x, any) ?? columns.find(({ kind }) => kind === 'instant' || kind === 'date') ?? columns[0]
      return pair(along, named(y, any) ?? others.find((column) => column !== along) ?? columns.find((column) => column !== along) ?? columns[0])
    }
  }
}

/** The rows of an answer, in the order of its grid. */
export interface Shown {
  readonly result: Pick<SqlResult, 'table' | 'rows'>
  readonly sort: { readonly column: string; readonly descending: boolean } | null
}

/** Pairs of values, as they came or in their order. */
export interface ChartPoints {
  readonly kind: 'points'
  readonly x: readonly CellValue[]
  readonly y: readonly CellValue[]
  /** Of each, its row in the answer. */
  readonly rows: readonly number[]
}

/** How many rows, or the mean of a column, by place of x and y; places are names, or steps that begin at a value. */
export interface ChartCells {
  readonly kind: 'cells'
  readonly x: readonly CellValue[]
  readonly y: readonly CellValue[]
  /** Place of x, place of y, value; one after the other. */
  readonly cells: readonly number[]
}

type Query = (sql: string) => Promise<StreamTable>

/** `most`: bars that there is room for. */
export async function readChart(query: Query, { result, sort }: Shown, chosen: ChosenColumns, most: number): Promise<ChartPoints | ChartCells> {
  const [x, y] = [quoted(chosen.x.name), quoted(chosen.y.name)]
  if (chosen.kind === 'heat') return readCells(query, result.table, chosen)
  const order = sort ? `${quoted(sort.column)} ${sort.descending ? 'DESC' : 'ASC'} NULLS LAST, ${resultRow}` : resultRow
  const sql = {
    bar: `SELECT ${x}, ${y}, ${resultRow} FROM ${result.table} ORDER BY ${order} LIMIT ${most}`,
    line: `SELECT ${x}, ${y}, ${resultRow} FROM ${result.table} WHERE ${x} IS NOT NULL ORDER BY ${x}, ${resultRow} LIMIT ${mostPoints}`,
    scatter: `SELECT ${x}, ${y}, ${resultRow} FROM ${result.table} WHERE ${x} IS NOT NULL AND ${y} IS NOT NULL ORDER BY ${order} LIMIT ${mostPoints}`
  }[chosen.kind]
  const { columns, length } = await query(sql)
  const values = (at: number) => Array.from({ length }, (_, row) => cellAt(columns[at], row))
  return { kind: 'points', x: values(0), y: values(1), rows: values(2).map(Number) }
}

async function readCells(query: Query, table: string, { x, y, value }: ChosenColumns): Promise<ChartCells> {
  const [across, down] = await Promise.all([placesOf(query, table, x), placesOf(query, table, y)])
  const measure = value ? `avg(CAST(${quoted(value.name)} AS DOUBLE))` : 'count(*)::DOUBLE'
  const { columns, length } = await query(`SELECT __x, __y, ${measure} FROM (SELECT ${across.sql} AS __x, ${down.sql} AS __y${value ? `, ${quoted(value.name)}` : ''} FROM ${table}) WHERE __x IS NOT NULL AND __y IS NOT NULL GROUP BY __x, __y`)
  const cells: number[] = []
  for (let row = 0; row < length; row++) {
    const [cx, cy, v] = [0, 1, 2].map((at) => cellAt(columns[at], row))
    if (v !== null) cells.push(Number(cx), Number(cy), Number(v))
  }
  return { kind: 'cells', x: across.places, y: down.places, cells }
}

/** The values of a column where they are few, the most frequent names, or equal steps from its least to its highest. `sql`: the place of a row, from 0. */
async function placesOf(query: Query, table: string, column: ResultColumn): Promise<{ readonly places: readonly CellValue[]; readonly sql: string }> {
  const name = quoted(column.name)
  const order = isMeasured(column) ? 'v' : 'n DESC, v'
  const values = (limit: number) => `SELECT v, n FROM (SELECT ${name} AS v, count(*) AS n FROM ${table} WHERE ${name} IS NOT NULL GROUP BY v) ORDER BY ${order} LIMIT ${limit}`
  const limit = isMeasured(column) ? mostValues : mostNames
  const few = await query(values(limit + 1))
  if (few.length <= limit || !isMeasured(column)) {
    const places = Array.from({ length: Math.min(few.length, limit) }, (_, row) => cellAt(few.columns[0], row))
    return { places, sql: `list_position((SELECT list(v ORDER BY ${order}) FROM (${values(limit)})), ${name}) - 1` }
  }
  const number = column.kind === 'instant' ? `epoch_us(${name})::DOUBLE` : column.kind === 'date' ? `(${name} - DATE '1970-01-01')::DOUBLE` : `${name}::DOUBLE`
  const ends = await query(`SELECT min(v), max(v) FROM (SELECT ${number} AS v FROM ${table}) WHERE isfinite(v)`)
  const [least, most] = [Number(cellAt(ends.columns[0], 0)), Number(cellAt(ends.columns[1], 0))]
  const step = (most - least) / mostSteps || 1
  const places = Array.from({ length: mostSteps }, (_, i) => least + i * step)
  return { places: places.map((at) => (column.kind === 'instant' ? BigInt(Math.round(at)) : at)), sql: `CASE WHEN isfinite(${number}) THEN least(${mostSteps - 1}, floor((${number} - ${least}) / ${step}))::INTEGER END` }
}
