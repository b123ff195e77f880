import type { Bar } from '#renderer/chart/chartOption.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'

export interface CountryRow {
  readonly country: string | null
  /** Of the last final window in view; null when it has none. */
  readonly rate: number | null
  readonly rows: number
}

export interface CountryRows {
  readonly rows: readonly CountryRow[]
  readonly bars: readonly Bar[]
  /** Countries in view. */
  readonly total: number
}

const rowHeight = 18

/** Stops of the ramp: shares of a window's rows. Fixed, never scaled by what is in view. */
const stops = [0, 0.03, 0.12, 0.24, 0.38, 0.5]

/** Countries by their peak in view, one cell a window, drawn in the last `slideMs` of the window. */
export function countryRows(windows: readonly WindowEntry[], slideMs: number, most: number, colours: { readonly hatch: string; readonly token: (role: string) => string }): CountryRows {
  const peaks = new Map<string | null, number>()
  for (const { cells } of windows) cells?.keys.forEach((key, i) => peaks.set(key, Math.max(peaks.get(key) ?? 0, rateOf(cells, i))))
  const ranked = [...peaks].sort(([a, x], [b, y]) => y - x || (String(a) < String(b) ? -1 : 1)).slice(0, most)
  const ramp = stops.map((_, i) => rgbOf(colours.token(`rate-${i}`)))
  const bars: Bar[] = []
  for (const [row, [country]] of ranked.entries()) {
    for (const { cells, endMs, closedBatch } of windows) {
      const at = cells?.keys.indexOf(country) ?? -1
      if (!cells || at < 0) continue
      bars.push({ startMs: endMs - slideMs, endMs, top: row * rowHeight, height: rowHeight - 1, fill: colourOf(rateOf(cells, at), ramp), ...(closedBatch === null && { stroke: colours.hatch }) })
    }
  }
  const last = windows.findLast(({ closedBatch, cells }) => closedBatch !== null && cells !== undefined)?.cells
  const rows = ranked.map(([country]): CountryRow => {
    const at = last?.keys.indexOf(country) ?? -1
    return last && at >= 0 ? { country, rate: rateOf(last, at), rows: last.rows[at]! } : { country, rate: null, rows: 0 }
  })
  return { rows, bars, total: peaks.size }
}

const rateOf = ({ anomalies, rows }: NonNullable<WindowEntry['cells']>, i: number): number => anomalies[i]! / rows[i]!

function colourOf(rate: number, ramp: readonly (readonly number[])[]): string {
  const upper = stops.findIndex((stop) => rate <= stop)
  if (upper === 0) return css(ramp[0]!)
  if (upper < 0) return css(ramp.at(-1)!)
  const part = (rate - stops[upper - 1]!) / (stops[upper]! - stops[upper - 1]!)
  return css(ramp[upper]!.map((to, i) => Math.round(ramp[upper - 1]![i]! + part * (to - ramp[upper - 1]![i]!))))
}

const css = (rgb: readonly number[]): string => `rgb(${rgb.join(',')})`

function rgbOf(hex: string): number[] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
}
