import { useRef } from 'react'
import type { Units } from '#renderer/store/viewStore.ts'
import type { GridColumn } from './gridColumn.ts'

export interface GridHeadProps {
  readonly id: string
  readonly column: GridColumn
  readonly units: Units
  readonly width: number
  readonly left: number | undefined
  readonly isActive: boolean
  readonly sort: 'ascending' | 'descending' | undefined
  readonly onSort: () => void
  readonly onPin: () => void
  readonly onResize: (width: number) => void
}

/** The head of a column: sorts, pins and sizes it. */
export function GridHead({ id, column, units, width, left, isActive, sort, onSort, onPin, onResize }: GridHeadProps) {
  const from = useRef({ x: 0, width: 0 })
  return (
    <div
      id={id}
      role="columnheader"
      aria-sort={sort ?? 'none'}
      className="grid-cell grid-head-cell"
      data-kind={column.kind}
      data-active={isActive}
      data-pinned={left !== undefined}
      style={{ width, ...(left !== undefined && { left }) }}
      title="Press to sort, P or a double press to pin, Shift and arrows or the edge to resize"
      onClick={onSort}
      onDoubleClick={onPin}
    >
      {column.title(units)}
      {sort && <span aria-hidden> {sort === 'descending' ? '↓' : '↑'}</span>}
      <span
        className="grid-resize"
        aria-hidden
        onClick={(event) => event.stopPropagation()}
        onDoubleClick={(event) => {
          event.stopPropagation()
          onResize(column.width)
        }}
        onPointerDown={(event) => {
          event.stopPropagation()
          event.currentTarget.setPointerCapture(event.pointerId)
          from.current = { x: event.clientX, width }
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) onResize(from.current.width + event.clientX - from.current.x)
        }}
      />
    </div>
  )
}
