import { hatch, type Bar } from '#renderer/chart/chartOption.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'

/** From the ground up, like the sky. */
const known = ['GROUND', 'TAKEOFF', 'TRANSITION', 'CLIMB', 'DESCENT', 'CRUISE']

export interface PhaseStacks {
  readonly bars: readonly Bar[]
  readonly maxRows: number
  /** Values of the last final window, from the top of the stack down. */
  readonly legend: readonly { readonly phase: string | null; readonly colour: string; readonly rows: number }[]
}

export interface PhaseColours {
  readonly panel: string
  readonly token: (role: string) => string
}

/** One stacked bar a window: solid when it is final, hatched so far. */
export function phaseStacks(windows: readonly WindowEntry[], height: number, colours: PhaseColours): PhaseStacks {
  const phases = [...new Set(windows.flatMap(({ cells }) => cells?.keys ?? []))].sort(bySky)
  const maxRows = windows.reduce((max, { rows }) => Math.max(max, rows), 1)
  const colourOf = (phase: string | null) => (phase !== null && known.includes(phase) ? colours.token(`phase-${phase.toLowerCase()}`) : colours.token('bar'))
  const hatches = new Map(phases.map((phase) => [phase, hatch(colourOf(phase), colours.panel)]))
  const bars: Bar[] = []
  for (const { cells, startMs, endMs, closedBatch } of windows) {
    if (!cells) continue
    let below = 0
    for (const phase of phases) {
      const rows = cells.rows[cells.keys.indexOf(phase)] ?? 0
      if (rows === 0) continue
      const bottom = height - Math.round((below / maxRows) * height)
      below += rows
      const top = height - Math.round((below / maxRows) * height)
      bars.push({ startMs, endMs, top, height: Math.max(1, bottom - top - 1), fill: closedBatch === null ? hatches.get(phase)! : colourOf(phase), ...(closedBatch === null && { stroke: colourOf(phase) }) })
    }
  }
  const last = windows.findLast(({ closedBatch, cells }) => closedBatch !== null && cells !== undefined)
  const legend = phases.toReversed().map((phase) => ({ phase, colour: colourOf(phase), rows: last?.cells?.rows[last.cells.keys.indexOf(phase)] ?? 0 }))
  return { bars, maxRows, legend: legend.slice(0, 8) }
}

function bySky(a: string | null, b: string | null): number {
  const rank = (phase: string | null) => (phase === null ? 1000 : known.includes(phase) ? known.indexOf(phase) : 999)
  return rank(a) - rank(b) || (String(a) < String(b) ? -1 : 1)
}
