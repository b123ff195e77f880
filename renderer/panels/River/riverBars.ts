import type { QueryName, WindowSettings } from '#shared/contract/run.ts'
import type { Bar, Line } from '#renderer/chart/chartOption.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'

/** Where a query's windows lie: one lane when they tumble, a stratum for each window that overlaps when they slide. Pixels. */
export interface Lanes {
  readonly top: number
  readonly count: number
  readonly height: number
  readonly barHeight: number
}

const axisHeight = 0
const flagHeight = 18
const maxStrata = 12

/** Phase lane, then the strata of the alerts, each with room for a flag above. */
export function lanesOf(queries: Readonly<Partial<Record<QueryName, WindowSettings>>>): Record<QueryName, Lanes> & { readonly height: number } {
  const strata = (settings: WindowSettings | undefined) => (settings ? Math.min(maxStrata, Math.ceil(settings.sizeUs / settings.slideUs)) : 0)
  const phases: Lanes = { top: axisHeight + flagHeight, count: strata(queries.flight_phase_counts), height: 20, barHeight: 20 }
  const alerts: Lanes = { top: phases.top + phases.count * phases.height + flagHeight, count: strata(queries.anomaly_alerts), height: 17, barHeight: 15 }
  return { flight_phase_counts: phases, anomaly_alerts: alerts, height: alerts.top + alerts.count * alerts.height + 8 }
}

/** Lane = (number of the window) mod (lanes): bars in a lane tile end to end. */
export function laneOf({ startMs }: Pick<WindowEntry, 'startMs'>, { slideUs }: WindowSettings, { count }: Lanes): number {
  const number = Math.round((startMs * 1000) / slideUs)
  return ((number % count) + count) % count
}

export interface RiverColours {
  readonly open: string
  readonly openFill: string
  readonly closing: string
  readonly closingFill: Bar['fill']
  readonly closed: string
  readonly closedFill: string
  readonly onClosed: string
  readonly late: string
  readonly accent: string
}

/** Bars of one query. State shows by shape and text as well: an outline is open, hatched is closing, solid is closed, a notch has dropped rows. */
export function riverBars(windows: readonly WindowEntry[], settings: WindowSettings, lanes: Lanes, selectedMs: number | undefined, colours: RiverColours): Bar[] {
  return windows.map((window) => {
    const top = lanes.top + laneOf(window, settings, lanes) * lanes.height
    const selected = window.startMs === selectedMs
    const looks = looksOf(window, colours)
    const dropped = window.state === 'late drops' && window.droppedRows >= 20 ? String(window.droppedRows) : ''
    const over = window.keysOver > 0 ? `▲ ${window.keysOver}` : ''
    const text = [over, dropped].filter((part) => part !== '').join('   ')
    return {
      startMs: window.startMs,
      endMs: window.endMs,
      top,
      height: lanes.barHeight,
      ...looks,
      ...(selected && { stroke: colours.accent, lineWidth: 2 }),
      ...(text !== '' && window.closedBatch !== null && { text, textFill: colours.onClosed })
    }
  })
}

function looksOf({ state }: WindowEntry, colours: RiverColours): Pick<Bar, 'fill' | 'stroke' | 'notch'> {
  switch (state) {
    case 'open':
      return { fill: colours.openFill, stroke: colours.open }
    case 'closing':
      return { fill: colours.closingFill, stroke: colours.closing }
    case 'closed':
      return { fill: colours.closedFill, stroke: colours.closed }
    case 'late drops':
      return { fill: colours.closedFill, stroke: colours.closed, notch: colours.late }
  }
}

/** The watermark of a query, within its own lanes. */
export function watermarkLine(atMs: number, lanes: Lanes, stroke: string, flag: string): Line {
  return { atMs, top: lanes.top - 14, bottom: lanes.top + lanes.count * lanes.height, stroke, width: 2, flag, side: 'left' }
}

/** The window under a point of the drawing; y in pixels, x as time. */
export function windowAt(windows: readonly WindowEntry[], settings: WindowSettings, lanes: Lanes, atMs: number, y: number): WindowEntry | undefined {
  const lane = Math.floor((y - lanes.top) / lanes.height)
  if (lane < 0 || lane >= lanes.count) return undefined
  return windows.find((window) => window.startMs <= atMs && atMs < window.endMs && laneOf(window, settings, lanes) === lane)
}
