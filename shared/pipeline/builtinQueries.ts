import { micros, millis } from '#shared/engine/time.ts'
import type { Pipeline } from './pipeline.ts'
import type { QueryDefinition } from './queryDefinition.ts'

/** The notebook's two queries, with the pipeline's settings; those that the pipeline leaves out are not there. */
export function builtinQueries(pipeline: Pipeline): readonly QueryDefinition[] {
  const { flight_phase_counts: phases, anomaly_alerts: alerts } = pipeline.queries
  return [...(phases ? [flightPhaseCounts(phases)] : []), ...(alerts ? [anomalyAlerts(alerts)] : [])]
}

type Settings = Pipeline['queries']

function flightPhaseCounts({ windowUs, watermarkDelayMs }: NonNullable<Settings['flight_phase_counts']>): QueryDefinition {
  return {
    name: 'flight_phase_counts',
    checkpointFolder: 'gold_aggregations',
    eventTime: 'event_timestamp',
    key: 'flight_phase',
    windowUs: micros(windowUs),
    slideUs: micros(windowUs),
    watermarkDelayMs: millis(watermarkDelayMs),
    outputs: [
      { name: 'flight_count', measure: { kind: 'count' } },
      { name: 'avg_altitude', measure: { kind: 'avg', column: 'altitude_meters' } },
      { name: 'avg_velocity', measure: { kind: 'avg', column: 'velocity_kmh' } }
    ]
  }
}

function anomalyAlerts({ windowUs, slideUs, watermarkDelayMs, thresholds }: NonNullable<Settings['anomaly_alerts']>): QueryDefinition {
  return {
    name: 'anomaly_alerts',
    checkpointFolder: 'gold_anomalies',
    eventTime: 'event_timestamp',
    key: 'origin_country',
    windowUs: micros(windowUs),
    slideUs: micros(slideUs),
    watermarkDelayMs: millis(watermarkDelayMs),
    outputs: [
      { name: 'total_observations', measure: { kind: 'count' } },
      { name: 'altitude_anomalies', measure: { kind: 'countOutside', column: 'altitude_meters', min: thresholds.altitudeMin, max: thresholds.altitudeMax } },
      { name: 'velocity_anomalies', measure: { kind: 'countOutside', column: 'velocity_kmh', min: thresholds.velocityMin, max: thresholds.velocityMax } },
      { name: 'anomaly_rate', measure: { kind: 'rate', numerators: ['altitude_anomalies', 'velocity_anomalies'], denominator: 'total_observations' } },
      { name: 'max_altitude', measure: { kind: 'max', column: 'altitude_meters' } },
      { name: 'min_altitude', measure: { kind: 'min', column: 'altitude_meters' } },
      { name: 'max_velocity', measure: { kind: 'max', column: 'velocity_kmh' } },
      { name: 'avg_altitude', measure: { kind: 'avg', column: 'altitude_meters' } },
      { name: 'avg_velocity', measure: { kind: 'avg', column: 'velocity_kmh' } },
      { name: 'stddev_altitude', measure: { kind: 'stddev', column: 'altitude_meters' } },
      { name: 'stddev_velocity', measure: { kind: 'stddev', column: 'velocity_kmh' } }
    ]
  }
}
