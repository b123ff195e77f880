import type { Limits } from '#shared/contract/run.ts'
import type { Measure } from '#shared/contract/whatIf.ts'
import { altitudeIn, formatLimitNumber, velocityIn } from '#renderer/format/format.ts'
import type { RunStore } from './runStore.ts'
import type { UndoStore } from './undoStore.ts'
import type { Units, ViewStore } from './viewStore.ts'

export type LimitKey = keyof Limits

/** One of the four limits. */
export interface LimitInfo {
  readonly key: LimitKey
  readonly measure: Measure
  readonly edge: 'min' | 'max'
  /** Name of its handle and its field. */
  readonly label: string
}

export const limitInfos: readonly LimitInfo[] = [
  { key: 'altitudeMin', measure: 'altitude', edge: 'min', label: 'Altitude minimum' },
  { key: 'altitudeMax', measure: 'altitude', edge: 'max', label: 'Altitude maximum' },
  { key: 'velocityMin', measure: 'velocity', edge: 'min', label: 'Velocity minimum' },
  { key: 'velocityMax', measure: 'velocity', edge: 'max', label: 'Velocity maximum' }
]

/** The limits of the notebook: metres, and km/h. */
export const notebookLimits: Limits = { altitudeMin: -100, altitudeMax: 12_000, velocityMin: 0, velocityMax: 1000 }

/** What an arrow key, and what it moves with Shift; in metres and km/h. */
export const limitSteps: Readonly<Record<Measure, { readonly usual: number; readonly fine: number }>> = { altitude: { usual: 50, fine: 1 }, velocity: { usual: 5, fine: 1 } }

export const unitOf = (measure: Measure, units: Units): string => (measure === 'altitude' ? units.altitudeUnit : units.velocityUnit)

/** A limit in the unit that is shown. */
export const limitIn = (measure: Measure, value: number, units: Units): number => (measure === 'altitude' ? altitudeIn(units.altitudeUnit, value) : velocityIn(units.velocityUnit, value))

/** "13,200 m". */
export const formatLimit = (measure: Measure, value: number, units: Units): string => `${formatLimitNumber(limitIn(measure, value, units))} ${unitOf(measure, units)}`

const unitNames: Readonly<Record<Measure, Readonly<Record<string, string>>>> = { altitude: { m: 'm', ft: 'ft' }, velocity: { 'km/h': 'km/h', kmh: 'km/h', kt: 'kt', kn: 'kt' } }

/** What someone typed, in metres or km/h: grouping commas, either minus sign and a unit of the measure are understood; without a unit it is in the one that is shown. undefined: no number. */
export function parseLimit(measure: Measure, text: string, shown: Units): number | undefined {
  const [, bare = '', unit = ''] = /^(.*?)([a-z/]*)$/i.exec(text.replaceAll(/[\s,_]/g, '').replace(/^[\u2212\u2013]/, '-').replace(/e(?=[+-]?\d+$)/i, 'e')) ?? []
  const typed = unit === '' ? unitOf(measure, shown) : unitNames[measure][unit.toLowerCase()]
  if (typed === undefined) return undefined
  const units = { ...shown, ...(measure === 'altitude' ? { altitudeUnit: typed as Units['altitudeUnit'] } : { velocityUnit: typed as Units['velocityUnit'] }) } // As named above.
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(bare)) return undefined
  const value = Number(bare)
  if (!Number.isFinite(value)) return undefined
  const perUnit = limitIn(measure, 1, units)
  // The value that is shown is that of the unit; kept are metres and km/h, without the noise of the conversion.
  return perUnit === 1 ? value : Number((value / perUnit).toPrecision(12))
}

export const sameLimits = (a: Limits, b: Limits): boolean => limitInfos.every(({ key }) => a[key] === b[key])

/** How many of the limits differ. */
export const changedLimits = (a: Limits, b: Limits): number => limitInfos.filter(({ key }) => a[key] !== b[key]).length

/** Why these limits cannot be; undefined: they can. */
export function crossed(limits: Limits, units: Units): string | undefined {
  for (const measure of ['altitude', 'velocity'] as const) {
    const [min, max] = [limits[`${measure}Min`], limits[`${measure}Max`]]
    if (min > max) return `The ${measure} minimum (${formatLimit(measure, min, units)}) is above the ${measure} maximum (${formatLimit(measure, max, units)}).`
  }
  return undefined
}

interface Parts {
  readonly run: RunStore
  readonly view: ViewStore
  readonly undo: UndoStore
}

/** The limits that are proposed, or those of the run. */
export const limitsNow = ({ run, view }: Pick<Parts, 'run' | 'view'>): Limits => view.get().proposed ?? run.run?.limits ?? notebookLimits

/** Proposes a limit, as a step that can be undone; gives a sentence when it would cross the other one, and nothing is changed then. */
export function proposeLimit(parts: Parts, key: LimitKey, value: number, gesture?: string): string | undefined {
  const units = parts.view.get()
  const info = limitInfos.find((candidate) => candidate.key === key)!
  const next = { ...limitsNow(parts), [key]: value }
  const why = crossed(next, units)
  if (why !== undefined) return why
  propose(parts, `${info.label.toLowerCase()} ${formatLimit(info.measure, value, units)}`, next, gesture)
  return undefined
}

/** Proposes limits; those of the run are no proposal. */
export function propose({ run, undo }: Parts, name: string, limits: Limits, gesture?: string): void {
  undo.change(name, { proposed: run.run && sameLimits(limits, run.run.limits) ? null : limits }, gesture)
}
