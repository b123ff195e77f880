import { useEffect, type RefObject } from 'react'
import type { TimeScale } from '#renderer/chart/timeScale.ts'
import type { TimeMoves } from './timeFrame.ts'

interface Gestures {
  readonly scale: TimeScale
  readonly move: TimeMoves
  /** Pointed at, pressed (without a drag), or left; pixels of the element. */
  onPoint(x: number, y: number): void
  onPress(x: number, y: number): void
  onLeave(): void
}

/** Farther than this is a drag, not a press. Pixels. */
const slack = 4

/** Wheel and drag pan, Ctrl and wheel or two fingers zoom. `now`: what they act on, as it is at that moment. */
export function useTimeGestures(element: RefObject<HTMLElement | null>, now: RefObject<Gestures>): void {
  useEffect(() => {
    const place = element.current!
    const pointers = new Map<number, { x: number; startX: number; startY: number }>()
    let isDrag = false
    const at = (event: MouseEvent): [number, number] => {
      const box = place.getBoundingClientRect()
      return [event.clientX - box.left, event.clientY - box.top]
    }
    const timePerPx = () => 1 / now.current.scale.pxPerMs

    function onWheel(event: WheelEvent): void {
      const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)
      // Where the panels do not fit, an upright wheel scrolls them.
      const scrolls = ['.time-panels', '[data-small="true"]'].some((selector) => {
        const around = place.closest(selector)
        return around !== null && around.scrollHeight > around.clientHeight
      })
      if (!event.ctrlKey && !event.metaKey && !isSideways && scrolls) return
      event.preventDefault()
      const line = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1
      const [x] = at(event)
      if (event.ctrlKey || event.metaKey) return now.current.move.zoom(Math.exp(event.deltaY * line * 0.0025), now.current.scale.timeAt(x))
      const by = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY
      now.current.move.pan(by * line * timePerPx())
    }

    function onDown(event: PointerEvent): void {
      // Names beside the plot may be buttons.
      if (event.button !== 0 || (event.target instanceof Element && event.target.closest('button'))) return
      const [x, y] = at(event)
      pointers.set(event.pointerId, { x, startX: x, startY: y })
      isDrag = pointers.size > 1
      place.setPointerCapture(event.pointerId)
    }

    function onMove(event: PointerEvent): void {
      const [x, y] = at(event)
      const own = pointers.get(event.pointerId)
      if (!own) return now.current.onPoint(x, y)
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1]
      const before = own.x
      own.x = x
      if (other) {
        const apart = Math.abs(before - other.x)
        if (apart > 8 && Math.abs(x - other.x) > 8) now.current.move.zoom(apart / Math.abs(x - other.x), now.current.scale.timeAt((x + other.x) / 2))
        return
      }
      if (!isDrag && Math.hypot(x - own.startX, y - own.startY) <= slack) return
      isDrag = true
      place.dataset.dragged = ''
      now.current.onLeave()
      now.current.move.pan((before - x) * timePerPx())
    }

    function onUp(event: PointerEvent): void {
      const own = pointers.get(event.pointerId)
      pointers.delete(event.pointerId)
      delete place.dataset.dragged
      if (own && !isDrag && event.type === 'pointerup') now.current.onPress(...at(event))
    }

    const onLeave = () => now.current.onLeave()
    place.addEventListener('wheel', onWheel, { passive: false })
    place.addEventListener('pointerdown', onDown)
    place.addEventListener('pointermove', onMove)
    place.addEventListener('pointerup', onUp)
    place.addEventListener('pointercancel', onUp)
    place.addEventListener('pointerleave', onLeave)
    return () => {
      place.removeEventListener('wheel', onWheel)
      place.removeEventListener('pointerdown', onDown)
      place.removeEventListener('pointermove', onMove)
      place.removeEventListener('pointerup', onUp)
      place.removeEventListener('pointercancel', onUp)
      place.removeEventListener('pointerleave', onLeave)
    }
  }, [element, now])
}
