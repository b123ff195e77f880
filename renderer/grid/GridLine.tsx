import { memo } from 'react'
import { formatCount } from '#renderer/format/format.ts'
import type { Units } from '#renderer/store/viewStore.ts'
import type { CellContext, CellValue, GridColumn } from './gridColumn.ts'
import { cellId } from './gridLayout.ts'
import type { GridRow } from './gridRows.ts'

export interface GridLineProps {
  /** Of the grid, for the ids of cells. */
  readonly id: string
  readonly index: number
  readonly row: GridRow | undefined
  readonly columns: readonly GridColumn[]
  readonly widths: readonly number[]
  readonly lefts: readonly number[]
  readonly pinned: readonly string[]
  readonly top: number
  /** Width of the row's number; 0: it has none. */
  readonly numberPx: number
  readonly units: Units
  readonly context: CellContext
  /** -1: none. */
  readonly activeColumn: number
  readonly isSelected: boolean
  readonly isMarked: (value: (column: string) => CellValue) => boolean
  readonly onPress: (column: number, extend: boolean) => void
  readonly onOpen: () => void
}

/** One row of a grid; empty until its page has come. */
export const GridLine = memo(
  function GridLine({ id, index, row, columns, widths, lefts, pinned, top, numberPx, units, context, activeColumn, isSelected, isMarked, onPress, onOpen }: GridLineProps) {
    const value = (column: string): CellValue => row?.value(column) ?? null
    const marked = row !== undefined && isMarked(value)
    return (
      <div className="grid-row" role="row" aria-rowindex={index + 2} aria-selected={isSelected || marked} data-marked={marked} style={{ top }} onDoubleClick={onOpen}>
        {numberPx > 0 && (
          <span className="grid-number" aria-hidden style={{ width: numberPx }}>
            {formatCount(index + 1)}
          </span>
        )}
        {columns.map((column, i) => {
          const own = value(column.name)
          const bar = row && column.bar ? column.bar(own) : NaN
          return (
            <div
              key={column.name}
              id={cellId(id, index, i)}
              role="gridcell"
              className="grid-cell"
              data-kind={column.kind}
              data-narrow={widths[i]! < column.width}
              data-tone={row && column.tone?.(own, context, value)}
              data-active={activeColumn === i}
              data-pinned={pinned.includes(column.name)}
              style={{ width: widths[i], ...(pinned.includes(column.name) && { left: lefts[i] }) }}
              onClick={(event) => onPress(i, event.shiftKey)}
            >
              {!Number.isNaN(bar) && (
                <svg className="grid-cell-bar" width="40" height="6" aria-hidden>
                  <rect width="40" height="6" />
                  <rect className="grid-cell-fill" width={bar * 40} height="6" />
                </svg>
              )}
              {row && column.glyph && <span className="grid-glyph">{column.glyph(own)}</span>}
              {row ? column.show(own, units, value) : ''}
            </div>
          )
        })}
      </div>
    )
  },
  (a, b) =>
    a.row === b.row && a.index === b.index && a.top === b.top && a.widths.every((width, i) => width === b.widths[i]) && a.columns === b.columns && a.units === b.units && a.activeColumn === b.activeColumn && a.isSelected === b.isSelected && a.isMarked === b.isMarked && a.context === b.context
)
