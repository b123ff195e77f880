import { comparisonWith, unscaledLimit } from '#shared/engine/comparison.ts'
import { unreachable } from '#shared/engine/fault.ts'
import type { Column, QuerySpec } from '#shared/engine/querySpec.ts'
import { slotLayoutOf, type Slot } from '#shared/engine/slots.ts'
import { isIntegral, type ValueType } from '#shared/engine/valueType.ts'
import { sparkDoubleSql, sparkIntSql } from './sparkCasts.ts'
import { microsSql } from './microsSql.ts'
import { filePositionColumn, quoteName } from './sqlText.ts'

/**
 * Which values the second moments are made of. DuckDB refuses var_pop over NaN, infinities and values beyond 1e154, where Spark answers:
 * `all` comes first, since it is a fifth cheaper; when it was refused, `moderate` (finite, below `largeMagnitude`) and, where there are any, `large`.
 */
export type Moments = 'all' | 'moderate' | 'large'

/** Squares of smaller values, summed over the rows of a pane, are still doubles. */
export const largeMagnitude = 1e145

/** What large values are multiplied by before they are squared: a power of two, so that it costs no digit. */
export const largeScale = 2 ** -600

/** The columns that a query measures. */
export function measuredColumns(spec: QuerySpec): readonly Column[] {
  const columns = new Map<string, Column>()
  for (const { slot } of slotLayoutOf(spec).slots) if (slot.kind !== 'rows') columns.set(slot.column.name, slot.column)
  return [...columns.values()]
}

/** The event time as a number, made once in a query: planning takes longer the more often its SQL stands there. No column of silver has the name. */
const microsColumn = 'microseconds of its event time'

/**
 * SQL that reduces a scan to partials: columns `file`, `pane` (number of the pane, not its start), `key` (text), then one column per lane of
 * `slotLayoutOf(spec)`: numbers as DOUBLE, exact sums and extremes of longs and decimals as text (`parseExact` reads it). NULL where there is no value.
 */
export function partialsSql(spec: QuerySpec, eventTime: string, scan: string, options: { readonly file: boolean; readonly moments: Moments }): string {
  const file = options.file ? quoteName(filePositionColumn) : '0'
  const time = quoteName(eventTime)
  const inputs = measuredColumns(spec).flatMap((column) => inputsOf(column, options.moments))
  const lanes = slotLayoutOf(spec).slots.flatMap(({ slot }) => lanesSql(slot, options.moments))
  return `SELECT file, pane, key, ${lanes.map((sql, i) => `${sql} AS l${i}`).join(', ')}
FROM (SELECT ${file} AS file, ${floorDivSql(quoteName(microsColumn), spec.window.pane)} AS pane, ${keySql(spec.key)} AS key${inputs.map((sql) => `, ${sql}`).join('')}
  FROM (SELECT *, ${microsSql(time)} AS ${quoteName(microsColumn)} FROM (${scan}) WHERE ${time} IS NOT NULL))
GROUP BY file, pane, key ORDER BY file`
}

/** SQL that tells whether a scan has large values: one boolean. */
export function hasLargeSql(spec: QuerySpec, scan: string): string {
  const tests = measuredColumns(spec).map((column) => `bool_or(${isLargeSql(doubleSql(column))})`)
  return `SELECT coalesce(${tests.length === 0 ? 'false' : tests.map((test) => `coalesce(${test}, false)`).join(' OR ')}, false) AS large FROM (${scan})`
}

const isLargeSql = (value: string): string => `isfinite(${value}) AND abs(${value}) >= ${numberSql(largeMagnitude)}`

/** SQL for the event times of a scan: `rows`, `present` (not null), `low`, `high` (microseconds) and `mean` (milliseconds, of those that are finite). */
export function eventTimeSql(eventTime: string, scan: string): string {
  const time = quoteName(eventTime)
  return `SELECT count(*)::DOUBLE AS rows, count(${time})::DOUBLE AS present, ${microsSql(`min(${time})`)} AS low, ${microsSql(`max(${time})`)} AS high, avg(epoch_ms(${time})) AS mean FROM (${scan})`
}

/** SQL for the infinite event times of a scan: `file` (its position), `after` and `before`, the rows with infinity and with -infinity. No other files. */
export function infiniteTimesSql(eventTime: string, scan: string, file: boolean): string {
  const time = quoteName(eventTime)
  const count = (value: string) => `(count(*) FILTER (WHERE ${time} = '${value}'))::DOUBLE`
  return `SELECT ${file ? quoteName(filePositionColumn) : '0'} AS file, ${count('infinity')} AS after, ${count('-infinity')} AS before FROM (${scan}) WHERE ${time} IN ('infinity', '-infinity') GROUP BY file ORDER BY file`
}

/** `//` truncates; times before 1970 need the floor. Written so that no timestamp overflows. */
export function floorDivSql(value: string, divisor: bigint): string {
  return `CASE WHEN ${value} >= 0 THEN ${value} // ${divisor} ELSE -1 - ((-1 - ${value}) // ${divisor}) END`
}

/** SPEC K1: integers, dates, decimals and booleans become the text that Spark casts them to. */
export function keySql({ name, type }: Column): string {
  return type.kind === 'string' ? quoteName(name) : `CAST(${quoteName(name)} AS VARCHAR)`
}

