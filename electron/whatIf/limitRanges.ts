import type { Limits } from '#shared/contract/run.ts'
import { Fault } from '#shared/engine/fault.ts'
import type { Range } from '#shared/whatIf/limitedColumns.ts'

export const limitNames = ['altitudeMin', 'altitudeMax', 'velocityMin', 'velocityMax'] as const satisfies readonly (keyof Limits)[]

/** In the order of the query's outputs. */
export const rangesOfLimits = ({ altitudeMin, altitudeMax, velocityMin, velocityMax }: Limits): readonly Range[] => [
  { min: altitudeMin, max: altitudeMax },
  { min: velocityMin, max: velocityMax }
]

/** Fault `usage` for limits that cross, or are no numbers. */
export function refuseLimits(limits: Limits): void {
  for (const name of limitNames) if (typeof limits[name] !== 'number' || !Number.isFinite(limits[name])) throw new Fault('usage', `the limit ${name} is ${String(limits[name])}: it must be a number`)
  for (const [name, min, max] of [['altitude', limits.altitudeMin, limits.altitudeMax], ['velocity', limits.velocityMin, limits.velocityMax]] as const) {
    if (min > max) throw new Fault('usage', `the ${name} minimum (${min}) is above the ${name} maximum (${max}): the minimum must be at most the maximum`)
  }
}
