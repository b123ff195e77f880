import { limitInfos } from '#renderer/store/limits.ts'
import { ChangeTable } from './ChangeTable.tsx'
import { ThresholdsHeader } from './Inspector.tsx'
import { LimitField } from './LimitField.tsx'
import { LimitHistogram, OutsideShare } from './LimitHistogram.tsx'
import { useLimits, useWhatIf } from './useWhatIf.ts'
import './tune.css'

/** The layout Tune: limits on large histograms, and below which alerts come and go. */
export function Tune() {
  const whatIf = useWhatIf()
  const { current, proposed } = useLimits()
  return (
    <div className="tune">
      <section className="tune-limits" aria-label="Thresholds">
        <ThresholdsHeader />
        {(['altitude', 'velocity'] as const).map((measure) => (
          <div key={measure} className="tune-measure">
            <div className="tune-title">
              <h3>{measure === 'altitude' ? 'Altitude' : 'Velocity'}</h3>
              <span className="hint">rows read, log scale</span>
              <OutsideShare outside={whatIf.answer?.[measure]} />
              <span className="panel-spring" />
              {limitInfos
                .filter((info) => info.measure === measure)
                .map((info) => (
                  <LimitField key={info.key} info={info} value={proposed[info.key]} current={current[info.key]} />
                ))}
            </div>
            <LimitHistogram measure={measure} large />
          </div>
        ))}
      </section>
      <ChangeTable />
    </div>
  )
}
