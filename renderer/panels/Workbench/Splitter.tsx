import { useRef, type KeyboardEvent } from 'react'

interface SplitterProps {
  readonly label: string
  readonly orientation: 'horizontal' | 'vertical'
  /** Pixels of the region that it sizes. */
  readonly value: number
  readonly min: number
  readonly max: number
  /** Pixels of an arrow key. */
  readonly step: number
  /** 1: the region grows as the pointer goes right or down; -1: as it goes left or up. */
  readonly direction: 1 | -1
  readonly onResize: (px: number) => void
}

/** The edge between two regions: dragged, or moved by arrows. */
export function Splitter({ label, orientation, value, min, max, step, direction, onResize }: SplitterProps) {
  const drag = useRef<{ readonly at: number; readonly value: number } | null>(null)
  const place = (event: { readonly clientX: number; readonly clientY: number }) => (orientation === 'vertical' ? event.clientX : event.clientY)
  const resize = (px: number) => onResize(Math.max(min, Math.min(max, px)))

  function press(event: KeyboardEvent): void {
    const keys = orientation === 'vertical' ? { ArrowLeft: -step, ArrowRight: step } : { ArrowUp: -step, ArrowDown: step }
    const by = (keys as Readonly<Record<string, number>>)[event.key]
    if (by !== undefined) resize(value + direction * by)
    else if (event.key === 'Home') resize(min)
    else if (event.key === 'End') resize(max)
    else return
    event.preventDefault()
  }

  return (
    <div
      className="splitter"
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={Math.round(value)}
      aria-valuemin={Math.round(min)}
      aria-valuemax={Math.round(max)}
      onKeyDown={press}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = { at: place(event), value }
      }}
      onPointerMove={(event) => {
        if (drag.current) resize(drag.current.value + direction * (place(event) - drag.current.at))
      }}
      onPointerUp={() => (drag.current = null)}
      onPointerCancel={() => (drag.current = null)}
    />
  )
}
