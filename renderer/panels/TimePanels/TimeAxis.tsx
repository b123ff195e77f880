import { stepOf, tickText, ticksOf } from '#renderer/chart/timeRange.ts'
import type { TimeFrame } from './timeFrame.ts'

/** The axis of all time panels, printed once. The first label says the zone; where days change, they are named. */
export function TimeAxis({ frame: { scale, zone, extent } }: { readonly frame: TimeFrame }) {
  const step = stepOf(scale.range, scale.right - scale.left, 52)
  // Of a run of which nothing is known yet there is no time to name.
  const isKnown = extent.firstMs !== undefined || extent.newestMs !== undefined
  const ticks = !isKnown ? [] : ticksOf(scale.range, step, zone).filter((at) => scale.x(at) >= scale.left - 4)
  return (
    <svg className="time-axis" height="18" width="100%" aria-hidden>
      {ticks.map((at, i) => (
        <text key={at} x={scale.x(at)} y="13" textAnchor="middle">
          {tickText(at, step, zone, i === 0)}
        </text>
      ))}
    </svg>
  )
}
