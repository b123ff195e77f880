import { useCallback, useMemo, useState } from 'react'
import type { RunSummary } from '#shared/contract/run.ts'
import { usePalette } from '#renderer/chart/palette.ts'
import { gutters, timeScale } from '#renderer/chart/timeScale.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import { CountryRates } from '../CountryRates/CountryRates.tsx'
import { PhaseChart } from '../PhaseChart/PhaseChart.tsx'
import { River } from '../River/River.tsx'
import { lanesOf } from '../River/riverLanes.ts'
import { useSize } from '../useSize.ts'
import { useCharts } from '../useTopics.ts'
import { extentOf } from './extentOf.ts'
import { panelHeights } from './panelHeights.ts'
import { openSeenWindows } from './seenWindows.ts'
import type { Hover, TimeFrame } from './timeFrame.ts'
import { useTimeRange } from './useTimeRange.ts'
import './timePanels.css'

const noQueries: RunSummary['queries'] = {}

/** River, phases and countries over one time axis: a time is at the same pixel in all three. */
export function TimePanels() {
  const { run: store, undo } = useSession()
  useCharts('windows', 'run')
  const { selection, zone, range: chosen, leaveOutliers } = useView((state) => state)
  const palette = usePalette()
  const [place, size] = useSize()
  const [hover, setHover] = useState<Hover | null>(null)
  const onHover = useCallback((next: Hover | null) => setHover((before) => (isSame(before, next) ? before : next)), [])

  const settings = store.run?.queries ?? noQueries
  const extent = extentOf(store, leaveOutliers)
  const plotPx = Math.max(120, size.width - gutters.left - gutters.right)
  const { range, move } = useTimeRange(extent, plotPx)
  const scale = useMemo(() => timeScale({ startMs: range.startMs, endMs: range.endMs }, size.width), [range.startMs, range.endMs, size.width])
  const isLow = size.height < 500
  const lanes = useMemo(() => lanesOf(settings, isLow), [settings, isLow])
  const heights = panelHeights(size.height, lanes.height)
  const [seePhases] = useState(openSeenWindows)
  const [seeAlerts] = useState(openSeenWindows)
  const seen = { flight_phase_counts: seePhases(store.windows.flight_phase_counts, scale.range), anomaly_alerts: seeAlerts(store.windows.anomaly_alerts, scale.range) }
  // Beyond the edges nothing of it is seen.
  const newestMs = extent.newestMs === undefined ? undefined : Math.max(range.startMs - 1, Math.min(range.endMs, extent.newestMs))
  const frame: TimeFrame = { scale, palette, zone, extent, newestMs, selection, move, hover, onHover }
  return (
    <div className="time-panels" ref={place}>
      {size.height > 0 && (
        <>
          <River frame={frame} lanes={lanes} height={heights.river} seen={seen} settings={settings} />
          <PhaseChart frame={frame} height={heights.phases} seen={seen.flight_phase_counts} settings={settings.flight_phase_counts} />
          <CountryRates frame={frame} height={heights.countries} seen={seen.anomaly_alerts} settings={settings.anomaly_alerts} />
        </>
      )}
      {chosen && (
        <button className="button time-live" onClick={() => undo.change('follow newest event', { range: null })}>
          Back to live <kbd aria-hidden>End</kbd>
        </button>
      )}
    </div>
  )
}

const isSame = (a: Hover | null, b: Hover | null): boolean => a === b || (a !== null && b !== null && a.panel === b.panel && a.query === b.query && a.startMs === b.startMs && a.key === b.key)
