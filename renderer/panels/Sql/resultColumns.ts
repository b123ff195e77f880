import type { ResultColumn, ResultKind } from '#renderer/duckdb/sqlResult.ts'
import { formatDate, formatInstant } from '#renderer/format/format.ts'
import { numberOf, type CellValue, type GridColumn } from '#renderer/grid/gridColumn.ts'
import type { Units } from '#renderer/store/viewStore.ts'

const wholeNumbers: ReadonlySet<ResultKind> = new Set(['integer', 'decimal', 'double'])

export const isNumber = ({ kind }: Pick<ResultColumn, 'kind'>): boolean => wholeNumbers.has(kind)

/** Columns of an answer as a grid shows them: rounded for reading, copied exactly. */
export function resultColumns(columns: readonly ResultColumn[]): readonly GridColumn[] {
  return columns.map((column): GridColumn => {
    const { name, kind } = column
    return {
      name,
      title: ({ zone }) => (kind === 'instant' ? `${name}, ${zone}` : name),
      kind: isNumber(column) ? 'number' : kind === 'instant' ? 'instant' : 'text',
      width: Math.min(320, Math.max(widths[kind] + (column.manyDays ? 70 : 0), name.length * 7 + 36)),
      show: (value, units) => (value === null ? 'null' : shownText(column, value, units)),
      tone: (value) => (value === null || (isNumber(column) && Number(value) === 0) ? 'quiet' : undefined),
      ...(kind === 'boolean' && { copy: booleanText }),
      ...(kind === 'date' && { copy: dateText })
    }
  })
}

const widths: Readonly<Record<ResultKind, number>> = { integer: 88, decimal: 96, double: 96, text: 152, instant: 96, date: 92, boolean: 64 }

/** How DuckDB writes an infinite instant. */
const endOfTime = 2n ** 63n - 1n

/** A value of a column as it is read. */
export function shownText({ kind, manyDays, total }: Pick<ResultColumn, 'kind' | 'manyDays' | 'total'>, value: CellValue, { zone }: Pick<Units, 'zone'>): string {
  if (value === null) return ''
  switch (kind) {
    case 'integer':
      return grouped(String(value))
    case 'decimal':
      return grouped(String(value).replace(/(\.\d{4})\d+$/, '$1'))
    case 'double':
      return doubleText(numberOf(value), digitsOf(total))
    case 'instant': {
      const ms = Number(value) / 1000
      if (value === endOfTime || value === -endOfTime) return value < 0 ? '−∞' : '∞'
      return `${manyDays ? `${formatDate(ms, zone)} ` : ''}${formatInstant(ms, zone, { mark: false })}`
    }
    case 'date':
      return dateText(value)
    case 'boolean':
      return booleanText(value)
    case 'text':
      return String(value)
  }
}

/** What is said of all rows of a column, below them; undefined: nothing. */
export function totalText({ kind, total }: ResultColumn): string | undefined {
  if (total === null) return undefined
  return kind === 'integer' || kind === 'decimal' ? grouped(String(total).replace(/(\.\d{4})\d+$/, '$1')) : kind === 'double' ? `max ${doubleText(numberOf(total), digitsOf(total))}` : undefined
}

/** Digits in groups of three, with the true minus sign; exact, however many there are. */
const grouped = (digits: string): string => digits.replace(/^-/, '−').replace(/^(\D?\d+)/, (whole) => whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ','))

/** Behind the point, for all values of a column whose highest is known: about four figures that count. */
const digitsOf = (highest: CellValue): number => (highest !== null && Math.abs(numberOf(highest)) > 1 ? (Math.abs(numberOf(highest)) >= 100 ? 1 : 2) : 4)

const byDigits = [0, 1, 2, 3, 4].map((digits) => new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }))

function doubleText(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞'
  const size = Math.abs(value)
  const text = size !== 0 && (size < 0.5 * 10 ** -digits || size >= 1e15) ? value.toExponential(2) : byDigits[digits]!.format(value)
  return text.replaceAll('-', '−')
}

const booleanText = (value: CellValue): string => (Number(value) === 1 ? 'true' : 'false')

/** Days since 1970 as "2026-01-23". */
const dateText = (value: CellValue): string => infinity(value, 2 ** 31 - 1) ?? formatDate(Number(value) * 86_400_000, 'UTC')

/** The outermost values of a type stand for infinities. */
function infinity(value: CellValue, outermost: number): string | undefined {
  const number = Number(value)
  return Math.abs(number) < outermost ? undefined : number < 0 ? '−∞' : '∞'
}
