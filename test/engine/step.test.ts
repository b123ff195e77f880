import { describe, expect, test } from 'vitest'
import { initialState, type EngineState } from '#shared/engine/state.ts'
import { step, type Step } from '#shared/engine/step.ts'
import { micros, millis } from '#shared/engine/time.ts'
import { openWindows, valueAt, type WindowRows } from '#shared/engine/windows.ts'
import { windowSpec } from '#shared/engine/windowSpec.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import { at, batchOf, timeOf, type Row } from '#test/support/rows.ts'

const minute = 60_000_000n

/** count(*) per key, windows and delay in minutes. */
function counting(size: number, slide: number, delay: number): QuerySpec {
  return {
    name: 'counts',
    window: windowSpec(micros(BigInt(size) * minute), micros(BigInt(slide) * minute)),
    delayMs: millis(delay * 60_000),
    key: { name: 'key', type: { kind: 'string' } },
    outputs: [{ name: 'n', measure: { kind: 'count' } }]
  }
}

function run(spec: QuerySpec, batches: readonly (readonly Row[])[]): Step[] {
  let state: EngineState = initialState
  return batches.map((rows) => {
    const done = step(spec, state, batchOf(spec, rows))
    state = done.state
    return done
  })
}

const row = (time: string, key: string | null = 'a', file = 0): Row => ({ at: at(time), key, file })
const closedOf = (rows: WindowRows) => rows.key.map((key, i) => `${timeOf(rows.start[i]!)}-${timeOf(rows.end[i]!)} ${key} ${valueAt(rows.columns[0]!, i)}`)

describe('windows', () => {
  test('W3 a row exactly on a boundary belongs to the later window', () => {
    const spec = counting(1, 1, 0)
    const [, second] = run(spec, [[row('12:00:59.999999'), row('12:01')], [row('12:09')]])
    expect(closedOf(second!.closed)).toEqual(['12:00:00-12:01:00 a 1'])
    const [, third] = run(spec, [[row('12:00:59.999999'), row('12:01'), row('12:05')], []])
    expect(closedOf(third!.closed)).toEqual(['12:00:00-12:01:00 a 1', '12:01:00-12:02:00 a 1'])
  })

  test('W2 a row is in every sliding window that covers it, also where the slide does not divide the size', () => {
    const uneven: QuerySpec = { ...counting(1, 1, 0), window: windowSpec(micros(100_000_000n), micros(40_000_000n)) }
    const [, done] = run(uneven, [[row('12:00:50'), row('13:00')], []])
    // 12:00:00 is 40 s x 43,200,... exact: windows start at multiples of 40 s since 1970
    expect(closedOf(done!.closed).map((text) => text.slice(0, 8))).toEqual(['11:59:20', '12:00:00', '12:00:40'])
  })

  test('W2 windows before 1970 are floored, and those that end by the epoch are late from the start (T4)', () => {
    const spec = counting(1, 1, 0)
    const before = (us: bigint): Row => ({ at: micros(us), key: 'a' })
    const [first, second] = run(spec, [[before(-1n), before(0n), before(minute * 5n)], []])
    expect({ dropped: first!.metrics.numRowsDroppedByWatermark, closed: second!.closed.start }).toEqual({ dropped: 1, closed: BigInt64Array.of(0n, minute * 4n).slice(0, 1) })
  })

  test('W7 T5 a row is late for every window that ends after the last time of 64 bits, and counted in the others', () => {
    const last = 2n ** 63n - 1n
    const spec = counting(5, 1, 2)
    const of = (us: bigint): Row => ({ at: micros(us), key: 'a' })
    // The minute of the last time, four minutes before it, and one more.
    const [first, second] = run(spec, [[of(last)], [of(last - 4n * minute), of(last - 5n * minute)]])
    expect([first!.metrics, first!.late.missedWindows, first!.state.panes.size]).toEqual([expect.objectContaining({ numRowsDroppedByWatermark: 5, numRowsUpdated: 0, lateRows: 1 }), Uint32Array.of(5), 0])
    expect([second!.metrics.numRowsDroppedByWatermark, second!.metrics.numRowsUpdated, second!.metrics.numRowsTotal, second!.late.missedWindows]).toEqual([1, 5, 2, Uint32Array.of(1)])
    expect(openWindows(spec, second!.state).end.every((end) => end > 0n)).toBe(true)
    expect(second!.state.watermarkMs).toBe(9_223_372_036_734_774) // Even, and not above the exact one.
  })

  test('W7 T4 rows at the first times of 64 bits are late, each in the windows that it has', () => {
    const first = -(2n ** 63n)
    const [done] = run(counting(1, 1, 2), [[0n, 1n, minute, 2n * minute].map((us) => ({ at: micros(first + us), key: 'a' }))])
    expect([done!.metrics.numRowsDroppedByWatermark, done!.metrics.lateRows, done!.state.panes.size, done!.state.watermarkMs]).toEqual([3, 4, 0, 0])
  })

  test('W6 T1 a null event time is in no window and counts as the epoch in the statistics', () => {
    const [done] = run(counting(1, 1, 0), [[{ at: null, key: 'a' }]])
    expect({ watermark: done!.state.watermarkMs, groups: done!.metrics.numRowsUpdated, panes: done!.state.panes.size }).toEqual({ watermark: 0, groups: 0, panes: 0 })
  })
})

