import type { Actions } from '#renderer/store/appStore.ts'
import { Dock } from '../Dock/Dock.tsx'
import { StatusStrip } from '../StatusStrip/StatusStrip.tsx'
import { TimePanels } from '../TimePanels/TimePanels.tsx'
import { TitleBar } from '../TitleBar/TitleBar.tsx'
import { Transport } from '../Transport/Transport.tsx'
import './workbench.css'

/** The layout Monitor: strip above, time panels and tables between, transport below. */
export function Workbench({ actions }: { readonly actions: Actions }) {
  return (
    <div className="workbench">
      <TitleBar actions={actions} />
      <StatusStrip />
      <main className="workbench-main">
        <TimePanels />
        <Dock />
      </main>
      <Transport actions={actions} />
    </div>
  )
}
