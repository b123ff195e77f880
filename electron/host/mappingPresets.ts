/** A kind of table that many people have: by which columns it is recognised, and what its columns are. Names in lower case. */
export interface MappingPreset {
  /** "These look like …" */
  readonly name: string
  /** Of each group at least one column is there. */
  readonly signs: readonly (readonly string[])[]
  /** Feet, knots and feet per minute: values that are none of them speak against this preset. */
  readonly isAviationUnits: boolean
  /** The best column first. */
  readonly times: readonly string[]
  readonly addresses: readonly string[]
  readonly altitudes: readonly string[]
  readonly speeds: readonly string[]
  readonly climbRates: readonly string[]
}

/** Factors to metres, km/h and m/s; null: none is needed. */
export const aviationUnits = { altitude: 0.3048, speed: 1.852, climbRate: 0.00508 } as const
export const metricUnits = { altitude: null, speed: 3.6, climbRate: null } as const

/** The more particular ones first. */
export const mappingPresets: readonly MappingPreset[] = [
  {
    // Of the database (time, lat, baroaltitude, vertrate), and of the REST API (last_contact, baro_altitude, vertical_rate).
    name: 'OpenSky state vectors',
    signs: [
      ['icao24'],
      ['velocity'],
      ['baroaltitude', 'geoaltitude', 'baro_altitude', 'geo_altitude'],
      ['time', 'lastposupdate', 'lastcontact', 'time_position', 'last_contact']
    ],
    isAviationUnits: false,
    times: ['time', 'timestamp', 'time_position', 'last_contact', 'lastposupdate', 'lastcontact'],
    addresses: ['icao24'],
    altitudes: ['baroaltitude', 'geoaltitude', 'baro_altitude', 'geo_altitude'],
    speeds: ['velocity'],
    climbRates: ['vertrate', 'vertical_rate']
  },
  {
    name: 'readsb or dump1090 aggregates',
    signs: [['hex', 'icao', 'icao24'], ['alt_baro', 'alt_geom'], ['gs']],
    isAviationUnits: true,
    times: ['now', 'timestamp', 'time', 'ts', 'datetime'],
    addresses: ['hex', 'icao', 'icao24'],
    altitudes: ['alt_baro', 'alt_geom'],
    speeds: ['gs'],
    climbRates: ['baro_rate', 'geom_rate']
  },
  {
    // Before it was rewritten at FlightAware.
    name: 'readsb or dump1090 aggregates',
    signs: [['hex'], ['altitude'], ['speed'], ['vert_rate']],
    isAviationUnits: true,
    times: ['now', 'timestamp', 'time', 'ts', 'datetime'],
    addresses: ['hex'],
    altitudes: ['altitude'],
    speeds: ['speed'],
    climbRates: ['vert_rate']
  },
  {
    name: 'rows of the traffic library',
    signs: [
      ['timestamp'],
      ['icao24'],
      ['altitude', 'geoaltitude'],
      ['groundspeed'],
      ['vertical_rate', 'callsign', 'latitude']
    ],
    isAviationUnits: true,
    times: ['timestamp'],
    addresses: ['icao24'],
    altitudes: ['altitude', 'geoaltitude'],
    speeds: ['groundspeed'],
    climbRates: ['vertical_rate']
  }
]
