import type { QueryResult, SqlValue } from '#electron/duckdb/queryResult.ts'

export const resultColumns = (result: QueryResult): SqlValue[][] => result.names.map((_, i) => result.values(i))

/** Rows as text, sorted, columns by name: two tables with the same rows give the same, in whatever order they hold them. */
export function rowsAsText(names: readonly string[], columns: readonly (readonly SqlValue[])[]): string[] {
  const byName = names.map((name, i) => [name, columns[i]!] as const).sort(([a], [b]) => (a < b ? -1 : 1))
  return Array.from({ length: columns[0]?.length ?? 0 }, (_, row) => byName.map(([name, values]) => `${name}: ${textOf(values[row] ?? null)}`).join(' | ')).sort()
}

function textOf(value: SqlValue): string {
  if (typeof value === 'number' && Object.is(value, -0)) return '-0'
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) {
    const items = value.map(textOf)
    const isMap = value.some((item) => typeof item === 'object' && item !== null && Object.keys(item).join() === 'key,value')
    return `[${(isMap ? items.sort() : items).join(', ')}]`
  }
  if (typeof value === 'object' && value !== null) return `{${Object.entries(value as Record<string, SqlValue>).map(([name, field]) => `${name}: ${textOf(field)}`).join(', ')}}`
  return String(value)
}
