import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import type { Distribution } from '#shared/contract/whatIf.ts'
import { formatLimit, limitSteps, proposeLimit, type LimitInfo } from '#renderer/store/limits.ts'
import { useSession } from '#renderer/store/session.ts'
import type { HistogramSpan } from '#renderer/store/whatIfStore.ts'
import { xOf } from './histogram.ts'
import { useUnits } from './useWhatIf.ts'

interface LimitHandleProps {
  readonly info: LimitInfo
  readonly value: number
  /** The other limit of the measure: the handle stops there. */
  readonly other: number
  readonly span: HistogramSpan
  readonly plot: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
  readonly percentiles: Distribution['percentiles']
}

/**
 * A limit as a line over the histogram, with a flag above and a grip below. Dragged, or moved by keys: an arrow is one step, with Shift a fine one, Page ten
 * steps, with Alt to the next percentile, Escape goes back to what it was before. Beyond the histogram it is pinned to its edge.
 */
export function LimitHandle({ info: { key, measure, edge, label }, value, other, span, plot, percentiles }: LimitHandleProps) {
  const session = useSession()
  const units = useUnits()
  const before = useRef(value)
  const gesture = useRef(0)
  const dragging = useRef(false)
  const { usual, fine } = limitSteps[measure]
  const x = xOf(value, span, plot)
  const pinned = x < plot.left ? 'left' : x > plot.left + plot.width ? 'right' : undefined
  const at = Math.round(Math.max(plot.left, Math.min(plot.left + plot.width, x)))
  const text = formatLimit(measure, value, units)

  function set(next: number): void {
    const kept = edge === 'min' ? Math.min(next, other) : Math.max(next, other)
    if (kept !== value) proposeLimit(session, key, kept, `handle ${key} ${gesture.current}`)
  }

  function nearestPercentile(wanted: number): number {
    const nearest = percentiles.reduce<number | undefined>((best, { value: candidate }) => (best === undefined || Math.abs(candidate - wanted) < Math.abs(best - wanted) ? candidate : best), undefined)
    return nearest ?? wanted
  }

  function nextPercentile(up: boolean): number {
    const further = percentiles.map((each) => each.value).filter((each) => (up ? each > value : each < value))
    return further.length === 0 ? value : up ? Math.min(...further) : Math.max(...further)
  }

  function press(event: KeyboardEvent): void {
    const up = ['ArrowRight', 'ArrowUp', 'PageUp'].includes(event.key)
    if (up || ['ArrowLeft', 'ArrowDown', 'PageDown'].includes(event.key)) {
      if (event.altKey) set(nextPercentile(up))
      else set(stepped(value, (event.shiftKey ? fine : usual) * (event.key.startsWith('Page') ? 10 : 1) * (up ? 1 : -1)))
    } else if (event.key === 'Home') set(edge === 'min' ? span.from : other)
    else if (event.key === 'End') set(edge === 'min' ? other : span.to)
    else if (event.key === 'Escape' && value !== before.current) {
      dragging.current = false
      set(before.current)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  function begin(): void {
    gesture.current += 1
    before.current = value
  }

  function drag(event: PointerEvent<HTMLElement>): void {
    if (!dragging.current) return
    const box = event.currentTarget.parentElement!.getBoundingClientRect()
    const wanted = span.from + ((event.clientX - box.left - plot.left) / plot.width) * (span.to - span.from)
    set(event.altKey ? nearestPercentile(wanted) : toGrid(wanted, event.shiftKey ? fine : usual))
  }

  function end(): void {
    if (dragging.current) session.undo.settle()
    dragging.current = false
  }

  return (
    <div
      className="limit-handle"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-orientation="horizontal"
      aria-valuemin={edge === 'min' ? Math.min(span.from, value) : other}
      aria-valuemax={edge === 'min' ? other : Math.max(span.to, value)}
      aria-valuenow={value}
      aria-valuetext={text}
      data-edge={edge}
      data-pinned={pinned}
      style={{ left: at, top: plot.top, height: plot.height }}
      onFocus={() => {
        if (!dragging.current) begin()
      }}
      onBlur={() => session.undo.settle()}
      onKeyDown={press}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        begin()
        dragging.current = true
        event.currentTarget.setPointerCapture(event.pointerId)
        event.currentTarget.focus()
        event.preventDefault()
      }}
      onPointerMove={drag}
      onPointerUp={end}
      onPointerCancel={end}
    >
      <span className="limit-handle-flag">
        {pinned === 'left' && '‹ '}
        {text}
        {pinned === 'right' && ' ›'}
      </span>
      <svg className="limit-handle-grip" width="11" height="13" viewBox="0 0 11 13" aria-hidden>
        <path d="M5.5 0 L11 5 V13 H0 V5 Z" />
      </svg>
    </div>
  )
}

/** A step from a value, without the noise of adding fractions. */
const stepped = (value: number, by: number): number => Number((value + by).toPrecision(12))

const toGrid = (value: number, grid: number): number => Math.round(value / grid) * grid
