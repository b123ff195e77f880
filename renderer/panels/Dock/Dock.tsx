import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { QueryName } from '#shared/contract/run.ts'
import type { RunTables } from '#renderer/duckdb/tables.ts'
import { formatCount } from '#renderer/format/format.ts'
import { Grid, type GridHandle } from '#renderer/grid/Grid.tsx'
import { useSession, useView } from '#renderer/store/session.ts'
import type { Asked, DockTab } from '#renderer/store/viewStore.ts'
import { onCommand } from '../commands.ts'
import { openShowRows } from '../ShowRows/openShowRows.ts'
import { ExportDialog } from './ExportDialog.tsx'
import { gridTabs, questionOfRow, windowOfRow, type GridTab } from './gridColumns.tsx'
import './dock.css'

const goldOf: Readonly<Partial<Record<DockTab, QueryName>>> = { alerts: 'anomaly_alerts', phases: 'flight_phase_counts' }

/** The tables of the run, one tab each, over one grid. */
export function Dock() {
  const { run: store, tables, undo, view } = useSession()
  const tab = useView((state) => state.tab)
  const selection = useView((state) => state.selection)
  const asked = useView((state) => state.asked)
  const [exporting, setExporting] = useState(false)
  const grid = useRef<GridHandle>(null)
  const shown = gridTabs.find((each) => each.tab === tab) ?? gridTabs[0]!
  const { filter, sort } = asked[shown.tab] ?? shown
  const ask = (change: Partial<Asked>) => {
    const { asked: before } = view.get()
    undo.change('filter and sort rows', { asked: { ...before, [shown.tab]: { ...(before[shown.tab] ?? { filter: shown.filter, sort: shown.sort }), ...change } } }, `asked ${shown.tab}`)
  }
  const showTab = (to: DockTab) => undo.change(`table ${gridTabs.find((each) => each.tab === to)!.title}`, { tab: to })
  const limits = store.run?.limits
  const context = useMemo(() => ({ limits: limits ?? { altitudeMin: -Infinity, altitudeMax: Infinity, velocityMin: -Infinity, velocityMax: Infinity } }), [limits])
  const isMarked = useMemo(
    () => (value: Parameters<typeof windowOfRow>[1]) => {
      const own = selection && windowOfRow(shown.tab, value)
      return own !== null && own.query === selection?.query && own.startMs === selection.startMs
    },
    [selection, shown.tab]
  )

  useEffect(() => onCommand((id) => id === 'export' && setExporting(true)), [])

  return (
    <section className="dock" aria-label="Tables">
      <div className="dock-tabs">
        <div role="tablist" aria-label="Tables" className="dock-tablist" onKeyDown={(event) => moveTab(event, shown.tab, showTab)}>
          {gridTabs.map((each) => (
            <Tab key={each.tab} tab={each} tables={tables} isShown={each === shown} onShow={() => showTab(each.tab)} />
          ))}
        </div>
        <span className="dock-spring" />
        <FilterField key={shown.tab} filter={filter} onFilter={(text) => ask({ filter: text })} />
        <button className="button" disabled={selection === null} title="The window that is selected, and what is in it (Enter in the river; Ctrl+3)" onClick={() => undo.change('window detail', { layout: 'investigate', investigate: 'window' })}>
          Window detail
        </button>
        <button className="button" disabled={selection === null} title="The silver rows behind the window that is selected; Enter on a row: those behind it" onClick={() => selection && openShowRows({ ...selection, limits: null })}>
          Show rows
        </button>
        <button className="button" onClick={() => setExporting(true)}>
          Export
        </button>
      </div>
      <div className="dock-panel" role="tabpanel" id="dock-panel" aria-label={shown.title}>
        <Grid
          key={shown.tab}
          ref={grid}
          tables={tables}
          table={shown.table}
          name={shown.tab}
          label={shown.title}
          columns={shown.columns}
          filter={filter}
          sort={sort}
          empty={shown.empty}
          context={context}
          isMarked={isMarked}
          onSort={(to) => ask({ sort: to })}
          onOpen={(row) => {
            const question = questionOfRow(shown.tab, (column) => row.value(column), store.run?.queries)
            if (question) openShowRows(question)
          }}
          onSelect={(row) => {
            undo.change(row ? 'select row' : 'clear selection', { selection: row && windowOfRow(shown.tab, (column) => row.value(column)) }, 'select')
          }}
        />
      </div>
      {exporting && <ExportDialog title={shown.title} subject={goldOf[shown.tab] ?? shown.tab} query={goldOf[shown.tab] ?? null} filter={filter} shown={grid.current?.shown() ?? null} tables={tables} onClose={() => setExporting(false)} />}
    </section>
  )
}

function Tab({ tab, tables, isShown, onShow }: { readonly tab: GridTab; readonly tables: RunTables; readonly isShown: boolean; readonly onShow: () => void }) {
  const [count, setCount] = useState(() => tables.count(tab.table))
  const own = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (isShown) own.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [isShown])
  useEffect(() => tables.hub.subscribe(tab.table, () => setCount(tables.count(tab.table))), [tables, tab.table])
  return (
    <button ref={own} role="tab" aria-selected={isShown} aria-controls="dock-panel" tabIndex={isShown ? 0 : -1} data-tab={tab.tab} className="dock-tab" onClick={onShow}>
      {tab.title} <span className="dock-tab-count">{formatCount(count)}</span>
    </button>
  )
}

/** Keeps what is typed by itself, and gives it on a moment after the last key. A filter that comes from elsewhere takes its place. */
function FilterField({ filter, onFilter }: { readonly filter: string; readonly onFilter: (text: string) => void }) {
  const [text, setText] = useState(filter)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const known = useRef(filter)
  useEffect(() => {
    if (filter === known.current) return
    known.current = filter
    clearTimeout(timer.current)
    setText(filter)
  }, [filter])
  return (
    <input
      className="field dock-filter"
      type="search"
      aria-label="Filter rows"
      placeholder="Filter rows"
      title="Words, or comparisons such as rate > 0, country = Malta, window_start >= 13:20"
      spellCheck={false}
      value={text}
      onChange={({ target }) => {
        setText(target.value)
        clearTimeout(timer.current)
        timer.current = setTimeout(() => {
          known.current = target.value
          onFilter(target.value)
        }, 120)
      }}
    />
  )
}

function moveTab(event: KeyboardEvent<HTMLElement>, from: DockTab, show: (tab: DockTab) => void): void {
  const at = gridTabs.findIndex(({ tab }) => tab === from)
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: gridTabs.length - 1 }[event.key]
  const tab = to === undefined ? undefined : gridTabs.at(to % gridTabs.length)?.tab
  if (tab === undefined) return
  event.preventDefault()
  show(tab)
  event.currentTarget.querySelector<HTMLElement>(`[data-tab="${tab}"]`)?.focus()
}
