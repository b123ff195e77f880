import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ValueType } from '#shared/engine/valueType.ts'
import type { StoredBlock } from '#shared/whatIf/blockList.ts'
import { openBlockList, storedBlock } from '#shared/whatIf/blockList.ts'
import { distributionOf, outsideOf, quantileOf } from '#shared/whatIf/distribution.ts'
import type { LimitedColumn } from '#shared/whatIf/limitedColumns.ts'
import { orderRows } from '#shared/whatIf/order.ts'
import { rankAbove, rankBelow } from '#shared/whatIf/sortedValues.ts'

const limitedOf = (type: ValueType): LimitedColumn => ({ output: 'outside', column: { name: 'value', type }, forms: ['value'], firstOrder: 0 })
const double = limitedOf({ kind: 'double' })

/** A block whose rows are all in one cell. */
const blockOf = (values: readonly (number | null)[]): StoredBlock => storedBlock({
  cells: Uint32Array.of(0),
  firstEntry: 0,
  lastEntry: 0,
  orders: [orderRows({ values: Float64Array.from(values, (value) => value ?? 0), nulls: Uint8Array.from(values, (value) => (value === null ? 1 : 0)) }, new Uint32Array(values.length), values.length, 1)]
})

const values = fc.array(fc.oneof({ weight: 5, arbitrary: fc.double({ min: -1000, max: 1000, noNaN: true }) }, { weight: 2, arbitrary: fc.constantFrom(0, -0, 7.5, 100) }, { weight: 1, arbitrary: fc.constantFrom(null, NaN, Infinity, -Infinity, 1e308) }), { maxLength: 60 })
const blocks = fc.array(values, { maxLength: 12 })

describe('the distribution of values', () => {
  test('counts each row once, in its bin, beyond them, or as no number', () => {
    fc.assert(
      fc.property(blocks, fc.integer({ min: -500, max: 400 }), fc.integer({ min: 1, max: 20 }), (parts, from, bins) => {
        const edges = Array.from({ length: bins + 1 }, (_, i) => from + i * 7.5)
        const rows = parts.flat().filter((value) => value !== null)
        const finite = rows.filter(Number.isFinite)
        const found = distributionOf(parts.map(blockOf), double, edges)
        expect(found.counts).toEqual(edges.slice(0, -1).map((edge, i) => rows.filter((value) => value >= edge && value < edges[i + 1]!).length))
        expect([found.below, found.above, found.notANumber]).toEqual([rows.filter((value) => value < from).length, rows.filter((value) => value >= edges.at(-1)!).length, rows.filter(Number.isNaN).length])
        expect([found.min, found.max]).toEqual(finite.length === 0 ? [undefined, undefined] : [Math.min(...finite) + 0, Math.max(...finite) + 0])
      })
    )
  })

  test('a quantile is the smallest value that so many do not exceed', () => {
    fc.assert(
      fc.property(blocks, fc.constantFrom(0.001, 0.05, 0.5, 0.95, 0.999), (parts, share) => {
        const finite = parts.flat().filter((value) => value !== null && Number.isFinite(value)).sort((a, b) => a! - b!) as number[]
        const expected = finite.find((value) => finite.filter((other) => other <= value).length >= share * finite.length)
        expect(quantileOf(parts.map(blockOf), double, share)).toEqual(expected === undefined ? undefined : expected + 0)
      })
    )
  })

  test('rows outside a range are counted strictly, and NaN is above', () => {
    const found = outsideOf([blockOf([1, 2, 3, null, NaN]), blockOf([3, 4, -Infinity])], double, { min: 1, max: 3 })
    expect(found).toEqual({ rows: 7, below: 1, above: 2 })
  })
})

describe('limits follow the type of the column', () => {
  test.each<readonly [string, ValueType, Float64Array | BigInt64Array | bigint[], number, number, number]>([
    ['a double between two values', { kind: 'double' }, Float64Array.of(1, 2, 3), 2.5, 2, 2],
    ['a double that is a value', { kind: 'double' }, Float64Array.of(1, 2, 3), 2, 2, 1],
    ['a decimal that the limit meets exactly', { kind: 'decimal', precision: 10, scale: 2 }, BigInt64Array.of(1200050n, 1200100n), 12_000.5, 1, 0],
    ['a decimal next to a limit with more digits', { kind: 'decimal', precision: 10, scale: 2 }, BigInt64Array.of(1200050n, 1200051n), 12_000.505, 1, 1],
    ['a negative decimal next to a limit with more digits', { kind: 'decimal', precision: 10, scale: 2 }, BigInt64Array.of(-1200051n, -1200050n), -12_000.505, 1, 1],
    ['a wide decimal', { kind: 'decimal', precision: 38, scale: 0 }, [10n ** 30n, 10n ** 30n + 1n], 1e30, 1, 0],
    ['a long that a double cannot tell from the next', { kind: 'long' }, BigInt64Array.of(2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n), 2 ** 53 - 1, 1, 0],
    ['a long against a fraction', { kind: 'long' }, BigInt64Array.of(1n, 2n, 3n), 1.5, 1, 1]
  ])('%s', (_name, type, sorted, limit, notAbove, below) => {
    expect([rankAbove(type, sorted, limit), rankBelow(type, sorted, limit)]).toEqual([notAbove, below])
  })
})

test('blocks whose cells are too many together stay as they are, and more are taken', () => {
  const list = openBlockList()
  for (let i = 0; i < 20; i++) list.add(storedBlock({ cells: Uint32Array.from({ length: 10_000 }, (_, cell) => i * 10_000 + cell), firstEntry: 0, lastEntry: 0, orders: [orderRows({ values: Float64Array.of(i), nulls: Uint8Array.of(0) }, Uint32Array.of(0), 1, 10_000)] }))
  expect(list.blocks.map(({ orders: [order], cells }) => `${order!.values[0]} ${cells[order!.cells[0]!]}`).sort()).toEqual(Array.from({ length: 20 }, (_, i) => `${i} ${i * 10_000}`).sort())
})

test('many blocks become few, and hold the same rows', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.constantFrom(1, 2, 2.5, NaN, -3), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 70 }), (parts) => {
      const list = openBlockList()
      parts.forEach((part, i) => list.add({ ...blockOf(part), cells: Uint32Array.of(i % 3) }))
      expect(list.blocks.length).toBeLessThanOrEqual(7 * 3)
      const rows = list.blocks.flatMap(({ cells, orders: [order] }) => [...order!.values].flatMap((value, i) => [...order!.cells.slice(order!.starts[i]!, order!.starts[i + 1]!)].map((cell) => `${value} ${cells[cell]}`)))
      expect(rows.sort()).toEqual(parts.flatMap((part, i) => part.map((value) => `${value} ${i % 3}`)).sort())
      expect(list.values).toBe(rows.length)
    })
  )
})
