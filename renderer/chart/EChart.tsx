import { CustomChart } from 'echarts/charts'
import { init, use as register, type EChartsType } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { chartOption } from './chartOption.ts'
import { inFrameOfItsOwn } from './drawQueue.ts'
import type { Drawing } from './drawing.ts'
import { registerShapes } from './shapes.ts'

register([CustomChart, CanvasRenderer])
registerShapes()

export interface EChartProps {
  /** The same object while nothing changed: then nothing is drawn. */
  readonly drawing: Drawing
  /** For who cannot see it: what is drawn, in a sentence. */
  readonly label: string
}

/** One ECharts instance for the life of a panel. It is given a drawing at most once a frame, the latest wins. */
export function EChart({ drawing, label }: EChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType | undefined>(undefined)
  const next = useRef<Drawing | undefined>(undefined)

  useEffect(() => {
    let made: EChartsType | undefined
    let watch: ResizeObserver | undefined
    let gone = false
    // Before its first drawing, which waits in the same queue.
    inFrameOfItsOwn(() => {
      // Taken from the page already, and this effect not told yet.
      if (gone || !place.current) return
      made = init(place.current, undefined, { renderer: 'canvas' })
      chart.current = made
      watch = new ResizeObserver(() => made?.resize())
      watch.observe(place.current)
    })
    return () => {
      gone = true
      watch?.disconnect()
      made?.dispose()
      chart.current = undefined
    }
  }, [])

  useEffect(() => {
    const isWaiting = next.current !== undefined
    next.current = drawing
    if (isWaiting) return
    inFrameOfItsOwn(() => {
      const latest = next.current
      next.current = undefined
      if (latest) chart.current?.setOption(chartOption(latest), { lazyUpdate: true, silent: true })
    })
  }, [drawing])

  return <div ref={place} className="echart" role="img" aria-label={label} />
}
