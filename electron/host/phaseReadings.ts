import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import { phaseRule } from '#shared/query/phaseSql.ts'
import type { ColumnReading } from './columnReading.ts'
import { isNumber, isText, noValues, type ColumnValues } from './columnValues.ts'
import { numberText } from './numberText.ts'

/** Names of climb rates, without case and anything but letters. */
const climbNames =
  /^(vert(ical)?(rate|speed)|baro(metric)?rate|geom?(etric)?(vert)?rate|rateofclimb|climbrate|roc|vspeed|vs)(ms|mps|fpm|ftmin|ftpermin)?$/

interface ClimbUnit {
  readonly said: string
  readonly factor: number | null
}

export const metresPerSecond: ClimbUnit = { said: 'metres per second', factor: null }
export const feetPerMinute: ClimbUnit = { said: 'feet per minute', factor: 0.00508 }

/** A climb rate beyond this, in m/s, no recording of flights has; in feet per minute nearly every one has it. */
const greatestMs = 100

/** Whether a column is a climb rate by its name, and how it tells the phase of a flight. */
export function phaseReadings(
  column: SilverColumn,
  own: readonly SilverColumn[],
  values: ReadonlyMap<string, ColumnValues>
): ColumnReading[] {
  const name = column.name.toLowerCase().replace(/[^a-z]+/g, '')
  const found = values.get(column.name) ?? noValues
  if (!climbNames.test(name) || !(isNumber(column.type) || (isText(column.type) && (found.shares.number ?? 0) > 0)))
    return []
  const onGround = onGroundColumn(own, values)
  return unitsOf(name, found).map((unit) => phaseReading(unit, found, onGround))
}

/** With `factor` null for metres per second. */
export function phaseReading(
  { said, factor }: ClimbUnit,
  { min, max }: ColumnValues,
  onGround: string | undefined
): ColumnReading {
  const range = min === null || max === null ? '' : `: ${numberText(min)} to ${numberText(max)}`
  return {
    factor,
    as: 'phase of flight',
    ...(onGround !== undefined && { onGround }),
    reason: `By a rule: ${phaseRule}. The climb rate is read as ${said}${range}.`,
    looksRight: true,
    bonus: 1.5
  }
}

/** The likelier first. */
function unitsOf(name: string, { min, max }: ColumnValues): readonly ClimbUnit[] {
  if (/(fpm|ftmin|ftpermin)$/.test(name)) return [feetPerMinute]
  if (/(ms|mps)$/.test(name)) return [metresPerSecond]
  const greatest = Math.max(Math.abs(min ?? 0), Math.abs(max ?? 0))
  return greatest > greatestMs ? [feetPerMinute] : [metresPerSecond, feetPerMinute]
}

const groundNames = /^(is)?(on|at)?(ground|gnd)$/

/** The column that tells whether an aircraft stands on the ground: a truth, a 0 or 1, or an altitude that is "ground" then, as readsb writes it. */
export function onGroundColumn(
  own: readonly SilverColumn[],
  values: ReadonlyMap<string, ColumnValues>
): string | undefined {
  const isNamed = ({ name }: SilverColumn) => groundNames.test(name.toLowerCase().replace(/[^a-z]+/g, ''))
  const isTruth = ({ type }: SilverColumn) => isNumber(type) || (typeof type !== 'string' && type.kind === 'boolean')
  const named = own.find((column) => isNamed(column) && isTruth(column))
  return (named ?? own.find((column) => isText(column.type) && (values.get(column.name)?.shares.ground ?? 0) > 0))?.name
}
