import { describe, expect, test } from 'vitest'
import { combine, compareText } from '#shared/engine/combine.ts'
import { lowering, outputType, type Value } from '#shared/engine/lower.ts'
import { emptyMeasures, type Measures } from '#shared/engine/measures.ts'
import type { Measure, QuerySpec } from '#shared/engine/querySpec.ts'
import { slotId, slotLayoutOf } from '#shared/engine/slots.ts'
import { micros, millis } from '#shared/engine/time.ts'
import { formatType, type ValueType } from '#shared/engine/valueType.ts'
import { windowSpec } from '#shared/engine/windowSpec.ts'

function specOf(...measures: Measure[]): QuerySpec {
  return {
    name: 'q',
    window: windowSpec(micros(60_000_000n)),
    delayMs: millis(0),
    key: { name: 'key', type: { kind: 'string' } },
    outputs: measures.map((measure, i) => ({ name: `o${i}`, measure }))
  }
}

/** One row of partials, lane by lane, by the slot's name. */
function partial(spec: QuerySpec, values: Readonly<Record<string, number | bigint | string | readonly number[]>>): Measures {
  const layout = slotLayoutOf(spec)
  const measures = emptyMeasures(layout, 1)
  for (const { slot, store, lane } of layout.slots) {
    const value = values[slotId(slot)]
    if (value === undefined) continue
    if (store === 'number') [value].flat().forEach((part, i) => (measures.numbers[lane + i] = Number(part)))
    else measures.objects[lane]![0] = value as bigint | string
  }
  return measures
}

function lowered(spec: QuerySpec, ...partials: Readonly<Record<string, number | bigint | string | readonly number[]>>[]): Value[] {
  const layout = slotLayoutOf(spec)
  const sum = emptyMeasures(layout, 1)
  for (const values of partials) combine(layout.slots, sum, 0, partial(spec, values), 0)
  return lowering(spec)(sum, 0)
}

const column = (type: ValueType) => ({ name: 'x', type })
const double = column({ kind: 'double' })
const long = column({ kind: 'long' })
const text = column({ kind: 'string' })
const money = column({ kind: 'decimal', precision: 10, scale: 2 })

