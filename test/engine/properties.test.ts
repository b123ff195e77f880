import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { initialState, restore, snapshot, type EngineState } from '#shared/engine/state.ts'
import { step, type Step } from '#shared/engine/step.ts'
import { micros, millis, millisToMicros, type Micros } from '#shared/engine/time.ts'
import { openWindows, valueAt, type WindowRows } from '#shared/engine/windows.ts'
import { windowSpec, type WindowSpec } from '#shared/engine/windowSpec.ts'
import type { Column, QuerySpec } from '#shared/engine/querySpec.ts'
import { at, batchOf, type Row } from '#test/support/rows.ts'

const altitude: Column = { name: 'altitude', type: { kind: 'double' } }
const second = 1_000_000n

const windows: fc.Arbitrary<WindowSpec> = fc.constantFrom<[bigint, bigint]>([60n, 60n], [300n, 60n], [7n, 7n], [100n, 40n], [90n, 60n]).map(([size, slide]) => windowSpec(micros(size * second), micros(slide * second)))

const queries: fc.Arbitrary<QuerySpec> = fc.record({ window: windows, delayMs: fc.constantFrom(0, 45_000, 120_000, 360_000).map(millis) }).map(({ window, delayMs }) => ({
  name: 'q',
  window,
  delayMs,
  key: { name: 'key', type: { kind: 'string' } },
  outputs: [
    { name: 'n', measure: { kind: 'count' } },
    { name: 'outside', measure: { kind: 'countOutside', column: altitude, min: -100, max: 12000 } },
    { name: 'rate', measure: { kind: 'rate', numerators: ['outside'], denominator: 'n' } },
    { name: 'max', measure: { kind: 'max', column: altitude } },
    { name: 'min', measure: { kind: 'min', column: altitude } },
    { name: 'avg', measure: { kind: 'avg', column: altitude } },
    { name: 'stddev', measure: { kind: 'stddev', column: altitude } }
  ]
}))

const start = at('12:00')
const times: fc.Arbitrary<Micros> = fc.oneof(
  fc.bigInt({ min: 0n, max: 1800n * second }).map((offset) => micros(start + offset)),
  fc.integer({ min: 0, max: 30 }).map((minutes) => micros(start + BigInt(minutes) * 60n * second)) // on the edges
)
const rows: fc.Arbitrary<Row> = fc.record({
  at: fc.option(times, { freq: 30, nil: null }),
  key: fc.constantFrom('a', 'b', null),
  values: fc.oneof({ weight: 8, arbitrary: fc.double({ min: -500, max: 13000, noNaN: true }) }, { weight: 2, arbitrary: fc.constantFrom(null, NaN, Infinity, -0, 0, 12000, -100, 1e200) }).map((value) => ({ altitude: value })),
  file: fc.integer({ min: 0, max: 2 })
})
const batches = fc.array(fc.array(rows, { maxLength: 12 }), { maxLength: 8 })

function run(spec: QuerySpec, input: readonly (readonly Row[])[]): Step[] {
  let state: EngineState = initialState
  return input.map((batch) => {
    const done = step(spec, state, batchOf(spec, batch))
    state = done.state
    return done
  })
}

/** One line per (window, key): number of the window's start and the key, with its values. */
function resultsOf(parts: readonly WindowRows[]): Map<string, readonly unknown[]> {
  const results = new Map<string, readonly unknown[]>()
  for (const part of parts) {
    part.key.forEach((key, i) => {
      const id = `${part.start[i]} ${key}`
      if (results.has(id)) throw new Error(`window ${id} came out twice`)
      results.set(
        id,
        part.columns.map((column) => valueAt(column, i))
      )
    })
  }
  return results
}

/** Every window of a row, found by looking rather than by arithmetic on panes. */
function windowsOf(spec: WindowSpec, time: Micros): bigint[] {
  const last = time / spec.slide
  return Array.from({ length: Number(spec.size / spec.slide) + 2 }, (_, i) => (last - BigInt(i)) * spec.slide).filter((from) => from <= time && time < from + spec.size)
}

