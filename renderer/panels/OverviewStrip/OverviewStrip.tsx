import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { followRange, stepOf, tickText, ticksOf, type TimeRange } from '#renderer/chart/timeRange.ts'
import { gutters } from '#renderer/chart/timeScale.ts'
import { formatEvent } from '#renderer/format/format.ts'
import { outliersOfRun, type Outliers } from '#renderer/store/outliers.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import { themeChanged } from '#renderer/theme/theme.ts'
import { extentOf } from '../TimePanels/extentOf.ts'
import { useSize } from '../useSize.ts'
import { useCounters } from '../useTopics.ts'
import { drawOverview } from './drawOverview.ts'
import { toggleOutliers } from './outlierActions.ts'
import { outlierWords } from './outlierWords.ts'
import { movedRange, overviewOf, type Overview } from './overviewMarks.ts'
import './overviewStrip.css'

const dayMs = 86_400_000

/** The whole recording: how much there is when, what is read, where it got notable, and a frame around what the time panels show. It moves the view, never the run. */
export function OverviewStrip({ centrePx }: { readonly centrePx: number }) {
  const { run: store, undo } = useSession()
  const shown = useCounters('run', 'windows', 'batches')
  const chosen = useView((state) => state.range)
  const zone = useView((state) => state.zone)
  const leaveOutliers = useView((state) => state.leaveOutliers)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [place, { width }] = useSize()
  const [theme, repaint] = useState(0)
  // It counts all windows, so not when only the view has moved. `shown` stands for the store, which changes in place.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const outliers = useMemo(() => outliersOfRun(store), [store, shown])
  const without = leaveOutliers ? outliers : undefined
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const overview = useMemo(() => (width > 0 ? overviewOf(store, Math.max(1, Math.floor(width / 3)), without) : undefined), [store, shown, width, without])

  useEffect(() => {
    const hear = () => repaint((before) => before + 1)
    window.addEventListener(themeChanged, hear)
    return () => window.removeEventListener(themeChanged, hear)
  }, [])
  useEffect(() => {
    if (canvas.current && width > 0) drawOverview(canvas.current, width, overview)
  }, [width, overview, theme])

  const range = chosen ?? followRange(extentOf(store, leaveOutliers), Math.max(120, centrePx - gutters.left - gutters.right))

  function seek(event: PointerEvent<HTMLElement>): void {
    if (!overview || event.button !== 0) return
    const atMs = overview.startMs + Math.max(0, Math.min(1, (event.clientX - event.currentTarget.parentElement!.getBoundingClientRect().left) / width)) * (overview.endMs - overview.startMs)
    undo.change('move in time', { range: movedRange(range, atMs - (range.startMs + range.endMs) / 2, overview) }, 'range')
  }

  return (
    <div className="overview" ref={place}>
      <canvas className="overview-drawing" ref={canvas} role="img" aria-label={overview ? wordsOf(overview, zone) : 'The whole recording: nothing is known of it yet'} onPointerDown={seek} />
      {overview && (chosen !== null || overview.newestMs !== undefined) && <Frame overview={overview} range={range} following={chosen === null} width={width} zone={zone} onMove={(to) => undo.change('move in time', { range: to }, 'range')} />}
      {overview && <Times overview={overview} width={width} keptPx={outliers ? notePx(noteOf(outliers, leaveOutliers, zone)) : 0} zone={zone} />}
      {overview && outliers && <OutlierNote outliers={outliers} zone={zone} />}
    </div>
  )
}

/** What is said of outliers, and what the button beside it does. */
const noteOf = (outliers: Outliers, isOut: boolean, zone: 'UTC' | 'local'): readonly [words: string, button: string] => {
  const words = outlierWords(outliers, zone)
  return isOut ? [`${words}, out of view`, 'Show outliers'] : [words, 'Leave outliers out of view']
}

/** Room for it at the right end, at the width of its letters and the gap between. */
const notePx = ([words, button]: readonly [string, string]): number => (words.length + button.length) * 6.2 + 6

