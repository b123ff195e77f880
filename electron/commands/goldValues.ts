import { isoOfMillis } from '#shared/time/formatTime.ts'
import type { SqlValue } from '../duckdb/queryResult.ts'

/** Microseconds as ISO 8601 with Z, with 0 or 6 decimals, for any year. */
export function isoInstant(value: SqlValue, decimals: 0 | 6): string {
  if (typeof value !== 'bigint') return 'null'
  const seconds = value / 1_000_000n - (value % 1_000_000n < 0n ? 1n : 0n)
  const text = isoOfMillis(Number(seconds) * 1000).replace(/\.\d+Z$/, '')
  return decimals === 0 ? `${text}Z` : `${text}.${String(value - seconds * 1_000_000n).padStart(6, '0')}Z`
}

/** A value as JSON can hold it: what JSON has no number for is text. */
export function jsonValue(value: SqlValue): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value !== 'number') return value
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  return Object.is(value, -0) ? '-0.0' : value
}
