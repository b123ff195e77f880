import type { SqlValue } from '../duckdb/queryResult.ts'

/** Microseconds as ISO 8601 with Z, with 0 or 6 decimals. */
export function isoInstant(value: SqlValue, decimals: 0 | 6): string {
  if (typeof value !== 'bigint') return 'null'
  const ms = value / 1000n - (value % 1000n < 0n ? 1n : 0n)
  const text = new Date(Number(ms)).toISOString().slice(0, -1)
  return decimals === 0 ? `${text.slice(0, -4)}Z` : `${text}${String(value - ms * 1000n).padStart(3, '0')}Z`
}

/** A value as JSON can hold it: what JSON has no number for is text. */
export function jsonValue(value: SqlValue): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value !== 'number') return value
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  return Object.is(value, -0) ? '-0.0' : value
}
