import { describe, expect, test } from 'vitest'
import type { WhatIfAnswer } from '#shared/contract/whatIf.ts'
import { coverageText, nothingText, whatIfLines } from '#renderer/store/whatIfWords.ts'
import { stripPaths } from '#renderer/panels/Tune/countryStrips.ts'
import { spanOf } from '#renderer/panels/Tune/histogram.ts'

const at = (time: string) => Date.parse(`2026-01-23T${time}Z`)

const answer: WhatIfAnswer = {
  limits: { altitudeMin: -60, altitudeMax: 13_200, velocityMin: 0, velocityMax: 1050 },
  minimumObservations: 1,
  current: { alerts: 1495, countries: 51, episodes: 60, altitudeAnomalies: 109_524, velocityAnomalies: 1337 },
  proposed: { alerts: 407, countries: 20, episodes: 41, altitudeAnomalies: 8330, velocityAnomalies: 546 },
  kept: 385,
  changed: 380,
  gained: 22,
  lost: 1110,
  countries: [],
  oneAtATime: [],
  altitude: { rows: 1, current: { below: 0, above: 0 }, proposed: { below: 0, above: 0 } },
  velocity: { rows: 1, current: { below: 0, above: 0 }, proposed: { below: 0, above: 0 } },
  coverage: { closedWindows: 34, fromMs: at('12:46:00'), toMs: at('13:24:00'), rows: 2584, observations: 4_697_500, mixedWindows: 0, batches: 83, ofBatches: 83, stopped: null }
}

describe('what if, in words', () => {
  test('the lines of the panel', () => {
    expect(whatIfLines(answer, 60_000).map(({ name, current, proposed, change }) => `${name}: ${current}, ${proposed}, ${change}`)).toEqual([
      'Alerts: 1,495, 407, −1,088',
      'Alerts per hour: 2,638, 718, −73 %',
      'Episodes: 60, 41, −19',
      'Countries: 51, 20, −31',
      'Altitude anomalies: 109,524, 8,330, −101,194',
      'Velocity anomalies: 1,337, 546, −791',
      'Anomaly rate: 2.36 %, 0.19 %, −2.17 pt'
    ])
  })

  test('coverage says windows, period, rows, and what is not whole about it', () => {
    expect(coverageText(answer.coverage, 'UTC')).toBe('Evaluated all 34 closed windows, 12:46–13:24Z, 2,584 gold rows, with this run’s arrival order and late drops.')
    expect(coverageText({ ...answer.coverage, batches: 40, mixedWindows: 5, stopped: 'part-1.parquet is gone' }, 'UTC')).toBe(
      'Evaluated the 34 closed windows of 40 of 83 batches, 12:46–13:24Z, 2,584 gold rows, with this run’s arrival order and late drops. 5 windows hold two limits: there current and proposed may differ at equal ones. No more are counted: part-1.parquet is gone.'
    )
    expect(coverageText({ ...answer.coverage, closedWindows: 0, fromMs: null, toMs: null }, 'UTC')).toBe('0 closed windows: nothing to compare yet.')
    expect(coverageText({ ...answer.coverage, closedWindows: 0, fromMs: null, toMs: null, batches: 0 }, 'UTC')).toBe('Counting the rows of this run.')
  })

  test('no rows and nothing over the limit are two sentences', () => {
    const none = { ...answer, current: { ...answer.current, alerts: 0 }, proposed: { ...answer.proposed, alerts: 0 } }
    expect(nothingText(answer)).toBeUndefined()
    expect(nothingText(none)).toBe('0 of 2,584 rows over the limit, with either limits.')
    expect(nothingText({ ...none, coverage: { ...none.coverage, rows: 0 } })).toBe('0 alerts: no rows in the closed windows.')
  })
})

test('a strip has a cell for each alert of the newest windows, hollow ones within their edges', () => {
  const cells = new Map([[at('13:00:00'), 'lost'], [at('13:01:00'), 'changed'], [at('13:02:00'), 'gained'], [at('12:00:00'), 'kept']] as const)
  expect(stripPaths({ country: 'Malta', cells }, at('13:02:00'), 60_000, 3, 7, 12)).toEqual({ lost: 'M0.5 0.5h5v11h-5z', kept: 'M7 0h6v12h-6z', gained: 'M14 0h6v12h-6z' })
})

describe('the span of a histogram', () => {
  const percentiles = (low: number, high: number) => [{ percent: 0.1, value: low }, { percent: 99.9, value: high }]

  test('holds nearly all rows and the limits, in whole bars of a round width', () => {
    const { from, to, bins, width } = spanOf('altitude', { min: -200, max: 14_000, percentiles: percentiles(0, 12_500) }, { min: -100, max: 12_000 }, 1000)
    expect({ width, whole: [from % width, to % width, (to - from) / width - bins] }).toEqual({ width: 100, whole: [-0, 0, 0] })
    expect([from <= -200, to >= 14_000, bins <= 250]).toEqual([true, true, true])
  })

  test('is not torn apart by a single value far away, nor by a limit there', () => {
    const { to } = spanOf('altitude', { min: 0, max: 1e200, percentiles: percentiles(0, 12_500) }, { min: -100, max: 1e9 }, 1000)
    expect(to).toBeLessThan(20_000)
  })

  test('is one even where all rows have one value, or none is known', () => {
    const one = spanOf('velocity', { min: 5, max: 5, percentiles: percentiles(5, 5) }, { min: 0, max: 1000 }, 300)
    expect(one.to).toBeGreaterThan(one.from)
    expect(spanOf('velocity', undefined, { min: 0, max: 1000 }, 300)).toMatchObject({ from: -40, to: 1340 })
  })
})
