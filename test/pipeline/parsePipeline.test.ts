import { describe, expect, test } from 'vitest'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'

const uris = { silver: { uri: 's' }, gold: { uri: 'g' }, checkpoints: { uri: 'c' } }

/** The notebook's values, written by hand. */
const notebook = {
  silver: {
    uri: 's',
    format: 'auto',
    maxFilesPerTrigger: null,
    maxBytesPerTrigger: null,
    startingVersion: null,
    startingTimestamp: null,
    skipChangeCommits: false,
    ignoreDeletes: false,
    ignoreChanges: false,
    failOnDataLoss: true,
    columns: {},
    onBadFile: 'stop'
  },
  gold: { uri: 'g' },
  checkpoints: { uri: 'c' },
  s3: {},
  trigger: { kind: 'availableNow' },
  queries: {
    flight_phase_counts: { windowUs: 60_000_000n, watermarkDelayMs: 120_000 },
    anomaly_alerts: { windowUs: 300_000_000n, slideUs: 60_000_000n, watermarkDelayMs: 360_000, thresholds: { altitudeMin: -100, altitudeMax: 12000, velocityMin: 0, velocityMax: 1000 } }
  }
}

const parse = (parts: Record<string, unknown>) => parsePipeline({ ...uris, ...parts }, 'p.json')
const silver = (settings: Record<string, unknown>) => ({ silver: { uri: 's', ...settings } })
const alerts = (settings: Record<string, unknown>) => ({ queries: { anomaly_alerts: settings } })

function messageOf(parts: Record<string, unknown>): string {
  try {
    parse(parts)
  } catch (error) {
    return (error as Error).message
  }
  return 'not refused'
}

