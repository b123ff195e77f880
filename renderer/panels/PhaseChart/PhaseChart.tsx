import { useMemo, useState } from 'react'
import type { WindowSettings } from '#shared/contract/run.ts'
import { backdrop, newestLine, type Mark } from '#renderer/chart/drawing.ts'
import { altitudeIn, formatCount, formatShort, formatWindow, velocityIn } from '#renderer/format/format.ts'
import { Glyph } from '#renderer/theme/Glyph.tsx'
import { durationWords } from '#renderer/panels/River/riverWords.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import { openColumns, type Column } from '../TimePanels/columns.ts'
import { Panel } from '../TimePanels/Panel.tsx'
import { phaseCsv, phaseTable } from '../TimePanels/panelFacts.ts'
import type { SeenWindows } from '../TimePanels/seenWindows.ts'
import type { Hit, TimeFrame } from '../TimePanels/timeFrame.ts'
import { TimePlot } from '../TimePanels/TimePlot.tsx'
import { phaseRole } from './phaseOrder.ts'
import { phaseInsets, phaseMarks, phaseScale, phaseStacks, type PhaseMeasure } from './phaseStacks.ts'
import { gapsOf, isShort, setAsideWords } from './setAside.ts'
import type { ValueScale } from './valueScale.ts'
import './phaseChart.css'

const name = 'Observations per phase'

interface PhaseChartProps {
  readonly frame: TimeFrame
  readonly height: number
  readonly seen: SeenWindows
  readonly settings: WindowSettings | undefined
}

