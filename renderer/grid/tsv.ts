import { cellAt, type CellValue, type GridColumn } from './gridColumn.ts'
import { guarded } from '#renderer/format/spreadsheet.ts'
import { isoOfMicros } from '#shared/time/formatTime.ts'
import type { StreamTable } from '#shared/arrow/readStream.ts'

/** Rows as tab-separated values under their names: values as they are, not as they are shown; texts that a spreadsheet would run are guarded by an apostrophe. */
export function tsvOf(columns: readonly GridColumn[], { columns: values, length }: StreamTable): string {
  const lines = [columns.map(({ name }) => name).join('\t')]
  for (let row = 0; row < length; row++) lines.push(columns.map(({ kind, copy }, i) => textOf(kind, cellAt(values[i], row), copy)).join('\t'))
  return `${lines.join('\n')}\n`
}

function textOf(kind: GridColumn['kind'], value: CellValue, copy: GridColumn['copy']): string {
  if (value === null) return ''
  if (copy) return copy(value)
  if (kind === 'instant') return instantText(BigInt(value))
  if (typeof value !== 'string' || kind === 'number') return String(value)
  return guarded(value).replaceAll(/[\t\r\n]/g, ' ')
}

/** "2026-01-23T13:29:00Z"; with fractions where there are any. The outermost values are DuckDB's infinities. */
export function instantText(micros: bigint): string {
  return micros >= 2n ** 63n - 1n || micros <= 1n - 2n ** 63n ? `${micros} µs` : isoOfMicros(micros)
}
