import { CustomChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { init, use as register, type EChartsType } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import type { ChartOption } from './chartOption.ts'

register([CustomChart, GridComponent, CanvasRenderer])

export interface EChartProps {
  readonly option: ChartOption
  /** For who cannot see it: what is drawn, in a sentence. */
  readonly label: string
  /** A press on the drawing, in pixels of it. */
  readonly onPress?: (x: number, y: number) => void
}

/** One ECharts instance for the life of a panel. An option is set at most once a frame, the latest wins. */
export function EChart({ option, label, onPress }: EChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType | undefined>(undefined)
  const next = useRef<ChartOption | undefined>(undefined)

  useEffect(() => {
    const element = place.current!
    const made = init(element, undefined, { renderer: 'canvas' })
    chart.current = made
    const watch = new ResizeObserver(() => made.resize())
    watch.observe(element)
    return () => {
      watch.disconnect()
      made.dispose()
      chart.current = undefined
    }
  }, [])

  useEffect(() => {
    const isWaiting = next.current !== undefined
    next.current = option
    if (isWaiting) return
    requestAnimationFrame(() => {
      const latest = next.current
      next.current = undefined
      if (latest) chart.current?.setOption(latest, { notMerge: false, lazyUpdate: true, silent: true })
    })
  }, [option])

  return (
    <div
      ref={place}
      className="echart"
      role="img"
      aria-label={label}
      onPointerUp={(event) => {
        const box = event.currentTarget.getBoundingClientRect()
        onPress?.(event.clientX - box.left, event.clientY - box.top)
      }}
    />
  )
}
