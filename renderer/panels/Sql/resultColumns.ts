import type { ResultColumn, ResultKind } from '#renderer/duckdb/sqlResult.ts'
import { formatInstant } from '#renderer/format/format.ts'
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
      return `${manyDays ? `${dayText(ms, zone)} ` : ''}${formatInstant(ms, zone, { mark: false })}`
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
function dateText(value: CellValue): string {
  const ms = Number(value) * 86_400_000
  return Math.abs(ms) > 8.64e15 ? `${String(value)} d` : new Date(ms).toISOString().slice(0, -14)
}

function dayText(ms: number, zone: Units['zone']): string {
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return ''
  const date = new Date(ms)
  return zone === 'UTC' ? date.toISOString().slice(0, 10) : [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
}
