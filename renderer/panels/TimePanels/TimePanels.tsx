import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { EChart } from '#renderer/chart/EChart.tsx'
import { barsOption, gutters, hatch, type Bar, type Line, type TimeRange } from '#renderer/chart/chartOption.ts'
import { followRange, ticksOf } from '#renderer/chart/timeRange.ts'
import { formatCount, formatInstant, formatRate, formatShort, formatWindow } from '#renderer/format/format.ts'
import { lanesOf, riverBars, watermarkLine, windowAt, type RiverColours } from '#renderer/panels/River/riverBars.ts'
import { useRunTopic, useSession, useView } from '#renderer/store/session.ts'
import type { WindowEntry, WindowTable } from '#renderer/store/windowTable.ts'
import { themeChanged, token } from '#renderer/theme/theme.ts'
import { countryRows } from '../CountryRates/countryRows.ts'
import { phaseStacks } from '../PhaseChart/phaseStacks.ts'
import './timePanels.css'

/** River, phases and countries over one time axis: a time is at the same pixel in all three. */
export function TimePanels() {
  const { run: store, view } = useSession()
  const version = useRunTopic('windows')
  useRunTopic('run')
  const { range: chosen, selection, zone } = useView((state) => state)
  const theme = useTheme()
  const [place, width] = useWidth()
  const plotPx = Math.max(120, width - gutters.left - gutters.right)
  const settings = store.run?.queries ?? {}
  const aheadMs = (settings.anomaly_alerts?.sizeUs ?? settings.flight_phase_counts?.sizeUs ?? 300_000_000) / 1000
  const range = chosen ?? followRange(store.newestEventMs, Math.min(aheadMs, 600_000), plotPx)
  const colours = useMemo(() => readColours(theme), [theme])
  const lanes = lanesOf(settings)
  const phases = store.windows.flight_phase_counts
  const alerts = store.windows.anomaly_alerts
  const seen = { phases: phases.within(range.startMs, range.endMs), alerts: alerts.within(range.startMs, range.endMs) }
  const newest: Line[] = store.newestEventMs === undefined ? [] : [{ atMs: store.newestEventMs, top: 0, bottom: 4000, stroke: colours.tx1, width: 1, flag: `newest ${formatInstant(store.newestEventMs, zone)}`, side: 'right' }]
  const quiet = newest.map(({ flag: _flag, ...line }): Line => line)

  const river = useMemo(() => {
    const bars: Bar[] = []
    const lines: Line[] = [...newest]
    for (const [query, table, windows] of [['flight_phase_counts', phases, seen.phases], ['anomaly_alerts', alerts, seen.alerts]] as const) {
      const own = settings[query]
      if (!own) continue
      bars.push(...riverBars(windows, own, lanes[query], selection?.query === query ? selection.startMs : undefined, colours))
      if (table.watermarkMs !== undefined && table.watermarkMs > 0) lines.push(watermarkLine(table.watermarkMs, lanes[query], colours.tx1, `watermark ${formatInstant(table.watermarkMs, zone, { mark: false })}`))
    }
    return barsOption(bars, range, lines)
    // `version` stands for the windows, which change in place.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [version, range.startMs, range.endMs, selection, colours, zone, store.newestEventMs])

  const phaseHeight = 112
  const stacks = useMemo(() => phaseStacks(seen.phases, phaseHeight, colours), [version, range.startMs, range.endMs, colours]) // eslint-disable-line react-hooks/exhaustive-deps
  const countries = useMemo(() => countryRows(seen.alerts, (settings.anomaly_alerts?.slideUs ?? 60_000_000) / 1000, 8, colours), [version, range.startMs, range.endMs, colours]) // eslint-disable-line react-hooks/exhaustive-deps

  const select = (window: WindowEntry | undefined, query: 'flight_phase_counts' | 'anomaly_alerts') => view.set({ selection: window ? { query, startMs: window.startMs } : null })
  const timeAt = (x: number) => range.startMs + ((x - gutters.left) / plotPx) * (range.endMs - range.startMs)

  function pressRiver(x: number, y: number): void {
    for (const [query, windows] of [['flight_phase_counts', seen.phases], ['anomaly_alerts', seen.alerts]] as const) {
      const own = settings[query]
      const found = own && windowAt(windows, own, lanes[query], timeAt(x), y)
      if (found) return select(found, query)
    }
    view.set({ selection: null })
  }

  function moveSelection(event: KeyboardEvent): void {
    const query = selection?.query ?? 'anomaly_alerts'
    const windows = query === 'anomaly_alerts' ? seen.alerts : seen.phases
    const at = windows.findIndex(({ startMs }) => startMs === selection?.startMs)
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step !== undefined) select(windows[at < 0 ? windows.length - 1 : Math.max(0, Math.min(windows.length - 1, at + step))], query)
    else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      const other = event.key === 'ArrowUp' ? 'flight_phase_counts' : 'anomaly_alerts'
      const near = (other === 'anomaly_alerts' ? seen.alerts : seen.phases).findLast(({ startMs }) => startMs <= (selection?.startMs ?? Infinity))
      select(near, other)
    } else if (event.key === 'Escape') view.set({ selection: null })
    else return
    event.preventDefault()
  }

  const chosenWindow = selection && store.windows[selection.query].find(selection.startMs)
  return (
    <div className="time-panels" ref={place}>
      <Panel name="Window river" sub={closingNext(phases, alerts, zone)} height={28 + 18 + lanes.height} table={() => windowRows(store.windows, zone)} legend={<RiverLegend />}>
        <Axis range={range} plotPx={plotPx} zone={zone} />
        <div className="river-body" tabIndex={0} role="group" aria-label="Windows, arrows move between them" onKeyDown={moveSelection}>
          <LaneNames lanes={lanes} />
          <EChart option={river} label={`Window river: ${formatCount(phases.all.length)} windows of phase counts, ${formatCount(alerts.all.length)} of anomaly alerts`} onPress={pressRiver} />
          <Tally top={lanes.flight_phase_counts.top} table={phases} />
          <Tally top={lanes.anomaly_alerts.top} table={alerts} />
        </div>
        <p className="visually-hidden" aria-live="polite">
          {chosenWindow && selection && `${selection.query === 'anomaly_alerts' ? 'alerts' : 'phase'} ${formatWindow(chosenWindow.startMs, chosenWindow.endMs, zone)}, ${chosenWindow.state}, ${formatCount(chosenWindow.rows)} rows, ${chosenWindow.keysOver} countries over the limit, ${formatCount(chosenWindow.droppedRows)} rows dropped`}
        </p>
      </Panel>
      <Panel name="Observations per phase" sub="rows per window" height={28 + phaseHeight + 8} table={() => phaseTable(phases, zone)} legend={<FinalLegend />}>
        <div className="phase-body">
          <span className="phase-scale">{formatShort(stacks.maxRows)}</span>
          <EChart option={barsOption([...stacks.bars, ...rule(selection, chosenWindow, colours)], range, quiet)} label="Observations per flight phase, one bar a window" />
          <ul className="phase-legend">
            {stacks.legend.map(({ phase, colour, rows }) => (
              <li key={phase ?? ''}>
                <svg width="9" height="9" aria-hidden>
                  <rect width="9" height="9" fill={colour} />
                </svg>
                {phase ?? '(none)'} <b>{formatShort(rows)}</b>
              </li>
            ))}
          </ul>
        </div>
      </Panel>
      <Panel name="Anomaly rate by country" sub={`drawn at window end, top ${countries.rows.length} of ${countries.total} by peak in view`} height={28 + 18 * 8 + 4} table={() => countryTable(alerts, zone)} legend={<span className="hint">0 to 50 %, rate, rows</span>}>
        <div className="country-body">
          <ul className="country-names">
            {countries.rows.map(({ country }) => (
              <li key={country ?? ''}>{country ?? '(none)'}</li>
            ))}
          </ul>
          <EChart option={barsOption(countries.bars, range, quiet)} label="Anomaly rate by country, one cell a window" />
          <ul className="country-values">
            {countries.rows.map(({ country, rate, rows }) => (
              <li key={country ?? ''}>
                <b>{rate === null ? '–' : formatRate(rate)}</b> <span>{formatCount(rows)}</span>
              </li>
            ))}
          </ul>
        </div>
      </Panel>
      {chosen && (
        <button className="button time-live" onClick={() => view.set({ range: null })}>
          Back to live
        </button>
      )}
    </div>
  )
}

