import { openLooks, type Drawing } from '#renderer/chart/drawing.ts'
import type { Palette } from '#renderer/chart/palette.ts'
import type { TimeScale } from '#renderer/chart/timeScale.ts'
import type { Column } from '#renderer/panels/TimePanels/columns.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'
import { rateRamp } from './rateRamp.ts'

export interface CountryRow {
  readonly country: string | null
  /** Of the last final window in view; null when it has no row of the country. */
  readonly rate: number | null
  readonly rows: number
}

export interface CountryRows {
  readonly rows: readonly CountryRow[]
  /** The last final window in view. */
  readonly last: WindowEntry | undefined
  /** Countries in view. */
  readonly total: number
}

export const rowHeight = 18

/** Countries by their highest rate in view, the first `most` of them. */
export function countryRows(columns: readonly Column[], most: number): CountryRows {
  const peaks = new Map<string | null, number>()
  for (const { cells } of columns) {
    if (!cells) continue
    for (let i = 0; i < cells.keys.length; i++) {
      const key = cells.keys[i]!
      const peak = cells.peakRate[i]!
      const before = peaks.get(key)
      if (before === undefined || peak > before) peaks.set(key, peak)
    }
  }
  const ranked = [...peaks].sort(([a, x], [b, y]) => y - x || (String(a) < String(b) ? -1 : 1)).slice(0, most)
  const last = columns.findLast(({ windows }) => windows.some(isWritten))?.windows.findLast(isWritten)
  const rows = ranked.map(([country]): CountryRow => {
    const at = last?.cells?.keys.indexOf(country) ?? -1
    return last?.cells && at >= 0 ? { country, rate: last.cells.anomalies[at]! / last.cells.rows[at]!, rows: last.cells.rows[at]! } : { country, rate: null, rows: 0 }
  })
  return { rows, last, total: peaks.size }
}

const isWritten = ({ closedBatch, cells }: WindowEntry): boolean => closedBatch !== null && cells !== undefined

/** A cell a country and window, drawn in the last `slideMs` of the window; hatched while it is not final. */
export function countryMarks(countries: readonly (string | null)[], columns: readonly Column[], slideMs: number, scale: TimeScale, palette: Palette): Drawing {
  const looks = openLooks()
  const hatches = openLooks()
  const colourOf = rateRamp([0, 1, 2, 3, 4, 5].map((stop) => palette.of(`rate-${stop}`)))
  const hatch = palette.hatch(palette.of('panel'), 'transparent')
  for (const { cells, isFinal, windows, endMs } of columns) {
    const span = cells && scale.span(windows[0]!.endMs - slideMs, endMs)
    if (!span) continue
    for (let row = 0; row < countries.length; row++) {
      const at = cells.keys.indexOf(countries[row]!)
      if (at < 0) continue
      const y = row * rowHeight
      looks.fill(colourOf(cells.peakRate[at]!), span.x, y, span.width, rowHeight - 1)
      if (!isFinal) hatches.fill(hatch, span.x, y, span.width, rowHeight - 1)
    }
  }
  return [...looks.marks, ...hatches.marks]
}
