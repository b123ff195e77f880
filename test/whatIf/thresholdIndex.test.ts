import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Column, QuerySpec } from '#shared/engine/querySpec.ts'
import { initialState, type EngineState } from '#shared/engine/state.ts'
import { step } from '#shared/engine/step.ts'
import { micros, millis, millisToMicros, type Micros } from '#shared/engine/time.ts'
import { openWindows, valueAt, type WindowRows } from '#shared/engine/windows.ts'
import { lastWindowEndingBy, windowSpec, type WindowNumber } from '#shared/engine/windowSpec.ts'
import { buildBlock } from '#shared/whatIf/block.ts'
import type { Range } from '#shared/whatIf/limitedColumns.ts'
import type { Tally } from '#shared/whatIf/tally.ts'
import { openThresholdIndex, type ThresholdIndex, type WindowCounts } from '#shared/whatIf/thresholdIndex.ts'
import { limitedRowsOf } from '#test/support/limitedRows.ts'
import { at, batchOf, type Row } from '#test/support/rows.ts'

const second = 1_000_000n
const altitude: Column = { name: 'altitude', type: { kind: 'double' } }
const velocity: Column = { name: 'velocity', type: { kind: 'double' } }

/** The alert query with windows, a delay and limits of one's choice. */
function queryWith({ size, slide, delayMs }: Shape, [first, other]: Ranges): QuerySpec {
  return {
    name: 'alerts',
    window: windowSpec(micros(size * second), micros(slide * second)),
    delayMs: millis(delayMs),
    key: { name: 'country', type: { kind: 'string' } },
    outputs: [
      { name: 'n', measure: { kind: 'count' } },
      { name: 'altitudes', measure: { kind: 'countOutside', column: altitude, ...first } },
      { name: 'velocities', measure: { kind: 'countOutside', column: velocity, ...other } },
      { name: 'rate', measure: { kind: 'rate', numerators: ['altitudes', 'velocities'], denominator: 'n' } }
    ]
  }
}

interface Shape {
  readonly size: bigint
  readonly slide: bigint
  readonly delayMs: number
}

type Ranges = readonly [Range, Range]

const shapes: fc.Arbitrary<Shape> = fc.record({ edges: fc.constantFrom<[bigint, bigint]>([60n, 60n], [300n, 60n], [100n, 40n], [90n, 60n]), delayMs: fc.constantFrom(0, 45_000, 120_000, 360_000) }).map(({ edges: [size, slide], delayMs }) => ({ size, slide, delayMs }))

/** What limits and values both are made of, so that they often meet. */
const numbers = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(-100, -0, 0, 7.62, 1000, 12000, 12001.5, 1e200, -1e200, Number.MIN_VALUE) }, { weight: 2, arbitrary: fc.double({ min: -500, max: 13000, noNaN: true }) })
const values = fc.oneof({ weight: 6, arbitrary: numbers }, { weight: 1, arbitrary: fc.constantFrom(null, NaN, Infinity, -Infinity) })
const limits: fc.Arbitrary<Ranges> = fc.tuple(numbers, numbers, numbers, numbers).map(([a, b, c, d]) => [
  { min: Math.min(a, b), max: Math.max(a, b) },
  { min: Math.min(c, d), max: Math.max(c, d) }
])

const start = at('12:00')
const times: fc.Arbitrary<Micros> = fc.oneof(
  fc.bigInt({ min: 0n, max: 1800n * second }).map((offset) => micros(start + offset)),
  fc.integer({ min: 0, max: 30 }).map((minutes) => micros(start + BigInt(minutes) * 60n * second)) // on the edges
)
const rows: fc.Arbitrary<Row> = fc.record({ at: fc.option(times, { freq: 30, nil: null }), key: fc.constantFrom('a', 'b', null), values: fc.record({ altitude: values, velocity: values }) })
/** Many rows of few windows and keys, so that limits pass over whole stretches of them. */
const crowded: fc.Arbitrary<Row> = fc.record({ at: fc.integer({ min: 0, max: 4 }).map((halves) => micros(start + BigInt(halves) * 30n * second)), key: fc.constantFrom('a', null), values: fc.record({ altitude: values, velocity: values }) })
const batches = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.array(rows, { maxLength: 12 }), { maxLength: 24 }) },
  { weight: 1, arbitrary: fc.array(fc.array(crowded, { maxLength: 60 }), { maxLength: 10 }) }
)

