import { useEffect, useMemo, useState, type KeyboardEvent } from 'react'
import type { Limits } from '#shared/contract/run.ts'
import type { CountryChange, WhatIfAnswer } from '#shared/contract/whatIf.ts'
import { altitudeIn, formatChange, formatCount, formatInstant, velocityIn } from '#renderer/format/format.ts'
import { Grid } from '#renderer/grid/Grid.tsx'
import type { GridQuery } from '#renderer/grid/gridRows.ts'
import { useSession } from '#renderer/store/session.ts'
import { slideMsOf } from '#renderer/store/whatIfWords.ts'
import { changeColumns, questionOfRow } from '../Dock/gridColumns.tsx'
import { openShowRows } from '../ShowRows/openShowRows.ts'
import { useSize } from '../useSize.ts'
import { stripPaths, stripsOf, type Strip } from './countryStrips.ts'
import { useExtremes } from './useExtremes.ts'
import { useLimits, useUnits, useWhatIf } from './useWhatIf.ts'

type ChangeTab = 'all' | 'country' | 'gained' | 'lost' | 'changed' | 'kept'

const tabs: readonly { readonly tab: ChangeTab; readonly title: string; readonly filter: string; readonly count: (answer: WhatIfAnswer) => number }[] = [
  { tab: 'all', title: 'All changes', filter: 'change != kept', count: ({ gained, lost, changed }) => gained + lost + changed },
  { tab: 'country', title: 'By country', filter: '', count: ({ countries }) => countries.filter(moves).length },
  { tab: 'gained', title: 'Gained', filter: 'change = gained', count: ({ gained }) => gained },
  { tab: 'lost', title: 'Lost', filter: 'change = lost', count: ({ lost }) => lost },
  { tab: 'changed', title: 'Changed', filter: 'change = changed', count: ({ changed }) => changed },
  { tab: 'kept', title: 'Kept', filter: 'change != gained change != lost', count: ({ kept }) => kept }
]

const moves = ({ current, proposed, kept, changed }: CountryChange): boolean => current !== kept || proposed !== kept || changed > 0

/** Which alerts come and go with the proposed limits: one by one, and by country over the closed windows. */
export function ChangeTable() {
  const session = useSession()
  const { tables } = session
  const whatIf = useWhatIf()
  const { proposed } = useLimits()
  const [tab, setTab] = useState<ChangeTab>('country')
  const [sort, setSort] = useState<GridQuery['sort']>({ column: 'window_start', descending: true })
  const { answer, rows } = whatIf
  useEffect(() => whatIf.wantRows(), [whatIf])
  useEffect(() => {
    if (rows) tables.replace('what_if', rows.bytes)
  }, [tables, rows])
  const context = useMemo(() => ({ limits: proposed }), [proposed])
  const shown = tabs.find((each) => each.tab === tab)!

  function move(event: KeyboardEvent<HTMLElement>): void {
    const at = tabs.indexOf(shown)
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key]
    const next = to === undefined ? undefined : tabs.at(to % tabs.length)
    if (!next) return
    event.preventDefault()
    setTab(next.tab)
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next.tab}"]`)?.focus()
  }

  return (
    <section className="change-table" aria-label="Changes">
      <div className="dock-tabs">
        <div role="tablist" aria-label="Changes" className="dock-tablist" onKeyDown={move}>
          {tabs.map((each) => (
            <button key={each.tab} role="tab" aria-selected={each === shown} aria-controls="change-panel" tabIndex={each === shown ? 0 : -1} data-tab={each.tab} className="dock-tab" onClick={() => setTab(each.tab)}>
              {each.title} <span className="dock-tab-count">{answer ? formatCount(each.count(answer)) : ''}</span>
            </button>
          ))}
        </div>
        <span className="dock-spring" />
        {tab === 'country' && (
          <span className="change-legend hint">
            <i className="what-if-kept" /> kept <i className="what-if-lost" /> lost <i className="what-if-gained" /> gained, one cell per closed window
          </span>
        )}
        {rows && rows.of > rows.table.length && <span className="hint">the newest {formatCount(rows.table.length)} of {formatCount(rows.of)}</span>}
      </div>
      <div className="dock-panel" role="tabpanel" id="change-panel" aria-label={shown.title}>
        {tab === 'country' ? (
          <Countries />
        ) : (
          <Grid
            key={tab}
            tables={tables}
            table="what_if"
            name="changes"
            label={shown.title}
            columns={changeColumns}
            filter={shown.filter}
            sort={sort}
            empty={answer ? `0 of ${formatCount(answer.coverage.rows)} rows: none ${tab === 'all' ? 'changes' : `is ${tab}`}.` : 'Counting.'}
            context={context}
            isMarked={() => false}
            onSort={setSort}
            onOpen={(row) => {
              const question = questionOfRow('alerts', (column) => row.value(column))
              if (question) openShowRows({ ...question, limits: proposed })
            }}
            onSelect={(row) => {
              const start = row?.value('window_start')
              if (typeof start === 'bigint') session.undo.change('select window', { selection: { query: 'anomaly_alerts', startMs: Number(start) / 1000 } }, 'select')
            }}
          />
        )}
      </div>
    </section>
  )
}

