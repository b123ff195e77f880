declare const unit: unique symbol

/** Event time or a span of it: microseconds, since 1970-01-01T00:00:00Z for instants. A bigint, because the year 9999 is beyond 2^53. */
export type Micros = bigint & { readonly [unit]: 'us' }

/** A watermark or a delay: whole milliseconds, the resolution Spark keeps them in. Exact as a number up to the year 287396. SPEC T5 */
export type Millis = number & { readonly [unit]: 'ms' }

export const micros = (value: bigint): Micros => value as Micros
export const millis = (value: number): Millis => value as Millis

/** The last time and the first one that 64 bits hold, in the years 294247 and -290308. */
export const lastMicros = micros(2n ** 63n - 1n)
export const firstMicros = micros(-(2n ** 63n))

/** Division that rounds toward minus infinity, as event times before 1970 need. */
export function floorDiv(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor < 0n ? quotient - 1n : quotient
}

/** SPEC W1: the grid is aligned to the epoch in UTC. */
export function floorTo(value: Micros, grid: Micros): Micros {
  return (floorDiv(value, grid) * grid) as Micros
}

/** SPEC T2: sub-millisecond parts are cut off, downwards. */
export function microsToMillis(value: Micros): Millis {
  return millisAtMost(floorDiv(value, 1000n))
}

/** The greatest number of milliseconds that is not above `value`. Beyond 2^53 only every other one is a number, and none may be later than its time. SPEC T5 */
export function millisAtMost(value: bigint): Millis {
  const nearest = Number(value)
  return millis(BigInt(nearest) > value ? nearest - 2 : nearest)
}

/** Milliseconds with their fraction, as contracts and journals keep the edges of windows: exact where they are whole, and a number. */
export function millisOf(value: bigint): number {
  return Number(value / 1000n) + Number(value % 1000n) / 1000
}

/** The microsecond nearest to milliseconds with a fraction. */
export function microsOf(ms: number): Micros {
  const whole = Math.floor(ms)
  return micros(BigInt(whole) * 1000n + BigInt(Math.round((ms - whole) * 1000)))
}

export function millisToMicros(value: Millis): Micros {
  return (BigInt(value) * 1000n) as Micros
}
