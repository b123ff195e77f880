import { unreachable } from './fault.ts'
import { numbersOf, type Lane } from './lane.ts'
import type { SlotLayout } from './slots.ts'

/**
 * Adds the measures in row `from` of `source` to row `to` of `target`. Both have the lanes of `layouts`; an empty row is the neutral element.
 * The order of calls is the order in which floats are added: callers keep it fixed.
 */
export function combine(layouts: readonly SlotLayout[], target: readonly Lane[], to: number, source: readonly Lane[], from: number): void {
  for (const { slot, lane } of layouts) {
    switch (slot.kind) {
      case 'rows':
      case 'outside':
      case 'values':
      case 'sum':
        addSum(target[lane], to, source[lane], from)
        break
      case 'min':
      case 'max':
        addExtreme(slot.kind, target[lane], to, source[lane], from)
        break
      case 'moments':
        addMoments(target, to, source, from, lane)
        break
      default:
        unreachable(slot)
    }
  }
}

function addSum(target: Lane | undefined, to: number, source: Lane | undefined, from: number): void {
  if (target?.store === 'number' && source?.store === 'number') target.values[to]! += source.values[from]!
  else if (target?.store === 'bigint' && source?.store === 'bigint') target.values[to] = (target.values[to] ?? 0n) + (source.values[from] ?? 0n)
  else throw new Error(`cannot add a ${source?.store} lane to a ${target?.store} lane`)
}

/** SPEC A2: NaN is above every number; of equal values the first seen stays, so -0.0 and 0.0 keep their order of arrival. */
function addExtreme(kind: 'min' | 'max', target: Lane | undefined, to: number, source: Lane | undefined, from: number): void {
  if (target?.store === 'number' && source?.store === 'number') {
    const a = target.values[to]!
    const b = source.values[from]!
    if (kind === 'max' ? isAbove(b, a) : isAbove(a, b)) target.values[to] = b
  } else if (target?.store === 'bigint' && source?.store === 'bigint') {
    target.values[to] = extremeOf(kind, target.values[to] ?? null, source.values[from] ?? null, (x, y) => x > y)
  } else if (target?.store === 'text' && source?.store === 'text') {
    target.values[to] = extremeOf(kind, target.values[to] ?? null, source.values[from] ?? null, (x, y) => compareText(x, y) > 0)
  } else throw new Error(`cannot compare a ${source?.store} lane with a ${target?.store} lane`)
}

const isAbove = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b))

function extremeOf<T>(kind: 'min' | 'max', a: T | null, b: T | null, above: (x: T, y: T) => boolean): T | null {
  if (a === null || b === null) return a ?? b
  return (kind === 'max' ? above(b, a) : above(a, b)) ? b : a
}

/** By code point, which is also the order of the UTF-8 bytes. JavaScript's own order is by UTF-16 unit. SPEC K2 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const xSurrogate = x >= 0xd800 && x <= 0xdfff
    const ySurrogate = y >= 0xd800 && y <= 0xdfff
    return xSurrogate === ySurrogate ? x - y : xSurrogate ? 1 : -1
  }
  return a.length - b.length
}

/** Spark's CentralMomentAgg.merge, operation by operation. SPEC A5 */
function addMoments(target: readonly Lane[], to: number, source: readonly Lane[], from: number, lane: number): void {
  const [n, mean, m2] = [numbersOf(target, lane), numbersOf(target, lane + 1), numbersOf(target, lane + 2)]
  const n2 = numbersOf(source, lane)[from]!
  if (n2 === 0) return
  const n1 = n[to]!
  const total = n1 + n2
  const delta = numbersOf(source, lane + 1)[from]! - mean[to]!
  const deltaN = delta / total
  m2[to] = m2[to]! + numbersOf(source, lane + 2)[from]! + delta * deltaN * n1 * n2
  mean[to] = mean[to]! + deltaN * n2
  n[to] = total
}
