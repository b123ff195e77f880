import type { WindowRows } from '#shared/engine/windows.ts'

/** Rows of windows in parts of at most so many, in their order; none when there are none. */
export function rowParts(rows: WindowRows, most: number): WindowRows[] {
  if (rows.length <= most) return rows.length === 0 ? [] : [rows]
  const parts: WindowRows[] = []
  for (let from = 0; from < rows.length; from += most) {
    const to = Math.min(rows.length, from + most)
    parts.push({
      length: to - from,
      start: rows.start.subarray(from, to),
      end: rows.end.subarray(from, to),
      key: rows.key.slice(from, to),
      columns: rows.columns.map((column) => ({ ...column, values: column.values.slice(from, to), nulls: column.nulls.slice(from, to) }) as typeof column)
    })
  }
  return parts
}
