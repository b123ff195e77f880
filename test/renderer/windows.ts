import type { Palette } from '#renderer/chart/palette.ts'
import type { WindowSettings } from '#shared/contract/run.ts'
import type { WindowCells, WindowEntry, WindowState } from '#renderer/store/windowTable.ts'

export const minute = 60_000

export const tumbling: WindowSettings = { sizeUs: 60_000_000, slideUs: 60_000_000, watermarkDelayMs: 120_000 }
export const sliding: WindowSettings = { sizeUs: 300_000_000, slideUs: 60_000_000, watermarkDelayMs: 360_000 }

/** A colour is its role, a hatch the roles of its colours. */
export const palette: Palette = { of: (role) => role, hatch: (stroke, ground) => `${stroke} on ${ground}` }

/** A window that starts at a minute; final unless it is open or closing. */
export function windowOf(start: number, state: WindowState = 'closed', more: Partial<WindowEntry> = {}, minutes = 1): WindowEntry {
  return { startMs: start * minute, endMs: (start + minutes) * minute, state, rows: 0, keys: 0, keysOver: 0, droppedRows: 0, closedBatch: state === 'open' || state === 'closing' ? null : start, cells: undefined, revision: 1, ...more }
}

/** Key, rows, anomalies, mean altitude. */
export function cellsOf(...cells: readonly (readonly [string | null, number, number?, number?])[]): WindowCells {
  return { keys: cells.map(([key]) => key), rows: Float64Array.from(cells, ([, rows]) => rows), anomalies: Float64Array.from(cells, ([, , anomalies = 0]) => anomalies), avgAltitude: Float64Array.from(cells, ([, , , altitude = NaN]) => altitude), avgVelocity: Float64Array.from(cells, () => NaN) }
}
