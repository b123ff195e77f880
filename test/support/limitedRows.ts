import type { QuerySpec } from '#shared/engine/querySpec.ts'
import { floorDiv } from '#shared/engine/time.ts'
import type { Rows } from '#shared/whatIf/block.ts'
import { limitedColumns } from '#shared/whatIf/limitedColumns.ts'
import type { Row } from './rows.ts'

/** Rows as the what-if index takes them. Doubles only. */
export function limitedRowsOf(spec: QuerySpec, rows: readonly Row[]): Rows {
  const present = rows.filter((row) => row.at !== null)
  const keys = [...new Set(present.map((row) => row.key))]
  return {
    length: present.length,
    pane: Float64Array.from(present, (row) => Number(floorDiv(row.at!, spec.window.pane))),
    key: Uint32Array.from(present, (row) => keys.indexOf(row.key)),
    keys,
    values: limitedColumns(spec).map(({ column }) => ({
      values: Float64Array.from(present, (row) => row.values?.[column.name] ?? 0),
      nulls: Uint8Array.from(present, (row) => ((row.values?.[column.name] ?? null) === null ? 1 : 0))
    }))
  }
}
