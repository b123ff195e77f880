import { useEffect, useId, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react'
import { flushSync } from 'react-dom'
import type { GridTables } from '#renderer/duckdb/tables.ts'
import { formatCount } from '#renderer/format/format.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import type { Units } from '#renderer/store/viewStore.ts'
import { filterSql } from './filterSql.ts'
import { GridHead } from './GridHead.tsx'
import { cellId, orderColumns, widthsOf } from './gridLayout.ts'
import { GridLine } from './GridLine.tsx'
import type { CellContext, CellValue, GridColumn } from './gridColumn.ts'
import type { GridQuery, GridRow } from './gridRows.ts'
import { scrollScale } from './scrollScale.ts'
import { tsvOf } from './tsv.ts'
import { useGridRows } from './useGridRows.ts'
import { useReading } from './useReading.ts'
import './grid.css'

export const rowHeight = 24

/** Rows that are drawn above and below those that are seen; more where a scroll goes to. */
const overscan = { resting: 3, scrolling: 14 }

/** Without a scroll for so long, it rests. */
const restsAfterMs = 300

/** Of the numbers of rows: seven digits. */
const numberWidth = 64

/** Rows that are copied at most at once. */
const mostCopied = 100_000

export interface GridProps {
  readonly tables: GridTables
  readonly table: string
  /** Names the grid, and its widths and pins in the layout. */
  readonly name: string
  readonly label: string
  readonly columns: readonly GridColumn[]
  readonly filter: string
  readonly sort: GridQuery['sort']
  readonly empty: string
  readonly context: CellContext
  readonly onSort: (sort: GridQuery['sort']) => void
  /** A row was chosen; null: none is. */
  readonly onSelect: (row: GridRow | null) => void
  /** Enter on a row, or a double click: what lies behind it. Absent: it is chosen. */
  readonly onOpen?: (row: GridRow) => void
  readonly isMarked: (value: (column: string) => CellValue) => boolean
  /** See `GridQuery`. */
  readonly own?: NonNullable<GridQuery['own']>
  /** Numbers the rows as they are shown. */
  readonly numbered?: boolean
  /** In place of how many rows there are, and before the button that copies. */
  readonly bar?: ReactNode
  readonly actions?: ReactNode
  /** Below the rows, by column: a sum, or whatever is said of all of them. */
  readonly totals?: ReadonlyMap<string, string>
  readonly ref?: Ref<GridHandle>
}

/** What is shown, for an export. */
export interface GridHandle {
  shown(): { readonly sql: string; readonly rows: number; readonly of: number } | null
}

interface Active {
  /** -1 is the head. */
  readonly row: number
  readonly column: number
  /** The other end of a range of rows. */
  readonly anchor: number
}

/** Rows of a table of DuckDB: sorted and filtered there, read page by page, drawn only where one looks. One tab stop; arrows move inside. */
export function Grid({ tables, table, name, label, columns, filter, sort, empty, context, onSort, onSelect, onOpen, isMarked, own, numbered = false, bar, actions, totals, ref }: GridProps) {
  const { view } = useSession()
  // Not the whole view: that changes with every move of the time panels.
  const sizes = useView((all) => all.sizes)
  const pinnedBy = useView((all) => all.pinned)
  const units = useUnits()
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [scrolling, setScrolling] = useState<-1 | 0 | 1>(0)
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const [{ width, height: bodyHeight }, setSize] = useState({ width: 1000, height: 200 })
  const height = bodyHeight - (totals ? rowHeight : 0)
  const [active, setActive] = useState<Active | null>(null)
  const [said, setSaid] = useState('')
  const reading = useReading(active !== null && active.row >= 0)
  const condition = useMemo(() => filterSql(filter, columns), [filter, columns])
  const where = 'sql' in condition ? condition.sql : 'false'
  const query = useMemo((): GridQuery => ({ table, columns, where, sort, ...(own && { own }) }), [table, columns, where, sort, own])
  const data = useGridRows(tables, query, reading.isReading || top > 0)
  const { rows } = data
  const length = rows?.length ?? 0
  const ordered = useMemo(() => orderColumns(columns, pinnedBy[name] ?? []), [columns, pinnedBy, name])
  const numberPx = numbered ? numberWidth : 0
  const widths = widthsOf(ordered, (column) => sizes[`${name}.${column.name}`], width - numberPx)
  const lefts = widths.map((_, i) => widths.slice(0, i).reduce((sum, width) => sum + width, numberPx))
  const pinned = pinnedBy[name] ?? []
  const scale = scrollScale(length * rowHeight, height)
  const beyond = (side: -1 | 1) => (scrolling === side ? overscan.scrolling : overscan.resting)
  const first = Math.max(0, Math.floor(scale.offsetOf(top) / rowHeight) - beyond(-1))
  const last = Math.min(length, Math.ceil((scale.offsetOf(top) + height) / rowHeight) + beyond(1))

  useImperativeHandle(ref, () => ({ shown: () => (rows ? { sql: rows.sql(0, rows.length), rows: rows.length, of: rows.of } : null) }), [rows])

  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => entry && setSize({ width: Math.floor(entry.contentRect.width), height: entry.contentRect.height - rowHeight }))
    watch.observe(scroller.current!)
    return () => watch.disconnect()
  }, [])

  useEffect(() => {
    setActive(null)
    if (scroller.current) scroller.current.scrollTop = 0
  }, [query])

  const show = () => {
    setActive(null)
    if (scroller.current) scroller.current.scrollTop = 0
    data.showNew()
  }

  useEffect(() => {
    const hear = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'n' || event.ctrlKey || event.metaKey || event.altKey || data.waiting === 0) return
      if (event.target instanceof Element && event.target.closest('input, select, textarea, [role="dialog"], dialog')) return
      show()
    }
    window.addEventListener('keydown', hear)
    return () => window.removeEventListener('keydown', hear)
  })

  function scroll(to: number): void {
    clearTimeout(rest.current)
    rest.current = setTimeout(() => setScrolling(0), restsAfterMs)
    // Within this frame: rows that come a frame later are seen as blank.
    flushSync(() => {
      setTop(to)
      setScrolling(to < top ? -1 : 1)
    })
  }
  useEffect(() => () => clearTimeout(rest.current), [])

  function move(row: number, column: number, extend: boolean): void {
    const to = { row: Math.max(-1, Math.min(length - 1, row)), column: Math.max(0, Math.min(ordered.length - 1, column)) }
    setActive({ ...to, anchor: extend && active ? active.anchor : to.row })
    if (to.row < 0 || !scroller.current) return
    const offset = scale.offsetOf(scroller.current.scrollTop)
    const edge = to.row * rowHeight
    const wanted = edge < offset ? edge : edge + rowHeight > offset + height ? edge + rowHeight - height : undefined
    if (wanted !== undefined) scroller.current.scrollTop = scale.topOf(wanted)
    const cell = lefts[to.column]!
    const from = scroller.current.scrollLeft + lefts.filter((_, i) => pinned.includes(ordered[i]!.name)).reduce((sum, _left, i) => sum + widths[i]!, 0)
    if (cell < from) scroller.current.scrollLeft = cell
    else if (cell + widths[to.column]! > scroller.current.scrollLeft + scroller.current.clientWidth) scroller.current.scrollLeft = cell + widths[to.column]! - scroller.current.clientWidth
  }

  async function copy(): Promise<void> {
    if (!rows) return
    const [from, to] = active && active.row >= 0 && active.row !== active.anchor ? [Math.min(active.row, active.anchor), Math.max(active.row, active.anchor) + 1] : active && active.row >= 0 ? [active.row, active.row + 1] : [0, length]
    const end = Math.min(to, from + mostCopied)
    const text = tsvOf(columns, await tables.query(rows.sql(from, end)))
    await navigator.clipboard.writeText(text)
    setSaid(end < to ? `Copied the first ${formatCount(mostCopied)} of ${formatCount(to - from)} rows: use Export for all.` : `Copied ${formatCount(end - from)} rows.`)
  }

  function resize(column: GridColumn, width: number): void {
    view.set({ sizes: { ...view.get().sizes, [`${name}.${column.name}`]: Math.max(40, Math.min(800, Math.round(width))) } })
  }

  function toggleSort(column: GridColumn): void {
    onSort(sort?.column !== column.name ? { column: column.name, descending: column.kind !== 'text' } : sort.descending === (column.kind !== 'text') ? { column: column.name, descending: !sort.descending } : null)
  }

  function togglePin(column: GridColumn): void {
    view.set({ pinned: { ...view.get().pinned, [name]: pinned.includes(column.name) ? pinned.filter((each) => each !== column.name) : [...pinned, column.name] } })
  }

  function hear(event: KeyboardEvent): void {
    const at = active ?? { row: -1, column: 0, anchor: -1 }
    const column = ordered[at.column]!
    const page = Math.max(1, Math.floor(height / rowHeight) - 1)
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c') void copy().catch((error: Error) => setSaid(error.message))
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') setActive({ row: length - 1, column: at.column, anchor: 0 })
    else if (event.key === 'ArrowDown') move(at.row + 1, at.column, event.shiftKey)
    else if (event.key === 'ArrowUp') move(at.row - 1, at.column, event.shiftKey)
    else if (event.key === 'PageDown') move(Math.max(0, at.row) + page, at.column, event.shiftKey)
    else if (event.key === 'PageUp') move(Math.max(0, at.row - page), at.column, event.shiftKey)
    else if (event.key === 'End' && event.ctrlKey) move(length - 1, at.column, event.shiftKey)
    else if (event.key === 'Home' && event.ctrlKey) move(0, at.column, event.shiftKey)
    else if (event.key === 'Home') move(at.row, 0, event.shiftKey)
    else if (event.key === 'End') move(at.row, ordered.length - 1, event.shiftKey)
    else if (at.row < 0 && event.shiftKey && event.key === 'ArrowRight') resize(column, (widths[at.column] ?? 80) + 8)
    else if (at.row < 0 && event.shiftKey && event.key === 'ArrowLeft') resize(column, (widths[at.column] ?? 80) - 8)
    else if (event.key === 'ArrowRight') move(at.row, at.column + 1, false)
    else if (event.key === 'ArrowLeft') move(at.row, at.column - 1, false)
    else if (event.key === 'Escape') {
      // Where nothing is chosen, it is for whatever the grid lies in.
      if (active === null) return
      setActive(null)
      onSelect(null)
    } else if (event.key.toLowerCase() === 'p' && at.row < 0) togglePin(column)
    else if ((event.key === 'Enter' || event.key === ' ') && at.row < 0) toggleSort(column)
    else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      const row = rows?.row(at.row)
      if (row) (onOpen ?? onSelect)(row)
    } else return
    event.preventDefault()
  }

  // As many elements as there are rows to see, whichever rows those are.
  const pool = Math.ceil(height / rowHeight) + overscan.scrolling + overscan.resting + 2
  const visible = Array.from({ length: Math.max(0, last - first) }, (_, i) => ({ index: first + i, row: rows?.row(first + i) }))
  const shift = scale.shift(top)
  const total = lefts.at(-1)! + widths.at(-1)!
  const inRange = (index: number) => active !== null && active.row >= 0 && index >= Math.min(active.row, active.anchor) && index <= Math.max(active.row, active.anchor)
  return (
    <div className="grid-frame" onPointerEnter={reading.enter} onPointerLeave={reading.leave}>
      <div className="grid-bar">
        {bar ?? (
          <span className="grid-count" role="status">
            {formatCount(length)} of {formatCount(rows?.of ?? 0)} rows
          </span>
        )}
        {data.isBehind && <span className="hint">reading more</span>}
        {tables.dropped(table) > 0 && <span className="hint">the newest 1,000,000{table.startsWith('gold.') && '; older ones are in gold'}</span>}
        {'fault' in condition && (
          <span className="grid-fault" role="alert">
            {condition.fault}
          </span>
        )}
        {data.fault !== undefined && (
          <span className="grid-fault" role="alert">
            {data.fault}
          </span>
        )}
        <span className="grid-said" role="status">
          {said}
        </span>
        {data.waiting > 0 && (
          <button className="grid-pill" onClick={show}>
            {formatCount(data.waiting)} new {data.waiting === 1 ? 'row' : 'rows'}
            <span aria-hidden>, press N</span>
          </button>
        )}
        {actions}
        <button className="button button-quiet" onClick={() => void copy().catch((error: Error) => setSaid(error.message))}>
          {actions ? 'Copy' : 'Copy rows'}
        </button>
      </div>
      <div
        ref={scroller}
        className="grid"
        role="grid"
        aria-label={label}
        aria-rowcount={length}
        aria-colcount={ordered.length}
        aria-multiselectable
        aria-busy={data.isFilling || data.isBehind || visible.some(({ row }) => row === undefined)}
        aria-activedescendant={active ? cellId(id, active.row, active.column) : undefined}
        tabIndex={0}
        onScroll={({ currentTarget }) => scroll(currentTarget.scrollTop)}
        onKeyDown={hear}
      >
        <div className="grid-head" role="row" aria-rowindex={1} style={{ width: total }}>
          {numbered && <span className="grid-number" style={{ width: numberPx }} />}
          {ordered.map((column, i) => (
            <GridHead
              key={column.name}
              id={cellId(id, -1, i)}
              column={column}
              units={units}
              width={widths[i]!}
              left={pinned.includes(column.name) ? lefts[i]! : undefined}
              isActive={active?.row === -1 && active.column === i}
              sort={sort?.column === column.name ? (sort.descending ? 'descending' : 'ascending') : undefined}
              onSort={() => toggleSort(column)}
              onPin={() => togglePin(column)}
              onResize={(width) => resize(column, width)}
            />
          ))}
        </div>
        <div className="grid-space" role="rowgroup" style={{ height: scale.contentHeight, width: total }}>
          {visible.map(({ index, row }) => (
            <GridLine
              key={index % pool}
              id={id}
              index={index}
              row={row}
              columns={ordered}
              widths={widths}
              lefts={lefts}
              pinned={pinned}
              top={index * rowHeight + shift}
              numberPx={numberPx}
              units={units}
              context={context}
              activeColumn={active?.row === index ? active.column : -1}
              isSelected={inRange(index)}
              isMarked={isMarked}
              onPress={(column, extend) => {
                // A row that is not drawn anew keeps an old one of these.
                setActive((now) => ({ row: index, column, anchor: extend && now && now.row >= 0 ? now.anchor : index }))
                if (row) onSelect(row)
              }}
              onOpen={() => row && onOpen?.(row)}
            />
          ))}
        </div>
        {totals && length > 0 && (
          <div className="grid-totals" aria-hidden style={{ width: total }}>
            {numbered && <span className="grid-number" style={{ width: numberPx }} />}
            {ordered.map((column, i) => (
              <div key={column.name} className="grid-cell" data-kind={totals.has(column.name) ? column.kind : 'text'} data-narrow style={{ width: widths[i] }}>
                {totals.get(column.name)}
              </div>
            ))}
          </div>
        )}
        {rows && length === 0 && <p className="grid-empty">{rows.of === 0 ? empty : `0 of ${formatCount(rows.of)} rows matched the filter.`}</p>}
      </div>
    </div>
  )
}

function useUnits(): Units {
  const zone = useView((all) => all.zone)
  const altitudeUnit = useView((all) => all.altitudeUnit)
  const velocityUnit = useView((all) => all.velocityUnit)
  return useMemo(() => ({ zone, altitudeUnit, velocityUnit }), [zone, altitudeUnit, velocityUnit])
}
