/**
 * What silver has in the place of columns that it lacks, by the queries' names for them. A mapped name hides a column
 * of the same name.
 */
export type ColumnMapping = Readonly<Record<string, ColumnOrigin>>

/**
 * Where a mapped column comes from, and how its values are read. `parseColumnMapping.ts` holds which keys go together.
 */
export interface ColumnOrigin {
  /** A column of silver. */
  readonly from: string
  /** Spark's cast to double, then the product. */
  readonly factor?: number | undefined
  /** Absent: the values as they are, or times `factor`. */
  readonly as?: ColumnForm | undefined
  /** IANA name of the time zone that text without one, or a time without one, is in. */
  readonly zone?: string | undefined
  /** For the phase of flight: a column that tells whether the aircraft stands on the ground. */
  readonly onGround?: string | undefined
}

export type ColumnForm = (typeof columnForms)[number]

/**
 * The epochs: a number, or text that holds one, becomes the instant that long after 1970 in UTC. ISO text: text
 * becomes an instant, as Spark's cast reads it in `zone`. Local time: a date, or a timestamp without a zone, becomes
 * an instant in `zone`. Country of address: a 24-bit ICAO address in hexadecimal becomes the country that it was given
 * to. Phase of flight: the rate of climb (m/s, after `factor`), altitude_meters and velocity_kmh become a phase.
 */
export const columnForms = [
  'epoch seconds',
  'epoch milliseconds',
  'epoch microseconds',
  'epoch nanoseconds',
  'ISO text',
  'local time',
  'country of address',
  'phase of flight'
] as const

/** The zone of ISO text that names none. */
export const defaultZone = 'UTC'
