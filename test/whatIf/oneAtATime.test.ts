import { expect, test } from 'vitest'
import type { Limits } from '#shared/contract/run.ts'
import type { Column, QuerySpec } from '#shared/engine/querySpec.ts'
import { micros, millis } from '#shared/engine/time.ts'
import { windowSpec } from '#shared/engine/windowSpec.ts'
import { buildBlock } from '#shared/whatIf/block.ts'
import { rangesOf } from '#shared/whatIf/limitedColumns.ts'
import { openThresholdIndex } from '#shared/whatIf/thresholdIndex.ts'
import { oneAtATime } from '#electron/whatIf/oneAtATime.ts'
import { limitedRowsOf } from '#test/support/limitedRows.ts'
import { at, type Row } from '#test/support/rows.ts'

const notebook: Limits = { altitudeMin: -100, altitudeMax: 12_000, velocityMin: 0, velocityMax: 1000 }
const altitude: Column = { name: 'altitude', type: { kind: 'double' } }
const velocity: Column = { name: 'velocity', type: { kind: 'double' } }
const spec: QuerySpec = {
  name: 'alerts',
  window: windowSpec(micros(60_000_000n), micros(60_000_000n)),
  delayMs: millis(0),
  key: { name: 'country', type: { kind: 'string' } },
  outputs: [
    { name: 'altitudes', measure: { kind: 'countOutside', column: altitude, min: -100, max: 12_000 } },
    { name: 'velocities', measure: { kind: 'countOutside', column: velocity, min: 0, max: 1000 } }
  ]
}

/** One closed window; rows by country. */
function decided(rows: Readonly<Record<string, readonly (readonly [altitude: number, velocity: number])[]>>, proposed: Partial<Limits>) {
  const index = openThresholdIndex(spec, rangesOf(spec))
  const all = Object.entries(rows).flatMap(([key, own]) => own.map(([high, fast]): Row => ({ at: at('12:00'), key, values: { altitude: high, velocity: fast } })))
  index.addBatch({ blocks: [buildBlock(spec, limitedRowsOf(spec, all), -1n)], ranges: rangesOf(spec), closedUpTo: 1n << 40n })
  const countries = Object.keys(rows)
  const { oneAtATime: alone, decidedBy } = oneAtATime(index, notebook, { ...notebook, ...proposed }, countries)
  const left = index.proposed
  return { alone: Object.fromEntries(alone.map(({ limit, alerts }) => [limit, alerts])), decidedBy: Object.fromEntries(countries.map((country, i) => [country, decidedBy[i]!.join(' ')])), left }
}

test('limits decide for a country when its alerts would be others without their move, or by each of them alone', () => {
  const found = decided(
    {
      'one is enough': [[12_500, 500]],
      'it takes both': [[12_500, 500], [9_000, 1_020]],
      'fewer rows, still an alert': [[12_500, 500], [14_000, 500]],
      'too far out': [[14_000, 500]],
      nothing: [[9_000, 500]]
    },
    { altitudeMax: 13_000, velocityMax: 1_050 }
  )
  expect(found.decidedBy).toEqual({ 'one is enough': 'altitudeMax', 'it takes both': 'altitudeMax velocityMax', 'fewer rows, still an alert': 'altitudeMax', 'too far out': '', nothing: '' })
  expect(found.alone).toEqual({ altitudeMax: 3, velocityMax: 4 })
  expect(found.left).toEqual([{ min: -100, max: 13_000 }, { min: 0, max: 1_050 }])
})

test('where either of two would do, both decide', () => {
  const { decidedBy } = decided({ either: [[11_500, 950]], 'altitude alone': [[11_500, 500]] }, { altitudeMax: 11_000, velocityMax: 900 })
  expect(decidedBy).toEqual({ either: 'altitudeMax velocityMax', 'altitude alone': 'altitudeMax' })
})

test('a limit that would cross the other of its measure alone is not moved alone', () => {
  const found = decided({ high: [[12_500, 500]] }, { altitudeMin: 12_100, altitudeMax: 13_000 })
  expect(found.alone).toEqual({ altitudeMax: 0 })
  expect(found.decidedBy).toEqual({ high: 'altitudeMax' })
})
