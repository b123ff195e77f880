import { describe, expect, test } from 'vitest'
import type { ValueType } from '#shared/engine/valueType.ts'
import { bindQuery, type SilverColumn } from '#shared/pipeline/bindQuery.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'

const [phases, alerts] = builtinQueries(parsePipeline({ silver: { uri: 's' }, gold: { uri: 'g' }, checkpoints: { uri: 'c' } }, 'p.json'))

const fitting: Readonly<Record<string, SilverColumn['type']>> = {
  event_timestamp: { kind: 'timestamp' },
  flight_phase: { kind: 'string' },
  origin_country: { kind: 'string' },
  altitude_meters: { kind: 'double' },
  velocity_kmh: { kind: 'double' },
  extra: 'struct<a:int>'
}

const columns = (types: Readonly<Record<string, SilverColumn['type']>>): SilverColumn[] => Object.entries(types).map(([name, type]) => ({ name, type }))
const bind = (types: Readonly<Record<string, SilverColumn['type']>>, query = alerts!) => bindQuery(query, columns(types), 'silver')

const kinds = (...names: Exclude<ValueType['kind'], 'decimal'>[]): ValueType[] => names.map((kind) => ({ kind }))
const decimal: ValueType = { kind: 'decimal', precision: 10, scale: 2 }

describe('A query', () => {
  test('knows the columns that it reads, the window, the key and the measures', () => {
    const { spec, ...bound } = bind(fitting, phases)
    expect(bound).toEqual({ eventTime: 'event_timestamp', checkpointFolder: 'gold_aggregations', columns: ['event_timestamp', 'flight_phase', 'altitude_meters', 'velocity_kmh'] })
    expect(spec).toEqual({
      name: 'flight_phase_counts',
      window: { size: 60_000_000n, slide: 60_000_000n, pane: 60_000_000n },
      delayMs: 120_000,
      key: { name: 'flight_phase', type: { kind: 'string' } },
      outputs: [
        { name: 'flight_count', measure: { kind: 'count' } },
        { name: 'avg_altitude', measure: { kind: 'avg', column: { name: 'altitude_meters', type: { kind: 'double' } } } },
        { name: 'avg_velocity', measure: { kind: 'avg', column: { name: 'velocity_kmh', type: { kind: 'double' } } } }
      ]
    })
  })

  test('finds columns whatever their case, reads them as silver spells them and writes the key as the query does', () => {
    const bound = bind({ Event_Timestamp: { kind: 'timestamp' }, ORIGIN_COUNTRY: { kind: 'string' }, altitude_METERS: { kind: 'long' }, Velocity_Kmh: { kind: 'float' } })
    expect([bound.columns, bound.eventTime, bound.spec.key.name]).toEqual([['Event_Timestamp', 'ORIGIN_COUNTRY', 'altitude_METERS', 'Velocity_Kmh'], 'Event_Timestamp', 'origin_country'])
  })

  test('is refused when two columns differ only by case, with both', () => {
    expect(() => bind({ ...fitting, Altitude_Meters: { kind: 'double' } })).toThrow(
      expect.objectContaining({ code: 'schema', message: '[AMBIGUOUS_REFERENCE] silver has 2 columns that differ from altitude_meters only by case: altitude_meters, Altitude_Meters' }) as Error
    )
  })

  test.each(['event_timestamp', 'origin_country', 'altitude_meters', 'velocity_kmh'])('is refused without the column %s, naming it, the columns there are and silver.columns', (name) => {
    const { [name]: _, ...others } = fitting
    expect(() => bind(others)).toThrow(
      expect.objectContaining({
        code: 'schema',
        message: `[UNRESOLVED_COLUMN.WITH_SUGGESTION] anomaly_alerts needs a column ${name}, and silver has none. It has: ${Object.keys(others).join(', ')}. Map another one to it with silver.columns, as in {"${name}": {"from": "..."}}`
      }) as Error
    )
  })

  test('is refused over a table without columns', () => {
    expect(() => bind({})).toThrow('It has: no columns.')
  })

  test.each([
    [{ kind: 'timestamp_ntz' } as const, 'TIMESTAMP_NTZ'],
    [{ kind: 'string' } as const, 'STRING'],
    [{ kind: 'date' } as const, 'DATE'],
    [{ kind: 'long' } as const, 'LONG'],
    ['struct<a:int>', 'STRUCT<A:INT>']
  ])('is refused over event times of type %j, with Spark\'s class', (type, name) => {
    expect(() => bind({ ...fitting, event_timestamp: type })).toThrow(
      `[EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE] The event time \`event_timestamp\` of silver has the invalid type "${name}", but expected "TIMESTAMP": write it as timestamp, or map another column with silver.columns`
    )
  })

  test.each([...kinds('string', 'boolean', 'byte', 'short', 'integer', 'long', 'date'), decimal])('groups by a column of type %j', (type) => {
    expect(bind({ ...fitting, origin_country: type }).spec.key).toEqual({ name: 'origin_country', type })
  })

  test.each([
    [{ kind: 'float' } as const, 'float'],
    [{ kind: 'double' } as const, 'double'],
    [{ kind: 'timestamp' } as const, 'timestamp'],
    [{ kind: 'timestamp_ntz' } as const, 'timestamp_ntz'],
    [{ kind: 'binary' } as const, 'binary'],
    ['array<string>', 'array<string>']
  ])('does not group by a column of type %j', (type, name) => {
    expect(() => bind({ ...fitting, origin_country: type })).toThrow(`column origin_country of silver is ${name}; anomaly_alerts groups by it and needs string, an integer type, boolean, date or decimal`)
  })

  test.each([...kinds('byte', 'short', 'integer', 'long', 'float', 'double', 'string'), decimal])('measures a column of type %j', (type) => {
    expect(bind({ ...fitting, altitude_meters: type }).spec.outputs.find(({ name }) => name === 'max_altitude')).toEqual({ name: 'max_altitude', measure: { kind: 'max', column: { name: 'altitude_meters', type } } })
  })

  test.each([
    [{ kind: 'boolean' } as const, 'boolean'],
    [{ kind: 'date' } as const, 'date'],
    [{ kind: 'timestamp' } as const, 'timestamp'],
    [{ kind: 'binary' } as const, 'binary'],
    ['map<string,int>', 'map<string,int>']
  ])('does not measure a column of type %j', (type, name) => {
    expect(() => bind({ ...fitting, velocity_kmh: type })).toThrow(`column velocity_kmh of silver is ${name}; anomaly_alerts measures it and needs a number (byte to long, float, double, decimal) or a string that holds one`)
  })
})
