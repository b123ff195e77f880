import { useEffect, useMemo } from 'react'
import type { Measure, RowsOutside } from '#shared/contract/whatIf.ts'
import { EChart } from '#renderer/chart/EChart.tsx'
import { usePalette } from '#renderer/chart/palette.ts'
import { formatCount, formatTotalRate } from '#renderer/format/format.ts'
import { formatLimit, limitIn, limitInfos, unitOf } from '#renderer/store/limits.ts'
import { useSize } from '../useSize.ts'
import { histogramDrawing, spanOf } from './histogram.ts'
import { LimitHandle } from './LimitHandle.tsx'
import { useLimits, useUnits, useWhatIf } from './useWhatIf.ts'

/** Rows read by value, with both limits of the measure as handles. `large`: with an axis of rows, and the number beyond each limit. */
export function LimitHistogram({ measure, large }: { readonly measure: Measure; readonly large: boolean }) {
  const whatIf = useWhatIf()
  const { current, proposed } = useLimits()
  const units = useUnits()
  const palette = usePalette()
  const [place, { width, height }] = useSize()
  const distribution = whatIf.distribution(measure)
  const edges = (limits: typeof current) => ({ min: limits[`${measure}Min`], max: limits[`${measure}Max`] })
  const { min: currentMin, max: currentMax } = edges(current)
  const plot = useMemo(() => (large ? { left: 44, top: 30, width: Math.max(0, width - 44 - 16), height: Math.max(0, height - 30 - 34) } : { left: 6, top: 20, width: Math.max(0, width - 12), height: Math.max(0, height - 20 - 28) }), [large, width, height])
  const span = useMemo(() => spanOf(measure, distribution && { min: distribution.min, max: distribution.max, percentiles: distribution.percentiles }, { min: currentMin, max: currentMax }, plot.width), [measure, distribution, currentMin, currentMax, plot.width])
  useEffect(() => {
    if (plot.width > 0) whatIf.wantDistribution(measure, { from: span.from, to: span.to, bins: span.bins })
  }, [whatIf, measure, span.from, span.to, span.bins, plot.width])
  const { min, max } = edges(proposed)
  const perUnit = limitIn(measure, 1, units)
  const unit = unitOf(measure, units)
  const isDrawn = distribution !== undefined && distribution.counts.length === span.bins
  const drawing = useMemo(
    () => histogramDrawing({ distribution: isDrawn ? distribution : undefined, span, proposed: { min, max }, current: { min: currentMin, max: currentMax }, plot, palette, axis: large, perUnit, unit }),
    [isDrawn, distribution, span, min, max, currentMin, currentMax, plot, palette, large, perUnit, unit]
  )
  const outside = whatIf.answer?.[measure]
  const beyond = (distribution?.below ?? 0) + (distribution?.above ?? 0)
  return (
    <div className="limit-histogram" data-large={large} ref={place}>
      <EChart drawing={drawing} label={`${measure === 'altitude' ? 'Altitude' : 'Velocity'} of the rows read, log scale: ${outside ? `${formatCount(outside.proposed.below)} below ${formatLimit(measure, min, units)}, ${formatCount(outside.proposed.above)} above ${formatLimit(measure, max, units)}, of ${formatCount(outside.rows)}` : 'not counted yet'}`} />
      {large && outside && (
        <span className="limit-histogram-above" style={{ left: Math.min(plot.left + plot.width - 84, Math.max(plot.left, plot.left + ((max - span.from) / (span.to - span.from)) * plot.width + 8)), top: plot.top + 6 }}>
          {formatCount(outside.proposed.above)} above
        </span>
      )}
      {large && beyond > 0 && isDrawn && <span className="hint limit-histogram-beyond">{formatCount(beyond)} rows beyond this range</span>}
      {plot.width > 0 &&
        limitInfos
          .filter((info) => info.measure === measure)
          .map((info) => <LimitHandle key={info.key} info={info} value={proposed[info.key]} other={info.edge === 'min' ? max : min} span={span} plot={plot} percentiles={distribution?.percentiles ?? []} />)}
    </div>
  )
}

/** "rows outside 2.34 % → 0.18 %", or one share where nothing moves. */
export function OutsideShare({ outside }: { readonly outside: RowsOutside | undefined }) {
  if (!outside || outside.rows === 0) return null
  const share = ({ below, above }: RowsOutside['current']) => formatTotalRate((below + above) / outside.rows)
  const isSame = outside.current.below === outside.proposed.below && outside.current.above === outside.proposed.above
  return (
    <span className="hint">
      rows outside {!isSame && `${share(outside.current)} → `}
      <span className="alert-text">{share(outside.proposed)}</span>
    </span>
  )
}