/** Rows of each flight phase, a stack a window; or the mean altitude or velocity of these rows. */
export function PhaseChart({ frame, height, seen, settings }: PhaseChartProps) {
  const { run: store } = useSession()
  const { scale, palette, zone, newestMs, selection } = frame
  const { hiddenPhases, altitudeUnit, velocityUnit } = useView((state) => state)
  const [measure, setMeasure] = useState<PhaseMeasure>('count')
  const [columnsOf] = useState(openColumns)
  const table = store.windows.flight_phase_counts
  const slideMs = (settings?.slideUs ?? 60_000_000) / 1000
  const plotHeight = height - 28
  const columns = useMemo(() => columnsOf(seen.windows, slideMs, scale.pxPerMs), [columnsOf, seen, slideMs, scale])
  const stacks = useMemo(() => {
    const convert = measure === 'altitude' ? (metres: number) => altitudeIn(altitudeUnit, metres) : measure === 'velocity' ? (kmh: number) => velocityIn(velocityUnit, kmh) : undefined
    return phaseStacks(columns, measure, hiddenPhases, convert)
  }, [columns, measure, hiddenPhases, altitudeUnit, velocityUnit])
  const values = useMemo(() => phaseScale(stacks, plotHeight), [stacks, plotHeight])

  const selected = selection ? store.windows[selection.query].find(selection.startMs) : undefined
  const ruled = selected && scale.span(selected.startMs, selected.endMs)
  const setAside = table.setAside.length
  const drawing = useMemo(() => {
    const lines: Mark = { kind: 'lines', at: values.ticks.flatMap((tick) => [scale.left, values.y(tick) + 0.5, scale.right, values.y(tick) + 0.5]), stroke: palette.of('grid'), lineWidth: 1 }
    const rule: Mark[] = ruled ? [{ kind: 'rects', at: [ruled.x, 0, ruled.width, 2], fill: palette.of('accent') }] : []
    const crosses = setAside > 0 ? crossesOf(columns, gapsOf(table.setAside), frame, values) : []
    return [...backdrop(scale, newestMs, plotHeight, palette), lines, ...phaseMarks(stacks, measure, values, scale, palette), ...crosses, ...rule, ...newestLine(scale, newestMs, plotHeight, palette)]
    // A new object with the same edges is the same rule.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [values, scale, palette, ruled?.x, ruled?.width, setAside, newestMs, plotHeight, stacks, measure])

  function boxed({ startMs, endMs, windows }: Column, atMs: number): Hit | undefined {
    const span = scale.span(startMs, endMs)
    return span && { window: windows.findLast((window) => window.startMs <= atMs) ?? windows[0]!, query: 'flight_phase_counts', box: { ...span, y: phaseInsets.top, height: plotHeight - phaseInsets.top - phaseInsets.bottom } }
  }
  const columnAt = (at: number): Column | undefined => columns.find(({ startMs, endMs }) => startMs <= at && at < endMs)
  const hit = (x: number): Hit | undefined => {
    const atMs = scale.timeAt(x)
    const column = x < scale.left || x > scale.right ? undefined : columnAt(atMs)
    return column && boxed(column, atMs)
  }
  const find = ({ startMs }: { readonly startMs: number }): Hit | undefined => {
    const column = columnAt(startMs)
    return column && boxed(column, startMs)
  }

  const windows = settings ? durationWords(settings.sizeUs) : ''
  const merged = columns.reduce((most, column) => Math.max(most, column.windows.length), 1)
  const each = `per ${windows} window${merged > 1 ? `, mean of up to ${formatCount(merged)} a bar` : ''}`
  const sub = { count: `rows ${each}`, altitude: `mean altitude of the rows, ${altitudeUnit}, ${each}`, velocity: `mean velocity of the rows, ${velocityUnit}, ${each}` }[measure]
  const aside = setAsideWords(table.setAside)
  return (
    <Panel
      name={name}
      sub={sub}
      height={height}
      startMs={scale.range.startMs}
      table={() => phaseTable(table, zone)}
      csv={() => phaseCsv(seen.windows, stacks.phases)}
      legend={
        <>
          <span className="panel-legend">
            {aside !== undefined && (
              <span title={table.setAside.map(({ path }) => path).join('\n')}>
                <Glyph of="set-aside" /> {aside}
              </span>
            )}
            <span>
              <Glyph of="final" /> final
            </span>
            <span>
              <Glyph of="so-far" /> so far
            </span>
          </span>
          <Measures measure={measure} onChange={setMeasure} />
        </>
      }
    >
      <TimePlot name={name} frame={frame} drawing={drawing} hit={hit} find={find} label={`${name}: ${sub}, ${formatCount(columns.length)} bars, phases ${stacks.phases.map((phase) => phase ?? '(none)').join(', ')}`}>
        <ValueAxis values={values} isShort={measure === 'count'} />
        <PhaseLegend phases={stacks.phases} columns={stacks.columns} measure={measure} zone={zone} height={plotHeight} />
      </TimePlot>
    </Panel>
  )
}

/** Above windows that lack a file. */
function crossesOf(columns: readonly Column[], gaps: ReturnType<typeof gapsOf>, { scale, palette }: TimeFrame, { y }: ValueScale): Mark[] {
  const boxes: number[] = []
  const strokes: number[] = []
  for (const column of columns) {
    const span = isShort(column, gaps) ? scale.span(column.startMs, column.endMs) : undefined
    if (!span || span.width < 9) continue
    const rows = column.windows.reduce((sum, window) => sum + window.rows, 0) / column.windows.length
    const left = Math.round(span.x + span.width / 2 - 4.5) + 0.5
    const top = Math.max(4, y(rows) - 16) + 0.5
    boxes.push(left, top, 8, 8)
    strokes.push(left + 2, top + 2, left + 6, top + 6, left + 6, top + 2, left + 2, top + 6)
  }
  const stroke = palette.of('tx1')
  return [
    { kind: 'rects', at: boxes, stroke, lineWidth: 1 },
    { kind: 'lines', at: strokes, stroke, lineWidth: 1 }
  ]
}

const measures: readonly (readonly [PhaseMeasure, string])[] = [
  ['count', 'Count'],
  ['altitude', 'Altitude'],
  ['velocity', 'Velocity']
]

function Measures({ measure, onChange }: { readonly measure: PhaseMeasure; readonly onChange: (measure: PhaseMeasure) => void }) {
  return (
    <span className="segments panel-segments" role="radiogroup" aria-label="What is drawn of each phase">
      {measures.map(([value, word]) => (
        <label key={value} className="segment" data-on={value === measure}>
          <input type="radio" className="visually-hidden" name="phase-measure" checked={value === measure} onChange={() => onChange(value)} />
          {word}
        </label>
      ))}
    </span>
  )
}

function ValueAxis({ values: { ticks, y, step }, isShort: short }: { readonly values: ValueScale; readonly isShort: boolean }) {
  const label = (tick: number) => (short && Math.abs(tick) >= 1000 && step % 1000 === 0 ? `${formatCount(tick / 1000)}k` : short ? formatShort(tick) : formatCount(tick))
  return (
    <>
      {ticks.map((tick) => (
        <span key={tick} className="phase-tick" style={{ top: y(tick) - 8 }}>
          {label(tick)}
        </span>
      ))}
    </>
  )
}

interface PhaseLegendProps {
  readonly phases: readonly (string | null)[]
  readonly columns: ReturnType<typeof phaseStacks>['columns']
  readonly measure: PhaseMeasure
  readonly zone: 'UTC' | 'local'
  readonly height: number
}

/** Legend and values in one: of the last final window in view, from the top of the stack down. */
function PhaseLegend({ phases, columns, measure, zone, height }: PhaseLegendProps) {
  const last = columns.findLast(({ isFinal }) => isFinal)
  const lines = Math.max(1, Math.floor((height + 4) / 12))
  const shown = phases.toReversed().slice(0, phases.length > lines ? lines - 1 : lines)
  const isRoom = shown.length < lines
  const lineHeight = Math.max(12, Math.min(17, Math.floor(height / (shown.length + 1))))
  const value = (at: number): string => {
    const found = last?.values[at]
    return found === undefined || !Number.isFinite(found) ? '–' : measure === 'count' ? formatShort(found) : formatCount(Math.round(found) || 0)
  }
  return (
    <ul className="phase-legend" style={{ lineHeight: `${lineHeight}px` }}>
      {shown.map((phase) => (
        <li key={phase ?? ''}>
          <svg width="9" height="9" aria-hidden>
            <rect width="9" height="9" style={{ fill: `var(--${phaseRole(phase)})` }} />
          </svg>
          <span>{phase ?? '(none)'}</span> <b>{value(phases.indexOf(phase))}</b>
        </li>
      ))}
      {phases.length > shown.length && <li className="phase-final">{formatCount(phases.length - shown.length)} more</li>}
      {isRoom && phases.length === shown.length && phases.length > 0 && <li className="phase-final">{last ? `final, ${formatWindow(last.startMs, last.endMs, zone)}` : 'none is final yet'}</li>}
    </ul>
  )
}
