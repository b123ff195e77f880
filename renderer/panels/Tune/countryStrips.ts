import type { StreamTable } from '#shared/arrow/readStream.ts'

/** What an alert is under both sets of limits. */
export type Change = 'kept' | 'changed' | 'gained' | 'lost'

/** One country over the newest closed windows. */
export interface Strip {
  readonly country: string | null
  /** By start of the window, in milliseconds. */
  readonly cells: ReadonlyMap<number, Change>
}

/** Alerts by country, as the host gives them: newest windows first. */
export function stripsOf(rows: StreamTable): ReadonlyMap<string | null, Strip> {
  const [change, start, , country] = rows.columns
  const strips = new Map<string | null, { country: string | null; cells: Map<number, Change> }>()
  if (change?.kind !== 'texts' || start?.kind !== 'bigints' || country?.kind !== 'texts') return strips
  for (let row = 0; row < rows.length; row++) {
    const key = country.values[row] ?? null
    let strip = strips.get(key)
    if (!strip) strips.set(key, (strip = { country: key, cells: new Map() }))
    strip.cells.set(Number(start.values[row]!) / 1000, change.values[row] as Change) // As the host writes it.
  }
  return strips
}

/** Paths of a strip's cells, `cellPx` apart and a pixel smaller, from the window `lastMs` back to the left. */
export function stripPaths({ cells }: Strip, lastMs: number, slideMs: number, count: number, cellPx: number, heightPx: number): Readonly<Record<'kept' | 'lost' | 'gained', string>> {
  const paths = { kept: '', lost: '', gained: '' }
  for (let i = 0; i < count; i++) {
    const change = cells.get(lastMs - (count - 1 - i) * slideMs)
    if (!change) continue
    const as = change === 'changed' ? 'kept' : change
    // A hollow one is drawn by its outline, within its edges.
    paths[as] += as === 'lost' ? `M${i * cellPx + 0.5} 0.5h${cellPx - 2}v${heightPx - 1}h${2 - cellPx}z` : `M${i * cellPx} 0h${cellPx - 1}v${heightPx}h${1 - cellPx}z`
  }
  return paths
}
