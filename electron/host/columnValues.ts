import { isFault } from '#shared/engine/fault.ts'
import { isIntegral, type ValueType } from '#shared/engine/valueType.ts'
import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import { countryOfAddressSql } from '#shared/query/countrySql.ts'
import { sparkDoubleSql } from '#shared/query/sparkCasts.ts'
import { instantOfTextSql } from '#shared/query/sparkTimes.ts'
import { quoteName } from '#shared/query/sqlText.ts'
import type { Database } from '../duckdb/database.ts'
import { epochUnits, plausibleSql, type EpochForm } from './epochUnits.ts'
import { queryOneFile, type Reading } from './sourceSteps.ts'

/** What one file has in a column. */
export interface ColumnValues {
  /** Of numbers, and of text that holds them; of times the milliseconds since 1970, as if they were UTC. */
  readonly min: number | null
  readonly max: number | null
  /** For which part of the values something holds, 0 to 1; of the first 10,000 rows. */
  readonly shares: Readonly<Partial<Record<ValueShare, number>>>
}

/** `number`: text that holds one. `time`: text that holds a date and a time of day; `zoned`: with a time zone. `ground`: that very word. */
export type ValueShare = EpochForm | 'number' | 'time' | 'zoned' | 'address' | 'country' | 'ground'

export const noValues: ColumnValues = { min: null, max: null, shares: {} }

/** Columns whose values have a range. */
export const isNumber = (type: ValueType | string): boolean =>
  typeof type !== 'string' && (isIntegral(type) || ['float', 'double', 'decimal'].includes(type.kind))

export const isText = (type: ValueType | string): boolean => typeof type !== 'string' && type.kind === 'string'

/** So large a share says what a column is; a few values may be broken. */
export const most = 0.9

/** Rows that are enough to see what kind of text a column holds. */
const sampledRows = 10_000

/** By name; without columns that cannot be read, which a later step reports. */
export async function readColumnValues(
  database: Database,
  read: Reading,
  own: readonly SilverColumn[]
): Promise<ReadonlyMap<string, ColumnValues>> {
  const sample = await readEach(database, read, own.flatMap(sharesOf), sampledRows)
  const ranges = own.flatMap((column) => rangeOf(column, sample.get(column.name)?.shares ?? {}))
  const whole = await readEach(database, read, ranges, undefined)
  return new Map(
    own.map(({ name }) => [name, { ...(whole.get(name) ?? noValues), shares: sample.get(name)?.shares ?? {} }])
  )
}

function sharesOf({ name, type }: SilverColumn): Seen[] {
  if (isNumber(type)) return [{ name, range: undefined, shares: epochShares(`${quoteName(name)}::DOUBLE`) }]
  return isText(type) ? [{ name, range: undefined, shares: textShares(name) }] : []
}

/** None for text that holds neither times nor numbers. */
function rangeOf({ name, type }: SilverColumn, { number = 0, time = 0 }: ColumnValues['shares']): Seen[] {
  const value = quoteName(name)
  const seen = (range: string): Seen[] => [{ name, range, shares: {} }]
  if (isNumber(type)) return seen(`${value}::DOUBLE`)
  if (isLocal(type)) return seen(msSql(value))
  if (!isText(type)) return []
  if (time >= most) return seen(msSql(timeOfText(value)))
  return number > 0 ? seen(`(${sparkDoubleSql(value)})`) : []
}

const msSql = (time: string): string => `epoch_us(${time})::DOUBLE / 1000`

const isLocal = (type: ValueType | string): boolean => typeof type !== 'string' && type.kind === 'timestamp_ntz'

/** A column with the SQL of what is asked of its values. */
interface Seen {
  readonly name: string
  readonly range: string | undefined
  readonly shares: Readonly<Partial<Record<ValueShare, string>>>
}

const epochShares = (number: string): Seen['shares'] =>
  Object.fromEntries(epochUnits.map((unit) => [unit.as, plausibleSql(number, unit)]))

function textShares(name: string): Seen['shares'] {
  const value = quoteName(name)
  const number = `(${sparkDoubleSql(value)})`
  return {
    ...epochShares(number),
    number: `${number} IS NOT NULL`,
    time: `(${timeOfText(value)}) IS NOT NULL`,
    zoned: `${mayBeTime(value)} AND regexp_matches(${value}, ':[0-9. ]*(Z|[+-][0-9:]+|[A-Za-z][A-Za-z0-9/_+-]*)\\s*$')`,
    address: `regexp_full_match(trim(${value}), '~?[0-9a-fA-F]{6}')`,
    country: `${countryOfAddressSql(value)} IS NOT NULL`,
    ground: `lower(trim(${value})) = 'ground'`
  }
}

/** A date and a time of day. */
const mayBeTime = (value: string): string =>
  `regexp_matches(${value}, '^\\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[ T][0-9]{1,2}:')`

/** The cast of other text would take much time. */
const timeOfText = (value: string): string => `CASE WHEN ${mayBeTime(value)} THEN ${instantOfTextSql(value, 'UTC')} END`

/** All at once, or one by one where one of them cannot be read. */
async function readEach(
  database: Database,
  read: Reading,
  seen: readonly Seen[],
  limit: number | undefined
): Promise<Map<string, ColumnValues>> {
  const together = await readSeen(database, read, seen, limit)
  if (together) return together
  const alone = new Map<string, ColumnValues>()
  for (const one of seen)
    for (const [name, values] of (await readSeen(database, read, [one], limit)) ?? []) alone.set(name, values)
  return alone
}

async function readSeen(
  database: Database,
  read: Reading,
  seen: readonly Seen[],
  limit: number | undefined
): Promise<Map<string, ColumnValues> | undefined> {
  if (seen.length === 0) return new Map()
  const select = seen.flatMap(({ name, range, shares }, i) => [
    ...(range === undefined
      ? []
      : ['min', 'max'].map((side) => `${side}(${range}) FILTER (WHERE isfinite(${range})) AS ${side}${i}`)),
    ...Object.values(shares).map(
      (sql, j) => `avg(coalesce(${sql}, false)::INT) FILTER (WHERE ${quoteName(name)} IS NOT NULL) AS s${i}_${j}`
    )
  ])
  try {
    const query = { columns: seen.map(({ name }) => name), select: select.join(', '), limit }
    const [row] = (await queryOneFile(database, read.source, read, query, true))?.result.rows() ?? []
    const value = (key: string): number | null => (typeof row?.[key] === 'number' ? row[key] : null)
    return new Map(
      seen.map(({ name, shares }, i) => [
        name,
        {
          min: value(`min${i}`),
          max: value(`max${i}`),
          shares: Object.fromEntries(Object.keys(shares).map((share, j) => [share, value(`s${i}_${j}`) ?? 0]))
        }
      ])
    )
  } catch (error) {
    if (isFault(error) && error.code === 'interrupted') throw error
    return undefined
  }
}
