import { lastMicros } from '#shared/engine/time.ts'

/**
 * Microseconds of a time as SQL: the number that its 64 bits hold. SPEC T5. Every query that reads event times takes them
 * from here: DuckDB's own `epoch_us` answers NULL for infinity and -infinity, which DuckDB and PostgreSQL write as the last
 * number and the same with a minus. `time` is SQL of type TIMESTAMP or TIMESTAMPTZ; the answer is NULL only where it is.
 */
export function microsSql(time: string): string {
  const infinite = `WHEN ${time} = 'infinity' THEN ${lastMicros} WHEN ${time} = '-infinity' THEN -${lastMicros}`
  return `coalesce(epoch_us(${time}), CASE ${infinite} END)`
}

/** DuckDB makes no time of smaller numbers: it begins with a whole day, 64 bits four hours before that. */
export const firstWritableMicros = -9_223_372_022_400_000_000n

/** A time as SQL, made of microseconds; the inverse of `microsSql`. DuckDB refuses numbers before `firstWritableMicros`. */
export function timeSql(micros: string, type: 'TIMESTAMP' | 'TIMESTAMPTZ'): string {
  const infinite = `WHEN ${lastMicros} THEN ${type} 'infinity' WHEN -${lastMicros} THEN ${type} '-infinity'`
  return `CASE ${micros} ${infinite} ELSE make_${type.toLowerCase()}(${micros}) END`
}

/**
 * A TIMESTAMPTZ as the TIMESTAMP in UTC, where DuckDB knows no time zones. What is before `firstWritableMicros` becomes
 * -infinity.
 */
export function utcTimestampSql(time: string): string {
  const tooEarly = `${time} = '-infinity' OR epoch_us(${time}) < ${firstWritableMicros}`
  const infinite = `WHEN ${time} = 'infinity' THEN TIMESTAMP 'infinity' WHEN ${tooEarly} THEN TIMESTAMP '-infinity'`
  return `CASE ${infinite} ELSE make_timestamp(epoch_us(${time})) END`
}
