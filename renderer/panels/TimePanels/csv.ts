import { isoOfMillis } from '#shared/time/formatTime.ts'
import { guarded } from '#renderer/format/spreadsheet.ts'

/** A value of a cell; a number is never guarded, a text may be a formula to a spreadsheet. */
export type CsvValue = string | number | null

/** RFC 4180 with a header: null is empty, NaN is "NaN", and a text that a spreadsheet would run as a formula gets an apostrophe in front. */
export function csvOf(head: readonly string[], rows: Iterable<readonly CsvValue[]>): string {
  const lines = [head.map(cellOf).join(',')]
  for (const row of rows) lines.push(row.map(cellOf).join(','))
  return lines.join('\r\n') + '\r\n'
}

function cellOf(value: CsvValue): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = guarded(value)
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** "2025-01-23T13:19:00.000Z". */
export const isoOf = isoOfMillis
