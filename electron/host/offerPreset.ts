import type { MappingCandidate, PresetColumn, PresetOffer } from '#shared/contract/source.ts'
import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import { isTimeType } from '#shared/pipeline/bindQuery.ts'
import type { NeededColumn } from './columnChecks.ts'
import { candidateOf, type ColumnReading } from './columnReading.ts'
import { isNumber, noValues, type ColumnValues } from './columnValues.ts'
import { countryReadings } from './derivedReadings.ts'
import { plainReading, quantities, scaledReading } from './mappingCandidates.ts'
import { aviationUnits, mappingPresets, metricUnits, type MappingPreset } from './mappingPresets.ts'
import { feetPerMinute, metresPerSecond, onGroundColumn, phaseReading } from './phaseReadings.ts'
import { timeReadings } from './timeReadings.ts'

export interface PresetParts {
  readonly own: readonly SilverColumn[]
  readonly values: ReadonlyMap<string, ColumnValues>
  /** What is not there yet. */
  readonly undecided: readonly NeededColumn[]
}

/** The mapping of the first preset whose columns are there, and whose values are not against it. null: there is none that helps. */
export function offerPreset(parts: PresetParts): PresetOffer | null {
  for (const preset of mappingPresets) {
    if (!isRecognised(preset, parts)) continue
    const columns = presetColumns(preset, parts)
    // One column alone is decided where the others would be.
    if (columns.length < 2) continue
    const left = parts.undecided
      .map(({ name }) => name)
      .filter((name) => !columns.some((column) => column.name === name))
    return { name: preset.name, columns: columns.toSorted(phaseLast), left }
  }
  return null
}

/** It is made of others, which are read first. */
const phaseLast = (a: PresetColumn, b: PresetColumn): number =>
  Number(a.name === 'flight_phase') - Number(b.name === 'flight_phase')

function isRecognised({ signs, isAviationUnits, ...preset }: MappingPreset, parts: PresetParts): boolean {
  if (!signs.every((names) => findColumn(names, parts.own) !== undefined)) return false
  if (!isAviationUnits) return true
  const greatest = (names: readonly string[]): number | undefined => {
    const column = findColumn(names, parts.own)
    const { min, max } = (column && parts.values.get(column.name)) ?? noValues
    return min === null || max === null ? undefined : Math.max(Math.abs(min), Math.abs(max))
  }
  const [altitude, speed, climb] = [greatest(preset.altitudes), greatest(preset.speeds), greatest(preset.climbRates)]
  const isSeen = altitude !== undefined || speed !== undefined
  return (
    !isSeen || (altitude ?? 0) > 20_000 || (speed ?? 0) > 350 || (climb ?? 0) > 100 || preset.name.startsWith('readsb')
  )
}

function findColumn(
  names: readonly string[],
  own: readonly SilverColumn[],
  fits = (_: SilverColumn) => true
): SilverColumn | undefined {
  for (const name of names) {
    const column = own.find((candidate) => candidate.name.toLowerCase() === name && fits(candidate))
    if (column) return column
  }
  return undefined
}

/** Those of the undecided columns that the preset gives. A phase needs altitude and speed, which must be there or given too. */
function presetColumns(preset: MappingPreset, parts: PresetParts): PresetColumn[] {
  const given = parts.undecided.flatMap((needed): PresetColumn[] => {
    const candidate = presetCandidate(needed.name, preset, parts)
    return candidate ? [{ name: needed.name, candidate }] : []
  })
  const isThere = (name: string) =>
    given.some((column) => column.name === name) || !parts.undecided.some((needed) => needed.name === name)
  return isThere('altitude_meters') && isThere('velocity_kmh')
    ? given
    : given.filter(({ name }) => name !== 'flight_phase')
}

function presetCandidate(
  needed: string,
  preset: MappingPreset,
  { own, values }: PresetParts
): MappingCandidate | undefined {
  const valuesOf = ({ name }: SilverColumn): ColumnValues => values.get(name) ?? noValues
  /** The first of the columns that can be read so. */
  const first = (
    names: readonly string[],
    read: (column: SilverColumn) => ColumnReading | undefined
  ): MappingCandidate | undefined => {
    const column = findColumn(names, own, (candidate) => read(candidate) !== undefined)
    const reading = column && read(column)
    return column && reading && candidateOf(column, valuesOf(column), reading)
  }
  const units = preset.isAviationUnits ? aviationUnits : metricUnits
  const measure = (names: readonly string[], factor: number | null) =>
    first(names, (column) => measureReading(needed, column, valuesOf(column), factor))
  switch (needed) {
    case 'event_timestamp':
      return first(preset.times, (column) =>
        isTimeType(column.type) ? asTime : timeReadings(column, valuesOf(column), true)[0]
      )
    case 'origin_country':
      return first(preset.addresses, (column) => countryReadings(column, valuesOf(column))[0])
    case 'altitude_meters':
      return measure(preset.altitudes, units.altitude)
    case 'velocity_kmh':
      return measure(preset.speeds, units.speed)
    case 'flight_phase': {
      const unit = preset.isAviationUnits ? feetPerMinute : metresPerSecond
      return first(preset.climbRates, (column) =>
        holdsNumbers(column, valuesOf(column))
          ? phaseReading(unit, valuesOf(column), onGroundColumn(own, values))
          : undefined
      )
    }
    default:
      return undefined
  }
}

const asTime: ColumnReading = { factor: null, reason: 'A time already.', looksRight: true }

function measureReading(
  needed: string,
  column: SilverColumn,
  values: ColumnValues,
  factor: number | null
): ColumnReading | undefined {
  const quantity = quantities[needed]
  if (!quantity || !holdsNumbers(column, values)) return undefined
  const unit = quantity.others.find((other) => other.factor === factor)
  return unit ? scaledReading(quantity, unit, values) : plainReading(needed, quantity, values)
}

/** Text too, where its values were seen. */
const holdsNumbers = ({ type }: SilverColumn, { shares }: ColumnValues): boolean =>
  isNumber(type) || (shares.number ?? 0) > 0