const valueName = (column: Column) => quoteName(`${column.name} value`)
const doubleName = (column: Column) => quoteName(`${column.name} double`)
const chosenName = (column: Column) => quoteName(`${column.name} chosen`)

/** What `outsideSql` and the lanes ask of a column: its value, and its value as a double. */
export function inputsOf(column: Column, moments: Moments): string[] {
  const inputs = [`${quoteName(column.name)} AS ${valueName(column)}`, `${doubleSql(column)} AS ${doubleName(column)}`]
  const value = doubleSql(column)
  if (moments === 'moderate') inputs.push(`CASE WHEN abs(${value}) < ${numberSql(largeMagnitude)} THEN ${value} END AS ${chosenName(column)}`)
  if (moments === 'large') inputs.push(`CASE WHEN ${isLargeSql(value)} THEN ${value} * ${numberSql(largeScale)} END AS ${chosenName(column)}`)
  return inputs
}

function lanesSql(slot: Slot, moments: Moments): string[] {
  switch (slot.kind) {
    case 'rows':
      return ['count(*)::DOUBLE']
    case 'outside':
      return [`(count(*) FILTER (WHERE ${outsideSql(slot.column, slot.min, slot.max)}))::DOUBLE`]
    case 'values':
      return [`count(${slot.as === 'double' ? doubleName(slot.column) : valueName(slot.column)})::DOUBLE`]
    case 'sum':
      return [slot.as === 'double' ? `sum(${doubleName(slot.column)})` : exactSumSql(slot.column)]
    case 'min':
    case 'max':
      return [extremeSql(slot.kind, slot.column)]
    case 'moments': {
      const value = moments === 'all' ? doubleName(slot.column) : chosenName(slot.column)
      return [`count(${value})::DOUBLE`, `fsum(${value}) / count(${value})`, `var_pop(${value}) * count(${value})`]
    }
    default:
      return unreachable(slot)
  }
}

/** Sums of narrower decimals stay within DuckDB's 38 digits, whatever a pane holds. */
const widestPlainSum = 28
const splitAt = 10n ** 19n

/** A wide decimal is added in two halves: DuckDB refuses a sum of more than 38 digits, where Spark answers null. */
function exactSumSql(column: Column): string {
  if (column.type.kind !== 'decimal' || column.type.precision <= widestPlainSum) return `sum(${valueName(column)})::VARCHAR`
  const unscaled = `replace(${valueName(column)}::VARCHAR, '.', '')::HUGEINT`
  return `sum(${unscaled} // ${splitAt})::VARCHAR || ' ' || sum(${unscaled} % ${splitAt})::VARCHAR`
}

/** The unscaled value of an exact sum or extreme as `partialsSql` writes it. */
export function parseExact(text: string): bigint {
  const [high = '0', low] = text.replace('.', '').split(' ')
  return low === undefined ? BigInt(high) : BigInt(high) * splitAt + BigInt(low)
}

function extremeSql(kind: 'min' | 'max', column: Column): string {
  const type = column.type.kind === 'string' || column.type.kind === 'long' || column.type.kind === 'decimal' ? 'VARCHAR' : 'DOUBLE'
  return `${kind}(${valueName(column)})::${type}`
}

/** Over the columns that `inputsOf` gives. SPEC A3. The comparison follows the column's type, as Spark's does with a number on the other side. */
export function outsideSql(column: Column, min: number, max: number): string {
  return `${comparable(column, max)} > ${limitSql(column.type, max, 'floor')} OR ${comparable(column, min)} < ${limitSql(column.type, min, 'ceil')}`
}

function comparable(column: Column, limit: number): string {
  switch (comparisonWith(column.type, limit)) {
    case 'exact':
      return valueName(column)
    case 'int':
      return sparkIntSql(valueName(column), 'INTEGER')
    case 'long':
      return sparkIntSql(valueName(column), 'BIGINT')
    case 'double':
      return doubleName(column)
  }
}

function limitSql(type: ValueType, limit: number, round: 'floor' | 'ceil'): string {
  if (type.kind === 'decimal') return decimalLimitSql(type, limit, round)
  if (isIntegral(type) && Number.isSafeInteger(limit)) return `${limit}::BIGINT`
  return numberSql(limit)
}

/** A limit that a decimal column can be compared with as it is: with the column's decimals, and cut off where no value of the column comes. */
function decimalLimitSql({ precision, scale }: { readonly precision: number; readonly scale: number }, limit: number, round: 'floor' | 'ceil'): string {
  const wide = Math.min(38, precision + 1)
  const unscaled = unscaledLimit(limit, scale, round)
  const magnitude = unscaled < 0n ? -unscaled : unscaled
  const most = 10n ** BigInt(wide) - 1n
  const digits = String(magnitude > most ? most : magnitude).padStart(scale + 1, '0')
  return `CAST('${limit < 0 ? '-' : ''}${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}' AS DECIMAL(${wide},${scale}))`
}

const numberSql = (value: number): string => `CAST('${value}' AS DOUBLE)`

/** SPEC A4: numbers widened, strings read as Spark reads them. */
export function doubleSql({ name, type }: Column): string {
  return type.kind === 'string' ? sparkDoubleSql(quoteName(name)) : type.kind === 'double' ? quoteName(name) : `CAST(${quoteName(name)} AS DOUBLE)`
}
