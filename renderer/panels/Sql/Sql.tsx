import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { quoted } from '#renderer/grid/gridColumn.ts'
import type { GridQuery } from '#renderer/grid/gridRows.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import type { ChartChoice } from '#renderer/store/viewStore.ts'
import { useSize } from '../useSize.ts'
import { useCounters } from '../useTopics.ts'
import { Splitter } from '../Workbench/Splitter.tsx'
import { formatSql } from './formatSql.ts'
import { QuickChart } from './QuickChart.tsx'
import { isPlanOf, Result } from './Result.tsx'
import { RunBar } from './RunBar.tsx'
import { SavedQueries } from './SavedQueries.tsx'
import { sqlActions } from './sqlActions.ts'
import { insertText, SqlEditor } from './SqlEditor.tsx'
import { SqlTables } from './SqlTables.tsx'
import { SqlTabs } from './SqlTabs.tsx'
import { roomFor, shownTab, tabsOf } from './sqlView.ts'
import { useSqlConsole } from './useSqlConsole.ts'
import './sql.css'

const bars: ChartChoice = { kind: 'bar' }

/** SQL over the tables of the run. */
export function Sql() {
  const { run, view, undo } = useSession()
  const sql = useView((state) => state.sql)
  const sizes = useView((state) => state.sizes)
  const opened = useSqlConsole()
  useCounters('batches')
  const actions = useMemo(() => sqlActions({ view, undo }), [view, undo])
  const [said, setSaid] = useState<string | undefined>()
  const [place, { width, height }] = useSize({ width: 1440, height: 778 })
  const editor = useRef<HTMLTextAreaElement>(null)
  const tab = shownTab(sql)
  const answer = opened.answer(tab.id)
  const result = answer?.shown ?? null
  // Sorted and chosen is what is in one answer.
  const [{ of, sort, marked }, setLook] = useState<{ readonly of: string | undefined; readonly sort: GridQuery['sort']; readonly marked: number }>({ of: undefined, sort: null, marked: -1 })
  const isLooked = of === result?.table
  const onSort = useCallback((to: GridQuery['sort']) => setLook({ of: result?.table, sort: to, marked: -1 }), [result?.table])
  const onMark = useCallback((row: number) => setLook((before) => ({ of: result?.table, sort: before.of === result?.table ? before.sort : null, marked: row })), [result?.table])
  const onChoose = useCallback((chart: ChartChoice) => actions.change(tab.id, { chart }), [actions, tab.id])

  useEffect(() => opened.warmUp(), [opened])

  const runShown = () => {
    setSaid(undefined)
    const now = shownTab(view.get().sql)
    void opened.run(now.id, now.text, view.get().sql.limitSeconds * 1000)
  }
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    runShown()
  }
  const insert = (name: string) => {
    if (!editor.current) return
    const { selectionStart, value } = editor.current
    insertText(editor.current, `${/[\w"]$/.test(value.slice(0, selectionStart)) ? ' ' : ''}${name.split('.').map(plain).join('.')}`)
  }
  const format = () => {
    if (!editor.current) return
    editor.current.select()
    insertText(editor.current, formatSql(tab.text))
  }
  const size = (change: Readonly<Record<string, number>>) => view.set({ sizes: { ...view.get().sizes, ...change } })

  const tablesPx = between(sizes.sqlTables ?? 248, 160, 400)
  const editorPx = between(sizes.sqlEditor ?? Math.min(267, Math.round(height * 0.36)), 96, Math.max(96, height - 160))
  const chartPx = between(sizes.sqlChart ?? Math.min(436, Math.round((width - tablesPx) * 0.4)), 240, Math.max(240, width - tablesPx - 320))
  const outcome = answer?.outcome
  const ids = Object.values(run.lastBatch).map(({ batchId }) => batchId)
  return (
    <section className="sql" aria-label="SQL" ref={place} style={{ gridTemplate: `${editorPx}px minmax(0, 1fr) / ${tablesPx}px minmax(0, 1fr) ${chartPx}px` }} onKeyDown={press}>
      <div className="sql-side">
        <SqlTables onInsert={insert} />
        <SavedQueries saved={sql.saved} shown={tab.name} onOpen={(query) => setSaid(actions.open(query))} onSave={(name) => setSaid(actions.save(name))} onRename={actions.rename} onRemove={actions.remove} />
        <Splitter label="Width of the list of tables" orientation="vertical" value={tablesPx} min={160} max={400} step={8} direction={1} onResize={(px) => size({ sqlTables: px })} />
      </div>
      <div className="sql-top">
        <div className="sql-bar">
          <SqlTabs
            tabs={tabsOf(sql)}
            shown={tab.id}
            onShow={actions.show}
            onClose={(id) => {
              actions.close(id)
              opened.forget(id)
            }}
            onAdd={() => {
              setSaid(actions.add())
              requestAnimationFrame(() => editor.current?.focus())
            }}
          />
          <span className="panel-spring" />
          <RunBar trigger={result?.trigger ?? (ids.length === 0 ? undefined : Math.max(...ids))} limitSeconds={sql.limitSeconds} running={() => opened.running} isRunning={opened.running !== null} onLimit={actions.setLimit} onFormat={format} onRun={runShown} onCancel={() => opened.cancel()} />
        </div>
        {said !== undefined && (
          <p className="sql-fault" role="alert">
            {said}
          </p>
        )}
        <div className="sql-query-panel" role="tabpanel" id="sql-query" aria-label={tab.name}>
          <SqlEditor key={tab.id} ref={editor} text={tab.text} most={tab.text.length + roomFor(sql)} faultLine={outcome?.kind === 'fault' ? outcome.place?.line : undefined} onChange={(text) => actions.write(tab.id, text)} onRun={runShown} />
        </div>
        <Splitter label="Height of the statement" orientation="horizontal" value={editorPx} min={96} max={Math.max(96, height - 160)} step={20} direction={1} onResize={(px) => size({ sqlEditor: px })} />
      </div>
      <Result outcome={outcome} result={result} name={tab.name} sort={isLooked ? sort : null} onSort={onSort} onMark={onMark} />
      <div className="sql-right">
        <Splitter label="Width of the quick chart" orientation="vertical" value={chartPx} min={240} max={Math.max(240, width - tablesPx - 320)} step={8} direction={-1} onResize={(px) => size({ sqlChart: px })} />
        <QuickChart result={result && !isPlanOf(result) ? result : null} sort={isLooked ? sort : null} choice={tab.chart ?? bars} marked={isLooked ? marked : -1} onChoose={onChoose} />
      </div>
    </section>
  )
}

const between = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value))

/** A name as it can be written: in quotes where it must be. */
const plain = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoted(name))
