import { openLooks, type Drawing } from '#renderer/chart/drawing.ts'
import type { Palette } from '#renderer/chart/palette.ts'
import type { TimeScale } from '#renderer/chart/timeScale.ts'
import type { Column } from '#renderer/panels/TimePanels/columns.ts'
import { bySky, phaseRole } from './phaseOrder.ts'
import { valueScale, type ValueScale } from './valueScale.ts'

/** What is drawn of the windows. */
export type PhaseMeasure = 'count' | 'altitude' | 'velocity'

/** A column with the value of each phase: rows a window, or the mean of the rows' values in the unit that is shown; NaN where it has none. */
export interface PhaseColumn {
  readonly startMs: number
  readonly endMs: number
  readonly isFinal: boolean
  readonly values: readonly number[]
}

export interface PhaseStacks {
  /** From the bottom of the stack up. */
  readonly phases: readonly (string | null)[]
  readonly columns: readonly PhaseColumn[]
  /** Of all columns: the tallest stack, or the lowest and highest mean. */
  readonly least: number
  readonly most: number
}

/** `convert`: from what gold holds to the unit that is shown. */
export function phaseStacks(columns: readonly Column[], measure: PhaseMeasure, hidden: readonly string[], convert: (value: number) => number = (value) => value): PhaseStacks {
  const phases = [...new Set(columns.flatMap(({ cells }) => cells?.keys ?? []))].filter((phase) => !hidden.includes(phase ?? '(none)')).sort(bySky)
  let least = 0
  let most = 0
  const found = columns.map(({ startMs, endMs, isFinal, cells, windows }): PhaseColumn => {
    const values = phases.map((phase) => {
      const at = cells ? cells.keys.indexOf(phase) : -1
      if (!cells || at < 0) return NaN
      return measure === 'count' ? cells.rows[at]! / windows.length : convert(measure === 'altitude' ? cells.avgAltitude[at]! : cells.avgVelocity[at]!)
    })
    const drawn = values.filter((value) => Number.isFinite(value))
    if (measure === 'count') most = Math.max(most, drawn.reduce((sum, value) => sum + value, 0))
    else {
      most = Math.max(most, ...drawn)
      least = Math.min(least, ...drawn)
    }
    return { startMs, endMs, isFinal, values }
  })
  return { phases, columns: found, least, most }
}

/** Pixels of the drawing: room above the bars for the rule of the selection and for marks, and below them for the label of zero. */
export const phaseInsets = { top: 10, bottom: 10 } as const

export const phaseScale = ({ least, most }: PhaseStacks, height: number): ValueScale => valueScale(least, most, phaseInsets.top, height - phaseInsets.bottom)

/** Stacked bars of counts, or a short line a mean: solid when final, hatched or hollow so far. */
export function phaseMarks({ phases, columns }: PhaseStacks, measure: PhaseMeasure, { y }: ValueScale, scale: TimeScale, palette: Palette): Drawing {
  const looks = openLooks()
  const panel = palette.of('panel')
  for (const { startMs, endMs, isFinal, values } of columns) {
    const span = scale.span(startMs, endMs)
    if (!span) continue
    let below = 0
    for (let i = 0; i < phases.length; i++) {
      const value = values[i]!
      if (!Number.isFinite(value)) continue
      const colour = palette.of(phaseRole(phases[i]!))
      if (measure === 'count') {
        const bottom = y(below)
        below += value
        const top = Math.min(y(below), bottom - 1)
        const height = Math.max(1, bottom - top - 1)
        looks.fill(isFinal ? colour : palette.hatch(colour, panel), span.x, top, span.width, height)
        if (!isFinal) looks.outline(colour, span.x, top, span.width, height)
      } else if (isFinal) looks.fill(colour, span.x, y(value) - 1, span.width, 3)
      else looks.outline(colour, span.x, y(value) - 2, span.width, 5)
    }
  }
  return looks.marks
}
