import { Fault } from '#shared/engine/fault.ts'
import { isIntegral, typeName, type ValueType } from '#shared/engine/valueType.ts'
import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import { defaultZone, type ColumnForm, type ColumnMapping, type ColumnOrigin } from '#shared/pipeline/columnMapping.ts'
import { countryOfAddressSql } from '#shared/query/countrySql.ts'
import { onGroundSql, phaseOfFlightSql, type OnGroundForm } from '#shared/query/phaseSql.ts'
import { sparkCastToDoubleSql } from '#shared/query/sparkCasts.ts'
import {
  instantOfDecimalSql,
  instantOfDoubleSql,
  instantOfIntegerSql,
  instantOfLocalSql,
  instantOfNumberTextSql,
  instantOfTextSql,
  type EpochPower
} from '#shared/query/sparkTimes.ts'
import { quoteName } from '#shared/query/sqlText.ts'
import type { Source } from './source.ts'

/** How a mapped column is made of columns of its source. */
export interface MadeColumn {
  readonly name: string
  readonly type: ValueType | string
  /** Over columns of the source. */
  readonly sql: string
  /** Columns of the source, the one that it is mapped to first. */
  readonly reads: readonly [string, ...string[]]
  /** A change of it under a checkpoint is refused. */
  readonly identity: string
}

type Unmapped = Pick<Source, 'name' | 'columns' | 'columnIdentity'>

/**
 * Fault `schema` where the source lacks a column, or has it in a type that cannot be read so: it names the column, its
 * type and what is needed.
 */
export function makeColumn(source: Unmapped, mapping: ColumnMapping, name: string, origin: ColumnOrigin): MadeColumn {
  const column = originColumn(source, `silver.columns.${name}.from`, origin.from)
  if (origin.as === 'phase of flight') return phaseOfFlight(source, mapping, name, origin, column)
  const made = madeOf(name, origin, column)
  const zone = zoneOf(origin)
  const read = `${factorText(origin)}${origin.as === undefined ? '' : ` as ${origin.as}`}${zone === undefined ? '' : ` in ${zone}`}`
  return {
    name,
    ...made,
    reads: [column.name],
    identity: `${source.columnIdentity(column.name)} of ${column.name}${read}`
  }
}

/** `key`: the setting that names it. */
function originColumn(source: Unmapped, key: string, name: string): SilverColumn {
  const exact = source.columns.find((candidate) => candidate.name === name)
  const found = exact ?? source.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
  if (found) return found
  throw new Fault(
    'schema',
    `${key} is ${name}, and ${source.name} has no such column. It has: ${source.columns.map((own) => own.name).join(', ')}`
  )
}

const factorText = ({ factor }: ColumnOrigin): string => (factor === undefined ? '' : ` times ${factor}`)

const zoneOf = ({ as, zone }: ColumnOrigin): string | undefined => (as === 'ISO text' ? (zone ?? defaultZone) : zone)

function madeOf(name: string, origin: ColumnOrigin, column: SilverColumn): Pick<MadeColumn, 'type' | 'sql'> {
  const { as, factor } = origin
  const value = quoteName(column.name)
  if (as === undefined)
    return factor === undefined
      ? { type: column.type, sql: value }
      : { type: { kind: 'double' }, sql: scaledSql(name, column, factor) }
  if (as === 'country of address') return { type: { kind: 'string' }, sql: countrySql(name, column) }
  return { type: { kind: 'timestamp' }, sql: timeSql(name, origin, as, column) }
}

/** A number as a double, and whatever Spark casts to one, times a factor. */
function scaledSql(name: string, column: SilverColumn, factor: number | undefined): string {
  const value = typeof column.type === 'string' ? undefined : sparkCastToDoubleSql(quoteName(column.name), column.type)
  if (value === undefined) {
    throw new Fault(
      'schema',
      `[DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION] silver.columns.${name} takes ${column.name} as a number, and it is ${typeName(column.type)}, which cannot be cast to one: choose a column of numbers, or of text that holds them`
    )
  }
  return factor === undefined ? value : `(${value}) * CAST('${factor}' AS DOUBLE)`
}

const powers: Readonly<Partial<Record<ColumnForm, EpochPower>>> = {
  'epoch seconds': 6,
  'epoch milliseconds': 3,
  'epoch microseconds': 0,
  'epoch nanoseconds': -3
}