describe('alignment', () => {
  test('W1 windows are aligned to 1970 in UTC: a 7-second grid does not begin anew each minute', () => {
    const spec: QuerySpec = { ...counting(1, 1, 0), window: windowSpec(micros(7_000_000n)) }
    const [, done] = run(spec, [[row('12:01:00'), row('13:00')], []])
    const start = done!.closed.start[0]!
    expect({ remainder: start % 7_000_000n, holds: start <= at('12:01:00') && at('12:01:00') < start + 7_000_000n }).toEqual({ remainder: 0n, holds: true })
  })
})

describe('watermark and lateness', () => {
  test('T3 a window whose end equals the watermark is closed', () => {
    const [, done] = run(counting(1, 1, 2), [[row('12:00:30'), row('12:03')], []])
    expect(closedOf(done!.closed)).toEqual(['12:00:00-12:01:00 a 1'])
  })

  test('T2 a part of a millisecond is cut off: one microsecond short of the edge closes nothing', () => {
    const [, done] = run(counting(1, 1, 2), [[row('12:00:30'), row('12:02:59.999999')], []])
    expect(closedOf(done!.closed)).toEqual([])
  })

  test('L1 L3 a group late by one batch is accepted and comes out at once; one batch later it is dropped', () => {
    const late = row('12:00:10')
    const [, second, third] = run(counting(1, 1, 2), [[row('12:10')], [late], [late]])
    expect({ closed: closedOf(second!.closed), dropped: second!.metrics.numRowsDroppedByWatermark }).toEqual({ closed: ['12:00:00-12:01:00 a 1'], dropped: 0 })
    expect({ closed: closedOf(third!.closed), dropped: third!.metrics.numRowsDroppedByWatermark }).toEqual({ closed: [], dropped: 1 })
  })

  test('L2 a row late for some of its sliding windows is counted in the others', () => {
    // W = 12:10: dropped from the windows that end 12:09 and 12:10, counted in those that end 12:11 to 12:13
    const spec = counting(5, 1, 0)
    const [, , third, fourth] = run(spec, [[row('12:10')], [], [row('12:08:30', 'b', 3)], [row('12:20')]])
    expect({ missed: [...third!.late.missedWindows], file: [...third!.late.file], rows: [...third!.late.rows], dropped: third!.metrics.numRowsDroppedByWatermark, updated: third!.metrics.numRowsUpdated }).toEqual({ missed: [2], file: [3], rows: [1], dropped: 2, updated: 3 })
    expect(fourth!.closed.length).toBe(0)
    const fifth = step(spec, fourth!.state, batchOf(spec, []))
    expect(closedOf(fifth.closed).filter((text) => text.includes(' b ')).map((text) => text.slice(9, 17))).toEqual(['12:11:00', '12:12:00', '12:13:00'])
  })

  test('T4 the watermark never goes back', () => {
    const steps = run(counting(1, 1, 0), [[row('12:10')], [row('12:01')], [row('12:11')]])
    expect(steps.map((done) => timeOf(BigInt(done.state.watermarkMs) * 1000n))).toEqual(['12:10:00', '12:10:00', '12:11:00'])
  })
})

