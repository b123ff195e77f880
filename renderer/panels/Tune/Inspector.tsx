import type { Actions } from '#renderer/store/appStore.ts'
import { changedLimits, limitInfos, notebookLimits, sameLimits } from '#renderer/store/limits.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import { LimitField } from './LimitField.tsx'
import { LimitHistogram, OutsideShare } from './LimitHistogram.tsx'
import { resetLimits } from './limitActions.ts'
import { useLimits, useWhatIf } from './useWhatIf.ts'
import { WhatIfPanel } from './WhatIfPanel.tsx'
import './inspector.css'

/** Limits and what they would do, beside everything else. In the layout Tune the limits have their own, larger place. */
export function Inspector({ actions }: { readonly actions: Actions }) {
  const layout = useView((state) => state.layout)
  const { run } = useSession()
  if (run.run && !run.run.queries.anomaly_alerts) return <p className="inspector-empty">This run does not write anomaly alerts: it has no limits.</p>
  return (
    <div className="inspector">
      {layout === 'monitor' && <Thresholds />}
      <WhatIfPanel actions={actions} full={layout === 'tune'} />
    </div>
  )
}

function Thresholds() {
  const whatIf = useWhatIf()
  const { current, proposed } = useLimits()
  return (
    <section className="thresholds" aria-label="Thresholds">
      <ThresholdsHeader />
      {(['altitude', 'velocity'] as const).map((measure) => (
        <div key={measure} className="thresholds-measure">
          <div className="thresholds-title">
            <h3>{measure === 'altitude' ? 'Altitude' : 'Velocity'}</h3>
            <OutsideShare outside={whatIf.answer?.[measure]} />
          </div>
          <LimitHistogram measure={measure} large={false} />
          <div className="thresholds-fields">
            {limitInfos
              .filter((info) => info.measure === measure)
              .map((info) => (
                <LimitField key={info.key} info={info} value={proposed[info.key]} current={current[info.key]} />
              ))}
          </div>
        </div>
      ))}
    </section>
  )
}

/** "3 changes, not applied". */
export function ThresholdsHeader() {
  const session = useSession()
  const { current, proposed } = useLimits()
  const changed = changedLimits(current, proposed)
  return (
    <header className="inspector-header">
      <h2>Thresholds</h2>
      <span className="hint" data-changed={changed > 0}>
        {changed === 0 ? 'as applied' : `${changed} ${changed === 1 ? 'change' : 'changes'}, not applied`}
      </span>
      <span className="panel-spring" />
      <button className="link" disabled={sameLimits(proposed, notebookLimits)} title="Propose the limits of the notebook" onClick={() => resetLimits(session)}>
        Reset
      </button>
    </header>
  )
}
