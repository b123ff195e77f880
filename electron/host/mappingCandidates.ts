import type { MappingCandidate } from '#shared/contract/source.ts'
import { typeName } from '#shared/engine/valueType.ts'
import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import { canStandFor, type NeededColumn } from './columnChecks.ts'
import { candidateOf, type ColumnReading } from './columnReading.ts'
import { isNumber, noValues, type ColumnValues } from './columnValues.ts'
import { derivedReadings } from './derivedReadings.ts'
import { numberText } from './numberText.ts'

export interface CandidateParts {
  readonly own: readonly SilverColumn[]
  /** As far as a file could be read. */
  readonly values: ReadonlyMap<string, ColumnValues>
  /** Names of columns that already stand for another needed one: they come last. */
  readonly taken: readonly string[]
}

export interface Candidates {
  readonly all: readonly MappingCandidate[]
  /** The first of them, where its name or its values speak for it. */
  readonly likeliest: MappingCandidate | undefined
}

/**
 * Columns that could stand for a needed one, the likeliest first, by name, then by whether their values look right; those
 * in another unit with a factor, those in another form with that form.
 */
export function mappingCandidates(needed: NeededColumn, { own, values, taken }: CandidateParts): Candidates {
  const scored = own
    .map((column) => ({
      column,
      likeness: likenessOf(needed.name, column.name),
      values: values.get(column.name) ?? noValues,
      isTaken: taken.includes(column.name)
    }))
    .map((entry) => ({ ...entry, readings: readingsOf(needed, entry.column, entry.values, { own, values, likeness: entry.likeness }) }))
    .filter(({ readings }) => readings.length > 0)
  const rank = ({ column, likeness, readings, isTaken }: (typeof scored)[number]) =>
    likeness + (readings[0]?.bonus ?? 0) + (readings[0]?.looksRight === true ? 0.25 : 0) - (isTaken ? 10 : 0) -
    (needed.role === 'key' && typeName(column.type) !== 'string' ? 1 : 0)
  scored.sort((a, b) => rank(b) - rank(a))
  const [first] = scored
  const all = scored.flatMap(({ column, values: seen, readings }) => readings.map((reading) => candidateOf(column, seen, reading)))
  const isLikely = first && first.likeness + (first.readings[0]?.bonus ?? 0) >= isMeant && !first.isTaken
  return { all, likeliest: isLikely ? all[0] : undefined }
}

/** As it is or in another unit, and in another form. */
function readingsOf(
  needed: NeededColumn,
  column: SilverColumn,
  values: ColumnValues,
  parts: Pick<CandidateParts, 'own' | 'values'> & { readonly likeness: number }
): ColumnReading[] {
  const isLike = parts.likeness >= isMeant
  const derived = derivedReadings(needed, column, { ...parts, isLike })
  if (!canStandFor(needed, column) || (needed.role === 'measure' && !isNumber(column.type) && parts.likeness <= 0)) return derived
  return [...derived, ...plainReadings(needed, column, values, isLike)]
}

/** Likeness from which on a name speaks for its column; one derived from it has less. */
const isMeant = 1

interface Words {
  /** Words that say that it is this. */
  readonly main: readonly string[]
  /** Words that go with it. */
  readonly side: readonly string[]
  /** What a column must hold to be the right one. */
  readonly holds: string
}

const words: Readonly<Record<string, Words>> = {
  event_timestamp: { main: ['event', 'timestamp', 'time', 'ts', 'datetime', 'instant'], side: ['observed', 'recorded', 'position', 'contact', 'at'], holds: 'the time of each observation' },
  flight_phase: { main: ['phase', 'stage'], side: ['flight', 'segment', 'state'], holds: 'the phase of each flight' },
  origin_country: { main: ['country', 'nation'], side: ['origin', 'registration', 'state'], holds: 'the country of each aircraft' },
  altitude_meters: { main: ['altitude', 'alt', 'height', 'geoaltitude', 'baroaltitude', 'elevation'], side: ['geo', 'baro', 'geometric', 'barometric'], holds: 'metres' },
  velocity_kmh: { main: ['velocity', 'speed', 'groundspeed', 'gs', 'vel', 'spd'], side: ['ground', 'true', 'air'], holds: 'km/h' }
}

/** Words of columns that are made of others, or are about something else. */
const derived = ['prev', 'previous', 'next', 'change', 'delta', 'diff', 'rolling', 'avg', 'mean', 'std', 'stddev', 'min', 'max', 'vertical', 'rate', 'rank', 'airport', 'destination', 'dest', 'ingest', 'ingestion', 'processed', 'created', 'updated']

