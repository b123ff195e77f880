import { useEffect, useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { EChart } from '#renderer/chart/EChart.tsx'
import type { Drawing } from '#renderer/chart/drawing.ts'
import { useSession } from '#renderer/store/session.ts'
import { Tooltip } from './Tooltip.tsx'
import type { Hit, TimeFrame } from './timeFrame.ts'
import { useTimeGestures } from './useTimeGestures.ts'

interface TimePlotProps {
  /** Of the panel. */
  readonly name: string
  readonly frame: TimeFrame
  readonly drawing: Drawing
  readonly label: string
  /** What lies at a point of the drawing. */
  readonly hit: (x: number, y: number) => Hit | undefined
  /** Where what is pointed at lies now; undefined when it is out of view. */
  readonly find: (hover: NonNullable<TimeFrame['hover']>) => Hit | undefined
  readonly onKeyDown?: (event: KeyboardEvent) => void
  /** Names, values and flags beside and above the drawing. */
  readonly children?: ReactNode
}

/** A chart on the time axis, with all that a hand does to it: pan, zoom, point, choose. */
export function TimePlot({ name, frame, drawing, label, hit, find, onKeyDown, children }: TimePlotProps) {
  const { undo, view } = useSession()
  const place = useRef<HTMLDivElement>(null)
  const { hover, onHover } = frame
  const gestures = {
    scale: frame.scale,
    move: frame.move,
    onPoint(x: number, y: number) {
      const found = hit(x, y)
      onHover(found ? { panel: name, query: found.query, startMs: found.window.startMs, ...(found.key !== undefined && { key: found.key }) } : null)
    },
    onPress(x: number, y: number) {
      const found = hit(x, y)
      undo.change(found ? 'select window' : 'clear selection', { selection: found ? { query: found.query, startMs: found.window.startMs } : null }, 'select')
    },
    onLeave: () => onHover(null)
  }
  /** The window that was pressed, in detail. */
  const drill = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest('button')) return
    if (view.get().selection) undo.change('window detail', { layout: 'investigate', investigate: 'window' })
  }
  const now = useRef(gestures)
  useEffect(() => {
    now.current = gestures
  })
  useTimeGestures(place, now)
  const own = hover?.panel === name ? find(hover) : undefined
  return (
    <div className="time-plot" ref={place} onDoubleClick={drill} {...(onKeyDown && { tabIndex: 0, role: 'group', 'aria-label': `${name}: arrows move between windows, Enter shows one in detail, Escape lets go`, onKeyDown })}>
      <EChart drawing={drawing} label={label} />
      {children}
      {own && <div className="hover-frame" style={{ left: own.box.x - 1, top: own.box.y - 1, width: own.box.width + 2, height: own.box.height + 2 }} />}
      {own && <Tooltip hit={own} zone={frame.zone} place={place} />}
    </div>
  )
}
