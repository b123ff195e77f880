import type { KeySums } from '#renderer/store/keySums.ts'
import { phases } from '../PhaseChart/phaseOrder.ts'

const sky = phases.toReversed()

export interface KeyRow {
  readonly key: string | null
  readonly rows: number
}

/** Flight phases from the sky down, then others by name; the known ones also before any row of them. */
export function phaseRows(sums: KeySums): KeyRow[] {
  const others = [...sums.keys].filter((key) => key === null || !sky.includes(key)).sort(byName)
  return [...sky, ...others].map((key) => ({ key, rows: sums.rowsOf(key) }))
}

/** Countries by rows, most first, whose name holds a text. */
export function countryRows(sums: KeySums, filter: string): { readonly rows: readonly KeyRow[]; readonly total: number } {
  const all = [...sums.keys].map((key) => ({ key, rows: sums.rowsOf(key) }))
  const wanted = filter.trim().toLocaleLowerCase()
  const rows = all.filter(({ key }) => (key ?? '(none)').toLocaleLowerCase().includes(wanted)).sort((a, b) => b.rows - a.rows || byName(a.key, b.key))
  return { rows, total: all.length }
}

const byName = (a: string | null, b: string | null): number => (String(a) < String(b) ? -1 : 1)