interface Replayed {
  /** Altitude and velocity anomalies by window and key, of gold and of what is open at the end. */
  readonly counts: ReadonlyMap<string, { readonly closed: boolean; readonly counts: readonly unknown[] }>
  readonly index: ThresholdIndex
}

/** Runs the engine over the batches, batch `i` with `rangesOf(i)`, and feeds an index with the same. */
function replay(shape: Shape, input: readonly (readonly Row[])[], rangesOf: (batch: number) => Ranges, proposed: Ranges): Replayed {
  const counts = new Map<string, { closed: boolean; counts: readonly unknown[] }>()
  const index = openThresholdIndex(queryWith(shape, proposed), proposed)
  let state: EngineState = initialState
  let last = queryWith(shape, rangesOf(0))
  input.forEach((batch, i) => {
    const ranges = rangesOf(i)
    const spec = queryWith(shape, ranges)
    const upTo = (ms: EngineState['closedMs']): WindowNumber => lastWindowEndingBy(spec.window, millisToMicros(ms))
    const done = step(spec, state, batchOf(spec, batch))
    index.addBatch({ blocks: [buildBlock(spec, limitedRowsOf(spec, batch), upTo(state.closedMs))], ranges, closedUpTo: upTo(done.state.closedMs) })
    note(spec, done.closed, true)
    state = done.state
    last = spec
  })
  note(last, openWindows(last, state), false)
  return { counts, index }

  function note({ window }: QuerySpec, found: WindowRows, closed: boolean): void {
    found.key.forEach((key, row) => counts.set(`${found.start[row]! / window.slide} ${key}`, { closed, counts: found.columns.slice(0, 3).map((column) => Number(valueAt(column, row))) }))
  }
}

function indexed(index: ThresholdIndex, side: 'current' | 'proposed'): Map<string, unknown> {
  return new Map([...index.windows()].map((counts) => [`${counts.window} ${counts.key}`, { closed: counts.closed, counts: [counts.observations, ...counts[side]] }]))
}

/** The sums of a tally, from its windows. */
function tallyOf(all: readonly WindowCounts[], minimum: number): Omit<Tally, 'mixedWindows' | 'firstWindow' | 'lastWindow'> {
  const closed = all.filter((counts) => counts.closed)
  const isAlert = (counts: WindowCounts, side: 'current' | 'proposed') => counts.observations >= minimum && counts[side].some((anomalies) => anomalies > 0)
  const sideOf = (side: 'current' | 'proposed') => {
    const alerts = closed.filter((counts) => isAlert(counts, side))
    return { alerts: alerts.length, keys: new Set(alerts.map(({ key }) => key)).size, anomalies: [0, 1].map((column) => closed.reduce((sum, counts) => sum + counts[side][column]!, 0)) }
  }
  const kept = closed.filter((counts) => isAlert(counts, 'current') && isAlert(counts, 'proposed'))
  return {
    closedWindows: new Set(closed.map(({ window }) => window)).size,
    closedRows: closed.length,
    observations: closed.reduce((sum, { observations }) => sum + observations, 0),
    current: sideOf('current'),
    proposed: sideOf('proposed'),
    kept: kept.length,
    changed: kept.filter(({ current, proposed }) => current.some((count, i) => count !== proposed[i])).length,
    gained: closed.filter((counts) => !isAlert(counts, 'current') && isAlert(counts, 'proposed')).length,
    lost: closed.filter((counts) => isAlert(counts, 'current') && !isAlert(counts, 'proposed')).length
  }
}