/** How much a name says that its column is meant: above 0 it is likely. */
function likenessOf(wanted: string, name: string): number {
  if (name.toLowerCase() === wanted.toLowerCase()) return 10
  const { main, side } = words[wanted] ?? { main: wordsIn(wanted), side: [] }
  const found = wordsIn(name)
  const has = (list: readonly string[]) => found.filter((word) => list.includes(word)).length
  return (has(main) > 0 ? 2 : 0) + 0.25 * has(side) - (has(main) + has(side) > 0 ? 1.5 * Math.min(1, has(derived)) : 0)
}

/** "groundSpeed_kmh": ground, speed, kmh. */
function wordsIn(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
}

interface Unit {
  readonly said: string
  readonly factor: number
  /** Ends of names that say so. */
  readonly named: RegExp
  /** Greatest values of recordings in this unit, where they could not be in the wanted one. */
  readonly greatest: readonly [from: number, to: number]
}

interface Quantity {
  readonly unit: string
  readonly named: RegExp
  /** Between these lies the greatest value of a recording of flights. */
  readonly greatest: readonly [from: number, to: number]
  /** The likeliest first. */
  readonly others: readonly Unit[]
}

export const quantities: Readonly<Record<string, Quantity>> = {
  velocity_kmh: {
    unit: 'km/h',
    named: /(^|_)(kmh|kph|km_h|kmph)$/,
    greatest: [300, 1500],
    others: [
      { said: 'metres per second', factor: 3.6, named: /(^|_)(ms|mps|m_s|m_per_s)$/, greatest: [0, 400] },
      { said: 'knots', factor: 1.852, named: /(^|_)(kt|kts|kn|knot|knots)$/, greatest: [400, 750] },
      { said: 'miles per hour', factor: 1.609344, named: /(^|_)(mph|mi_h)$/, greatest: [Infinity, Infinity] }
    ]
  },
  altitude_meters: {
    unit: 'm',
    named: /(^|_)(m|meter|meters|metre|metres)$/,
    greatest: [1000, 20_000],
    others: [
      { said: 'feet', factor: 0.3048, named: /(^|_)(ft|feet|foot)$/, greatest: [20_000, 65_000] },
      { said: 'kilometres', factor: 1000, named: /(^|_)(km|kilometers|kilometres)$/, greatest: [1, 25] }
    ]
  }
}

/** How a column's values may be meant, the likeliest first. Units are looked for only where the name speaks for the column. */
function plainReadings(needed: NeededColumn, column: SilverColumn, range: ColumnValues, isLike: boolean): ColumnReading[] {
  const quantity = quantities[needed.name]
  if (!quantity) return [{ factor: null, reason: `Only right if it holds ${words[needed.name]?.holds ?? needed.name}.`, looksRight: false }]
  const asIs = plainReading(needed.name, quantity, range)
  if (!isLike || !(isNumber(column.type) || holdsNumbers(range))) return [asIs]
  const name = wordsIn(column.name).join('_')
  if (quantity.named.test(name)) return [asIs]
  const named = quantity.others.find((unit) => unit.named.test(name))
  if (named) return [scaledReading(quantity, named, range), asIs]
  if (range.max === null) return [asIs, ...quantity.others.slice(0, 1).map((unit) => scaledReading(quantity, unit, range))]
  const greatest = range.max
  const guessed = quantity.others.find((unit) => isWithin(greatest, unit.greatest))
  return guessed ? [scaledReading(quantity, guessed, range), asIs] : [asIs]
}

export function plainReading(name: string, { unit, greatest, others }: Quantity, { min, max }: ColumnValues): ColumnReading {
  const isOther = max !== null && others.some((other) => isWithin(max, other.greatest))
  const looksRight = max !== null && min !== null && isWithin(max, greatest) && !isOther
  return { factor: null, reason: looksRight ? `${numberText(min)} to ${numberText(max)} ${unit}, like other flight data.` : `Only right if the values really are ${words[name]?.holds ?? unit}.`, looksRight }
}

export function scaledReading({ unit, greatest }: Quantity, { said, factor }: Unit, { min, max }: ColumnValues): ColumnReading {
  if (min === null || max === null) return { factor, reason: `Right if the values are ${said}.`, looksRight: false }
  const looksRight = isWithin(max * factor, greatest)
  return { factor, reason: `Gives ${numberText(min * factor)} to ${numberText(max * factor)} ${unit}, ${looksRight ? 'like other flight data' : `if the values are ${said}`}.`, looksRight }
}

const isWithin = (value: number, [from, to]: readonly [number, number]): boolean => value > from && value <= to

/** Text that holds them, with other words now and then. */
const holdsNumbers = ({ max, shares }: ColumnValues): boolean => max !== null && (shares.number ?? 0) > 0
