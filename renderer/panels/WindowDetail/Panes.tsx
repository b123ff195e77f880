import type { QueryName } from '#shared/contract/run.ts'
import type { WindowFacts } from '#shared/contract/silver.ts'
import { formatCount, formatWindow } from '#renderer/format/format.ts'
import type { ViewState } from '#renderer/store/viewStore.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'
import { Glyph } from '#renderer/theme/Glyph.tsx'
import type { PaneRow } from './detailFacts.ts'

interface PanesProps {
  readonly query: QueryName
  readonly window: WindowEntry
  readonly panes: readonly PaneRow[]
  readonly facts: WindowFacts | undefined
  readonly zone: ViewState['zone']
  readonly onChoose: (query: QueryName, startMs: number) => void
}

/** What the window is made of, and what the other query did with the same time. */
export function Panes({ query, window, panes, facts, zone, onChoose }: PanesProps) {
  const isAlerts = query === 'anomaly_alerts'
  const soFar = window.closedBatch === null ? ' so far' : ''
  const [one] = panes
  const head = panes.length === 1 && one ? 'Its one pane' : `Its ${numberWord(panes.length)} panes`
  const counted = facts ? `${formatCount(facts.counted)} rows${soFar}, ${formatCount(facts.crossing)} over the limits${soFar}` : 'reading the files'
  return (
    <section aria-label="Panes">
      <header className="detail-section-head">
        <h3>{head}</h3>
        <span className="hint">
          {counted}
          {isAlerts && window.keys > 0 ? `, ${formatCount(window.keysOver)} of ${formatCount(window.keys)} countries over the limit${soFar}` : ''}
        </span>
      </header>
      <div className="detail-panes" tabIndex={panes.length > 8 ? 0 : -1} role="group" aria-label="Panes of the window">
        <table className="detail-table" aria-label="Panes">
          <thead>
            <tr>
              <th scope="col">Pane, {zone}</th>
              <th scope="col" data-number>
                Rows
              </th>
              <th scope="col" data-number>
                Late, counted
              </th>
              <th scope="col" data-number>
                Over the limits
              </th>
              <th scope="col">{isAlerts ? 'Same minute in phase' : 'Newest alerts window'}</th>
              <th scope="col" data-number>
                Dropped there
              </th>
            </tr>
          </thead>
          <tbody>
            {panes.map(({ startMs, endMs, facts: pane, other }) => (
              <tr key={startMs} data-provisional={window.closedBatch === null}>
                <th scope="row">{formatWindow(startMs, endMs, zone)}</th>
                <td data-number>{facts ? formatCount(pane?.counted ?? 0) : ''}</td>
                <td data-number>{facts ? formatCount(pane?.late ?? 0) : ''}</td>
                <td data-number>{facts ? formatCount(pane?.crossing ?? 0) : ''}</td>
                <td data-late={other?.state === 'late drops'}>
                  {other ? (
                    <button className="detail-link" onClick={() => onChoose(isAlerts ? 'flight_phase_counts' : 'anomaly_alerts', other.startMs)}>
                      <Glyph of={other.state} /> {other.state}
                      {!isAlerts && ` ${formatWindow(other.startMs, other.endMs, zone)}`}
                    </button>
                  ) : (
                    <span className="detail-quiet">no rows there</span>
                  )}
                </td>
                <td data-number data-late={(other?.droppedRows ?? 0) > 0}>
                  {formatCount(other?.droppedRows ?? 0)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']

const numberWord = (count: number): string => words[count] ?? formatCount(count)
