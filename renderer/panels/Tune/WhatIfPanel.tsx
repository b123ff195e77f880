import { useState } from 'react'
import type { CountryChange, WhatIfAnswer } from '#shared/contract/whatIf.ts'
import { formatChange, formatCount, formatLimitNumber } from '#renderer/format/format.ts'
import type { Actions } from '#renderer/store/appStore.ts'
import { changedLimits, limitIn, limitInfos, unitOf } from '#renderer/store/limits.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import { coverageText, nothingText, slideMsOf, whatIfLines } from '#renderer/store/whatIfWords.ts'
import { applyProposed, canApply, revertProposed, saveAsRun } from './limitActions.ts'
import { useLimits, useUnits, useWhatIf } from './useWhatIf.ts'

/** What the proposed limits would do: current against proposed, who comes and goes, what it is about, and what can be done with it. `full`: with the limits themselves and each of them alone. */
export function WhatIfPanel({ actions, full }: { readonly actions: Actions; readonly full: boolean }) {
  const session = useSession()
  const whatIf = useWhatIf()
  const { current, proposed } = useLimits()
  const units = useUnits()
  const minimum = useView((state) => state.minimumObservations)
  const [fault, setFault] = useState<string | null>(null)
  const [isSaving, setSaving] = useState(false)
  const { answer } = whatIf
  const changed = changedLimits(current, proposed)
  const attempt = (work: () => Promise<void>) => {
    setFault(null)
    work().catch((error: unknown) => setFault(error instanceof Error ? error.message : String(error)))
  }
  return (
    <section className="what-if" aria-label="What if" data-behind={whatIf.isBehind}>
      <header className="inspector-header">
        <h2>What if</h2>
        <span className="hint">{whatIf.isBehind ? 'counting' : answer && answer.coverage.batches < answer.coverage.ofBatches ? 'about, counting the rows' : 'exact, closed windows'}</span>
      </header>
      <div className="what-if-scroll" tabIndex={0} role="group" aria-label="What if, in numbers">
        {whatIf.fault !== null && (
          <p className="what-if-fault" role="alert">
            Nothing can be counted: {whatIf.fault}
          </p>
        )}
        {answer && (
          <>
            <table className="what-if-table" aria-label="Current against proposed">
              <thead>
                <tr>
                  <td />
                  <th scope="col">Current</th>
                  <th scope="col">Proposed</th>
                  <th scope="col">Change</th>
                </tr>
              </thead>
              <tbody>
                {full &&
                  limitInfos
                    .filter(({ key }) => current[key] !== proposed[key])
                    .map(({ key, measure, label }) => (
                      <Line key={key} name={`${label.replace('maximum', 'max').replace('minimum', 'min')}, ${unitOf(measure, units)}`} current={formatLimitNumber(limitIn(measure, current[key], units))} proposed={formatLimitNumber(limitIn(measure, proposed[key], units))} change={formatChange(limitIn(measure, proposed[key], units) - limitIn(measure, current[key], units))} />
                    ))}
                {whatIfLines(answer, slideMsOf(session.run.run)).map((line) => (
                  <Line key={line.name} {...line} />
                ))}
              </tbody>
            </table>
            {full && answer.oneAtATime.length > 1 && (
              <section className="what-if-alone" aria-label="One change at a time">
                <h3>
                  One change at a time <span className="hint">alerts, from {formatCount(answer.current.alerts)}</span>
                </h3>
                <dl>
                  {answer.oneAtATime.map(({ limit, alerts }) => (
                    <div key={limit}>
                      <dt>{limitInfos.find(({ key }) => key === limit)!.label} only</dt>
                      <dd>{formatCount(alerts)}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            )}
            <KeptLostGained answer={answer} />
            {!full && <CountryList answer={answer} onAll={() => session.undo.change('layout Tune', { layout: 'tune' })} />}
            <label className="what-if-minimum">
              An alert needs
              <input
                className="field"
                type="number"
                min={1}
                step={1}
                aria-label="Minimum observations"
                value={minimum}
                onChange={({ target }) => {
                  const rows = Math.floor(target.valueAsNumber)
                  if (rows >= 1 && rows <= 1e9) session.undo.change(`minimum observations ${formatCount(rows)}`, { minimumObservations: rows }, 'minimum')
                }}
                onBlur={() => session.undo.settle()}
              />
              {minimum === 1 ? 'observation' : 'observations'} or more
            </label>
            {nothingText(answer) !== undefined && <p className="hint">{nothingText(answer)}</p>}
          </>
        )}
      </div>
      <footer className="what-if-footer">
        {answer && <p className="hint what-if-coverage">{coverageText(answer.coverage, units.zone)}</p>}
        {fault !== null && (
          <p className="what-if-fault" role="alert">
            {fault}
          </p>
        )}
        {changed > 0 && !canApply(session.run.run) && <p className="hint">The replay is done and no batch follows: Save as run replays it with these limits.</p>}
        {full && <input className="field what-if-why" aria-label="Why" placeholder="Why? Kept with the run" maxLength={2000} value={whatIf.why} onChange={({ target }) => whatIf.setWhy(target.value)} />}
        <div className="what-if-buttons">
          <button className="button button-quiet" disabled={changed === 0} onClick={() => revertProposed(session)}>
            Revert
          </button>
          <span className="panel-spring" />
          <button
            className="button"
            disabled={isSaving || !session.run.run?.queries.anomaly_alerts}
            title="A new run over the same batches, with these limits"
            onClick={() => {
              setSaving(true)
              attempt(() => saveAsRun(session, actions).finally(() => setSaving(false)))
            }}
          >
            Save as run
          </button>
          <button
            className="button button-primary"
            disabled={changed === 0 || !canApply(session.run.run)}
            title={canApply(session.run.run) ? 'From the next batch on' : 'The replay is done and no batch follows: save these limits as a run'}
            onClick={() => attempt(() => applyProposed(session))}
          >
            Apply <kbd aria-hidden>Ctrl ⏎</kbd>
          </button>
        </div>
      </footer>
    </section>
  )
}

function Line({ name, current, proposed, change }: { readonly name: string; readonly current: string; readonly proposed: string; readonly change: string }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{current}</td>
      <td className="what-if-proposed">{proposed}</td>
      <td className="what-if-change">{change}</td>
    </tr>
  )
}

/** Alerts as one bar: kept solid, lost hollow, gained in the accent. */
function KeptLostGained({ answer: { kept, lost, gained, changed } }: { readonly answer: WhatIfAnswer }) {
  const all = kept + lost + gained
  if (all === 0) return null
  const share = (part: number) => ({ flexGrow: part, display: part === 0 ? 'none' : undefined })
  return (
    <div className="what-if-parts">
      <div className="what-if-bar" aria-hidden>
        <span className="what-if-kept" style={share(kept)} />
        <span className="what-if-lost" style={share(lost)} />
        <span className="what-if-gained" style={share(gained)} />
      </div>
      <p className="hint">
        <span>kept {formatCount(kept)}</span> <span>lost {formatCount(lost)}</span> <span>gained {formatCount(gained)}</span> <span>changed {formatCount(changed)}</span>
      </p>
    </div>
  )
}

const shownCountries = 6

/** Who changes most. */
function CountryList({ answer, onAll }: { readonly answer: WhatIfAnswer; readonly onAll: () => void }) {
  const moving = answer.countries.filter(({ current, proposed, kept }) => current !== kept || proposed !== kept)
  if (moving.length === 0) return null
  return (
    <div className="what-if-countries">
      <ul aria-label="Countries that change most">
        {moving.slice(0, shownCountries).map((change) => (
          <li key={String(change.country)}>
            <span className="what-if-sign" aria-hidden>
              {signOf(change)}
            </span>
            <span className="what-if-country">{change.country ?? 'no country'}</span>
            <span className="hint">{wordsOf(change)}</span>
          </li>
        ))}
      </ul>
      <button className="link" onClick={onAll}>
        Show all
      </button>
    </div>
  )
}

const signOf = ({ current, proposed, kept }: CountryChange): string => (proposed === kept ? '−' : current === kept ? '+' : '±')

function wordsOf({ current, proposed, kept }: CountryChange): string {
  const parts = [...(current > kept ? [`${formatCount(current - kept)} lost`] : []), ...(proposed > kept ? [`${formatCount(proposed - kept)} gained`] : [])]
  return `${parts.join(', ')} of ${formatCount(Math.max(current, proposed))}`
}
