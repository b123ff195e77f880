import { sparkDoubleSql } from './sparkCasts.ts'
import { quoteLiteral, quoteName } from './sqlText.ts'

/*
 * SQL for instants (TIMESTAMP WITH TIME ZONE) out of what is none, as Spark with ANSI mode off makes them. Where Spark
 * would make up a time (it lets numbers that are too large overflow or stop at the last instant, and gives a text
 * without a date today's), the answer is NULL.
 */

/** Powers of ten that a number is multiplied by to give microseconds. */
export type EpochPower = 6 | 3 | 0 | -3

/** The instants that DuckDB has, in microseconds; those next to them are its infinities. */
const first = -9_223_372_022_400_000_000n
const last = 9_223_372_036_854_775_806n

/** In a time zone DuckDB fails in the last days before those. */
const margin = 7n * 86_400_000_000n

/** An integer number of seconds (10^-`power` microseconds) since 1970. */
export function instantOfIntegerSql(value: string, power: EpochPower): string {
  if (power < 0) return instantSql(`${value}::HUGEINT // ${10 ** -power}`)
  const unit = 10n ** BigInt(power)
  const isInRange = `${value} BETWEEN ${first / unit} AND ${last / unit}`
  return `CASE WHEN ${isInRange} THEN make_timestamptz(${value}::BIGINT * ${unit}) END`
}

/** As `instantOfIntegerSql`, exactly; what is left of a microsecond is cut off. */
export function instantOfDecimalSql(value: string, scale: number, power: EpochPower): string {
  const unscaled = `replace(${value}::VARCHAR, '.', '')::HUGEINT`
  const shift = power - scale
  if (shift <= 0) return instantSql(`${unscaled} // ${10n ** BigInt(-shift)}`)
  const unit = 10n ** BigInt(shift)
  const isInRange = `${unscaled} BETWEEN ${first / unit} AND ${last / unit}`
  return `CASE WHEN ${isInRange} THEN make_timestamptz((${unscaled} * ${unit})::BIGINT) END`
}

/** As Spark's cast of a double of seconds to a timestamp: multiplied, then cut off. NULL for NaN and infinities too. */
export function instantOfDoubleSql(value: string, power: EpochPower): string {
  const us = power < 0 ? `${value}::DOUBLE / ${10 ** -power}::DOUBLE` : `${value}::DOUBLE * ${10 ** power}::DOUBLE`
  const isInRange = `${us} >= ${first}::DOUBLE AND ${us} < ${last + 2n}::DOUBLE`
  return `CASE WHEN ${isInRange} THEN make_timestamptz(trunc(${us})::BIGINT) END`
}

/** Text that holds a number, as Spark casts it to a double; whole numbers keep all of their digits. */
export function instantOfNumberTextSql(value: string, power: EpochPower): string {
  const isWhole = `regexp_full_match(${value}, '[\\x00-\\x20]*[+-]?[0-9]{1,18}[\\x00-\\x20]*')`
  const whole = `regexp_extract(${value}, '[+-]?[0-9]+')::BIGINT`
  const otherwise = instantOfDoubleSql(`(${sparkDoubleSql(value)})`, power)
  return `CASE WHEN ${isWhole} THEN ${instantOfIntegerSql(whole, power)} ELSE ${otherwise} END`
}

/**
 * A TIMESTAMP that is in a time zone, as Java resolves it: a time that the clocks leave out is later by what they
 * leave out, of one that they show twice it is the first. NULL for infinities. `zone`: an IANA name.
 */
export function instantOfLocalSql(value: string, zone: string): string {
  const us = `epoch_us(${value})`
  const instant = isUtc(zone) ? `make_timestamptz(${us})` : inZoneSql(value, quoteLiteral(zone))
  return `CASE WHEN isfinite(${value}) THEN ${instant} END`
}

const isUtc = (zone: string): boolean => zone.toUpperCase() === 'UTC'

/** ICU gives the second of two instants with the same local time; the first one has the offset of the day before. */
function inZoneSql(local: string, zone: string): string {
  const at = (us: string) => `epoch_us(timezone(${zone}, make_timestamptz(${us})))`
  const instant = letSql('later', `epoch_us(timezone(${zone}, ${local}))`, (later) => {
    const dayBefore = `${later} - 86400000000`
    return letSql('earlier', `epoch_us(${local}) - (${at(dayBefore)} - (${dayBefore}))`, (earlier) => {
      const isEarlier = `${earlier} < ${later} AND ${at(earlier)} = epoch_us(${local})`
      return `make_timestamptz(CASE WHEN ${isEarlier} THEN ${earlier} ELSE ${later} END)`
    })
  })
  return `CASE WHEN epoch_us(${local}) BETWEEN ${first + margin} AND ${last - margin} THEN ${instant} END`
}

/** What Spark trims from both ends of a text, and what Java trims from the name of a zone. */
const blank = '\\x00-\\x20\\x7f'
const zoneBlank = '\\x00-\\x20'

/**
 * What Spark's cast takes: a date or the beginning of one, then a time or the beginning of one, then whatever names a
 * zone.
 */
const dateSql = '([+-]?)([0-9]{4,6})(?:-([0-9]{1,2})(?:-([0-9]{1,2})'
const timeSql = '(?:[ T]([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:\\.([0-9]*))?([^0-9].*)?)?)?)?'
const textPattern = `(?s)^${dateSql}${timeSql})?)?$`
const textParts = ['sign', 'year', 'month', 'day', 'hour', 'minute', 'second', 'fraction', 'zone']

/** The usual forms, which need no taking apart. */
const plainPattern = '[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?'