describe('the what-if index', () => {
  test('counts with any limits what a replay with those limits writes, and what it has open', () => {
    fc.assert(
      fc.property(shapes, batches, limits, fc.array(limits, { minLength: 1, maxLength: 6 }), (shape, input, first, moves) => {
        const { index, counts } = replay(shape, input, () => first, first)
        expect(indexed(index, 'current')).toEqual(counts)
        expect(indexed(index, 'proposed')).toEqual(counts)
        for (const next of moves) {
          index.propose(next)
          expect(indexed(index, 'proposed')).toEqual(replay(shape, input, () => next, next).counts)
        }
        expect(indexed(index, 'current')).toEqual(counts)
      }),
      { numRuns: 300 }
    )
  })

  test('knows gold as it was written when limits are applied in mid-run, and says how many windows hold both', () => {
    fc.assert(
      fc.property(shapes, batches, limits, limits, fc.nat(20), (shape, input, before, after, at) => {
        const { index, counts } = replay(shape, input, (batch) => (batch < at ? before : after), after)
        expect(indexed(index, 'current')).toEqual(counts)
        expect(indexed(index, 'proposed')).toEqual(replay(shape, input, () => after, after).counts)
        if (at === 0 || at >= input.length || JSON.stringify(before) === JSON.stringify(after)) expect(index.tally().mixedWindows).toBe(0)
      }),
      { numRuns: 200 }
    )
  })

  test('keeps its sums up while rows come, windows close, limits move and the minimum of observations changes', () => {
    fc.assert(
      fc.property(shapes, batches, limits, fc.array(fc.tuple(limits, fc.integer({ min: 1, max: 4 })), { maxLength: 5 }), (shape, input, first, moves) => {
        const { index } = replay(shape, input, () => first, first)
        expect(index.tally()).toMatchObject(tallyOf([...index.windows()], 1))
        for (const [next, minimum] of moves) {
          index.propose(next)
          index.setMinimumObservations(minimum)
          expect(index.tally()).toMatchObject(tallyOf([...index.windows()], minimum))
        }
      }),
      { numRuns: 200 }
    )
  })

  test('an episode is a run of overlapping alerts of one key', () => {
    fc.assert(
      fc.property(shapes, batches, limits, limits, (shape, input, first, next) => {
        const { index } = replay(shape, input, () => first, first)
        index.propose(next)
        const expected = (side: 'current' | 'proposed') => {
          const alerts = [...index.windows()].filter((counts) => counts.closed && counts[side].some((anomalies) => anomalies > 0))
          return [...new Set(alerts.map(({ key }) => key))].reduce((sum, key) => {
            const starts = alerts.filter((counts) => counts.key === key).map(({ window }) => BigInt(window) * shape.slide).sort((a, b) => (a < b ? -1 : 1))
            return sum + starts.filter((start, i) => i === 0 || start >= starts[i - 1]! + shape.size).length
          }, 0)
        }
        expect(index.episodes()).toEqual({ current: expected('current'), proposed: expected('proposed') })
      })
    )
  })

  test('tells windows that were counted with two sets of limits', () => {
    const shape = { size: 300n, slide: 60n, delayMs: 0 }
    const [narrow, wide]: [Ranges, Ranges] = [
      [{ min: 0, max: 10 }, { min: 0, max: 10 }],
      [{ min: 0, max: 99 }, { min: 0, max: 99 }]
    ]
    const row = (time: string): Row => ({ at: at(time), key: 'a', values: { altitude: 50, velocity: 1 } })
    const { index } = replay(shape, [[row('12:01')], [row('12:02')], [row('12:30')], []], (batch) => (batch < 1 ? narrow : wide), wide)
    // 12:01 is in the windows from 11:57 on, 12:02 in those from 11:58 on: four hold both.
    expect(index.tally()).toMatchObject({ mixedWindows: 4, closedWindows: 6, current: { alerts: 5 }, proposed: { alerts: 0 }, lost: 5 })
  })
})