describe('properties', () => {
  test('every (row, window) pair is counted once: in a window, or as dropped', () => {
    fc.assert(
      fc.property(queries, batches, (spec, input) => {
        const steps = run(spec, input)
        const state = steps.at(-1)?.state ?? initialState
        const counted = [...resultsOf([...steps.map((done) => done.closed), openWindows(spec, state)]).values()].reduce((sum, [n]) => sum + Number(n), 0)
        const dropped = steps.flatMap(({ late }) => [...late.rows].map((count, i) => count * late.missedWindows[i]!)).reduce((a, b) => a + b, 0)
        const pairs = input.flat().reduce((sum, row) => sum + (row.at === null ? 0 : windowsOf(spec.window, row.at).length), 0)
        expect(counted + dropped).toBe(pairs)
      })
    )
  })

  test('T4 the watermark never goes back, and the late bound is the one before it', () => {
    fc.assert(
      fc.property(queries, batches, (spec, input) => {
        let before = initialState
        for (const { state } of run(spec, input)) {
          expect(state.watermarkMs).toBeGreaterThanOrEqual(before.watermarkMs)
          expect(state.closedMs).toBe(before.watermarkMs)
          before = state
        }
      })
    )
  })

  test('E1 closed windows equal a GROUP BY over the rows that were not late, each once', () => {
    fc.assert(
      fc.property(queries, batches, (spec, input) => {
        const steps = run(spec, input)
        const groups = naive(spec, input)
        const closed = resultsOf(steps.map((done) => done.closed))
        expect([...closed.keys()].sort()).toEqual([...groups.keys()].sort())
        for (const [id, values] of groups) closed.get(id)!.forEach((value, i) => expectClose(value, values[i]))
      })
    )
  })

  test('the counters equal a count of (window, key) groups', () => {
    fc.assert(
      fc.property(queries, batches, (spec, input) => {
        const steps = run(spec, input)
        const open = new Set<string>()
        let lateBound = 0n
        let bound = 0n
        input.forEach((batch, i) => {
          const groups = new Set(batch.flatMap((row) => (row.at === null ? [] : windowsOf(spec.window, row.at).map((from) => `${from} ${row.key}`))))
          const end = (id: string) => BigInt(id.split(' ')[0]!) + spec.window.size
          const dropped = [...groups].filter((id) => end(id) <= lateBound)
          for (const id of groups) if (end(id) > lateBound) open.add(id)
          const removed = [...open].filter((id) => end(id) <= bound)
          for (const id of removed) open.delete(id)
          expect(steps[i]!.metrics).toMatchObject({ numRowsDroppedByWatermark: dropped.length, numRowsUpdated: groups.size - dropped.length, numRowsRemoved: removed.length, numRowsTotal: open.size })
          lateBound = bound
          bound = millisToMicros(steps[i]!.state.watermarkMs)
        })
      })
    )
  })

  test('with disorder within the delay, any split into batches closes the same windows', () => {
    fc.assert(
      fc.property(queries, fc.array(rows, { minLength: 1, maxLength: 40 }), fc.array(fc.nat(12), { maxLength: 12 }), (spec, input, sizes) => {
        // Arrival = event time plus less than the delay: whatever comes is at most the delay behind what has come.
        const timed = input.filter((row) => row.at !== null).sort((a, b) => arrival(a, spec) - arrival(b, spec))
        const flush: Row[] = [{ at: at('23:00'), key: 'end' }]
        const split: Row[][] = []
        let from = 0
        for (const size of [...sizes, timed.length]) split.push(timed.slice(from, (from += size)))
        const closedBy = (parts: readonly (readonly Row[])[]) => resultsOf(run(spec, [...parts, flush, []]).map((done) => done.closed))
        const whole = closedBy([timed])
        const parts = closedBy(split)
        expect([...parts.keys()].sort()).toEqual([...whole.keys()].sort())
        for (const [id, values] of whole) parts.get(id)!.forEach((value, i) => expectClose(value, values[i]))
      })
    )
  })

  test('R2 a restored state goes on as if nothing had happened', () => {
    fc.assert(
      fc.property(queries, batches, fc.array(rows, { maxLength: 10 }), (spec, input, next) => {
        const state = run(spec, input).at(-1)?.state ?? initialState
        const saved = snapshot(spec, state)
        const restored = restore(spec, saved)
        expect(snapshot(spec, restored)).toEqual(saved)
        expect(plain(step(spec, restored, batchOf(spec, next)))).toEqual(plain(step(spec, state, batchOf(spec, next))))
      })
    )
  })
})

const plain = ({ closed, late, metrics, state }: Step) => ({ closed, late, metrics, watermark: state.watermarkMs })

function arrival(row: Row, spec: QuerySpec): number {
  // A delay that depends on the row alone, so that the order is the same for every split.
  const jitter = Number((row.at! * 7919n) % 997n) / 997
  return Number(row.at! - start) + jitter * spec.delayMs * 1000
}

/** Spark's rules row by row: no panes, no merging. */
function naive(spec: QuerySpec, input: readonly (readonly Row[])[]): Map<string, readonly unknown[]> {
  const groups = new Map<string, { end: bigint; values: (number | null)[]; closed: boolean }>()
  let late = 0n
  let watermark = 0n
  for (const batch of input) {
    for (const row of batch) {
      if (row.at === null) continue
      for (const from of windowsOf(spec.window, row.at)) {
        const end = from + spec.window.size
        if (end <= late) continue
        const id = `${from} ${row.key}`
        const group = groups.get(id) ?? { end, values: [], closed: false }
        group.values.push(row.values?.altitude ?? null)
        groups.set(id, group)
      }
    }
    for (const group of groups.values()) if (group.end <= watermark) group.closed = true
    late = watermark
    for (const row of batch) {
      const ms = row.at === null ? 0n : row.at / 1000n
      const candidate = (ms - BigInt(spec.delayMs)) * 1000n
      if (candidate > watermark) watermark = candidate
    }
  }
  return new Map([...groups].filter(([, group]) => group.closed).map(([id, group]) => [id, aggregate(group.values)]))
}

function aggregate(all: readonly (number | null)[]): readonly unknown[] {
  const values = all.filter((value) => value !== null)
  const above = (a: number, b: number) => a > b || (Number.isNaN(a) && !Number.isNaN(b))
  const outside = values.filter((value) => above(value, 12000) || above(-100, value)).length
  const order = [...values].sort((a, b) => (above(a, b) ? 1 : above(b, a) ? -1 : 0))
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  // Where squares overflow, Spark's merge gives no finite number either, not even for equal values.
  const deviation = values.some((value) => !Number.isFinite(value * value)) ? NaN : Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
  const none = values.length === 0
  return [all.length, outside, outside / all.length, none ? null : order.at(-1), none ? null : order[0], none ? null : mean, values.length < 2 ? null : deviation]
}

/** The tolerance of the recordings; where sums overflow, any answer that is not finite will do. */
function expectClose(actual: unknown, expected: unknown): void {
  if (typeof actual !== 'number' || typeof expected !== 'number') return expect(actual).toBe(expected)
  if (!Number.isFinite(expected)) return expect(Number.isFinite(actual)).toBe(false)
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)))
}
