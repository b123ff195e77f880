import { useState } from 'react'
import type { QueryName } from '#shared/contract/run.ts'
import { formatCount, formatInstant, formatWindow } from '#renderer/format/format.ts'
import { windowWords } from '#renderer/panels/River/riverWords.ts'
import type { Actions } from '#renderer/store/appStore.ts'
import { queryNames } from '#renderer/store/runStore.ts'
import { useSession, useView, type Session } from '#renderer/store/session.ts'
import type { Selection } from '#renderer/store/viewStore.ts'
import { Glyph } from '#renderer/theme/Glyph.tsx'
import { Icon } from '#renderer/theme/Icon.tsx'
import { sqlActions } from '../Sql/sqlActions.ts'
import { openShowRows } from '../ShowRows/openShowRows.ts'
import { useCounters } from '../useTopics.ts'
import { explain, type Piece } from './closingWords.ts'
import { otherQuery, paneRows, sqlOf, windowToShow } from './detailFacts.ts'
import { DimensionLine } from './DimensionLine.tsx'
import { FilesChart } from './FilesChart.tsx'
import { HighestRates } from './HighestRates.tsx'
import { LateRows } from './LateRows.tsx'
import { Panes } from './Panes.tsx'
import { useWindowFacts } from './useWindowFacts.ts'
import { closingOf } from './windowClosing.ts'
import { WindowList } from './WindowList.tsx'
import './windowDetail.css'

const segments: readonly (readonly [QueryName, string])[] = [
  ['anomaly_alerts', 'Alerts'],
  ['flight_phase_counts', 'Phase']
]

const titles: Readonly<Record<QueryName, string>> = { anomaly_alerts: 'alerts', flight_phase_counts: 'phase counts' }

/** One window: why it is open or what closed it, what is in it, and what came late. */
export function WindowDetail({ actions }: { readonly actions: Actions }) {
  const { run: store, view, undo } = useSession()
  const zone = useView((state) => state.zone)
  const selection = useView((state) => state.selection)
  const revision = useCounters('run', 'windows', 'batches')
  const [unchosen, setUnchosen] = useState<Selection>()
  // What is shown without a choice stays while one reads, though newer windows come.
  const isThere = (shown: Selection | null | undefined): shown is Selection => shown !== null && shown !== undefined && store.windows[shown.query].find(shown.startMs) !== undefined
  const shown = isThere(selection) ? selection : isThere(unchosen) ? unchosen : windowToShow(store.windows)
  if (shown && !isThere(selection) && shown !== unchosen) setUnchosen(shown)
  const [listed, setListed] = useState<QueryName>(shown?.query ?? 'anomaly_alerts')
  const [followed, setFollowed] = useState(shown?.query)
  // The list goes where the window goes, until a person turns it.
  if (shown && shown.query !== followed) {
    setFollowed(shown.query)
    setListed(shown.query)
  }

  const choose = (query: QueryName, startMs: number): void => {
    const window = store.windows[query].find(startMs)
    if (window) undo.change(`select window ${formatWindow(window.startMs, window.endMs, zone)}`, { selection: { query, startMs } }, 'select')
  }
  const back = () => undo.change('layout Monitor', { layout: 'monitor' })
  const table = store.windows[listed]
  return (
    <section className="detail" aria-label="Window detail">
      <section className="detail-windows" aria-label="Windows">
        <header className="detail-windows-head">
          <h2>Windows</h2>
          <span className="segments panel-segments" role="radiogroup" aria-label="Query">
            {segments.map(([query, word]) => (
              <label key={query} className="segment" data-on={query === listed}>
                <input type="radio" className="visually-hidden" name="detail-query" checked={query === listed} onChange={() => setListed(query)} />
                {word} {formatCount(store.windows[query].all.length)}
              </label>
            ))}
          </span>
        </header>
        <WindowList query={listed} table={table} shown={shown} revision={revision} onChoose={(startMs) => choose(listed, startMs)} onDrill={(startMs) => openShowRows({ query: listed, startMs, limits: null })} onBack={back} />
      </section>
      {shown ? <Detail key={shown.query} shown={shown} onChoose={choose} toSql={(name, text) => toSql({ view, undo }, actions, name, text)} /> : <p className="detail-empty">No window yet: press Play, or step forward.</p>}
    </section>
  )
}

