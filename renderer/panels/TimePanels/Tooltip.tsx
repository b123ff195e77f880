import { useLayoutEffect, useRef, useState, type RefObject } from 'react'
import { formatCount, formatRate, formatWindow } from '#renderer/format/format.ts'
import { Glyph } from '#renderer/theme/Glyph.tsx'
import { windowFacts } from '#renderer/panels/River/riverWords.ts'
import type { ViewState } from '#renderer/store/viewStore.ts'
import type { Hit } from './timeFrame.ts'

interface TooltipProps {
  readonly hit: Hit
  readonly zone: ViewState['zone']
  /** What the hit's box is measured in. */
  readonly place: RefObject<HTMLElement | null>
}

/** A window's numbers below its bar, or above it where there is no room. It stays with the bar, not with the pointer, and lets the pointer through. */
export function Tooltip({ hit, zone, place }: TooltipProps) {
  const { window: entry, query, box, key } = hit
  const own = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState<{ left: number; top: number } | null>(null)
  useLayoutEffect(() => {
    const around = place.current!.getBoundingClientRect()
    const { width, height } = own.current!.getBoundingClientRect()
    const left = Math.max(4, Math.min(innerWidth - width - 4, around.left + box.x))
    const below = around.top + box.y + box.height + 6
    const top = below + height + 4 <= innerHeight ? below : around.top + box.y - height - 6
    setAt((before) => (before?.left === left && before.top === top ? before : { left, top }))
  }, [place, box.x, box.y, box.height, key, query])
  return (
    <div className="time-tooltip" role="tooltip" ref={own} style={at ?? { left: 0, top: 0, visibility: 'hidden' }}>
      <p className="time-tooltip-title">
        <Glyph of={entry.state} />
        {query === 'anomaly_alerts' ? 'Anomaly alerts' : 'Phase counts'} {formatWindow(entry.startMs, entry.endMs, zone)}
        {zone === 'UTC' && 'Z'}
        <span>{entry.state}</span>
      </p>
      <dl>
        {key !== undefined && <CountryFact hit={hit} country={key} />}
        {windowFacts(entry, query).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function CountryFact({ hit: { window: entry }, country }: { readonly hit: Hit; readonly country: string | null }) {
  const at = entry.cells?.keys.indexOf(country) ?? -1
  const value = entry.cells && at >= 0 ? `${formatRate(entry.cells.anomalies[at]! / entry.cells.rows[at]!)} of ${formatCount(entry.cells.rows[at]!)} rows` : 'no rows'
  return (
    <div className="time-tooltip-country">
      <dt>
        {country ?? '(none)'}
        {entry.closedBatch === null && ' so far'}
      </dt>
      <dd>{value}</dd>
    </div>
  )
}