describe('A pipeline', () => {
  test('of three uris has the notebook\'s values', () => {
    expect(parse({})).toEqual(notebook)
  })

  test('with both queries and no setting of theirs has them too', () => {
    expect(parse({ queries: { flight_phase_counts: {}, anomaly_alerts: { thresholds: {} } } })).toEqual(notebook)
  })

  test('written out with every setting, as the documentation does, parses', () => {
    const text = `
{ "silver": { "uri": "data/silver/flights_ml", "format": "delta", "maxFilesPerTrigger": 1000, "maxBytesPerTrigger": null, "startingVersion": null, "startingTimestamp": null,
              "skipChangeCommits": false, "ignoreDeletes": false, "ignoreChanges": false, "failOnDataLoss": true },
  "gold": { "uri": "data/gold/streaming_aggregations" }, "checkpoints": { "uri": "data/checkpoints" }, "trigger": { "kind": "availableNow" },
  "queries": { "flight_phase_counts": { "window": "1 minute", "watermarkDelay": "2 minutes" },
               "anomaly_alerts": { "window": "5 minutes", "slide": "1 minute", "watermarkDelay": "6 minutes",
                                   "thresholds": { "altitudeMin": -100, "altitudeMax": 12000, "velocityMin": 0, "velocityMax": 1000 } } } }`
    expect(parsePipeline(JSON.parse(text), 'p.json')).toEqual({
      ...notebook,
      silver: { ...notebook.silver, uri: 'data/silver/flights_ml', format: 'delta', maxFilesPerTrigger: 1000 },
      gold: { uri: 'data/gold/streaming_aggregations' },
      checkpoints: { uri: 'data/checkpoints' }
    })
  })

  test.each([
    ['flight_phase_counts', { flight_phase_counts: notebook.queries.flight_phase_counts }],
    ['anomaly_alerts', { anomaly_alerts: notebook.queries.anomaly_alerts }]
  ])('that names %s alone runs it alone', (name, queries) => {
    expect(parse({ queries: { [name]: {} } }).queries).toEqual(queries)
  })

  test.each([
    [{ format: 'parquet' }, { format: 'parquet' }],
    [{ maxFilesPerTrigger: 1 }, { maxFilesPerTrigger: 1 }],
    [{ maxBytesPerTrigger: '10m' }, { maxBytesPerTrigger: 10_485_760 }],
    [{ maxBytesPerTrigger: 5 }, { maxBytesPerTrigger: 5 }],
    [{ startingVersion: 0 }, { startingVersion: 0 }],
    [{ startingVersion: 'latest' }, { startingVersion: 'latest' }],
    [{ startingTimestamp: '2026-01-23' }, { startingTimestamp: '2026-01-23' }],
    [{ skipChangeCommits: true, ignoreDeletes: true, ignoreChanges: true, failOnDataLoss: false }, { skipChangeCommits: true, ignoreDeletes: true, ignoreChanges: true, failOnDataLoss: false }],
    [{ columns: { velocity_kmh: { from: 'velocity', factor: 3.6 }, origin_country: { from: 'land' } } }, { columns: { velocity_kmh: { from: 'velocity', factor: 3.6 }, origin_country: { from: 'land' } } }],
    [{ onBadFile: 'quarantine' }, { onBadFile: 'quarantine' }]
  ])('takes %j of silver', (given, expected) => {
    expect(parse(silver(given)).silver).toEqual({ ...notebook.silver, ...expected })
  })

  test.each([
    [{ kind: 'availableNow' }, { kind: 'availableNow' }],
    [{ kind: 'processingTime' }, { kind: 'processingTime', intervalMs: null }],
    [{ kind: 'processingTime', interval: null }, { kind: 'processingTime', intervalMs: null }],
    [{ kind: 'processingTime', interval: '30 seconds' }, { kind: 'processingTime', intervalMs: 30_000 }]
  ])('takes the trigger %j', (given, trigger) => {
    expect(parse({ trigger: given }).trigger).toEqual(trigger)
  })

  test('takes equal limits, fractional and whole ones, and a slide as long as its window', () => {
    const thresholds = { altitudeMin: 5, altitudeMax: 5, velocityMin: -0.5, velocityMax: 0.25 }
    expect(parse(alerts({ window: '2 hours', slide: '120 minutes', watermarkDelay: '0 seconds', thresholds })).queries).toEqual({
      anomaly_alerts: { windowUs: 7_200_000_000n, slideUs: 7_200_000_000n, watermarkDelayMs: 0, thresholds }
    })
  })

  test('takes a window of 3,600 panes', () => {
    expect(parse(alerts({ window: '1 hour', slide: '1 second' })).queries.anomaly_alerts).toMatchObject({ windowUs: 3_600_000_000n, slideUs: 1_000_000n })
  })

  test('cuts a delay down to whole milliseconds', () => {
    expect(parse(alerts({ watermarkDelay: '1999 microseconds' })).queries.anomaly_alerts?.watermarkDelayMs).toBe(1)
  })
})

