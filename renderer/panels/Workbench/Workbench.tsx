import { useEffect, useState } from 'react'
import type { Actions } from '#renderer/store/appStore.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import { Dock } from '../Dock/Dock.tsx'
import { IconRail, Rail } from '../Rail/Rail.tsx'
import { RunConnection } from '../S3/RunConnection.tsx'
import { ShowRows } from '../ShowRows/ShowRows.tsx'
import { StatusStrip } from '../StatusStrip/StatusStrip.tsx'
import { Investigate } from '../Investigate/Investigate.tsx'
import { TimePanels } from '../TimePanels/TimePanels.tsx'
import { Inspector } from '../Tune/Inspector.tsx'
import { Tune } from '../Tune/Tune.tsx'
import { TitleBar } from '../TitleBar/TitleBar.tsx'
import { Transport } from '../Transport/Transport.tsx'
import { useSize } from '../useSize.ts'
import { dockHeight, dockStep, inspectorWidth, inspectorWidths, railIsOpen, railWidth, railWidths, smallHeights, smallPx, withRail } from './layoutSizes.ts'
import { RunFault } from './RunFault.tsx'
import { Splitter } from './Splitter.tsx'
import './workbench.css'

/** Strip above, transport below, and between them the panels of the layout. What was scrolled to and chosen in a table is of one run. */
export function Workbench({ runId, actions }: { readonly runId: string; readonly actions: Actions }) {
  const { undo, view } = useSession()
  const sizes = useView((state) => state.sizes)
  const [main, { width, height }] = useSize({ width: window.innerWidth, height: window.innerHeight - 122 })
  // What is above is seen first: all at once would be one long task.
  const [painted, setPainted] = useState(false)
  useEffect(() => {
    const frame = requestAnimationFrame(() => setPainted(true))
    return () => cancelAnimationFrame(frame)
  }, [])
  const open = railIsOpen(sizes, width)
  const isSmall = width < smallPx
  const layout = useView((state) => state.layout)
  const inspector = inspectorWidth(sizes, width)
  const rail = open ? railWidth(sizes) : railWidths.collapsed
  const maximised = (sizes.dockMaximised ?? 0) > 0
  const dock = dockHeight(sizes.dock, height)
  const size = (change: Readonly<Record<string, number>>) => undo.change('resize panels', { sizes: { ...view.get().sizes, ...change } }, 'resize')
  const setRail = (isOpen: boolean) => undo.change(isOpen ? 'show source and runs' : 'hide source and runs', { sizes: withRail(view.get().sizes, width, isOpen) })

  function templateOf(): string {
    if (layout === 'investigate') return 'minmax(0, 1fr) / minmax(0, 1fr)'
    if (isSmall && layout === 'tune') return `${smallHeights.tune}px auto / minmax(0, 1fr)`
    if (isSmall) return `${maximised ? `0 ${height}px` : `${smallHeights.centre}px ${smallHeights.dock}px`} auto / ${rail}px minmax(0, 1fr)`
    if (layout === 'tune') return `minmax(0, 1fr) / minmax(0, 1fr) ${inspector}px`
    return `${maximised ? '0 minmax(0, 1fr)' : `minmax(0, 1fr) ${dock}px`} / ${rail}px minmax(0, 1fr) ${inspector}px`
  }

  return (
    <div className="workbench">
      <TitleBar actions={actions} />
      <StatusStrip />
      <RunFault actions={actions} />
      <main className="workbench-main" data-layout={layout} data-small={isSmall} data-maximised={maximised && layout === 'monitor'} ref={main} style={{ gridTemplate: templateOf() }}>
        {layout === 'investigate' && <Investigate key={runId} actions={actions} />}
        {layout === 'tune' && <Tune key={runId} />}
        {layout === 'monitor' && (
          <>
        <div className="workbench-rail" inert={maximised} style={isSmall ? { height } : undefined}>
          {open ? <Rail actions={actions} onCollapse={() => setRail(false)} /> : <IconRail onOpen={() => setRail(true)} />}
          {open && <Splitter label="Width of the rail" orientation="vertical" value={rail} min={railWidths.least} max={railWidths.most} step={8} direction={1} onResize={(px) => size({ rail: px })} />}
        </div>
        <div className="workbench-centre" inert={maximised}>
          <TimePanels />
        </div>
        <div className="workbench-dock">
          {!maximised && !isSmall && <Splitter label="Height of the tables" orientation="horizontal" value={dock} min={dockHeight(0, height)} max={dockHeight(Infinity, height)} step={dockStep} direction={-1} onResize={(px) => size({ dock: px })} />}
          {painted && <Dock key={runId} />}
        </div>
          </>
        )}
        {layout !== 'investigate' && (
          <div className="workbench-inspector">
            {!isSmall && <Splitter label="Width of the inspector" orientation="vertical" value={inspector} min={inspectorWidths.least} max={inspectorWidths.most} step={8} direction={-1} onResize={(px) => size({ inspector: px })} />}
            {painted && <Inspector key={runId} actions={actions} />}
          </div>
        )}
      </main>
      <Transport actions={actions} centrePx={width - rail} />
      <ShowRows key={runId} />
      <RunConnection key={`connection ${runId}`} actions={actions} />
    </div>
  )
}
