import { compareKeys } from '#shared/engine/windows.ts'
import { emptyMeasures, type Measures } from '#shared/engine/measures.ts'
import { combine } from '#shared/engine/combine.ts'
import type { Batch, EventTimeStats } from '#shared/engine/partials.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import { slotLayoutOf } from '#shared/engine/slots.ts'
import { firstMicros, floorTo, micros, microsToMillis, millis, type Micros } from '#shared/engine/time.ts'

/** A row as the tests write it: a time, a key, a value of each measured column (all doubles here). */
export interface Row {
  readonly at: Micros | null
  readonly key: string | null
  readonly values?: Readonly<Record<string, number | null>>
  readonly file?: number
}

/** Rows to a batch, the slow and plain way: what DuckDB does for real data. Doubles only. */
export function batchOf(spec: QuerySpec, rows: readonly Row[]): Batch {
  const groups = new Map<string, { file: number; pane: Micros; key: string | null; rows: Row[] }>()
  for (const row of rows) {
    if (row.at === null) continue
    const start = floorTo(row.at, spec.window.pane)
    const pane = start < firstMicros ? firstMicros : start
    const file = row.file ?? 0
    const id = JSON.stringify([file, String(pane), row.key])
    const group = groups.get(id) ?? { file, pane, key: row.key, rows: [] }
    group.rows.push(row)
    groups.set(id, group)
  }
  const sorted = [...groups.values()].sort((a, b) => a.file - b.file)
  const keys = [...new Set(sorted.map((group) => group.key))].sort(compareKeys)
  const layout = slotLayoutOf(spec)
  const measures = emptyMeasures(layout, sorted.length)
  sorted.forEach((group, i) => group.rows.forEach((row) => combine(layout.slots, measures, i, measuresOfRow(spec, row), 0)))
  return {
    partials: {
      length: sorted.length,
      file: Uint32Array.from(sorted, (group) => group.file),
      pane: BigInt64Array.from(sorted, (group) => group.pane),
      key: Uint32Array.from(sorted, (group) => keys.indexOf(group.key)),
      keys,
      measures
    },
    eventTime: eventTimesOf(rows)
  }
}

function eventTimesOf(rows: readonly Row[]): EventTimeStats | undefined {
  if (rows.length === 0) return undefined
  const times = rows.map((row): number => (row.at === null ? 0 : microsToMillis(row.at)))
  return { rows: rows.length, minMs: millis(Math.min(...times)), maxMs: millis(Math.max(...times)), avgMs: times.reduce((a, b) => a + b, 0) / rows.length }
}

/** The measures of a single row. */
function measuresOfRow(spec: QuerySpec, row: Row): Measures {
  const layout = slotLayoutOf(spec)
  if (layout.objectLanes > 0) throw new Error('rows of tests hold doubles only')
  const measures = emptyMeasures(layout, 1)
  const set = (lane: number, value: number) => {
    measures.numbers[lane] = value
  }
  for (const { slot, lane } of layout.slots) {
    if (slot.kind === 'rows') {
      set(lane, 1)
      continue
    }
    const value = row.values?.[slot.column.name] ?? null
    if (value === null) continue
    const above = (a: number, b: number) => a > b || (Number.isNaN(a) && !Number.isNaN(b))
    if (slot.kind === 'outside') set(lane, above(value, slot.max) || above(slot.min, value) ? 1 : 0)
    else if (slot.kind === 'values') set(lane, 1)
    else if (slot.kind === 'moments') {
      if (Number.isFinite(value)) [1, value, 0].forEach((part, i) => set(lane + i, part))
    } else set(lane, value)
  }
  return measures
}

/** "12:07" or "12:07:59.999999" of one day, in microseconds. */
export function at(time: string): Micros {
  const [hours = '0', minutes = '0', seconds = '0'] = time.split(':')
  const [whole = '0', fraction = ''] = seconds.split('.')
  return micros(((20000n * 24n + BigInt(hours)) * 3600n + BigInt(minutes) * 60n + BigInt(whole)) * 1_000_000n + BigInt(fraction.padEnd(6, '0')))
}

/** The time of day of an instant of that day. */
export function timeOf(instant: bigint): string {
  return new Date(Number(instant / 1000n)).toISOString().slice(11, 19)
}
