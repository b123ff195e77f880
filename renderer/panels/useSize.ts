import { useCallback, useRef, useState } from 'react'

interface Size {
  readonly width: number
  readonly height: number
}

/** Width and height of an element in whole pixels, as they change; `before` until it is laid out. */
export function useSize(before: Size = { width: 0, height: 0 }): [(element: HTMLElement | null) => void, Size] {
  const [size, setSize] = useState(before)
  const watch = useRef<ResizeObserver | undefined>(undefined)
  const place = useCallback((element: HTMLElement | null) => {
    watch.current?.disconnect()
    if (!element) return
    const measure = () => {
      const [width, height] = [element.clientWidth, element.clientHeight]
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }))
    }
    measure()
    watch.current = new ResizeObserver(measure)
    watch.current.observe(element)
  }, [])
  return [place, size]
}
