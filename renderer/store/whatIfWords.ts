import type { RunSummary } from '#shared/contract/run.ts'
import type { Coverage, WhatIfAnswer } from '#shared/contract/whatIf.ts'
import { formatChange, formatCount, formatInstant, formatPoints, formatTotalRate } from '#renderer/format/format.ts'
import type { ViewState } from './viewStore.ts'

/** A line of the panel: a number with the current limits, with the proposed ones, and what lies between. */
export interface WhatIfLine {
  readonly name: string
  readonly current: string
  readonly proposed: string
  readonly change: string
}

/** Alerts and anomalies, current against proposed. `slideMs`: from one window to the next. */
export function whatIfLines({ current, proposed, coverage }: WhatIfAnswer, slideMs: number): readonly WhatIfLine[] {
  const counted = (name: string, was: number, is: number): WhatIfLine => ({ name, current: formatCount(was), proposed: formatCount(is), change: formatChange(is - was) })
  const hours = (coverage.closedWindows * slideMs) / 3_600_000
  const perHour = (alerts: number) => (hours === 0 ? 0 : alerts / hours)
  const rate = (side: WhatIfAnswer['current']) => (coverage.observations === 0 ? 0 : (side.altitudeAnomalies + side.velocityAnomalies) / coverage.observations)
  const [was, is] = [perHour(current.alerts), perHour(proposed.alerts)]
  return [
    counted('Alerts', current.alerts, proposed.alerts),
    { name: 'Alerts per hour', current: formatCount(was), proposed: formatCount(is), change: was === 0 ? (is === 0 ? '0 %' : 'new') : `${formatChange(Math.round((is / was - 1) * 100))} %` },
    current.episodes === null || proposed.episodes === null ? { name: 'Episodes', current: '…', proposed: '…', change: '…' } : counted('Episodes', current.episodes, proposed.episodes),
    counted('Countries', current.countries, proposed.countries),
    counted('Altitude anomalies', current.altitudeAnomalies, proposed.altitudeAnomalies),
    counted('Velocity anomalies', current.velocityAnomalies, proposed.velocityAnomalies),
    { name: 'Anomaly rate', current: formatTotalRate(rate(current)), proposed: formatTotalRate(rate(proposed)), change: formatPoints(rate(proposed) - rate(current)) }
  ]
}

/** What the numbers are about: windows, period, rows, and what they share with the run. Never left out. */
export function coverageText({ closedWindows, fromMs, toMs, rows, mixedWindows, batches, ofBatches, stopped }: Coverage, zone: ViewState['zone']): string {
  if (closedWindows === 0 || fromMs === null || toMs === null) return batches < ofBatches && stopped === null ? 'Counting the rows of this run.' : '0 closed windows: nothing to compare yet.'
  const span = `${formatInstant(fromMs, zone, { seconds: false, mark: false })}–${formatInstant(toMs, zone, { seconds: false })}`
  const part = batches < ofBatches ? `the ${formatCount(closedWindows)} closed windows of ${formatCount(batches)} of ${formatCount(ofBatches)} batches` : closedWindows === 1 ? 'the closed window' : `all ${formatCount(closedWindows)} closed windows`
  const mixed = mixedWindows === 0 ? '' : ` ${formatCount(mixedWindows)} ${mixedWindows === 1 ? 'window holds' : 'windows hold'} two limits: there current and proposed may differ at equal ones.`
  const why = stopped === null ? '' : ` No more are counted: ${stopped}.`
  return `Evaluated ${part}, ${span}, ${formatCount(rows)} gold rows, with this run\u2019s arrival order and late drops.${mixed}${why}`
}

/** Why there is nothing, where there is nothing. */
export function nothingText({ coverage, current, proposed }: WhatIfAnswer): string | undefined {
  if (coverage.closedWindows === 0) return undefined
  if (coverage.rows === 0) return '0 alerts: no rows in the closed windows.'
  if (current.alerts === 0 && proposed.alerts === 0) return `0 of ${formatCount(coverage.rows)} rows over the limit, with either limits.`
  return undefined
}

export const slideMsOf = (run: RunSummary | undefined): number => (run?.queries.anomaly_alerts?.slideUs ?? 60_000_000) / 1000