function timeSql(name: string, { zone }: ColumnOrigin, as: ColumnForm, column: SilverColumn): string {
  const value = quoteName(column.name)
  const { type } = column
  const power = powers[as]
  if (power !== undefined) {
    if (typeof type === 'string') throw wrongType(name, as, column, 'a number, or text that holds one')
    if (isIntegral(type)) return instantOfIntegerSql(value, power)
    if (type.kind === 'float' || type.kind === 'double') return instantOfDoubleSql(value, power)
    if (type.kind === 'decimal') return instantOfDecimalSql(value, type.scale, power)
    if (type.kind === 'string') return instantOfNumberTextSql(value, power)
    throw wrongType(name, as, column, 'a number, or text that holds one')
  }
  const kind = typeof type === 'string' ? undefined : type.kind
  if (as === 'ISO text') {
    if (kind !== 'string') throw wrongType(name, as, column, 'text')
    return instantOfTextSql(value, zone ?? defaultZone)
  }
  if (kind !== 'timestamp_ntz' && kind !== 'date')
    throw wrongType(name, as, column, 'a timestamp without a time zone, or a date')
  return instantOfLocalSql(kind === 'date' ? `CAST(${value} AS TIMESTAMP)` : value, zone ?? defaultZone)
}

function countrySql(name: string, column: SilverColumn): string {
  if (typeof column.type === 'string' || column.type.kind !== 'string')
    throw wrongType(name, 'country of address', column, 'text: addresses in hexadecimal')
  return countryOfAddressSql(quoteName(column.name))
}

/** Of the rate of climb, and of altitude and speed as the pipeline has them. */
function phaseOfFlight(
  source: Unmapped,
  mapping: ColumnMapping,
  name: string,
  origin: ColumnOrigin,
  column: SilverColumn
): MadeColumn {
  const altitude = measureOf(source, mapping, name, 'altitude_meters')
  const speed = measureOf(source, mapping, name, 'velocity_kmh')
  const ground =
    origin.onGround === undefined ? undefined : originColumn(source, `silver.columns.${name}.onGround`, origin.onGround)
  return {
    name,
    type: { kind: 'string' },
    sql: phaseOfFlightSql({
      altitudeM: altitude.sql,
      speedKmh: speed.sql,
      climbRateMs: scaledSql(name, column, origin.factor),
      ...(ground && { onGround: onGroundSql(quoteName(ground.name), groundForm(name, ground)) })
    }),
    reads: [column.name, ...altitude.reads, ...speed.reads, ...(ground ? [ground.name] : [])],
    identity: [
      `${source.columnIdentity(column.name)} of ${column.name}${factorText(origin)} as phase of flight`,
      `altitude ${altitude.identity}`,
      `speed ${speed.identity}`,
      ...(ground ? [`on ground by ${source.columnIdentity(ground.name)} of ${ground.name}`] : [])
    ].join(', ')
  }
}

/** A measure of the pipeline, mapped or not, as a double. `asker`: the mapped column that needs it. */
function measureOf(
  source: Unmapped,
  mapping: ColumnMapping,
  asker: string,
  measure: string
): Omit<MadeColumn, 'name' | 'type'> {
  const mapped = Object.entries(mapping).find(([name]) => name.toLowerCase() === measure)
  if (!mapped && !source.columns.some(({ name }) => name.toLowerCase() === measure)) {
    throw new Fault(
      'schema',
      `silver.columns.${asker} is made of ${measure} too, and ${source.name} has no such column: map another one to it with silver.columns`
    )
  }
  const [name, origin] = mapped ?? [measure, { from: measure }]
  if (origin.as !== undefined)
    throw new Fault(
      'schema',
      `silver.columns.${asker} is made of ${name}, and silver.columns.${name} reads ${origin.from} as ${origin.as}: map ${name} to a column of numbers`
    )
  const made = makeColumn(source, mapping, name, origin)
  return {
    ...made,
    sql: scaledSql(name, originColumn(source, `silver.columns.${name}.from`, origin.from), origin.factor)
  }
}

function groundForm(name: string, { name: ground, type }: SilverColumn): OnGroundForm {
  const kind = typeof type === 'string' ? undefined : type.kind
  if (kind === 'boolean') return 'boolean'
  if (kind === 'string') return 'text'
  if (kind === 'float' || kind === 'double' || kind === 'decimal' || (typeof type !== 'string' && isIntegral(type)))
    return 'number'
  throw new Fault(
    'schema',
    `silver.columns.${name}.onGround is ${ground}, which is ${typeName(type)}: it must be a boolean, a number that is 0 in the air, or text that says "ground"`
  )
}

/** Says so where the column needs no mapping of this kind at all. */
function wrongType(name: string, as: ColumnForm, column: SilverColumn, needed: string): Fault {
  const isTime = typeof column.type !== 'string' && column.type.kind === 'timestamp' && as !== 'country of address'
  const next = isTime ? 'leave "as" out: it is a time already' : 'choose another column, or another form'
  return new Fault(
    'schema',
    `silver.columns.${name} reads ${column.name} as ${as}, and it is ${typeName(column.type)}; ${as} needs ${needed}: ${next}`
  )
}
