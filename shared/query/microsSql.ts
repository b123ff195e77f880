import { lastMicros } from '#shared/engine/time.ts'

/**
 * Microseconds of a time as SQL: the number that its 64 bits hold. SPEC T5. Every query that reads event times takes them from here: DuckDB's own `epoch_us`
 * answers NULL for infinity and -infinity, which DuckDB and PostgreSQL write as the last number and the one with its sign turned. `time` is SQL of type
 * TIMESTAMP or TIMESTAMPTZ; the answer is NULL only where it is null.
 */
export function microsSql(time: string): string {
  return `coalesce(epoch_us(${time}), CASE WHEN ${time} = 'infinity' THEN ${lastMicros} WHEN ${time} = '-infinity' THEN -${lastMicros} END)`
}

/** DuckDB makes no time of smaller numbers: it begins with a whole day, 64 bits four hours before that. */
export const firstWritableMicros = -9_223_372_022_400_000_000n

/** A time as SQL, made of microseconds; the inverse of `microsSql`. DuckDB refuses numbers before `firstWritableMicros`, but for -infinity. */
export function timeSql(micros: string, type: 'TIMESTAMP' | 'TIMESTAMPTZ'): string {
  return `CASE ${micros} WHEN ${lastMicros} THEN ${type} 'infinity' WHEN -${lastMicros} THEN ${type} '-infinity' ELSE make_${type.toLowerCase()}(${micros}) END`
}

/** A TIMESTAMPTZ as the TIMESTAMP in UTC, where DuckDB knows no time zones. What is before `firstWritableMicros` becomes -infinity. */
export function utcTimestampSql(time: string): string {
  return `CASE WHEN ${time} = 'infinity' THEN TIMESTAMP 'infinity' WHEN ${time} = '-infinity' OR epoch_us(${time}) < ${firstWritableMicros} THEN TIMESTAMP '-infinity' ELSE make_timestamp(epoch_us(${time})) END`
}
