import { useEffect } from 'react'
import type { Speed, StepUnit } from '#shared/contract/run.ts'
import { formatInstant } from '#renderer/format/format.ts'
import type { Actions } from '#renderer/store/appStore.ts'
import { useRunTopic, useSession, useView } from '#renderer/store/session.ts'
import './transport.css'

const units: readonly (readonly [StepUnit, string])[] = [
  ['file', 'File'],
  ['trigger', 'Trigger'],
  ['windowClose', 'Window close'],
  ['alert', 'Alert']
]

const speeds: readonly Speed[] = [0.1, 0.5, 1, 2, 5, 10, 20, 40, 100, 200, 500, 1000, 'max']

/** Plays, pauses and steps a run. What it does never changes what is in a batch. */
export function Transport({ actions }: { readonly actions: Actions }) {
  const { run: store, view } = useSession()
  useRunTopic('run')
  useRunTopic('batches')
  const { stepUnit, zone, altitudeUnit, velocityUnit } = useView((state) => state)
  const playing = store.run?.state === 'running'
  const toggle = () => actions.control({ kind: playing ? 'pause' : 'play' })
  const step = () => actions.control({ kind: 'step', unit: stepUnit })

  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      // Keys belong to what has the focus, where that takes them.
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.target instanceof Element && event.target.closest('input, select, textarea, button, [role="grid"], [role="img"], [role="tab"], [role="dialog"]')) return
      if (event.key === ' ') toggle()
      else if (event.key === 'ArrowRight') step()
      else if (event.key.toLowerCase() === 'f') view.set({ range: null })
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', hear)
    return () => window.removeEventListener('keydown', hear)
  })

  return (
    <footer className="transport" role="region" aria-label="Transport">
      <button className="transport-play" onClick={toggle} aria-label={playing ? 'Pause' : 'Play'}>
        <span aria-hidden>{playing ? '❚❚' : '▶'}</span>
      </button>
      <button className="transport-play" onClick={step} aria-label="Step forward">
        <span aria-hidden>▶❘</span>
      </button>
      <span className="transport-label" id="step-by">
        Step by
      </span>
      <div className="segments" role="radiogroup" aria-labelledby="step-by">
        {units.map(([unit, word]) => (
          <label key={unit} className="segment" data-on={unit === stepUnit}>
            <input type="radio" className="visually-hidden" name="step-unit" checked={unit === stepUnit} onChange={() => view.set({ stepUnit: unit })} />
            {word}
          </label>
        ))}
      </div>
      <select className="field" aria-label="Speed" value={String(store.speed)} onChange={({ target }) => actions.control({ kind: 'speed', speed: target.value === 'max' ? 'max' : Number(target.value) })}>
        {(speeds.includes(store.speed) ? speeds : [...speeds, store.speed]).map((speed) => (
          <option key={String(speed)} value={String(speed)}>
            {speed === 'max' ? 'As fast as possible' : `${speed}×`}
          </option>
        ))}
      </select>
      <span className="transport-spring" />
      <span className="transport-time">
        {store.newestEventMs === undefined ? '–' : formatInstant(store.newestEventMs, zone)}
        {store.recording !== null && store.recording.maxEventMs !== null && <span className="strip-more"> / {formatInstant(store.recording.maxEventMs, zone)}</span>}
      </span>
      <button className="button" aria-label="Time zone" onClick={() => view.set({ zone: zone === 'UTC' ? 'local' : 'UTC' })}>
        {zone}
      </button>
      <button className="button" aria-label="Altitude unit" onClick={() => view.set({ altitudeUnit: altitudeUnit === 'm' ? 'ft' : 'm' })}>
        {altitudeUnit}
      </button>
      <button className="button" aria-label="Velocity unit" onClick={() => view.set({ velocityUnit: velocityUnit === 'km/h' ? 'kt' : 'km/h' })}>
        {velocityUnit}
      </button>
    </footer>
  )
}