describe('A pipeline is refused', () => {
  test.each([
    [{ speed: 1 }, 'speed is not a setting'],
    [silver({ url: 'x' }), 'silver.url is not a setting'],
    [{ gold: { uri: 'g', url: 'x' } }, 'gold.url is not a setting'],
    [{ checkpoints: { uri: 'c', url: 'x' } }, 'checkpoints.url is not a setting'],
    [{ trigger: { kind: 'availableNow', interval: '1 second' } }, 'trigger.interval is not a setting'],
    [{ queries: { flight_phases: {} } }, 'queries.flight_phases is not a setting'],
    [{ queries: { flight_phase_counts: { slide: '1 minute' } } }, 'queries.flight_phase_counts.slide is not a setting'],
    [alerts({ windows: 1 }), 'queries.anomaly_alerts.windows is not a setting'],
    [alerts({ thresholds: { altitudeMaximum: 1 } }), 'queries.anomaly_alerts.thresholds.altitudeMaximum is not a setting'],
    [silver({ columns: { velocity_kmh: { from: 'v', times: 2 } } }), 'silver.columns.velocity_kmh.times is not a setting']
  ])('for a key that is unknown, by its whole path: %j', (parts, message) => {
    expect(messageOf(parts)).toBe(`p.json: ${message}`)
  })

  test('for every unknown key at once', () => {
    expect(messageOf({ ...silver({ a: 1, b: 2 }), c: 3 })).toBe('p.json: silver.a, silver.b is not a setting; c is not a setting')
  })

  test.each([
    [{ silver: {} }, 'silver.uri is missing'],
    [{ silver: undefined }, 'silver is missing'],
    [{ gold: {} }, 'gold.uri is missing'],
    [{ checkpoints: {} }, 'checkpoints.uri is missing'],
    [{ trigger: {} }, 'trigger.kind is missing'],
    [silver({ columns: { velocity_kmh: {} } }), 'silver.columns.velocity_kmh.from is missing'],
    [{ gold: { uri: '' } }, 'gold.uri is "": must not be empty']
  ])('without what it needs: %j', (parts, message) => {
    expect(messageOf(parts)).toBe(`p.json: ${message}`)
  })

  test.each([
    [{ silver: 's' }, 'silver is "s": must be an object'],
    [{ silver: null }, 'silver is null: must be an object'],
    [{ silver: [] }, 'silver is []: must be an object'],
    [{ gold: { uri: 5 } }, 'gold.uri is 5: must be text'],
    [silver({ format: 'iceberg' }), 'silver.format is "iceberg": must be "auto" or "delta" or "parquet"'],
    [silver({ maxFilesPerTrigger: 0 }), 'silver.maxFilesPerTrigger is 0: must be at least 1'],
    [silver({ maxFilesPerTrigger: 1.5 }), 'silver.maxFilesPerTrigger is 1.5: must be a whole number'],
    [silver({ maxFilesPerTrigger: '5' }), 'silver.maxFilesPerTrigger is "5": must be a number'],
    [silver({ maxBytesPerTrigger: true }), 'silver.maxBytesPerTrigger is true: must be a number or text'],
    [silver({ maxBytesPerTrigger: '10q' }), 'silver.maxBytesPerTrigger is "10q", which is not a size: write a number of bytes, or "10m" or "1g"'],
    [silver({ startingVersion: 'newest' }), 'silver.startingVersion is "newest": must be a whole number or "latest"'],
    [silver({ startingVersion: -1 }), 'silver.startingVersion is -1: must be a whole number or "latest"'],
    [silver({ startingTimestamp: 5 }), 'silver.startingTimestamp is 5: must be text'],
    [silver({ ignoreDeletes: 'yes' }), 'silver.ignoreDeletes is "yes": must be true or false'],
    [silver({ onBadFile: 'skip' }), 'silver.onBadFile is "skip": must be "stop" or "quarantine"'],
    [silver({ columns: [] }), 'silver.columns is []: must be an object'],
    [silver({ columns: { a: 'b' } }), 'silver.columns.a is "b": must be an object'],
    [silver({ columns: { a: { from: 'b', factor: '3.6' } } }), 'silver.columns.a.factor is "3.6": must be a number'],
    [{ trigger: 'once' }, 'trigger is "once": must be an object'],
    [{ trigger: { kind: 'continuous' } }, 'trigger.kind is "continuous": must be "availableNow" or "processingTime"'],
    [{ trigger: { kind: 'processingTime', interval: 30 } }, 'trigger.interval is 30: must be text'],
    [{ queries: [] }, 'queries is []: must be an object'],
    [{ queries: { anomaly_alerts: true } }, 'queries.anomaly_alerts is true: must be an object'],
    [alerts({ window: 5 }), 'queries.anomaly_alerts.window is 5: must be text'],
    [alerts({ thresholds: { altitudeMax: '12000' } }), 'queries.anomaly_alerts.thresholds.altitudeMax is "12000": must be a number'],
    [alerts({ thresholds: { altitudeMax: null } }), 'queries.anomaly_alerts.thresholds.altitudeMax is null: must be a number'],
    [alerts({ thresholds: { altitudeMax: Infinity } }), 'queries.anomaly_alerts.thresholds.altitudeMax is Infinity: must be a number']
  ])('for a value of another type, with what is allowed: %j', (parts, message) => {
    expect(messageOf(parts)).toBe(`p.json: ${message}`)
  })

  test.each([null, 5, 'text', [], true])('when it is no object at all: %j', (value) => {
    expect(() => parsePipeline(value, 'p.json')).toThrow(`p.json: the pipeline is ${JSON.stringify(value)}: must be an object`)
  })

  test.each([
    [alerts({ thresholds: { altitudeMin: 1, altitudeMax: 0 } }), 'queries.anomaly_alerts.thresholds: altitudeMin (1) is above altitudeMax (0): the minimum must be at most the maximum'],
    [alerts({ thresholds: { altitudeMin: 12000.5 } }), 'queries.anomaly_alerts.thresholds: altitudeMin (12000.5) is above altitudeMax (12000): the minimum must be at most the maximum'],
    [alerts({ thresholds: { velocityMax: -1 } }), 'queries.anomaly_alerts.thresholds: velocityMin (0) is above velocityMax (-1): the minimum must be at most the maximum']
  ])('for crossed limits, naming both: %j', (parts, message) => {
    expect(messageOf(parts)).toBe(`p.json: ${message}`)
  })

  test.each([
    [{ queries: { flight_phase_counts: { window: '0 seconds' } } }, 'queries.flight_phase_counts: a window of 0 seconds every 0 seconds: both must be longer than zero'],
    [{ queries: { flight_phase_counts: { window: '-1 minute' } } }, 'queries.flight_phase_counts: a window of -1 minute every -1 minute: both must be longer than zero'],
    [alerts({ slide: '0 seconds' }), 'queries.anomaly_alerts: a window of 5 minutes every 0 seconds: both must be longer than zero'],
    [alerts({ slide: '6 minutes' }), 'queries.anomaly_alerts: a slide of 6 minutes is longer than its window of 5 minutes: rows between windows would be lost; make the slide at most the window'],
    [alerts({ window: '30 seconds' }), 'queries.anomaly_alerts: a slide of 1 minute is longer than its window of 30 seconds: rows between windows would be lost; make the slide at most the window'],
    [alerts({ window: '1 hour 1 second', slide: '1 second' }), 'queries.anomaly_alerts: a window of 1 hour 1 second every 1 second is made of 3601 panes, more than 3600: choose a slide that divides the window into fewer parts'],
    [alerts({ watermarkDelay: '-1 second' }), 'queries.anomaly_alerts.watermarkDelay is "-1 second": a delay must not be negative'],
    [alerts({ watermarkDelay: '-1 microsecond' }), 'queries.anomaly_alerts.watermarkDelay is "-1 microsecond": a delay must not be negative'],
    [alerts({ window: '1 month' }), 'queries.anomaly_alerts.window is "1 month": months and years have no fixed length; use weeks, days or less'],
    [alerts({ slide: 'soon' }), 'queries.anomaly_alerts.slide is "soon", which is not a duration: write it as "5 minutes" or "1 hour 30 seconds"'],
    [{ trigger: { kind: 'processingTime', interval: '0 seconds' } }, 'trigger.interval is "0 seconds": an interval must be at least a millisecond'],
    [{ trigger: { kind: 'processingTime', interval: '999 microseconds' } }, 'trigger.interval is "999 microseconds": an interval must be at least a millisecond']
  ])('for durations that cannot be meant: %j', (parts, message) => {
    expect(messageOf(parts)).toBe(`p.json: ${message}`)
  })

  test('when startingVersion and startingTimestamp are both set', () => {
    expect(messageOf(silver({ startingVersion: 1, startingTimestamp: '2026-01-23' }))).toBe('p.json: silver.startingVersion and silver.startingTimestamp are both set: set only one of them')
  })

  test('when it leaves out both queries', () => {
    expect(messageOf({ queries: {} })).toBe('p.json: queries is empty: name flight_phase_counts, anomaly_alerts or both, or leave queries out for both')
  })
})