const cellPx = 7
/** All but the strip. */
const otherColumnsPx = 850
/** From here on the head of the strip has room for all of its words. */
const longHeadPx = 200
const cellHeight = 12
const shownCountries = 300

/** A country a line, those that change most first. */
function Countries() {
  const { run } = useSession()
  const { answer, rows } = useWhatIf()
  const units = useUnits()
  const { zone } = units
  const extremes = useExtremes(answer)
  const [place, { width }] = useSize()
  const strips = useMemo(() => (rows ? stripsOf(rows.table) : new Map<string | null, Strip>()), [rows])
  if (!answer) return <p className="hint change-empty">Counting.</p>
  const slideMs = slideMsOf(run.run)
  const sizeMs = (run.run?.queries.anomaly_alerts?.sizeUs ?? 0) / 1000
  const { closedWindows, fromMs, toMs } = answer.coverage
  const room = Math.max(1, Math.floor((width - otherColumnsPx) / cellPx))
  const span = fromMs === null || toMs === null ? 0 : Math.round((toMs - fromMs - sizeMs) / slideMs) + 1
  const cells = Math.min(room, span)
  const lastMs = (toMs ?? 0) - sizeMs
  const moving = answer.countries.filter(moves)
  if (moving.length === 0) return <p className="hint change-empty">0 of {formatCount(closedWindows)} closed windows change: the proposed limits give the same alerts.</p>
  return (
    <div className="change-countries" ref={place} tabIndex={0} role="group" aria-label="Changes by country">
      <table aria-label="Changes by country">
        <thead>
          <tr>
            <th scope="col">Change</th>
            <th scope="col">Country</th>
            <th scope="col">Current</th>
            <th scope="col">Proposed</th>
            <th scope="col">Gained</th>
            <th scope="col">Lost</th>
            <th scope="col">Changed</th>
            <th scope="col" className="change-strip-head" title={span > cells ? `The newest ${formatCount(cells)} of ${formatCount(span)} windows` : undefined}>
              {cells * cellPx > longHeadPx ? 'Windows ending' : 'Ending'} {formatInstant(lastMs + sizeMs - (cells - 1) * slideMs, zone, { seconds: false, mark: false })} to {formatInstant(lastMs + sizeMs, zone, { seconds: false, mark: false })}
            </th>
            <th scope="col">Max {units.altitudeUnit}</th>
            <th scope="col">Min {units.altitudeUnit}</th>
            <th scope="col">Max {units.velocityUnit}</th>
            <th scope="col" className="change-decided">
              Decided by
            </th>
          </tr>
        </thead>
        <tbody>
          {moving.slice(0, shownCountries).map((change) => {
            const strip = strips.get(change.country)
            const { maxAltitude = NaN, minAltitude = NaN, maxVelocity = NaN } = extremes.get(change.country) ?? {}
            const paths = strip && stripPaths(strip, lastMs, slideMs, cells, cellPx, cellHeight)
            return (
              <tr key={String(change.country)}>
                <td>{wordOf(change)}</td>
                <td className="change-country">
                  <button className="link" title="Show its rows" onClick={() => openShowRows({ query: 'anomaly_alerts', startMs: null, key: change.country, limits: answer.limits })}>
                    {change.country ?? 'no country'}
                  </button>
                </td>
                <td>{formatCount(change.current)}</td>
                <td>{formatCount(change.proposed)}</td>
                <td className={change.proposed > change.kept ? 'change-gained' : 'change-none'}>{formatChange(change.proposed - change.kept)}</td>
                <td className={change.current > change.kept ? '' : 'change-none'}>{formatChange(change.kept - change.current)}</td>
                <td className={change.changed > 0 ? '' : 'change-none'}>{formatCount(change.changed)}</td>
                <td className="change-strip-place">
                  {paths && (
                    <svg width={cells * cellPx} height={cellHeight} aria-hidden className="change-strip">
                      <path className="change-strip-kept" d={paths.kept} />
                      <path className="change-strip-lost" d={paths.lost} />
                      <path className="change-strip-gained" d={paths.gained} />
                    </svg>
                  )}
                </td>
                <td>{wholeNumber(altitudeIn(units.altitudeUnit, maxAltitude))}</td>
                <td>{wholeNumber(altitudeIn(units.altitudeUnit, minAltitude))}</td>
                <td>{wholeNumber(velocityIn(units.velocityUnit, maxVelocity))}</td>
                <td className="change-decided">{change.decidedBy.map((limit) => limitWords[limit]).join(', ')}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {moving.length > shownCountries && <p className="hint change-empty">The first {formatCount(shownCountries)} of {formatCount(moving.length)} countries.</p>}
    </div>
  )
}

const limitWords: Readonly<Record<keyof Limits, string>> = { altitudeMin: 'alt min', altitudeMax: 'alt max', velocityMin: 'vel min', velocityMax: 'vel max' }

const wholeNumber = (value: number): string => (Number.isNaN(value) ? '' : formatCount(value))

function wordOf({ current, proposed, kept }: CountryChange): string {
  if (current === kept && proposed === kept) return '± changed'
  if (current === kept) return kept === 0 ? '+ gained' : '+ partly gained'
  if (proposed === kept) return kept === 0 ? '− lost' : '− partly lost'
  return '± gained and lost'
}
