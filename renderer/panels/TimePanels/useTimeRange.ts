import { useEffect, useMemo, useRef } from 'react'
import { followRange, panRange, rangeShowing, zoomRange, type TimeExtent, type TimeRange } from '#renderer/chart/timeRange.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import type { TimeMoves } from './timeFrame.ts'

/** The range in view: what was chosen, else the one that follows the newest event. Moving it stops following; End follows again. */
export function useTimeRange(extent: TimeExtent, plotPx: number): { readonly range: TimeRange; readonly move: TimeMoves } {
  const { undo } = useSession()
  const chosen = useView((state) => state.range)
  const range = chosen ?? followRange(extent, plotPx)
  const now = useRef({ range, extent, plotPx })
  useEffect(() => {
    now.current = { range, extent, plotPx }
  })

  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.key !== 'End' || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
      if (event.target instanceof Element && event.target.closest('input, select, textarea, [role="grid"], [role="menu"], [role="dialog"], [role="tab"], .panel-table')) return
      undo.change('follow newest event', { range: null })
      event.preventDefault()
    }
    window.addEventListener('keydown', hear)
    return () => window.removeEventListener('keydown', hear)
  }, [undo])

  const move = useMemo((): TimeMoves => {
    /** Several moves between two frames add up. */
    const set = (next: TimeRange) => {
      if (next === now.current.range) return
      now.current = { ...now.current, range: next }
      undo.change('move in time', { range: next }, 'range')
    }
    return {
      pan: (byMs) => set(panRange(now.current.range, byMs, now.current.extent)),
      zoom: (factor, aroundMs) => set(zoomRange(now.current.range, factor, aroundMs, now.current.plotPx, now.current.extent)),
      show: (window) => set(rangeShowing(now.current.range, window, now.current.extent.unitMs))
    }
  }, [undo])
  return { range, move }
}