/** Its own tab of the console; the person presses Run. */
function toSql(session: Pick<Session, 'view' | 'undo'>, actions: Actions, name: string, text: string): void {
  const fault = sqlActions(session).open({ id: '', name, text })
  if (fault !== undefined) return actions.tellFault(new Error(fault))
  session.undo.change('SQL', { layout: 'investigate', investigate: 'sql' })
}

interface DetailProps {
  readonly shown: Selection
  readonly onChoose: (query: QueryName, startMs: number) => void
  readonly toSql: (name: string, text: string) => void
}

function Detail({ shown: { query, startMs }, onChoose, toSql }: DetailProps) {
  const { run: store } = useSession()
  const zone = useView((state) => state.zone)
  const table = store.windows[query]
  const window = table.find(startMs)
  const batches = queryNames.map((name) => store.lastBatch[name]?.batchId ?? -1).join(' ')
  const { facts, fault } = useWindowFacts(query, startMs, `${window?.closedBatch} ${window?.droppedRows} ${window?.closedBatch === null ? batches : ''}`)
  const settings = store.run?.queries[query]
  if (!window || !settings) return <p className="detail-empty">This window is not there any more: choose another.</p>
  const closing = closingOf(store, query, window, facts?.closedBy)
  const panes = paneRows(window, settings, facts, store.windows[otherQuery(query)])
  const explanation = explain(window, closing, facts, zone)
  const [before, after] = [table.beside(startMs, -1), table.beside(startMs, 1)]
  return (
    <>
      <section className="detail-main" aria-label="Window">
        <header className="detail-head">
          <Glyph of={window.state} />
          <h2>
            {formatInstant(window.startMs, zone)} to {formatInstant(window.endMs, zone)}
          </h2>
          <span className="detail-query">
            {window.state}, {titles[query]} {windowWords(settings)}
          </span>
          <span className="detail-spring" />
          <button className="button" onClick={() => openShowRows({ query, startMs, limits: null })}>
            Show rows
          </button>
          <button className="button" onClick={() => toSql(`${titles[query]} ${formatWindow(window.startMs, window.endMs, zone)}`, sqlOf(query, window))}>
            Open as SQL
          </button>
          <button className="icon-button" aria-label="Previous window" title="Previous window" disabled={!before || before.startMs >= startMs} onClick={() => before && onChoose(query, before.startMs)}>
            <Icon name="left" />
          </button>
          <button className="icon-button" aria-label="Next window" title="Next window" disabled={!after || after.startMs <= startMs} onClick={() => after && onChoose(query, after.startMs)}>
            <Icon name="right" />
          </button>
        </header>
        <div className="detail-why">
          <h3>{explanation.question}</h3>
          <p>{explanation.pieces.map(pieceElement)}</p>
        </div>
        <DimensionLine window={window} panes={panes} closing={closing} explanation={explanation} zone={zone} />
        <Panes query={query} window={window} panes={panes} facts={facts} zone={zone} onChoose={onChoose} />
        <FilesChart facts={facts} />
      </section>
      <aside className="detail-side" aria-label="Late rows and highest rates">
        <LateRows query={query} run={store.run} facts={facts} fault={fault} zone={zone} />
        <HighestRates query={query} window={window} closing={closing} />
      </aside>
    </>
  )
}

const pieceElement = (piece: Piece, i: number) =>
  typeof piece === 'string' ? (
    piece
  ) : (
    <b key={i} title={piece.title}>
      {piece.strong}
    </b>
  )
