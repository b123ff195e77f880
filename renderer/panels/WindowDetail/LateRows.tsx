import { useMemo } from 'react'
import type { QueryName, RunSummary } from '#shared/contract/run.ts'
import type { LateRows as LateGroup, WindowFacts } from '#shared/contract/silver.ts'
import { EChart } from '#renderer/chart/EChart.tsx'
import { usePalette } from '#renderer/chart/palette.ts'
import { formatCount, formatDistance, formatInstant } from '#renderer/format/format.ts'
import type { ViewState } from '#renderer/store/viewStore.ts'
import { Glyph } from '#renderer/theme/Glyph.tsx'
import { useSize } from '../useSize.ts'
import { delayMarks } from './delayMarks.ts'
import { otherQuery } from './detailFacts.ts'
import { spanWords } from './closingWords.ts'
import { DetailChart } from './DetailChart.tsx'
import { shortFile } from './shortFile.ts'

const shortNames: Readonly<Record<QueryName, string>> = { flight_phase_counts: 'phase', anomaly_alerts: 'alerts' }

interface LateRowsProps {
  readonly query: QueryName
  readonly run: RunSummary | undefined
  readonly facts: WindowFacts | undefined
  readonly fault: string | undefined
  readonly zone: ViewState['zone']
}

const mostShown = 300

/** Rows of the window that came late: what this query did with them, and what the other did. */
export function LateRows({ query, run, facts, fault, zone }: LateRowsProps) {
  const other = otherQuery(query)
  const name = shortNames[other]
  return (
    <section className="detail-late" aria-label="Late rows in this window">
      <header className="detail-late-head">
        <h2>Late rows in this window</h2>
        <span className="hint">delay over 1 min, or dropped</span>
      </header>
      {fault !== undefined && (
        <p className="detail-fault" role="alert">
          {fault}
        </p>
      )}
      <dl className="detail-late-sums">
        <Sum name="Late" value={facts && formatCount(facts.late)} />
        <Sum name="Dropped here" value={facts && formatCount(facts.dropped)} isLate={(facts?.dropped ?? 0) > 0} />
        <Sum name={`Dropped by ${name}`} value={facts && formatCount(facts.droppedByOther)} isLate={(facts?.droppedByOther ?? 0) > 0} />
        <Sum name="Longest delay" value={facts && (facts.longestDelayMs === null ? '–' : formatDistance(facts.longestDelayMs))} />
      </dl>
      {facts && facts.late > 0 ? (
        <>
          <Delays query={query} run={run} delays={facts.delays} other={name} />
          <Groups facts={facts} other={name} query={query} zone={zone} />
        </>
      ) : (
        <p className="detail-empty">{facts ? `0 late rows: of ${formatCount(facts.counted)} rows each came within a minute of the newest event before it.` : fault === undefined ? 'Reading the files.' : ''}</p>
      )}
    </section>
  )
}

function Sum({ name, value, isLate = false }: { readonly name: string; readonly value: string | undefined; readonly isLate?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {isLate && <Glyph of="late drops" />} {value ?? '…'}
      </dd>
    </div>
  )
}

function Delays({ query, run, delays, other }: { readonly query: QueryName; readonly run: RunSummary | undefined; readonly delays: WindowFacts['delays']; readonly other: string }) {
  const palette = usePalette()
  const [place, { width, height }] = useSize({ width: 400, height: 150 })
  const own = run?.queries[query]?.watermarkDelayMs
  const others = run?.queries[otherQuery(query)]?.watermarkDelayMs
  const drawing = useMemo(() => {
    const lines = [...(others === undefined ? [] : [{ atMs: others, words: `${other} watermark ${formatDistance(others)}` }]), ...(own === undefined ? [] : [{ atMs: own, words: `this query ${formatDistance(own)}` }])]
    return delayMarks(delays, lines, width, height, palette)
  }, [delays, own, others, other, width, height, palette])
  const label = `Late rows by delay, in parts of ${spanWords(delays.partMs)}: the most in one part are ${formatCount(Math.max(0, ...delays.rows))}.`
  return (
    <DetailChart
      name="Delays"
      sub=""
      legend={
        <span className="panel-legend">
          <span>
            <svg width="8" height="8" aria-hidden className="detail-key-counted">
              <rect x=".5" y=".5" width="7" height="7" />
            </svg>{' '}
            counted by both
          </span>
          <span>
            <svg width="8" height="8" aria-hidden className="detail-key-dropped">
              <rect width="8" height="8" />
            </svg>{' '}
            dropped by one
          </span>
        </span>
      }
      table={
        <table className="detail-table" aria-label="Late rows by delay">
          <thead>
            <tr>
              <th scope="col">Delay</th>
              <th scope="col" data-number>
                Rows
              </th>
              <th scope="col" data-number>
                Dropped by one
              </th>
            </tr>
          </thead>
          <tbody>
            {delays.rows.map((rows, part) =>
              rows === 0 ? null : (
                <tr key={part}>
                  <th scope="row">
                    {formatDistance(part * delays.partMs)} to {formatDistance((part + 1) * delays.partMs)}
                  </th>
                  <td data-number>{formatCount(rows)}</td>
                  <td data-number>{formatCount(delays.droppedByAny[part] ?? 0)}</td>
                </tr>
              )
            )}
          </tbody>
        </table>
      }
    >
      <div className="detail-delays" ref={place}>
        <EChart drawing={drawing} label={label} />
      </div>
    </DetailChart>
  )
}

function Groups({ facts, other, query, zone }: { readonly facts: WindowFacts; readonly other: string; readonly query: QueryName; readonly zone: ViewState['zone'] }) {
  const shown = facts.groups.slice(0, mostShown)
  return (
    <div className="detail-scroll detail-groups" tabIndex={0} role="group" aria-label="Late rows by file, minute and key">
      <table className="detail-table" aria-label="Late rows">
        <thead>
          <tr>
            <th scope="col" data-number>
              Delay
            </th>
            <th scope="col">Minute</th>
            <th scope="col">File</th>
            <th scope="col">{query === 'anomaly_alerts' ? 'Country' : 'Phase'}</th>
            <th scope="col" data-number>
              Rows
            </th>
            <th scope="col">Here</th>
            <th scope="col">{other === 'phase' ? 'Phase' : 'Alerts'}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ file, paneMs, key, rows, delayMs, here, other: there }) => (
            <tr key={`${file} ${paneMs} ${key} ${here} ${there}`}>
              <td data-number>{formatDistance(delayMs)}</td>
              <td>{formatInstant(paneMs, zone, { seconds: paneMs % 60_000 !== 0, mark: false })}</td>
              <td title={file}>{shortFile(file)}</td>
              <td>{key ?? '(none)'}</td>
              <td data-number>{formatCount(rows)}</td>
              <Fate of={here} />
              <Fate of={there} />
            </tr>
          ))}
        </tbody>
      </table>
      {facts.ofGroups > shown.length && (
        <p className="hint">
          The first {formatCount(shown.length)} of {formatCount(facts.ofGroups)} lines; Show rows has every row.
        </p>
      )}
    </div>
  )
}

function Fate({ of }: { readonly of: LateGroup['other'] }) {
  return (
    <td data-late={of === 'dropped'}>
      {of === '' ? 'not read' : of}
    </td>
  )
}
