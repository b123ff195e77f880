import { Fault } from '#shared/engine/fault.ts'

const microsPer: ReadonlyMap<string, bigint> = new Map([
  ['microsecond', 1n],
  ['millisecond', 1000n],
  ['second', 1_000_000n],
  ['minute', 60_000_000n],
  ['hour', 3_600_000_000n],
  ['day', 86_400_000_000n],
  ['week', 604_800_000_000n]
])

/** As many microseconds as 64 bits hold, the range of timestamps. */
const longest = 2n ** 63n - 1n

/**
 * Spark's interval text in microseconds: one or more `number unit`, from microseconds to weeks, in any case, `interval` allowed in front.
 * Only seconds may have a fraction. `name` is the setting, for the Fault.
 */
export function parseInterval(text: string, name: string): bigint {
  const words = text.trim().toLowerCase().replace(/^interval(?=\s)/, '').trim()
  const parts = [...words.matchAll(/([+-]?(?:\d+|(?=\.\d)))(\.\d+)?\s*([a-z]+)\s*/g)]
  const understood = parts.length > 0 && parts.map((part) => part[0]).join('') === words
  if (!understood) throw new Fault('usage', `${name} is "${text}", which is not a duration: write it as "5 minutes" or "1 hour 30 seconds"`)
  const micros = parts.reduce((sum, [, whole = '', fraction, unit = '']) => sum + microsOf(whole, fraction, unit, text, name), 0n)
  if (micros > longest || micros < -longest) throw new Fault('usage', `${name} is "${text}", which is longer than a timestamp can hold: use less`)
  return micros
}

/** `whole` may be a sign alone, or empty, where a fraction follows. */
function microsOf(whole: string, fraction: string | undefined, unit: string, text: string, name: string): bigint {
  const singular = unit.replace(/s$/, '')
  if (singular === 'month' || singular === 'year') throw new Fault('usage', `${name} is "${text}": months and years have no fixed length; use weeks, days or less`)
  const micros = microsPer.get(singular)
  if (micros === undefined) throw new Fault('usage', `${name} is "${text}", and ${unit} is not a unit: use ${[...microsPer.keys()].join(', ')}`)
  if (fraction === undefined) return BigInt(whole) * micros
  if (singular !== 'second') throw new Fault('usage', `${name} is "${text}": only seconds may have a fraction`)
  const digits = BigInt(fraction.slice(1, 7).padEnd(6, '0'))
  return BigInt(/\d/.test(whole) ? whole : 0) * micros + (whole.startsWith('-') ? -digits : digits)
}

/** The shortest text that `parseInterval` reads back: "1 minute 30 seconds". */
export function formatInterval(micros: bigint): string {
  let rest = micros
  const parts: string[] = []
  for (const [unit, size] of [...microsPer].reverse()) {
    const count = rest / size
    if (count === 0n) continue
    parts.push(`${count} ${unit}${count === 1n || count === -1n ? '' : 's'}`)
    rest -= count * size
  }
  return parts.join(' ') || '0 seconds'
}