/** An offset as Java reads it, with or without a prefix. */
const offsetPattern = '^(?:UTC|GMT|UT)?([+-])([0-9]{2})(?:([0-5][0-9])([0-5][0-9])?|:([0-5][0-9])(?::([0-5][0-9]))?)?$'
const offsetParts = ['sign', 'h', 'm', 's', 'cm', 'cs']

/** Zones that DuckDB has and Java has not. */
const unknownToJava = ['Canada/East-Saskatchewan', 'Factory', 'ROC', 'US/Pacific-New']
const isJavas = `name NOT IN (${unknownToJava.map(quoteLiteral).join(', ')})`
const regionsSql = `(SELECT list(name) FROM pg_timezone_names() WHERE ${isJavas})`

/** A name at the end of a text that may be that of a region. */
const regionPattern = `[0-9.][${zoneBlank}]*([A-Za-z][A-Za-z0-9~/._+-]+)$`

/**
 * Text that holds a date and a time, as Spark's cast to TIMESTAMP reads it in a session time zone
 * (SparkDateTimeUtils.stringToTimestamp). NULL where it reads none, and for a time without a date. `zone`: an IANA
 * name, for text that names none.
 */
export function instantOfTextSql(value: string, zone: string): string {
  const isPlain = `regexp_full_match(${value}, '${plainPattern}Z${isUtc(zone) ? '?' : ''}')`
  const plain = `make_timestamptz(epoch_us(TRY_CAST(rtrim(${value}, 'Z') AS TIMESTAMP)))`
  const trimmed = `regexp_replace(${value}, '^[${blank}]+|[${blank}]+$', '', 'g')`
  const parts = `regexp_extract(${trimmed}, ${quoteLiteral(textPattern)}, [${textParts.map(quoteLiteral).join(', ')}])`
  const read = (instant: (local: string, zone: string) => string) =>
    letSql('parts', parts, (taken) =>
      letSql('local', localSql(taken), (local) =>
        letSql('zone', trimmedZoneSql(`struct_extract(${taken}, 'zone')`), (named) => instant(local, named))
      )
    )
  const region = `regexp_extract(${trimmed}, '${regionPattern}', 1)`
  const inRegion = read((local, named) => `CASE WHEN ${named} = ${region} THEN ${inZoneSql(local, named)} END`)
  const atOffset = read((local, named) =>
    letSql('padded zone', paddedSql(named), (padded) => atOffsetSql(local, padded, zone))
  )
  // The list of regions stands apart: a subquery may not be within a lambda.
  const isInRegion = `list_contains(${regionsSql}, ${region})`
  return `CASE WHEN ${isPlain} THEN ${plain} WHEN ${isInRegion} THEN ${inRegion} ELSE ${atOffset} END`
}

/**
 * A value that is computed once and used several times. Its name is one that no column of silver is likely to have:
 * DuckDB takes the column for it otherwise.
 */
function letSql(name: string, value: string, body: (name: string) => string): string {
  const unlike = quoteName(`the ${name} of this value`)
  return `list_transform([${value}], lambda ${unlike}: ${body(unlike)})[1]`
}

/** NULL for a day that no calendar has, and for 24 o'clock, which DuckDB would take. */
function localSql(parts: string): string {
  const partOf = (name: string) => `struct_extract(${parts}, '${name}')`
  const part = (name: string, otherwise: string) => `coalesce(nullif(${partOf(name)}, ''), '${otherwise}')`
  const year = `replace(${partOf('sign')}, '+', '') || ${partOf('year')}`
  const hour = `nullif(${part('hour', '0')}, '24')`
  const second = `${part('second', '0')} || '.' || left(${part('fraction', '0')}, 6)`
  const date = [year, part('month', '1'), part('day', '1')].join(" || '-' || ")
  const time = [hour, part('minute', '0'), second].join(" || ':' || ")
  return `TRY_CAST(${date} || ' ' || ${time} AS TIMESTAMP)`
}

const trimmedZoneSql = (zone: string): string => `regexp_replace(${zone}, '^[${zoneBlank}]+|[${zoneBlank}]+$', '', 'g')`

/** Spark writes single digits of an offset with two. */
function paddedSql(zone: string): string {
  const hours = `regexp_replace(${zone}, '([+-])([0-9])(:|$)', '\\10\\2\\3')`
  return `regexp_replace(${hours}, '([+-][0-9]{2}):([0-9])$', '\\1:0\\2')`
}

function atOffsetSql(local: string, zone: string, otherwise: string): string {
  const parts = `regexp_extract(${zone}, '${offsetPattern}', [${offsetParts.map(quoteLiteral).join(', ')}])`
  const offset = letSql('offset', parts, offsetUsSql)
  return [
    `CASE WHEN ${zone} = '' THEN ${instantOfLocalSql(local, otherwise)}`,
    `WHEN ${zone} IN ('Z', 'UTC', 'GMT', 'UT') THEN make_timestamptz(epoch_us(${local}))`,
    `WHEN regexp_matches(${zone}, '${offsetPattern}') THEN ${instantSql(`epoch_us(${local})::HUGEINT - ${offset}`)} END`
  ].join(' ')
}

/** NULL beyond 18 hours. */
function offsetUsSql(parts: string): string {
  const number = (name: string) => `coalesce(TRY_CAST(struct_extract(${parts}, '${name}') AS BIGINT), 0)`
  const seconds = `(${number('h')} * 3600 + (${number('m')} + ${number('cm')}) * 60 + ${number('s')} + ${number('cs')})`
  const unit = `CASE struct_extract(${parts}, 'sign') WHEN '-' THEN -1000000 ELSE 1000000 END`
  return `CASE WHEN ${seconds} <= 64800 THEN ${seconds} * ${unit} END`
}

const instantSql = (us: string): string =>
  `CASE WHEN ${us} BETWEEN ${first} AND ${last} THEN make_timestamptz((${us})::BIGINT) END`
