import { useMemo, type KeyboardEvent } from 'react'
import type { QueryName, WindowSettings } from '#shared/contract/run.ts'
import { backdrop, newestLine, type Mark } from '#renderer/chart/drawing.ts'
import { formatCount, formatEvent, formatWindow } from '#renderer/format/format.ts'
import { queryNames } from '#renderer/store/runStore.ts'
import { useSession } from '#renderer/store/session.ts'
import type { WindowTable } from '#renderer/store/windowTable.ts'
import { Panel } from '../TimePanels/Panel.tsx'
import { riverCsv, riverTable } from '../TimePanels/panelFacts.ts'
import type { SeenWindows } from '../TimePanels/seenWindows.ts'
import { isOverDays } from '../TimePanels/extentOf.ts'
import { TimeAxis } from '../TimePanels/TimeAxis.tsx'
import type { Hit, TimeFrame } from '../TimePanels/timeFrame.ts'
import { TimePlot } from '../TimePanels/TimePlot.tsx'
import { Glyph } from '#renderer/theme/Glyph.tsx'
import { riverBars, riverMarks } from './riverBars.ts'
import { boxOf, windowAt, type RiverLanes } from './riverLanes.ts'
import { closingSentence, nextClose, windowFacts, windowWords } from './riverWords.ts'
import './river.css'

const titles: Readonly<Record<QueryName, string>> = { flight_phase_counts: 'Phase counts', anomaly_alerts: 'Anomaly alerts' }
const name = 'Window river'

interface RiverProps {
  readonly frame: TimeFrame
  readonly lanes: RiverLanes
  readonly height: number
  readonly seen: Readonly<Record<QueryName, SeenWindows>>
  readonly settings: Readonly<Partial<Record<QueryName, WindowSettings>>>
}

/** Both queries on one axis of event time, a bar a window, from open to closed. */
export function River({ frame, lanes, height, seen, settings }: RiverProps) {
  const { run: store, undo } = useSession()
  const { scale, palette, zone, newestMs, selection } = frame
  const tables = store.windows
  const phases = useQueryMarks('flight_phase_counts', frame, lanes, seen, settings)
  const alerts = useQueryMarks('anomaly_alerts', frame, lanes, seen, settings)
  const marks = useMemo(() => {
    const top: Mark = { kind: 'lines', at: [scale.left, 0.5, scale.right, 0.5], stroke: palette.of('line'), lineWidth: 1 }
    return [...backdrop(scale, newestMs, lanes.height, palette), top, ...phases, ...alerts, ...newestLine(scale, newestMs, lanes.height, palette)]
  }, [scale, palette, newestMs, lanes, phases, alerts])
  const chosen = selection ? tables[selection.query].find(selection.startMs) : undefined
  const box = chosen && settings[selection!.query] && boxOf(chosen, settings[selection!.query]!, lanes[selection!.query], scale)
  const drawing = useMemo(() => (box ? [...marks, { kind: 'rects' as const, at: [box.x + 1, box.y + 1, Math.max(1, box.width - 2), box.height - 2], stroke: palette.of('accent'), lineWidth: 2 }] : marks), [marks, palette, box?.x, box?.y, box?.width, box?.height]) // eslint-disable-line react-hooks/exhaustive-deps

  function hit(x: number, y: number): Hit | undefined {
    if (x < scale.left || x > scale.right) return undefined
    for (const query of queryNames) {
      const own = settings[query]
      const found = own && windowAt(seen[query].windows, own, lanes[query], scale.timeAt(x), y)
      const at = found && boxOf(found, own, lanes[query], scale)
      if (at) return { window: found, query, box: at }
    }
    return undefined
  }

  function find({ query, startMs }: { readonly query: QueryName; readonly startMs: number }): Hit | undefined {
    const window = tables[query].find(startMs)
    const own = settings[query]
    const at = window && own && boxOf(window, own, lanes[query], scale)
    return at && { window, query, box: at }
  }

  function choose(query: QueryName, atMs: number, step: number): void {
    const found = tables[query].beside(atMs, step)
    if (!found) return
    frame.move.show(found)
    undo.change('select window', { selection: { query, startMs: found.startMs } }, 'select')
  }

  function onKeyDown(event: KeyboardEvent): void {
    const query = selection?.query ?? 'anomaly_alerts'
    const at = selection?.startMs ?? frame.extent.newestMs ?? Infinity
    switch (event.key) {
      case 'ArrowLeft':
        choose(query, at, selection ? -1 : 0)
        break
      case 'ArrowRight':
        choose(query, at, selection ? 1 : 0)
        break
      case 'ArrowUp':
        choose('flight_phase_counts', at, 0)
        break
      case 'ArrowDown':
        choose('anomaly_alerts', at, 0)
        break
      case 'Enter':
        if (selection) undo.change('window detail', { layout: 'investigate', investigate: 'window' })
        else choose(query, at, 0)
        break
      case 'Escape':
        undo.change('clear selection', { selection: null })
        break
      default:
        return
    }
    event.preventDefault()
  }

  const next = queryNames.flatMap((query) => (settings[query] ? (nextClose(query, tables[query], store.lastBatch[query]?.batchId) ?? []) : []))
  return (
    <Panel name={name} sub={closingSentence(next, zone)} height={height} startMs={scale.range.startMs} legend={<Legend />} table={() => riverTable(tables, zone)} csv={() => riverCsv({ flight_phase_counts: seen.flight_phase_counts.windows, anomaly_alerts: seen.anomaly_alerts.windows })}>
      <TimeAxis frame={frame} />
      <TimePlot name={name} frame={frame} drawing={drawing} hit={hit} find={find} onKeyDown={onKeyDown} label={`Window river: ${queryNames.map((query) => sentenceOf(query, tables[query])).join('; ')}`}>
        {queryNames.map((query) => settings[query] && <LaneName key={query} query={query} top={lanes[query].top} pitch={lanes[query].pitch} settings={settings[query]} />)}
        {queryNames.map((query) => settings[query] && <Tally key={query} top={lanes[query].top} table={tables[query]} />)}
        <Flags frame={frame} lanes={lanes} />
      </TimePlot>
      {/* Numbers that still grow would be read out ten times a second. */}
      <p className="visually-hidden" aria-live="polite">
        {chosen && `${titles[selection!.query]} ${formatWindow(chosen.startMs, chosen.endMs, zone)}, ${chosen.state}${chosen.closedBatch === null ? '' : windowFacts(chosen, selection!.query).map(([what, value]) => `, ${value} ${what}`).join('')}`}
      </p>
    </Panel>
  )
}

