import { useEffect, useState } from 'react'
import type { RunSummary } from '#shared/contract/run.ts'
import { describeDiskUse, formatDiskUse } from '#renderer/format/diskUse.ts'
import { formatCount, formatEvent } from '#renderer/format/format.ts'
import { isOnS3, lastName } from '#renderer/format/place.ts'
import type { Actions } from '#renderer/store/appStore.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import { Icon, type IconName } from '#renderer/theme/Icon.tsx'
import { useDiskUse } from '../useDiskUse.ts'
import { isOverDays } from '../TimePanels/extentOf.ts'
import { useCounters } from '../useTopics.ts'
import { countryRows, phaseRows } from './railFacts.ts'
import { useSourceText } from './useSourceText.ts'
import './rail.css'

/** What is read, the runs there are, and what is in it. */
export function Rail({ actions, onCollapse }: { readonly actions: Actions; readonly onCollapse: () => void }) {
  return (
    <nav className="rail" aria-label="Source and runs">
      <Source actions={actions} onCollapse={onCollapse} />
      <Runs actions={actions} />
      <Phases />
      <Countries />
    </nav>
  )
}

const sections: readonly (readonly [string, IconName])[] = [
  ['Source', 'folder'],
  ['Runs', 'list'],
  ['Flight phase', 'plane'],
  ['Country', 'globe']
]

/** The rail where there is no room for it: each button brings it back. */
export function IconRail({ onOpen }: { readonly onOpen: () => void }) {
  return (
    <nav className="icon-rail" aria-label="Source and runs">
      {sections.map(([name, icon]) => (
        <button key={name} className="icon-button" aria-label={`Show ${name}`} title={name} onClick={onOpen}>
          <Icon name={icon} />
        </button>
      ))}
    </nav>
  )
}

function Source({ actions, onCollapse }: { readonly actions: Actions; readonly onCollapse: () => void }) {
  const { run: store } = useSession()
  useCounters('run')
  const zone = useView((state) => state.zone)
  const silver = store.run?.silver ?? ''
  const text = useSourceText(store.run?.silver)
  const { recording } = store
  const overDays = isOverDays(store)
  return (
    <section className="rail-section" aria-label="Source">
      <header>
        <h2>Source</h2>
        <button className="icon-button" aria-label="Open another source" title="Open another source" onClick={actions.openFolder}>
          <Icon name="plus" size={14} />
        </button>
        <button className="icon-button" aria-label="Collapse the rail" title="Collapse" onClick={onCollapse}>
          <Icon name="left" size={14} />
        </button>
      </header>
      <p className="rail-row rail-current">
        <Icon name={isOnS3(silver) ? 'cloud' : 'folder'} size={14} />
        <span className="rail-name">{lastName(silver)}</span>
        {recording && <span className="rail-count">{formatCount(recording.files)} files</span>}
      </p>
      <p className="rail-detail" title={silver}>
        {/* The end of a path says more than its beginning. */}
        <bdi>{silver}</bdi>
      </p>
      <p className="rail-detail">
        {[text, recording !== null && recording.minEventMs !== null && recording.maxEventMs !== null ? `${formatEvent(recording.minEventMs, zone, overDays)} to ${formatEvent(recording.maxEventMs, zone, overDays)}` : ''].filter((part) => part !== '').join(', ')}
      </p>
    </section>
  )
}

function Runs({ actions }: { readonly actions: Actions }) {
  const { host, run: store } = useSession()
  useCounters('run')
  const [runs, setRuns] = useState<readonly RunSummary[]>([])
  const here = store.run
  const state = here?.state
  useEffect(() => {
    host.listRuns().then(setRuns, () => undefined) // The list stays as it was.
  }, [host, here?.id, state])
  const diskUses = useDiskUse(runs)
  const diskUseOf = (id: string): string | undefined => {
    const use = diskUses.get(id)
    return use && `${formatDiskUse(use)} on disk: ${describeDiskUse(use)}`
  }
  return (
    <section className="rail-section" aria-label="Runs">
      <header>
        <h2>Runs</h2>
        <button className="icon-button" aria-label="New run" title="New run" onClick={() => actions.leaveRun()}>
          <Icon name="plus" size={14} />
        </button>
      </header>
      <ul className="rail-runs">
        {runs.map((run) => (
          <li key={run.id}>
            <button className="rail-row" data-here={run.id === here?.id} aria-current={run.id === here?.id || undefined} onClick={() => void (run.id !== here?.id && actions.openRun(run.id))}>
              <Icon name="list" size={14} />
              <span className="rail-name" title={run.name}>
                {run.name}
              </span>
              <span className="rail-count" title={diskUseOf(run.id)}>
                {run.id === here?.id ? here.state : run.state}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Phases() {
  const { run: store, undo } = useSession()
  useCounters('windows', 'run')
  const hidden = useView((state) => state.hiddenPhases)
  const rows = phaseRows(store.windows.flight_phase_counts.sums)
  const toggle = (name: string) => undo.change(`${hidden.includes(name) ? 'show' : 'hide'} ${name}`, { hiddenPhases: hidden.includes(name) ? hidden.filter((other) => other !== name) : [...hidden, name] })
  return (
    <section className="rail-section" aria-label="Flight phase">
      <header>
        <h2>Flight phase</h2>
        <span className="rail-count">rows</span>
      </header>
      <ul>
        {rows.map(({ key, rows: count }) => {
          const name = key ?? '(none)'
          return (
            <li key={name}>
              <label className="rail-row">
                <input type="checkbox" checked={!hidden.includes(name)} onChange={() => toggle(name)} />
                <span className="rail-swatch" data-phase={name} />
                <span className="rail-name">{name}</span>
                <span className="rail-count">{formatCount(count)}</span>
              </label>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Countries() {
  const { run: store } = useSession()
  useCounters('windows', 'run')
  const [filter, setFilter] = useState('')
  const { rows, total } = countryRows(store.windows.anomaly_alerts.sums, filter)
  return (
    <section className="rail-section rail-countries" aria-label="Country">
      <header>
        <h2>Country</h2>
        <span className="rail-count">
          {formatCount(rows.length)} of {formatCount(total)}
        </span>
      </header>
      <div className="rail-filter">
        <Icon name="search" size={13} />
        <input className="field" type="search" aria-label="Filter countries" placeholder="Filter countries" spellCheck={false} value={filter} onChange={({ target }) => setFilter(target.value)} />
      </div>
      <ul className="rail-list" tabIndex={0} aria-label="Countries by rows">
        {rows.map(({ key, rows: count }) => (
          <li key={key ?? ''} className="rail-row">
            <span className="rail-name">{key ?? '(none)'}</span>
            <span className="rail-count">{formatCount(count)}</span>
          </li>
        ))}
        {rows.length === 0 && <li className="rail-detail">{total === 0 ? 'None yet: press Play.' : `No country has “${filter.trim()}” in its name.`}</li>}
      </ul>
    </section>
  )
}
