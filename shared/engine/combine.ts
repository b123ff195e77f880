import { unreachable } from './fault.ts'
import { objectLane, type Measures } from './measures.ts'
import type { PlacedSlot } from './slots.ts'

/**
 * Adds the measures in row `from` of `source` to row `to` of `target`; an empty row is the neutral element. The order of calls is the order in which
 * floats are added: callers keep it fixed.
 */
export function combine(slots: readonly PlacedSlot[], target: Measures, to: number, source: Measures, from: number): void {
  const base = to * target.stride
  const other = from * source.stride
  for (const { slot, store, lane } of slots) {
    switch (slot.kind) {
      case 'rows':
      case 'outside':
      case 'values':
        target.numbers[base + lane]! += source.numbers[other + lane]!
        break
      case 'sum':
        if (store === 'number') target.numbers[base + lane]! += source.numbers[other + lane]!
        else addExact(objectLane(target, lane), to, objectLane(source, lane)[from] ?? null)
        break
      case 'min':
      case 'max':
        if (store === 'number') keepExtreme(slot.kind, target.numbers, base + lane, source.numbers[other + lane]!)
        else keepObject(slot.kind, objectLane(target, lane), to, objectLane(source, lane)[from] ?? null)
        break
      case 'moments':
        addMoments(target.numbers, base + lane, source.numbers, other + lane)
        break
      default:
        unreachable(slot)
    }
  }
}

type ObjectLane = (bigint | string | null)[]

function addExact(target: ObjectLane, to: number, value: bigint | string | null): void {
  if (value === null) return
  target[to] = BigInt(target[to] ?? 0n) + BigInt(value)
}

/** SPEC A2: NaN is above every number; of equal values the first seen stays, so -0.0 and 0.0 keep their order of arrival. */
function keepExtreme(kind: 'min' | 'max', target: Float64Array, at: number, value: number): void {
  const kept = target[at]!
  if (kind === 'max' ? isAbove(value, kept) : isAbove(kept, value)) target[at] = value
}

const isAbove = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b))

function keepObject(kind: 'min' | 'max', target: ObjectLane, to: number, value: bigint | string | null): void {
  const kept = target[to] ?? null
  if (value === null) return
  if (kept === null) target[to] = value
  else if (kind === 'max' ? compareObjects(value, kept) > 0 : compareObjects(value, kept) < 0) target[to] = value
}

function compareObjects(a: bigint | string, b: bigint | string): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  return a < b ? -1 : a > b ? 1 : 0
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

/** Spark's CentralMomentAgg.merge, operation by operation. `at`, `from`: where n is; the mean and the second moment follow. SPEC A5 */
function addMoments(target: Float64Array, at: number, source: Float64Array, from: number): void {
  const n2 = source[from]!
  if (n2 === 0) return
  const n1 = target[at]!
  const total = n1 + n2
  const delta = source[from + 1]! - target[at + 1]!
  const deltaN = delta / total
  target[at + 2] = target[at + 2]! + source[from + 2]! + delta * deltaN * n1 * n2
  target[at + 1] = target[at + 1]! + deltaN * n2
  target[at] = total
}
