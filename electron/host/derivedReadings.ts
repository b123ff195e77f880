import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import type { NeededColumn } from './columnChecks.ts'
import type { ColumnReading } from './columnReading.ts'
import { isText, most, noValues, type ColumnValues } from './columnValues.ts'
import { phaseReadings } from './phaseReadings.ts'
import { timeReadings } from './timeReadings.ts'

export interface DerivedParts {
  readonly own: readonly SilverColumn[]
  readonly values: ReadonlyMap<string, ColumnValues>
  /** The name speaks for the column. */
  readonly isLike: boolean
}

/** How a column may be read in another form as a needed one: times, the country of an address, the phase of a flight. */
export function derivedReadings(
  needed: NeededColumn,
  column: SilverColumn,
  { own, values, isLike }: DerivedParts
): ColumnReading[] {
  const found = values.get(column.name) ?? noValues
  if (needed.role === 'time') return timeReadings(column, found, isLike)
  if (needed.name === 'origin_country') return countryReadings(column, found)
  return needed.name === 'flight_phase' ? phaseReadings(column, own, values) : []
}

const percent = new Intl.NumberFormat('en-US', { style: 'percent' })

export function countryReadings({ name, type }: SilverColumn, { max, shares }: ColumnValues): ColumnReading[] {
  const isNamed = /^(icao24|icao_?24_?(address|addr|bit)?|hex|hexident|hex_ident|icao|mode_?s|transponder_?id)$/i.test(
    name
  )
  if (!isText(type)) return []
  const isSeen = shares.address !== undefined
  if (isSeen ? shares.address < (isNamed ? 0.5 : most) : !isNamed || max !== null) return []
  const found =
    shares.country === undefined
      ? ''
      : `; found for ${percent.format(Math.floor(shares.country * 100) / 100)} of the rows`
  const reason = `The state that the block of the address belongs to, by ICAO's table${found}.`
  return [
    { factor: null, as: 'country of address', reason, looksRight: (shares.country ?? 0) > 0, bonus: isNamed ? 1.5 : 1 }
  ]
}
