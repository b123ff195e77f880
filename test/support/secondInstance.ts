import { expect } from 'vitest'

/** One line that says of every query that failed that somebody else was there. */
export function expectOneSentence({ code, stderr }: { code: number | null; stderr: string }): void {
  if (code === 0) return expect(stderr).toBe('')
  expect(code).toBe(1)
  const refusal = String.raw`\[CONCURRENT_STREAM_LOG_UPDATE\] another process (began|is at work|did batch \d+) under \S+/(gold_aggregations|gold_anomalies) at the same time: let only one run use a checkpoint, then start this one again`
  expect(stderr).toMatch(new RegExp(String.raw`^contrail: (${refusal}|(flight_phase_counts|anomaly_alerts): ${refusal}; (flight_phase_counts|anomaly_alerts): ${refusal})\n$`))
}
