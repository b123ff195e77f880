import { visibleText } from '#shared/engine/visibleText.ts'
import { Fault } from '#shared/engine/fault.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { rangesOf } from '#shared/whatIf/limitedColumns.ts'
import type { Tally } from '#shared/whatIf/tally.ts'
import { openDatabase } from '../duckdb/database.ts'
import { systemClock } from '../host/clock.ts'
import type { Storages } from '../storage/storages.ts'
import { indexRecorded } from '../whatIf/readBlocks.ts'
import { openRecordedQuery } from '../whatIf/recordedQuery.ts'
import { writeWhatIf } from '../whatIf/writeWhatIf.ts'
import { formatTable } from './formatTable.ts'
import { isoInstant } from './goldValues.ts'

export interface WhatIfRequest {
  /** Its thresholds are the proposed ones. */
  readonly pipeline: Pipeline
  readonly storages: Storages
  /** undefined: only what is printed. */
  readonly to: string | undefined
  readonly force: boolean
  /** An alert needs that many. */
  readonly minimumObservations: number
  readonly json: boolean
}

const query = 'anomaly_alerts'

/** Counts the recorded batches of a pipeline with other limits: prints current against proposed, and writes gold as it would be. */
export async function whatIf({ pipeline, storages, to, force, minimumObservations, json }: WhatIfRequest, output: NodeJS.WritableStream, signal: AbortSignal): Promise<void> {
  const database = await openDatabase()
  const stop = () => {
    storages.stop()
    void database.close()
  }
  signal.addEventListener('abort', stop)
  try {
    const recorded = await openRecordedQuery(pipeline, query, { database, openStorage: storages.open, clock: systemClock, signal })
    const { spec } = recorded.query
    const batches = await recorded.batches(0)
    if (batches.length === 0) throw new Fault('notFound', `${recorded.gold.root} holds no batch of this pipeline: replay it first, then ask what other limits would have given`)
    const index = await indexRecorded(database, recorded, batches, rangesOf(spec))
    index.setMinimumObservations(minimumObservations)
    const current = batches.at(-1)!.settings.limits
    const { thresholds } = pipeline.queries.anomaly_alerts!
    const tally = index.tally()
    const written = to === undefined ? undefined : await writeWhatIf(database, { to, force, gold: recorded.gold, window: spec.window, windows: index.windows(), metadata: { 'contrail.limits': JSON.stringify(thresholds) } })
    if (json) output.write(`${JSON.stringify({ current: { limits: current, ...sideJson(tally, 'current') }, proposed: { limits: thresholds, ...sideJson(tally, 'proposed') }, kept: tally.kept, changed: tally.changed, gained: tally.gained, lost: tally.lost, closedWindows: tally.closedWindows, rows: tally.closedRows, mixedWindows: tally.mixedWindows })}\n`)
    else output.write(report(tally, current, { ...thresholds }, spec.window.slide, spec.window.size))
    if (written && !json) output.write(`${written.rows} rows written to ${visibleText(written.file)}\n`)
  } finally {
    signal.removeEventListener('abort', stop)
    await database.close()
  }
}

function sideJson(tally: Tally, side: 'current' | 'proposed'): object {
  const { alerts, keys, anomalies } = tally[side]
  return { alerts, countries: keys, altitude_anomalies: anomalies[0], velocity_anomalies: anomalies[1], anomaly_rate: rateOf(tally, side) }
}

const rateOf = (tally: Tally, side: 'current' | 'proposed'): number | null => (tally.observations === 0 ? null : tally[side].anomalies.reduce((sum, count) => sum + count, 0) / tally.observations)

const limitNames = [
  ['altitude minimum, m', 'altitudeMin'],
  ['altitude maximum, m', 'altitudeMax'],
  ['velocity minimum, km/h', 'velocityMin'],
  ['velocity maximum, km/h', 'velocityMax']
] as const

function report(tally: Tally, current: Readonly<Record<string, number>>, proposed: Readonly<Record<string, number>>, slideUs: bigint, sizeUs: bigint): string {
  const counted = (name: string, was: number, is: number): string[] => [name, number(was), number(is), change(is - was)]
  const percent = (rate: number | null) => (rate === null ? '' : `${(rate * 100).toFixed(2)} %`)
  const lines = [
    ...limitNames.flatMap(([name, key]) => (current[key] === undefined || proposed[key] === undefined ? [] : [counted(name, current[key], proposed[key])])),
    counted('alerts', tally.current.alerts, tally.proposed.alerts),
    counted('countries', tally.current.keys, tally.proposed.keys),
    counted('altitude anomalies', tally.current.anomalies[0]!, tally.proposed.anomalies[0]!),
    counted('velocity anomalies', tally.current.anomalies[1]!, tally.proposed.anomalies[1]!),
    ['anomaly rate', percent(rateOf(tally, 'current')), percent(rateOf(tally, 'proposed')), '']
  ]
  const time = (window: number, add = 0n) => isoInstant(BigInt(window) * slideUs + add, 0)
  const { firstWindow, lastWindow } = tally
  const span = firstWindow === undefined || lastWindow === undefined ? '' : `, ${time(firstWindow)} to ${time(lastWindow, sizeUs)}`
  const mixed = tally.mixedWindows === 0 ? '' : `; ${tally.mixedWindows} of them were counted with more than one set of limits`
  return `${query}: ${number(tally.closedWindows)} closed windows${span}, ${number(tally.closedRows)} rows of gold, with this run's arrival order and late drops${mixed}
${formatTable(['', 'current', 'proposed', 'change'], lines)}
alerts: ${number(tally.kept)} kept, ${number(tally.changed)} of them with other counts; ${number(tally.gained)} gained, ${number(tally.lost)} lost
`
}

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 6 }).replace('-', '\u2212')

const change = (value: number): string => (value > 0 ? `+${number(value)}` : number(value))