describe('aggregates', () => {
  test('A1 without any value, everything but counts is null', () => {
    const spec = specOf({ kind: 'count' }, ...(['sum', 'avg', 'min', 'max', 'stddev'] as const).map((kind) => ({ kind, column: double })))
    expect(lowered(spec, { rows: 3 })).toEqual([3, null, null, null, null, null])
  })

  test('A2 NaN is above every number: it wins max, and min only alone', () => {
    const spec = specOf({ kind: 'max', column: double }, { kind: 'min', column: double })
    const value = (x: number) => ({ 'values(x,exact)': 1, 'max(x)': x, 'min(x)': x })
    expect(lowered(spec, value(1), value(NaN), value(2))).toEqual([NaN, 1])
    expect(lowered(spec, value(NaN), value(NaN))).toEqual([NaN, NaN])
    expect(lowered(spec, value(-Infinity), value(Infinity))).toEqual([Infinity, -Infinity])
  })

  test('A2 of 0.0 and -0.0 the first seen stays', () => {
    const spec = specOf({ kind: 'max', column: double })
    const value = (x: number) => ({ 'values(x,exact)': 1, 'max(x)': x })
    expect(lowered(spec, value(-0), value(0))).toEqual([-0])
    expect(lowered(spec, value(0), value(-0))).toEqual([0])
  })

  test('A4 K2 strings are compared by code point, longs exactly', () => {
    const words = specOf({ kind: 'max', column: text }, { kind: 'min', column: text })
    const word = (x: string) => ({ 'values(x,exact)': 1, 'max(x)': x, 'min(x)': x })
    expect(lowered(words, word('900'), word('10000'), word('n/a'))).toEqual(['n/a', '10000'])
    expect(['\u{1F600}', '\uFFFD', 'z', 'Z', 'za'].sort(compareText)).toEqual(['Z', 'z', 'za', '\uFFFD', '\u{1F600}'])
    const longs = specOf({ kind: 'max', column: long })
    expect(lowered(longs, { 'values(x,exact)': 1, 'max(x)': 9007199254740993n }, { 'values(x,exact)': 1, 'max(x)': 9007199254740992n })).toEqual([9007199254740993n])
  })

  test('A5 stddev is null for one value, NaN when a value is not finite, and exact over merges', () => {
    const spec = specOf({ kind: 'stddev', column: double })
    const moments = (n: number, mean: number, m2: number, all = n) => ({ 'values(x,exact)': all, 'moments(x)': [n, mean, m2] })
    expect(lowered(spec, moments(1, 5, 0))).toEqual([null])
    expect(lowered(spec, moments(2, 2, 2), moments(2, 6, 2))).toEqual([Math.sqrt(20 / 3)])
    expect(lowered(spec, moments(2, 2, 2), moments(0, 0, 0, 1))).toEqual([NaN])
  })

  test('A6 avg of decimals is exact and half up, also below zero; what does not fit is null', () => {
    const spec = specOf({ kind: 'avg', column: money })
    const sum = (unscaled: bigint, n: number) => ({ 'values(x,exact)': n, 'sum(x,exact)': unscaled })
    expect(lowered(spec, sum(100n, 1), sum(100n, 2))).toEqual([666_667n]) // 2.00 / 3 = 0.666667
    expect(lowered(spec, sum(-200n, 3))).toEqual([-666_667n])
    const narrow = specOf({ kind: 'sum', column: column({ kind: 'decimal', precision: 38, scale: 0 }) })
    expect(lowered(narrow, sum(10n ** 38n - 1n, 1), sum(1n, 1))).toEqual([null])
  })

  test('A6 avg of longs adds doubles, their sum wraps as a long does', () => {
    const spec = specOf({ kind: 'avg', column: long }, { kind: 'sum', column: long })
    expect(lowered(spec, { 'values(x,exact)': 2, 'sum(x,double)': 3, 'sum(x,exact)': 2n ** 63n - 1n }, { 'values(x,exact)': 1, 'sum(x,double)': 0, 'sum(x,exact)': 1n })).toEqual([1, -(2n ** 63n)])
  })

  test('A8 the rate adds both counts over all rows, and may be above one', () => {
    const spec: QuerySpec = {
      ...specOf(),
      outputs: [
        { name: 'n', measure: { kind: 'count' } },
        { name: 'high', measure: { kind: 'countOutside', column: double, min: 0, max: 1 } },
        { name: 'fast', measure: { kind: 'countOutside', column: { ...double, name: 'y' }, min: 0, max: 1 } },
        { name: 'rate', measure: { kind: 'rate', numerators: ['high', 'fast'], denominator: 'n' } }
      ]
    }
    expect(lowered(spec, { rows: 2, 'outside(x,0,1)': 2, 'outside(y,0,1)': 1 })).toEqual([2, 2, 1, 1.5])
  })

  test("A7 gold's types follow the columns", () => {
    const types = (measures: Measure[]) => measures.map((measure) => formatType(outputType(measure)))
    const kinds = ['min', 'max', 'avg', 'sum', 'stddev'] as const
    expect(types(kinds.map((kind) => ({ kind, column: column({ kind: 'float' }) })))).toEqual(['float', 'float', 'double', 'double', 'double'])
    expect(types(kinds.map((kind) => ({ kind, column: column({ kind: 'short' }) })))).toEqual(['short', 'short', 'double', 'long', 'double'])
    expect(types(kinds.map((kind) => ({ kind, column: money })))).toEqual(['decimal(10,2)', 'decimal(10,2)', 'decimal(14,6)', 'decimal(20,2)', 'double'])
    expect(types([{ kind: 'avg', column: column({ kind: 'decimal', precision: 38, scale: 36 }) }, { kind: 'count' }])).toEqual(['decimal(38,38)', 'long'])
  })
})

describe('windows as a spec', () => {
  test('W4 a pane is the widest span that windows share', () => {
    expect([windowSpec(micros(300n), micros(60n)), windowSpec(micros(100n), micros(40n)), windowSpec(micros(7n))].map((spec) => spec.pane)).toEqual([60n, 20n, 7n])
  })

  test.each([
    [0n, 1n, 'longer than zero'],
    [5n, 0n, 'longer than zero'],
    [5n, 6n, 'longer than its window'],
    [3601n, 1n, '3601 panes']
  ])('W5 a window of %i every %i is refused', (size, slide, why) => {
    expect(() => windowSpec(micros(size), micros(slide))).toThrow(why)
  })
})