/** Bars and watermark of one query; the same array while nothing of it in view has changed. */
function useQueryMarks(query: QueryName, { scale, palette, newestMs }: TimeFrame, allLanes: RiverLanes, seen: RiverProps['seen'], settings: RiverProps['settings']): readonly Mark[] {
  const { run: store } = useSession()
  const own = settings[query]
  const lanes = allLanes[query]
  const { windows, revision } = seen[query]
  const bars = useMemo(() => (own && revision >= 0 ? riverMarks(riverBars(windows, own, lanes, scale.pxPerMs), lanes, scale, newestMs, palette) : []), [windows, revision, own, lanes, scale, newestMs, palette])
  const watermarkMs = store.windows[query].watermarkMs
  const x = watermarkMs === undefined || watermarkMs <= 0 ? NaN : scale.x(watermarkMs)
  const isSeen = x >= scale.left && x <= scale.right
  return useMemo(() => (isSeen ? [...bars, { kind: 'lines' as const, at: [x, lanes.top - 14, x, lanes.top + lanes.count * lanes.pitch + 2], stroke: palette.of('tx1'), lineWidth: 2 }] : bars), [bars, isSeen, x, lanes, palette])
}

function sentenceOf(query: QueryName, { counts }: WindowTable): string {
  return `${titles[query]}: ${formatCount(counts.closed + counts['late drops'])} windows closed, ${counts.closing} closing, ${counts.open} open`
}

function LaneName({ query, top, pitch, settings }: { readonly query: QueryName; readonly top: number; readonly pitch: number; readonly settings: WindowSettings }) {
  return (
    <p className="lane-name" style={{ top: top + (pitch === 20 ? 0 : -1) }}>
      <b>{titles[query]}</b>
      <span>{windowWords(settings)}</span>
    </p>
  )
}

/** Watermarks left of their line, the newest event right of its line: in rows of their own, so that none covers another. */
function Flags({ frame: { scale, zone, newestMs, extent }, lanes }: { readonly frame: TimeFrame; readonly lanes: RiverLanes }) {
  const { run: store } = useSession()
  const overDays = isOverDays(store)
  const newest = extent.newestMs !== undefined && newestMs === extent.newestMs ? scale.x(newestMs) : undefined
  return (
    <>
      {newest !== undefined && newest >= scale.left && newest <= scale.right && (
        <span className="time-flag" style={{ left: Math.min(newest + 5, scale.width - (overDays ? 176 : 104)), top: 1 }}>
          newest {formatEvent(newestMs!, zone, overDays, false)}
        </span>
      )}
      {queryNames.map((query) => {
        const at = store.windows[query].watermarkMs
        const x = at === undefined || at <= 0 ? NaN : scale.x(at)
        if (lanes[query].count === 0 || !(x >= scale.left && x <= scale.right)) return null
        // Left of the plot is room above the first lane's name only.
        const isOver = lanes[query].top > lanes.flight_phase_counts.top && x - scale.left < 116
        return (
          <span key={query} className={isOver ? 'time-flag time-flag-over' : 'time-flag'} style={isOver ? { left: x + 4, top: lanes[query].top - 17 } : { right: scale.width - x + 6, top: lanes[query].top - 17 }}>
            watermark {formatEvent(at!, zone, overDays, false)}
          </span>
        )
      })}
    </>
  )
}

function Tally({ top, table: { counts, lateRows } }: { readonly top: number; readonly table: WindowTable }) {
  return (
    <p className="tally" style={{ top: top - 1 }}>
      <span>
        <Glyph of="closed" /> {formatCount(counts.closed + counts['late drops'])} <Glyph of="closing" /> {formatCount(counts.closing)} <Glyph of="open" /> {formatCount(counts.open)}
      </span>
      <span>{formatCount(lateRows)} rows dropped</span>
    </p>
  )
}

const legend = [
  ['open', 'open'],
  ['closing', 'closing'],
  ['closed', 'closed'],
  ['late drops', 'late drops'],
  ['over', 'countries over limit']
] as const

function Legend() {
  return (
    <span className="panel-legend">
      {legend.map(([glyph, words]) => (
        <span key={glyph}>
          <Glyph of={glyph} /> {words}
        </span>
      ))}
    </span>
  )
}
