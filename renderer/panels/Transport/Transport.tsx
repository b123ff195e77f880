import { formatEvent } from '#renderer/format/format.ts'
import type { Actions } from '#renderer/store/appStore.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import { Icon } from '#renderer/theme/Icon.tsx'
import { OverviewStrip } from '../OverviewStrip/OverviewStrip.tsx'
import { isOverDays } from '../TimePanels/extentOf.ts'
import { useCounters } from '../useTopics.ts'
import { stepUnits } from './paces.ts'
import { SpeedSelect } from './SpeedSelect.tsx'
import './transport.css'

/** Plays, pauses and steps a run, and shows where in the recording it is. What it does never changes what is in a batch. `centrePx`: width of the time panels. */
export function Transport({ actions, centrePx }: { readonly actions: Actions; readonly centrePx: number }) {
  const { run: store } = useSession()
  useCounters('run')
  const playing = store.run?.state === 'running'
  return (
    <section className="transport" aria-label="Transport">
      <div className="transport-buttons">
        <button className="transport-button" data-on={playing} onClick={() => actions.control({ kind: playing ? 'pause' : 'play' })} aria-label={playing ? 'Pause' : 'Play'} title={`${playing ? 'Pause' : 'Play'} (Space)`}>
          <Icon name={playing ? 'pause' : 'play'} />
        </button>
        <StepButton actions={actions} />
      </div>
      <StepUnits />
      <SpeedSelect className="transport-speed" speed={store.speed} onChange={(speed) => actions.control({ kind: 'speed', speed })} />
      <OverviewStrip centrePx={centrePx} />
      <Times />
      <Units />
    </section>
  )
}

function StepButton({ actions }: { readonly actions: Actions }) {
  const unit = useView(({ stepUnit }) => stepUnit)
  return (
    <button className="transport-button" onClick={() => actions.control({ kind: 'step', unit })} aria-label="Step forward" title="Step forward (→)">
      <Icon name="step" />
    </button>
  )
}

function StepUnits() {
  const { undo } = useSession()
  const chosen = useView(({ stepUnit }) => stepUnit)
  return (
    <>
      <span className="transport-label" id="step-by">
        Step by
      </span>
      <div className="segments" role="radiogroup" aria-labelledby="step-by">
        {stepUnits.map(([unit, word]) => (
          <label key={unit} className="segment" data-on={unit === chosen}>
            <input type="radio" className="visually-hidden" name="step-unit" checked={unit === chosen} onChange={() => undo.change(`step by ${word.toLowerCase()}`, { stepUnit: unit })} />
            {word}
          </label>
        ))}
      </div>
    </>
  )
}

/** Newest event, and the end of the recording where it is known. */
function Times() {
  const { run: store } = useSession()
  const zone = useView((state) => state.zone)
  useCounters('batches', 'run')
  const endMs = store.recording?.maxEventMs ?? null
  const overDays = isOverDays(store)
  return (
    <span className="transport-time">
      {store.newestEventMs === undefined ? '–' : formatEvent(store.newestEventMs, zone, overDays)}
      {endMs !== null && <span className="transport-end"> / {formatEvent(endMs, zone, overDays)}</span>}
    </span>
  )
}

/** In a narrow window these are in the menu View alone. */
function Units() {
  const { undo } = useSession()
  const { zone, altitudeUnit, velocityUnit } = useView((state) => state)
  return (
    <div className="segments transport-units">
      <button className="segment" aria-label={`Time zone: ${zone}`} onClick={() => undo.change(zone === 'UTC' ? 'times in local time' : 'times in UTC', { zone: zone === 'UTC' ? 'local' : 'UTC' })}>
        {zone}
      </button>
      <button className="segment" aria-label={`Altitude unit: ${altitudeUnit}`} onClick={() => undo.change(`altitude in ${altitudeUnit === 'm' ? 'ft' : 'm'}`, { altitudeUnit: altitudeUnit === 'm' ? 'ft' : 'm' })}>
        {altitudeUnit}
      </button>
      <button className="segment" aria-label={`Velocity unit: ${velocityUnit}`} onClick={() => undo.change(`velocity in ${velocityUnit === 'km/h' ? 'kt' : 'km/h'}`, { velocityUnit: velocityUnit === 'km/h' ? 'kt' : 'km/h' })}>
        {velocityUnit}
      </button>
    </div>
  )
}