/** `keptPx`: without labels, at the right end. */
function Times({ overview, width, keptPx, zone }: { readonly overview: Overview; readonly width: number; readonly keptPx: number; readonly zone: 'UTC' | 'local' }) {
  const step = stepOf(overview, width, 64)
  return (
    <svg className="overview-times" width={width} height="14" aria-hidden>
      {ticksOf(overview, step, zone).map((at) => {
        const x = ((at - overview.startMs) / (overview.endMs - overview.startMs)) * width
        return x < 16 || x > width - keptPx - 16 ? null : (
          <text key={at} x={x} y="11" textAnchor="middle">
            {tickText(at, step, zone)}
          </text>
        )
      })}
    </svg>
  )
}

/** Where rows are far from all others, and how to do without them. */
function OutlierNote({ outliers, zone }: { readonly outliers: Outliers; readonly zone: 'UTC' | 'local' }) {
  const session = useSession()
  const isOut = useView((state) => state.leaveOutliers)
  const [words, button] = noteOf(outliers, isOut, zone)
  return (
    <p className="overview-outliers">
      <span title={words}>{words}</span>
      <button className="link" onClick={() => toggleOutliers(session)}>
        {button}
      </button>
    </p>
  )
}

interface FrameProps {
  readonly overview: Overview
  readonly range: TimeRange
  readonly following: boolean
  readonly width: number
  readonly zone: 'UTC' | 'local'
  readonly onMove: (range: TimeRange) => void
}

/** What the time panels show. It is dragged, or moved by arrows. */
function Frame({ overview, range, following, width, zone, onMove }: FrameProps) {
  const drag = useRef<{ readonly x: number; readonly range: TimeRange } | null>(null)
  const frame = useRef({ x: 0, asked: 0 })
  const spanMs = overview.endMs - overview.startMs
  const left = ((range.startMs - overview.startMs) / spanMs) * width
  const shown = Math.max(6, ((range.endMs - range.startMs) / spanMs) * width)
  // Cut at the ends, but never so that nothing is left to take hold of.
  const from = Math.min(Math.max(0, left), width - 6)
  const to = Math.max(from + 6, Math.min(width, left + shown))
  const middle = (range.startMs + range.endMs) / 2

  function press(event: KeyboardEvent): void {
    // A minute, or as much as is a pixel or so.
    const step = Math.max(60_000, Math.round(spanMs / 1000 / 60_000) * 60_000)
    const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -10 * step, PageUp: 10 * step, Home: overview.startMs - middle, End: overview.endMs - middle }[event.key]
    if (by === undefined) return
    event.preventDefault()
    onMove(movedRange(range, by, overview))
  }

  return (
    <div
      className="overview-frame"
      role="slider"
      tabIndex={0}
      aria-label="Visible range"
      aria-valuemin={Math.round(overview.startMs)}
      aria-valuemax={Math.round(overview.endMs)}
      aria-valuenow={Math.round(Math.max(overview.startMs, Math.min(overview.endMs, middle)))}
      aria-valuetext={`${formatEvent(range.startMs, zone, spanMs > dayMs)} to ${formatEvent(range.endMs, zone, spanMs > dayMs)}${following ? ', following the newest event' : ''}`}
      data-following={following}
      style={{ left: Math.round(from), width: Math.round(to - from) }}
      onKeyDown={press}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = { x: event.clientX, range }
      }}
      onPointerMove={(event) => {
        if (!drag.current) return
        // At most once a frame, to where the pointer is by then.
        frame.current.x = event.clientX
        frame.current.asked ||= requestAnimationFrame(() => {
          frame.current.asked = 0
          if (drag.current && frame.current.x !== drag.current.x) onMove(movedRange(drag.current.range, ((frame.current.x - drag.current.x) / width) * spanMs, overview))
        })
      }}
      onPointerUp={() => (drag.current = null)}
      onPointerCancel={() => (drag.current = null)}
    />
  )
}

function wordsOf({ startMs, endMs, newestMs, alertsMs, lateMs, setAsideMs }: Overview, zone: 'UTC' | 'local'): string {
  const overDays = endMs - startMs > dayMs
  const read = newestMs === undefined ? 'nothing read yet' : `read up to ${formatEvent(newestMs, zone, overDays)}`
  return `The whole recording, ${formatEvent(startMs, zone, overDays)} to ${formatEvent(endMs, zone, overDays)}: ${read}; ${alertsMs.length} countries have passed 10 %, ${lateMs.length} windows had 20 late rows or more, ${setAsideMs.length} files were set aside`
}
