import { openShowRows } from '../ShowRows/openShowRows.ts'
import { useMemo, useState } from 'react'
import type { WindowSettings } from '#shared/contract/run.ts'
import { backdrop, newestLine, type Mark } from '#renderer/chart/drawing.ts'
import { formatCount, formatRate, formatWindow } from '#renderer/format/format.ts'
import { durationWords } from '#renderer/panels/River/riverWords.ts'
import { useSession } from '#renderer/store/session.ts'
import { openColumns, type Column } from '../TimePanels/columns.ts'
import { Panel } from '../TimePanels/Panel.tsx'
import { countryCsv, countryTable } from '../TimePanels/panelFacts.ts'
import type { SeenWindows } from '../TimePanels/seenWindows.ts'
import type { Hit, Hover, TimeFrame } from '../TimePanels/timeFrame.ts'
import { TimePlot } from '../TimePanels/TimePlot.tsx'
import { countryMarks, countryRows, rowHeight, type CountryRow } from './countryRows.ts'
import { rateStops } from './rateRamp.ts'
import './countryRates.css'

const name = 'Anomaly rate by country'

interface CountryRatesProps {
  readonly frame: TimeFrame
  readonly height: number
  readonly seen: SeenWindows
  readonly settings: WindowSettings | undefined
}

/** Pixels of a panel that are not rows. */
export const countryChrome = 28 + 4

/** A row a country, a cell a window: the rate of rows outside the limits. */
export function CountryRates({ frame, height, seen, settings }: CountryRatesProps) {
  const { run: store } = useSession()
  const { scale, palette, zone, newestMs, selection } = frame
  const [columnsOf] = useState(openColumns)
  const table = store.windows.anomaly_alerts
  const slideMs = (settings?.slideUs ?? 60_000_000) / 1000
  const sizeMs = (settings?.sizeUs ?? 60_000_000) / 1000
  const plotHeight = height - 28
  const columns = useMemo(() => columnsOf(seen.windows, slideMs, scale.pxPerMs), [columnsOf, seen, slideMs, scale])
  const found = useMemo(() => countryRows(columns, Math.floor((height - countryChrome) / rowHeight)), [columns, height])
  const countries = useMemo(() => found.rows.map(({ country }) => country), [found])
  const selected = selection?.query === 'anomaly_alerts' ? table.find(selection.startMs) : undefined
  const boxed = selected && scale.span(selected.endMs - slideMs, selected.endMs)
  const drawing = useMemo(() => {
    const frames: Mark[] = boxed ? [{ kind: 'rects', at: countries.flatMap((_, row) => [boxed.x + 0.5, row * rowHeight - 0.5, boxed.width - 1, rowHeight]), stroke: palette.of('accent'), lineWidth: 1 }] : []
    return [...backdrop(scale, newestMs, plotHeight, palette), ...countryMarks(countries, columns, slideMs, scale, palette), ...frames, ...newestLine(scale, newestMs, plotHeight, palette)]
    // A new object with the same edges is the same box.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [scale, palette, newestMs, plotHeight, countries, columns, slideMs, boxed?.x, boxed?.width])

  /** A window is drawn in its last slide, so a cell's time is before the window's end. */
  const columnAt = (at: number): Column | undefined => columns.find(({ windows, endMs }) => windows[0]!.endMs - slideMs <= at && at < endMs)
  function cellOf(column: Column, startMs: number, row: number): Hit | undefined {
    const span = scale.span(column.windows[0]!.endMs - slideMs, column.endMs)
    return span && { window: column.windows.findLast((window) => window.startMs <= startMs) ?? column.windows[0]!, query: 'anomaly_alerts', key: countries[row]!, box: { ...span, y: row * rowHeight, height: rowHeight - 1 } }
  }
  function hit(x: number, y: number): Hit | undefined {
    const row = Math.floor(y / rowHeight)
    const atMs = scale.timeAt(x)
    const column = x < scale.left || x > scale.right || row < 0 || row >= countries.length ? undefined : columnAt(atMs)
    return column && cellOf(column, atMs + slideMs - sizeMs, row)
  }
  function find({ startMs, key }: Hover): Hit | undefined {
    const row = countries.indexOf(key ?? null)
    const column = columns.find(({ windows }) => windows[0]!.startMs <= startMs && startMs <= windows.at(-1)!.startMs)
    return column && row >= 0 ? cellOf(column, startMs, row) : undefined
  }

  const merged = columns.reduce((most, column) => Math.max(most, column.windows.length), 1)
  const size = settings ? durationWords(settings.sizeUs) : ''
  const sub = found.total === 0 ? 'no window has rows yet' : `${size} windows, ${merged > 1 ? `highest of up to ${formatCount(merged)} a cell` : 'drawn at window end'}, top ${formatCount(countries.length)} of ${formatCount(found.total)} by peak in view`
  return (
    <Panel
      name={name}
      sub={sub}
      height={height}
      startMs={scale.range.startMs}
      table={() => countryTable(table, zone)}
      csv={() => countryCsv(seen.windows, countries)}
      legend={
        <>
          <Ramp />
          {found.total > 0 && <span className="hint country-when">{found.last ? `rate, rows ${formatWindow(found.last.startMs, found.last.endMs, zone)}` : 'none is final yet'}</span>}
        </>
      }
    >
      <TimePlot name={name} frame={frame} drawing={drawing} hit={hit} find={find} label={`${name}: ${sub}`}>
        <Names countries={countries} />
        <Values rows={found.rows} />
      </TimePlot>
    </Panel>
  )
}

function Ramp() {
  return (
    <span className="hint country-ramp">
      0
      <svg width="88" height="10" aria-hidden>
        {Array.from({ length: 44 }, (_, i) => (
          <rect key={i} x={i * 2} width="2" height="10" style={{ fill: rampColour(i / 43) }} />
        ))}
      </svg>
      50 %
    </span>
  )
}

/** The page mixes the colours of two stops, so that the legend follows the theme by itself. */
function rampColour(part: number): string {
  const stops = rateStops.map((stop) => stop / rateStops.at(-1)!)
  const upper = Math.max(1, stops.findIndex((stop) => part <= stop))
  const share = (part - stops[upper - 1]!) / (stops[upper]! - stops[upper - 1]!)
  return `color-mix(in srgb, var(--rate-${upper}) ${Math.round(share * 100)}%, var(--rate-${upper - 1}))`
}

function Names({ countries }: { readonly countries: readonly (string | null)[] }) {
  return (
    <ul className="country-names">
      {countries.map((country) => (
        <li key={country ?? ''}>
          <button className="country-name" title={`${country ?? 'rows without a country'}: show its rows`} onClick={() => openShowRows({ query: 'anomaly_alerts', startMs: null, key: country, limits: null })}>
            {country ?? '(none)'}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Pixels of a rate bar at 50 %. */
const barWidth = 20

/** Always rows beside a rate: 17 % of 105 is not 17 % of 38,000. */
function Values({ rows }: { readonly rows: readonly CountryRow[] }) {
  return (
    <ul className="country-values">
      {rows.map(({ country, rate, rows: count }) => (
        <li key={country ?? ''}>
          <svg width={barWidth} height="5" aria-hidden>
            <rect width={barWidth} height="5" className="country-track" />
            <rect width={Math.min(1, (rate ?? 0) / 0.5) * barWidth} height="5" className="country-bar" />
          </svg>
          <b>{rate === null ? '–' : formatRate(rate)}</b>
          <span>{rate === null ? '' : formatCount(count)}</span>
        </li>
      ))}
    </ul>
  )
}
