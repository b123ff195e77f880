import type { ValueType } from '#shared/engine/valueType.ts'

/** Before it reads a whole number Spark trims white space and control characters (UTF8String.trimAll); before a fraction, as Java does, all up to the blank. */
const trimmed = (value: string, characters: string) => `regexp_replace(${value}, '^[${characters}]+|[${characters}]+$', '', 'g')`
const beforeWhole = '\\x00-\\x20\\x7f'
const beforeFraction = '\\x00-\\x20'

/** Spark's cast of a string to INT with ANSI mode off (UTF8String.toInt): digits, then a fraction that is cut off; no exponent; null beyond the type's range. */
export function sparkIntSql(value: string, type: 'INTEGER' | 'BIGINT'): string {
  const text = trimmed(value, beforeWhole)
  return `CASE WHEN regexp_full_match(${text}, '[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]*)') THEN TRY_CAST(regexp_replace(regexp_replace(${text}, '\\..*$', ''), '^([+-]?)$', '\\10') AS ${type}) END`
}

/** Spark's cast of a string to DOUBLE: what Java's Double.parseDouble takes in decimal notation (not in hexadecimal), and inf, infinity, nan in any case. */
export function sparkDoubleSql(value: string): string {
  const text = trimmed(value, beforeFraction)
  return `CASE WHEN regexp_full_match(${text}, '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?[dDfF]?') THEN TRY_CAST(rtrim(${text}, 'dDfF') AS DOUBLE) WHEN lower(${text}) IN ('nan', 'inf', '+inf', '-inf', 'infinity', '+infinity', '-infinity') THEN TRY_CAST(ltrim(${text}, '+') AS DOUBLE) WHEN ${text} IN ('+NaN', '-NaN') THEN 'NaN'::DOUBLE END`
}

/** Decimals of more digits lose some of them on DuckDB's way to a double. */
const exactDigits = 15

/**
 * Spark's cast to DOUBLE with ANSI mode off: of a date NULL, of a timestamp its seconds since 1970. undefined: Spark
 * refuses to cast this type.
 */
export function sparkCastToDoubleSql(value: string, type: ValueType): string | undefined {
  switch (type.kind) {
    case 'string':
      return sparkDoubleSql(value)
    case 'date':
      return `CAST(CASE WHEN ${value} IS NULL THEN NULL END AS DOUBLE)`
    case 'timestamp':
      return `CASE WHEN isfinite(${value}) THEN epoch_us(${value})::DOUBLE / 1000000::DOUBLE END`
    case 'timestamp_ntz':
    case 'binary':
      return undefined
    case 'decimal':
      return type.precision > exactDigits ? `CAST(CAST(${value} AS VARCHAR) AS DOUBLE)` : `CAST(${value} AS DOUBLE)`
    default:
      return `CAST(${value} AS DOUBLE)`
  }
}
