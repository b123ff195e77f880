import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { QueryName } from '#shared/contract/run.ts'
import { formatCount, formatWindow } from '#renderer/format/format.ts'
import { useView } from '#renderer/store/session.ts'
import type { Selection, ViewState } from '#renderer/store/viewStore.ts'
import type { WindowEntry, WindowTable } from '#renderer/store/windowTable.ts'
import { Glyph } from '#renderer/theme/Glyph.tsx'

const rowPx = 24
const overscan = 4

interface WindowListProps {
  readonly query: QueryName
  readonly table: WindowTable
  readonly shown: Selection | undefined
  /** Grows when windows have changed. */
  readonly revision: number
  readonly onChoose: (startMs: number) => void
  readonly onDrill: (startMs: number) => void
  readonly onBack: () => void
}

interface Section {
  readonly title: string
  readonly windows: readonly WindowEntry[]
  /** Of its heading. */
  readonly top: number
}

/** Windows of a query by state, the newest first: one tab stop, arrows choose. Only those that are seen are there. */
export function WindowList({ query, table, shown, revision, onChoose, onDrill, onBack }: WindowListProps) {
  const zone = useView((state) => state.zone)
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(600)
  // Entries change in place: a revision tells that they have.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const sections = useMemo(() => sectionsOf(table), [table, revision])
  const order = useMemo(() => sections.flatMap(({ windows }) => windows), [sections])
  const startMs = shown?.query === query ? shown.startMs : undefined
  const at = order.findIndex((window) => window.startMs === startMs)
  const total = sections.reduce((sum, { windows }) => sum + windows.length + 1, 0) * rowPx

  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => entry && setHeight(entry.contentRect.height))
    watch.observe(scroller.current!)
    return () => watch.disconnect()
  }, [])

  // What is chosen elsewhere is seen here too; what scrolls by itself, because windows come and go, is not.
  useEffect(() => {
    if (at >= 0) show(topOf(sections, at))
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [query, startMs])

  function show(edge: number): void {
    const element = scroller.current
    if (!element) return
    if (edge < element.scrollTop + rowPx) element.scrollTop = edge - rowPx
    else if (edge + rowPx > element.scrollTop + element.clientHeight) element.scrollTop = edge + rowPx - element.clientHeight
  }

  function hear(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(height / rowPx) - 2)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: order.length - 1 }[event.key]
    if (to !== undefined && order.length > 0) onChoose(order[Math.max(0, Math.min(order.length - 1, to))]!.startMs)
    else if (event.key === 'Enter' && startMs !== undefined) onDrill(startMs)
    else if (event.key === 'Escape') onBack()
    else return
    event.preventDefault()
  }

  const first = top - overscan * rowPx
  const last = top + height + overscan * rowPx
  const activeTop = at >= 0 ? topOf(sections, at) : -Infinity
  const isAlerts = query === 'anomaly_alerts'
  return (
    <>
      <p className="detail-list-head" aria-hidden>
        <span>Window</span>
        <span>Rows</span>
        <span>{isAlerts ? 'Alerts' : 'Phases'}</span>
      </p>
      <div ref={scroller} className="detail-list" role="listbox" aria-label="Windows" tabIndex={0} aria-activedescendant={activeTop > first && activeTop < last ? `${id}-${startMs}` : undefined} onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)} onKeyDown={hear}>
        <div role="presentation" className="detail-list-space" style={{ height: total }}>
          {sections.map(({ title, windows, top: edge }) => {
            const from = Math.max(0, Math.floor((first - edge) / rowPx) - 1)
            const to = Math.min(windows.length, Math.ceil((last - edge) / rowPx))
            if (edge > last || edge + (windows.length + 1) * rowPx < first) return null
            return (
              <div key={title} role="group" aria-label={`${title} ${formatCount(windows.length)}`}>
                <p className="detail-list-group" role="presentation" style={{ top: edge }}>
                  {title} {formatCount(windows.length)}
                </p>
                {windows.slice(from, to).map((window, i) => (
                  <Row key={window.startMs} id={`${id}-${window.startMs}`} window={window} isAlerts={isAlerts} zone={zone} top={edge + (from + i + 1) * rowPx} isShown={window.startMs === startMs} onChoose={() => onChoose(window.startMs)} />
                ))}
              </div>
            )
          })}
        </div>
        {order.length === 0 && <p className="detail-empty">No window yet: press Play.</p>}
      </div>
    </>
  )
}

function Row({ id, window, isAlerts, zone, top, isShown, onChoose }: { readonly id: string; readonly window: WindowEntry; readonly isAlerts: boolean; readonly zone: ViewState['zone']; readonly top: number; readonly isShown: boolean; readonly onChoose: () => void }) {
  const { startMs, endMs, state, rows, keys, keysOver, closedBatch } = window
  const marks = isAlerts ? keysOver : keys
  const soFar = closedBatch === null ? ' so far' : ''
  return (
    <div id={id} role="option" aria-selected={isShown} className="detail-list-row" data-provisional={closedBatch === null} style={{ top }} onClick={onChoose}>
      <Glyph of={state} />
      <span>
        {formatWindow(startMs, endMs, zone)}
        <Heard text={`, ${state}, `} />
      </span>
      <span>
        {formatCount(rows)}
        <Heard text={` rows${soFar}, `} />
      </span>
      <span>
        {formatCount(marks)}
        <Heard text={` ${isAlerts ? 'countries over the limit' : 'phases'}${soFar}`} />
      </span>
    </div>
  )
}

/** For who cannot see which column a number is in. */
const Heard = ({ text }: { readonly text: string }) => <span className="visually-hidden">{text}</span>

function sectionsOf(table: WindowTable): readonly Section[] {
  const unwritten = [...table.unwritten()].reverse()
  const closed = table.all.filter(({ closedBatch }) => closedBatch !== null).reverse()
  const sections = [['Open', unwritten.filter(({ state }) => state === 'open')], ['Closing', unwritten.filter(({ state }) => state === 'closing')], ['Closed', closed]] as const
  let top = 0
  return sections.flatMap(([title, windows]) => {
    if (windows.length === 0) return []
    const section = { title, windows, top }
    top += (windows.length + 1) * rowPx
    return [section]
  })
}

/** Pixels above a window, by its place among all of them. */
function topOf(sections: readonly Section[], at: number): number {
  let before = 0
  for (const { windows, top } of sections) {
    if (at < before + windows.length) return top + (at - before + 1) * rowPx
    before += windows.length
  }
  return 0
}
