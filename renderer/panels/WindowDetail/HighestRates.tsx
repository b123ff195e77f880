import type { QueryName } from '#shared/contract/run.ts'
import { formatCount, formatRate } from '#renderer/format/format.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'
import { openShowRows } from '../ShowRows/openShowRows.ts'
import { highestRates } from './detailFacts.ts'
import type { WindowClosing } from './windowClosing.ts'

const most = 6
const barPx = 72

/** Countries with the highest rates, or phases with the most rows; each leads to its rows. */
export function HighestRates({ query, window, closing }: { readonly query: QueryName; readonly window: WindowEntry; readonly closing: WindowClosing }) {
  const isAlerts = query === 'anomaly_alerts'
  const isOpen = window.closedBatch === null
  const rates = highestRates(window, query, most)
  const { prediction } = closing
  const until = prediction && 'writtenBy' in prediction && prediction.writtenBy !== undefined ? ` until trigger ${formatCount(prediction.writtenBy)}` : ''
  const share = (rate: number, rows: number): number => (isAlerts ? Math.min(1, rate / 0.5) : rows / (rates[0]?.rows ?? 1))
  return (
    <section className="detail-rates" aria-label={isAlerts ? 'Highest rates' : 'Most rows'}>
      <header className="detail-late-head">
        <h2>{isAlerts ? 'Highest rates' : 'Most rows'}</h2>
        <span className="hint">{isOpen ? `so far, may change${until}` : 'final'}</span>
      </header>
      {rates.length === 0 ? (
        <p className="detail-empty">{window.cells ? `0 of ${formatCount(window.keys)} countries over the limit.` : 'Its values are in gold; the page keeps those of the newest windows.'}</p>
      ) : (
        <ul>
          {rates.map(({ key, rows, rate }) => (
            <li key={key ?? ''}>
              <button className="detail-rate" title="Show rows" onClick={() => openShowRows({ query, startMs: window.startMs, key, limits: null })}>
                <span className="detail-rate-name">
                  <span className="visually-hidden">Show rows of </span>
                  {key ?? '(none)'}
                </span>
                <svg width={barPx} height="8" aria-hidden className="detail-rate-bar" data-open={isOpen} data-alert={isAlerts}>
                  <rect x=".5" y=".5" width={Math.max(2, Math.round(share(rate, rows) * (barPx - 1)))} height="7" />
                </svg>
                <span>{isAlerts ? formatRate(rate) : ''}</span>
                <span className="detail-quiet">
                  {formatCount(rows)}
                  <span className="visually-hidden"> rows</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
