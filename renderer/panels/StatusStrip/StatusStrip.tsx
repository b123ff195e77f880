import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import type { S3Usage } from '#shared/contract/s3.ts'
import { formatBytes, formatCount, formatDate, formatDistance, formatInstant, formatShort } from '#renderer/format/format.ts'
import { isOnS3, shortPlace } from '#renderer/format/place.ts'
import { queryNames, type RunStore } from '#renderer/store/runStore.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import type { DockTab, ViewState } from '#renderer/store/viewStore.ts'
import { Glyph } from '#renderer/theme/Glyph.tsx'
import { Icon, type IconName } from '#renderer/theme/Icon.tsx'
import { useSourceText } from '../Rail/useSourceText.ts'
import { gridTabs } from '../Dock/gridColumns.tsx'
import { useWhatIf } from '../Tune/useWhatIf.ts'
import { alertsPerHour, badgeOf, healthOf, speedText, type Badge } from './statusFacts.ts'
import { isOverDays } from '../TimePanels/extentOf.ts'
import { useCounters } from '../useTopics.ts'
import './statusStrip.css'

const badgeIcons: Readonly<Record<Badge, IconName>> = { REPLAY: 'loop', WATCHING: 'dot', PAUSED: 'pause', DONE: 'tick', FAILED: 'cross' }

/** What the run is at, in one line: every cell goes to where its number comes from. */
export function StatusStrip() {
  const { run: store, undo } = useSession()
  useCounters('run', 'batches', 'windows', 'problems')
  const zone = useView((state) => state.zone)
  const minimum = useView((state) => state.minimumObservations)
  const { answer } = useWhatIf()
  const nowMs = useSeconds()
  const run = store.run
  const sourceText = useSourceText(run?.silver)
  const strip = useFit<HTMLElement>()
  if (!run) return null
  const badge = badgeOf(run)
  const health = healthFor(store, nowMs)
  const { files, rows, rowsPerSecond } = store.totals
  const go = (tab: DockTab) => () => undo.change(`table ${gridTabs.find((each) => each.tab === tab)!.title}`, { tab, layout: 'monitor' })
  const lateRows = queryNames.filter((query) => run.queries[query]).map((query) => store.windows[query].lateRows)
  const { alerts: all, closedWindows } = store.windows.anomaly_alerts.sums
  // Gold's rows do not tell which windows have enough observations at other limits: the index does.
  const alerts = minimum > 1 && answer?.minimumObservations === minimum ? answer.current.alerts : all
  const perHour = alertsPerHour(alerts, closedWindows, run.queries.anomaly_alerts)
  return (
    <section className="strip" data-badge={badge} aria-label="Status" ref={strip}>
      <div className="strip-badge" role="status">
        <Icon name={badgeIcons[badge]} />
        <b>{badge}</b>
        {badge === 'REPLAY' && <span>{speedText(store.speed)}</span>}
        {run.state === 'interrupted' && <span className="strip-note">interrupted, press Play to go on</span>}
        {run.state === 'new' && <span className="strip-note">press Play</span>}
        {health && (
          <span className="strip-note">
            {health.word} since {formatInstant(health.sinceMs, zone)}
          </span>
        )}
      </div>
      <Cell label="Source" value={shortPlace(run.silver)} more={sourceText === '' ? '' : `${sourceText}, ${isOnS3(run.silver) ? 'S3' : 'local'}`} onGo={go('files')} priority="source" />
      <Cell label="Files read" value={formatCount(files)} more={store.recording ? `/ ${formatCount(store.recording.files)}` : ''} onGo={go('files')} priority="files" />
      <Cell label="Rows" value={formatCount(rows)} more={run.state === 'running' && rowsPerSecond !== undefined ? `${formatShort(rowsPerSecond)}/s` : ''} onGo={go('progress')} priority="rows" />
      <Cell label="Newest event" value={store.newestEventMs === undefined ? '–' : formatInstant(store.newestEventMs, zone)} more={store.newestEventMs !== undefined && isOverDays(store) ? formatDate(store.newestEventMs, zone) : ''} onGo={go('progress')} />
      <Watermark store={store} query="flight_phase_counts" label="Watermark, phase" zone={zone} onGo={go('windows')} />
      <Watermark store={store} query="anomaly_alerts" label="Watermark, alerts" zone={zone} onGo={go('windows')} />
      <Cell label="Late rows" title="Rows dropped: phase counts / anomaly alerts" value={lateRows.map(formatCount).join(' / ')} more={rows > 0 && lateRows.length > 0 ? `${((Math.max(...lateRows) / rows) * 100).toFixed(2)} %` : ''} onGo={go('late')} tone="late" />
      <Cell label="Alerts" {...(minimum > 1 && { title: `Of at least ${formatCount(minimum)} observations` })} value={formatCount(alerts)} more={perHour === undefined ? '' : `${formatCount(perHour)}/h`} onGo={go('alerts')} tone="alert" />
      {store.usage && <S3Cell usage={store.usage} onGo={go('progress')} />}
      <span className="strip-spring" />
      <Cell label="Problems" value={formatCount(store.problems.length)} icon={store.problems.length > 0 ? 'warning' : 'tick'} onGo={go('problems')} />
    </section>
  )
}

