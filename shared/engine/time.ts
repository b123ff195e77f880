declare const unit: unique symbol

/** Event time or a span of it: microseconds, since 1970-01-01T00:00:00Z for instants. A bigint, because the year 9999 is beyond 2^53. */
export type Micros = bigint & { readonly [unit]: 'us' }

/** A watermark or a delay: whole milliseconds, the resolution Spark keeps them in. Exact as a number for every year a timestamp can hold. */
export type Millis = number & { readonly [unit]: 'ms' }

export const micros = (value: bigint): Micros => value as Micros
export const millis = (value: number): Millis => value as Millis

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
  return Number(floorDiv(value, 1000n)) as Millis
}

export function millisToMicros(value: Millis): Micros {
  return (BigInt(value) * 1000n) as Micros
}
