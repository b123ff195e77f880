import type { TypedColumn } from '#shared/arrow/arrowStream.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import type { WindowRows } from '#shared/engine/windows.ts'
import { memoryColumns } from '../sink/goldTable.ts'

/** Rows of windows as Arrow columns, as gold has them. Decimals become text with their point. */
export function goldStreamColumns(spec: QuerySpec, rows: WindowRows): TypedColumn[] {
  return memoryColumns(spec, rows).map(({ name, type, values, nulls }) => ({
    name,
    type,
    values: type.kind === 'decimal' ? Array.from(values, (value) => (value === null ? null : pointed(String(value), type.scale))) : values,
    nulls: nulls && nulls.length > 0 ? nulls : undefined
  }))
}

function pointed(unscaled: string, scale: number): string {
  if (scale === 0) return unscaled
  const digits = unscaled.replace('-', '').padStart(scale + 1, '0')
  return `${unscaled.startsWith('-') ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
