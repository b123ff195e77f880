import { Fault } from '#shared/engine/fault.ts'

const factors: Readonly<Record<string, number>> = { '': 1, b: 1, k: 2 ** 10, kb: 2 ** 10, m: 2 ** 20, mb: 2 ** 20, g: 2 ** 30, gb: 2 ** 30, t: 2 ** 40, tb: 2 ** 40 }

/** Bytes from a number, or from Spark's text for sizes: "10m", "1g". `name` is the setting, for the Fault. */
export function parseByteSize(value: number | string, name: string): number {
  const [, digits, unit = ''] = /^(\d+)\s*([a-z]*)$/i.exec(String(value).trim()) ?? []
  const factor = factors[unit.toLowerCase()]
  const bytes = Number(digits) * (factor ?? NaN)
  if (!Number.isSafeInteger(bytes) || bytes <= 0) throw new Fault('usage', `${name} is ${JSON.stringify(value)}, which is not a size: write a number of bytes, or "10m" or "1g"`)
  return bytes
}