interface PanelProps {
  readonly name: string
  readonly sub: string
  readonly height: number
  readonly legend: ReactNode
  /** What is drawn, as a table: head first. */
  readonly table: () => readonly (readonly string[])[]
  readonly children: ReactNode
}

function Panel({ name, sub, height, legend, table, children }: PanelProps) {
  const [asTable, setAsTable] = useState(false)
  const rows = asTable ? table() : []
  return (
    <section className="panel" aria-label={name} data-height={height} ref={(element) => element?.style.setProperty('min-height', `${height}px`)}>
      <header className="panel-header">
        <h2>{name}</h2>
        <span className="hint">{sub}</span>
        <span className="panel-spring" />
        {legend}
        <button className="button button-quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          Show as table
        </button>
      </header>
      {asTable ? (
        <div className="panel-table" tabIndex={0} role="group" aria-label={`${name} as a table`}>
          <table>
            <thead>
              <tr>
                {rows[0]?.map((cell) => (
                  <th key={cell} scope="col">
                    {cell}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.slice(1, 501).map((row, i) => (
                <tr key={i}>
                  {row.map((cell, j) => (
                    <td key={j}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {rows.length > 501 && <p className="hint">The newest 500 of {formatCount(rows.length - 1)}.</p>}
        </div>
      ) : (
        children
      )}
    </section>
  )
}

function Axis({ range, plotPx, zone }: { readonly range: TimeRange; readonly plotPx: number; readonly zone: 'UTC' | 'local' }) {
  return (
    <svg className="time-axis" height="18" width="100%" aria-hidden>
      {ticksOf(range, plotPx).map((at, i) => (
        <text key={at} x={gutters.left + ((at - range.startMs) / (range.endMs - range.startMs)) * plotPx} y="13" textAnchor="middle">
          {formatInstant(at, zone, { seconds: at % 60_000 !== 0, mark: i === 0 })}
        </text>
      ))}
    </svg>
  )
}

function LaneNames({ lanes }: { readonly lanes: ReturnType<typeof lanesOf> }) {
  return (
    <svg className="lane-names" width={gutters.left} height={lanes.height} aria-hidden>
      <text x="12" y={lanes.flight_phase_counts.top + 14} className="lane-name">
        Phase counts
      </text>
      <text x="12" y={lanes.anomaly_alerts.top + 12} className="lane-name">
        Anomaly alerts
      </text>
    </svg>
  )
}

function Tally({ top, table }: { readonly top: number; readonly table: WindowTable }) {
  const { counts, lateRows } = table
  return (
    <div className="tally" ref={(element) => element?.style.setProperty('top', `${top - 4}px`)}>
      <span>
        ● {formatCount(counts.closed + counts['late drops'])} ◐ {counts.closing} ○ {counts.open}
      </span>
      <span>{formatCount(lateRows)} rows dropped</span>
    </div>
  )
}

const RiverLegend = () => (
  <span className="hint river-legend">
    <span>○ open</span> <span>◐ closing</span> <span>● closed</span> <span>◔ late drops</span> <span>▲ countries over limit</span>
  </span>
)

const FinalLegend = () => <span className="hint">■ final □ so far</span>

type Zone = 'UTC' | 'local'

function closingNext(phases: WindowTable, alerts: WindowTable, zone: Zone): string {
  const next = [['phase', phases], ['alerts', alerts]] as const
  const words = next.flatMap(([name, table]) => {
    const first = table.all.find(({ closedBatch }) => closedBatch === null)
    return first ? [`${name} ${formatWindow(first.startMs, first.endMs, zone)}`] : []
  })
  return words.length === 0 ? 'no window is open' : `closing next: ${words.join(', ')}`
}

function windowRows(windows: Readonly<Record<string, WindowTable>>, zone: Zone): string[][] {
  const rows = Object.entries(windows).flatMap(([query, { all }]) => all.map((window) => ({ query, window })))
  rows.sort((a, b) => b.window.startMs - a.window.startMs)
  return [['Query', `Window, ${zone}`, 'State', 'Rows', 'Over the limit', 'Rows dropped'], ...rows.map(({ query, window }) => [query, formatWindow(window.startMs, window.endMs, zone), window.state, formatCount(window.rows), formatCount(window.keysOver), formatCount(window.droppedRows)])]
}

function phaseTable({ all }: WindowTable, zone: Zone): string[][] {
  return [['Window', 'Phase', 'Observations', 'State'], ...all.toReversed().flatMap(({ cells, startMs, endMs, state }) => cells?.keys.map((key, i) => [formatWindow(startMs, endMs, zone), key ?? '(none)', formatCount(cells.rows[i]!), state]) ?? [])]
}

function countryTable({ all }: WindowTable, zone: Zone): string[][] {
  return [['Window', 'Country', 'Rate', 'Rows', 'State'], ...all.toReversed().flatMap(({ cells, startMs, endMs, state }) => cells?.keys.map((key, i) => [formatWindow(startMs, endMs, zone), key ?? '(none)', formatRate(cells.anomalies[i]! / cells.rows[i]!), formatCount(cells.rows[i]!), state]) ?? [])]
}

/** The selection as a rule along the top edge. */
function rule(selection: { readonly startMs: number } | null, window: WindowEntry | undefined | null, { accent }: RiverColours): Bar[] {
  return selection && window ? [{ startMs: window.startMs, endMs: window.endMs, top: 0, height: 2, fill: accent }] : []
}

export type PanelColours = RiverColours & { readonly tx1: string; readonly hatch: string; readonly panel: string; readonly grid: string; readonly token: (role: string) => string }

function readColours(_theme: number): PanelColours {
  return {
    open: token('open'),
    openFill: token('bg'),
    closing: token('closing'),
    closingFill: hatch(token('hatch'), token('hatch-bg')),
    closed: token('closed'),
    closedFill: token('closed-fill'),
    onClosed: token('on-closed'),
    late: token('late'),
    accent: token('accent'),
    tx1: token('tx1'),
    hatch: token('hatch'),
    panel: token('panel'),
    grid: token('grid'),
    token
  }
}

/** Grows when the page has other colours. */
function useTheme(): number {
  const [theme, setTheme] = useState(0)
  useEffect(() => {
    const hear = () => setTheme((before) => before + 1)
    window.addEventListener(themeChanged, hear)
    return () => window.removeEventListener(themeChanged, hear)
  }, [])
  return theme
}

function useWidth(): [(element: HTMLDivElement | null) => void, number] {
  const [width, setWidth] = useState(920)
  const watch = useRef<ResizeObserver | undefined>(undefined)
  const place = (element: HTMLDivElement | null) => {
    watch.current?.disconnect()
    if (!element) return
    watch.current = new ResizeObserver(([entry]) => entry && setWidth(Math.round(entry.contentRect.width)))
    watch.current.observe(element)
  }
  const stable = useRef(place)
  return [stable.current, width]
}
