import type { QueryName } from '#shared/contract/run.ts'

/** The two queries as they are written on the screen. */
export const queryWords: Readonly<Record<QueryName, string>> = { flight_phase_counts: 'phase counts', anomaly_alerts: 'anomaly alerts' }