describe('emission and counters', () => {
  test('C1 C2 C3 the counters count groups, not rows', () => {
    const [first, second] = run(counting(5, 1, 0), [[row('12:00'), row('12:00:10'), row('12:00', 'b'), row('12:10')], []])
    expect(first!.metrics).toMatchObject({ numRowsUpdated: 15, numRowsTotal: 15, numRowsRemoved: 0, numRowsDroppedByWatermark: 0 })
    expect(second!.metrics).toMatchObject({ numRowsUpdated: 0, numRowsTotal: 5, numRowsRemoved: 10 })
  })

  test('E1 a window closes once, with all that was accepted, and the state forgets it', () => {
    const steps = run(counting(1, 1, 1), [[row('12:00')], [row('12:00:30'), row('12:02')], [], [row('12:09')], []])
    expect(steps.map((done) => closedOf(done.closed))).toEqual([[], [], ['12:00:00-12:01:00 a 2'], [], ['12:02:00-12:03:00 a 1']])
  })

  test('E2 what the watermark never passes stays open', () => {
    const steps = run(counting(1, 1, 2), [[row('12:00'), row('12:01:59')], [], []])
    expect({ closed: steps.flatMap((done) => closedOf(done.closed)), open: steps.at(-1)!.metrics.numRowsTotal }).toEqual({ closed: [], open: 2 })
  })

  test('C4 rows that missed a window are counted as rows, beside the groups', () => {
    const late = [row('12:00:10'), row('12:00:20'), row('12:00:30')]
    const [, , done] = run(counting(1, 1, 0), [[row('12:10')], [], late])
    expect({ groups: done!.metrics.numRowsDroppedByWatermark, rows: done!.metrics.lateRows }).toEqual({ groups: 1, rows: 3 })
  })

  test('E3 K1 rows come sorted by window and key, null first, text by code point', () => {
    const keys = ['é', 'Z', null, 'a', '\u{1F600}', '\uFFFD']
    const [, done] = run(counting(1, 1, 0), [[...keys.map((key) => row('12:00', key)), row('12:09')], []])
    expect(done!.closed.key).toEqual([null, 'Z', 'a', 'é', '\uFFFD', '\u{1F600}'])
  })

  test('E4 open windows can be read before they close', () => {
    const spec = counting(1, 1, 2)
    const [done] = run(spec, [[row('12:00'), row('12:01')]])
    expect(closedOf(openWindows(spec, done!.state))).toEqual(['12:00:00-12:01:00 a 1', '12:01:00-12:02:00 a 1'])
  })

  test('a step leaves the state it was given as it was', () => {
    const spec = counting(1, 1, 0)
    const [first] = run(spec, [[row('12:00')]])
    step(spec, first!.state, batchOf(spec, [row('12:00:10'), row('12:09')]))
    expect(closedOf(step(spec, first!.state, batchOf(spec, [])).closed)).toEqual([])
    expect(closedOf(openWindows(spec, first!.state))).toEqual(['12:00:00-12:01:00 a 1'])
  })
})

test("Spark's own suite, append mode: 5 s windows, 10 s delay", () => {
  const spec: QuerySpec = { ...counting(1, 1, 0), window: windowSpec(micros(5_000_000n)), delayMs: millis(10_000) }
  const seconds = (...values: number[]): Row[] => values.map((value) => ({ at: micros(BigInt(value) * 1_000_000n), key: 'k' }))
  const steps = run(spec, [seconds(10, 11, 12, 13, 14, 15), [], seconds(25), [], seconds(10), []])
  expect(steps.map((done) => [...done.closed.columns[0]!.values])).toEqual([[], [], [], [5], [], []])
  expect({ left: steps[3]!.metrics.numRowsTotal, dropped: steps[4]!.metrics.numRowsDroppedByWatermark }).toEqual({ left: 2, dropped: 1 })
})