/** What the run has asked of S3 since it was opened: it is paid for by the request and by the byte. */
function S3Cell({ usage: { requests, receivedBytes, sentBytes }, onGo }: { readonly usage: S3Usage; readonly onGo: () => void }) {
  const exactly = [`Requests: ${formatCount(requests)}`, `Bytes received: ${formatCount(receivedBytes)}`, `Bytes sent: ${formatCount(sentBytes)}`]
  return <Cell label="S3" name={`S3: ${formatCount(requests)} ${requests === 1 ? 'request' : 'requests'}, ${formatCount(receivedBytes)} bytes received, ${formatCount(sentBytes)} bytes sent`} title={['Since the run was opened', ...exactly].join('\n')} value={`${formatCount(requests)} req`} more={formatBytes(receivedBytes + sentBytes)} onGo={onGo} priority="s3" />
}

interface CellProps {
  readonly label: string
  readonly value: ReactNode
  readonly more?: string
  readonly title?: string
  /** Where the words of the cell are too few for who cannot see them. */
  readonly name?: string
  readonly icon?: IconName
  readonly onGo: () => void
  readonly tone?: 'late' | 'alert'
  /** Of cells that make room when the window is narrow. */
  readonly priority?: 'source' | 'files' | 'rows' | 's3'
}

function Cell({ label, value, more = '', title, name, icon, onGo, tone, priority }: CellProps) {
  return (
    <button className="strip-cell" data-tone={tone} data-priority={priority} title={title} aria-label={name} onClick={onGo}>
      <span className="strip-label">
        {tone === 'late' && <Glyph of="late drops" />}
        {tone === 'alert' && <Icon name="triangle" size={10} />}
        {label}
      </span>{' '}
      <span className="strip-value">
        {icon && <Icon name={icon} size={13} />}
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

function healthFor(store: RunStore, nowMs: number) {
  const batches = Object.values(store.lastBatch)
  return healthOf(
    {
      state: store.run?.state ?? 'new',
      status: Object.values(store.status),
      triggerMs: batches.length === 0 ? undefined : Math.max(...batches.map((batch) => batch.progress.durationMs.triggerExecution ?? 0)),
      lastBatchMs: batches.length === 0 ? undefined : Math.max(...batches.map((batch) => batch.finishedMs)),
      intervalMs: store.run?.intervalSeconds === undefined ? null : store.run.intervalSeconds * 1000,
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

/** What makes room, one after the other; see the style sheet. */
const dropSteps = 6

/** Lets cells of an element drop until it fits: `data-drop` is how many steps that took. Measured when its width or its text has another length. */
function useFit<Element extends HTMLElement>(): (element: Element | null) => void {
  const place = useRef<Element | null>(null)
  const fitted = useRef('')
  const width = useRef(0)
  const fit = useRef(() => {
    const element = place.current
    if (!element) return
    const shape = `${width.current} ${[...element.children].map(({ textContent }) => textContent?.length ?? 0).join(' ')}`
    if (shape === fitted.current) return
    fitted.current = shape
    for (let step = 0; step <= dropSteps; step++) {
      element.dataset.drop = String(step)
      if (element.scrollWidth <= element.clientWidth) return
    }
  })
  useLayoutEffect(() => fit.current())
  const watch = useRef<ResizeObserver | undefined>(undefined)
  const take = useRef((element: Element | null) => {
    watch.current?.disconnect()
    place.current = element
    if (!element) return
    watch.current = new ResizeObserver(([entry]) => {
      width.current = Math.round(entry?.contentRect.width ?? 0)
      fit.current()
    })
    watch.current.observe(element)
  })
  return take.current
}
