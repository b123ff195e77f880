import { useEffect, useState, type ReactNode } from 'react'
import { formatCount, formatDistance, formatInstant, formatShort } from '#renderer/format/format.ts'
import { queryNames, type RunStore } from '#renderer/store/runStore.ts'
import { useRunTopic, useSession, useView } from '#renderer/store/session.ts'
import type { DockTab, ViewState } from '#renderer/store/viewStore.ts'
import { badgeOf, healthOf, speedText } from './statusFacts.ts'
import './statusStrip.css'

/** What the run is at, in one line: every cell goes to where its number comes from. */
export function StatusStrip() {
  const { run: store, view } = useSession()
  useRunTopic('run')
  useRunTopic('batches')
  useRunTopic('windows')
  useRunTopic('problems')
  const zone = useView((state) => state.zone)
  const nowMs = useSeconds()
  const run = store.run
  if (!run) return null
  const badge = badgeOf(run)
  const health = healthFor(store, nowMs)
  const { files, rows, rowsPerSecond } = store.totals
  const go = (tab: DockTab) => () => view.set({ tab })
  const lateRows = queryNames.map((query) => store.windows[query].lateRows)
  const alerts = alertsOf(store)
  return (
    <header className="strip" data-badge={badge} aria-label="Status" role="region">
      <div className="strip-badge" role="status">
        <b>{badge}</b>
        {badge === 'REPLAY' && <span>{speedText(store.speed)}</span>}
        {run.state === 'interrupted' && <span className="hint">interrupted, press Play to go on</span>}
        {health && (
          <span className="hint">
            {health.word} since {formatInstant(health.sinceMs, zone)}
          </span>
        )}
      </div>
      <Cell label="Source" value={run.silver.split(/[/\\]/).slice(-2).join('/')} onGo={go('files')} wide />
      <Cell label="Files read" value={formatCount(files)} more={store.recording ? `/ ${formatCount(store.recording.files)}` : ''} onGo={go('files')} />
      <Cell label="Rows" value={formatCount(rows)} more={run.state === 'running' && rowsPerSecond !== undefined ? `${formatShort(rowsPerSecond)}/s` : ''} onGo={go('progress')} />
      <Cell label="Newest event" value={store.newestEventMs === undefined ? '–' : formatInstant(store.newestEventMs, zone)} onGo={go('progress')} />
      <Watermark store={store} query="flight_phase_counts" label="Watermark, phase" zone={zone} onGo={go('windows')} />
      <Watermark store={store} query="anomaly_alerts" label="Watermark, alerts" zone={zone} onGo={go('windows')} />
      <Cell label="Late rows" value={lateRows.map(formatCount).join(' / ')} more={rows > 0 ? `${((Math.max(...lateRows) / rows) * 100).toFixed(2)} %` : ''} onGo={go('late')} tone="late" />
      <Cell label="Alerts" value={formatCount(alerts)} onGo={go('alerts')} tone="alert" />
      <span className="strip-spring" />
      <Cell label="Problems" value={formatCount(store.problems.length)} onGo={go('problems')} />
    </header>
  )
}

function Cell({ label, value, more = '', onGo, tone, wide = false }: { readonly label: string; readonly value: ReactNode; readonly more?: string; readonly onGo: () => void; readonly tone?: 'late' | 'alert'; readonly wide?: boolean }) {
  return (
    <button className="strip-cell" data-tone={tone} data-wide={wide} onClick={onGo}>
      <span className="strip-label">{label}</span>
      <span className="strip-value">
        {value} {more !== '' && <span className="strip-more">{more}</span>}
      </span>
    </button>
  )
}

function Watermark({ store, query, label, zone, onGo }: { readonly store: RunStore; readonly query: 'flight_phase_counts' | 'anomaly_alerts'; readonly label: string; readonly zone: ViewState['zone']; readonly onGo: () => void }) {
  const mark = store.windows[query].watermarkMs
  const newest = store.newestEventMs
  return <Cell label={label} value={mark === undefined || mark === 0 ? '–' : formatInstant(mark, zone)} more={mark === undefined || mark === 0 || newest === undefined ? '' : formatDistance(mark - newest)} onGo={onGo} />
}

/** Closed windows and countries with an anomaly. */
function alertsOf(store: RunStore): number {
  return store.windows.anomaly_alerts.all.reduce((sum, { closedBatch, keysOver }) => sum + (closedBatch === null ? 0 : keysOver), 0)
}

function healthFor(store: RunStore, nowMs: number) {
  const batches = Object.values(store.lastBatch)
  return healthOf(
    {
      state: store.run?.state ?? 'new',
      status: Object.values(store.status),
      triggerMs: batches.length === 0 ? undefined : Math.max(...batches.map((batch) => batch.progress.durationMs.triggerExecution ?? 0)),
      lastBatchMs: batches.length === 0 ? undefined : Math.max(...batches.map((batch) => batch.finishedMs)),
      intervalMs: null,
      paced: store.speed !== 'max'
    },
    nowMs
  )
}

/** The wall clock, once a second. */
function useSeconds(): number {
  const [nowMs, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return nowMs
}
