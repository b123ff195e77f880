import type { RunSummary } from '#shared/contract/run.ts'

/** Name, value as text, and unit. */
export type ParameterRow = readonly [name: string, value: string, unit: string | null]

/** What a run is made with, as lines of the table `parameters`: limits of the next batch, windows and delays by query, and where its rows come from and go to. */
export function parameterRows(run: RunSummary): ParameterRow[] {
  const { limits } = run
  const rows: ParameterRow[] = [
    ['altitude_min', String(limits.altitudeMin), 'm'],
    ['altitude_max', String(limits.altitudeMax), 'm'],
    ['velocity_min', String(limits.velocityMin), 'km/h'],
    ['velocity_max', String(limits.velocityMax), 'km/h']
  ]
  for (const [query, settings] of Object.entries(run.queries)) {
    rows.push([`${query}.window`, String(settings.sizeUs / 1e6), 's'], [`${query}.slide`, String(settings.slideUs / 1e6), 's'], [`${query}.watermark_delay`, String(settings.watermarkDelayMs / 1e3), 's'])
  }
  rows.push(['run', run.name, null], ['mode', run.mode, null], ['source', run.silver, null], ['gold', run.gold, null], ['checkpoints', run.checkpoints, null])
  if (run.intervalSeconds !== undefined) rows.push(['interval', String(run.intervalSeconds), 's'])
  if (run.replayOf !== undefined) rows.push(['replay_of', run.replayOf, null])
  return rows
}
