import type { QueryName, WindowSettings } from '#shared/contract/run.ts'
import type { Box } from '#renderer/chart/drawing.ts'
import type { TimeScale } from '#renderer/chart/timeScale.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'

/** Where a query's windows lie: one lane when they tumble, a stratum for each window that overlaps when they slide. Pixels from the top of the drawing. */
export interface Lanes {
  readonly top: number
  readonly count: number
  /** From one lane to the next. */
  readonly pitch: number
  readonly barHeight: number
}

export type RiverLanes = Readonly<Record<QueryName, Lanes>> & { readonly height: number }

const most = 12

/** Phase lane, then the strata of the alerts, each with room for a flag above. */
export function lanesOf(queries: Readonly<Partial<Record<QueryName, WindowSettings>>>, isLow = false): RiverLanes {
  const count = (settings: WindowSettings | undefined) => (settings ? Math.min(most, Math.ceil(settings.sizeUs / settings.slideUs)) : 0)
  const strata = isLow ? { pitch: 15, barHeight: 14 } : { pitch: 17, barHeight: 15 }
  const flagHeight = isLow ? 17 : 19
  const lanes = (top: number, settings: WindowSettings | undefined): Lanes => {
    const own = count(settings)
    return { top: top + (own > 0 ? flagHeight : 0), count: own, ...(own === 1 ? { pitch: 20, barHeight: 20 } : strata) }
  }
  const bottom = ({ top, count, pitch }: Lanes) => top + count * pitch
  const phases = lanes(0, queries.flight_phase_counts)
  const alerts = lanes(bottom(phases), queries.anomaly_alerts)
  return { flight_phase_counts: phases, anomaly_alerts: alerts, height: bottom(alerts) + (isLow ? 12 : 17) }
}

/** Lane = (number of the window) mod (lanes): bars in a lane tile end to end. */
export function laneOf(startMs: number, { slideUs }: WindowSettings, { count }: Lanes): number {
  const number = Math.round((startMs * 1000) / slideUs)
  return ((number % count) + count) % count
}

/** The window at a point of the drawing; y in pixels, x as time. */
export function windowAt(windows: readonly WindowEntry[], settings: WindowSettings, lanes: Lanes, atMs: number, y: number): WindowEntry | undefined {
  const lane = Math.floor((y - lanes.top) / lanes.pitch)
  if (lane < 0 || lane >= lanes.count) return undefined
  return windows.find((window) => window.startMs <= atMs && atMs < window.endMs && laneOf(window.startMs, settings, lanes) === lane)
}

/** Where a window's bar lies; undefined out of view. */
export function boxOf({ startMs, endMs }: WindowEntry, settings: WindowSettings, lanes: Lanes, scale: TimeScale): Box | undefined {
  const span = scale.span(startMs, endMs)
  return span && { ...span, y: lanes.top + laneOf(startMs, settings, lanes) * lanes.pitch, height: lanes.barHeight }
}
