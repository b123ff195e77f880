import type { ReactNode } from 'react'
import type { StreamColumn } from '#shared/arrow/readStream.ts'
import type { Units } from '#renderer/store/viewStore.ts'

/** A cell as it comes from DuckDB: instants as microseconds since 1970. */
export type CellValue = string | number | bigint | null

/** `provisional`: of a window that is not closed, so never as solid as what is final. */
export type CellTone = 'alert' | 'late' | 'quiet' | 'provisional'

/** A column of a grid. What is shown is rounded for reading; what is copied and exported is `sql` itself. */
export interface GridColumn {
  /** Name in the table, in filters and in exported files. */
  readonly name: string
  /** Head of the column, with the unit where there is one. */
  readonly title: (units: Units) => string
  readonly kind: 'text' | 'number' | 'instant'
  /** Pixels, before a person changes it. */
  readonly width: number
  /** `row`: the other values of the row, by name. */
  readonly show: (value: CellValue, units: Units, row: (name: string) => CellValue) => string
  /** As it is copied, exactly; absent: the value is its own text. */
  readonly copy?: (value: CellValue) => string
  /** Read, copied and exported, shown within another column. */
  readonly hidden?: true
  readonly tone?: (value: CellValue, context: CellContext, row: (name: string) => CellValue) => CellTone | undefined
  /** A bar before the number, from 0 to 1 of its width. */
  readonly bar?: (value: CellValue) => number
  /** The shape of a state, before its word. */
  readonly glyph?: (value: CellValue) => ReactNode
}

export interface CellContext {
  readonly limits: { readonly altitudeMin: number; readonly altitudeMax: number; readonly velocityMin: number; readonly velocityMax: number }
}

export function cellAt(column: StreamColumn | undefined, row: number): CellValue {
  if (!column || column.nulls?.[row] === 1) return null
  return column.values[row] ?? null
}

export const numberOf = (value: CellValue): number => (value === null ? NaN : Number(value))

/** A name as DuckDB takes it, whatever is in it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A text as DuckDB takes it, whatever is in it. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
