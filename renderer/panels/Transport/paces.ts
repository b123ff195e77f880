import type { Speed, StepUnit } from '#shared/contract/run.ts'

export const stepUnits: readonly (readonly [StepUnit, string])[] = [
  ['file', 'File'],
  ['trigger', 'Trigger'],
  ['windowClose', 'Window close'],
  ['alert', 'Alert']
]

/** That are offered; a run may have another one. */
export const speeds: readonly Speed[] = [0.1, 0.5, 1, 2, 5, 10, 20, 40, 100, 200, 500, 1000, 'max']
