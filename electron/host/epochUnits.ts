import type { ColumnForm } from '#shared/pipeline/columnMapping.ts'

export type EpochForm = Extract<ColumnForm, `epoch ${string}`>

export interface EpochUnit {
  readonly as: EpochForm
  readonly said: string
  readonly perSecond: number
}

/** The likeliest first. No number is plausible in two of them. */
export const epochUnits: readonly EpochUnit[] = [
  { as: 'epoch seconds', said: 'seconds', perSecond: 1 },
  { as: 'epoch milliseconds', said: 'milliseconds', perSecond: 1e3 },
  { as: 'epoch microseconds', said: 'microseconds', perSecond: 1e6 },
  { as: 'epoch nanoseconds', said: 'nanoseconds', perSecond: 1e9 }
]

/** Recordings of flights begin after the first, and end before the second. */
const plausibleMs = [Date.UTC(1990, 0), Date.UTC(2100, 0)] as const

/** SQL of a boolean: whether a number is a plausible time. */
export function plausibleSql(number: string, { perSecond }: EpochUnit): string {
  const [from, to] = plausibleMs.map((ms) => (ms / 1000) * perSecond)
  return `(${number} >= ${from} AND ${number} < ${to})`
}

export const isPlausible = (ms: number): boolean => ms >= plausibleMs[0] && ms < plausibleMs[1]
