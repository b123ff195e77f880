import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { connectHost } from './connectHost.ts'
import { openRunTables } from './duckdb/tables.ts'
import { keepView, viewOf } from './store/keepView.ts'
import { openRunStore } from './store/runStore.ts'
import { SessionProvider, type Session } from './store/session.ts'
import { openUndoStore } from './store/undoStore.ts'
import { openViewStore } from './store/viewStore.ts'
import { openWhatIfStore } from './store/whatIfStore.ts'
import { applyTheme } from './theme/theme.ts'
import './theme/tokens.css'
import './theme/base.css'

const root = createRoot(document.getElementById('root')!)

await start()

async function start(): Promise<void> {
  const gone = (reason: string) => window.dispatchEvent(new CustomEvent('contrail:gone', { detail: reason }))
  try {
    const host = await connectHost(gone)
    const view = openViewStore(viewOf(await host.loadLayout()))
    const run = openRunStore(host)
    const session: Session = { host, run, tables: openRunTables(run), view, undo: openUndoStore(view), whatIf: openWhatIfStore(host, run, view) }
    const saveView = keepView(host, view)
    window.addEventListener('pagehide', saveView)
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && saveView())
    let stop = applyTheme(view.get().theme)
    let theme = view.get().theme
    void window.contrailDesktop?.setTheme(theme)
    view.subscribe(() => {
      if (view.get().theme === theme) return
      theme = view.get().theme
      stop()
      stop = applyTheme(theme)
      void window.contrailDesktop?.setTheme(theme)
    })
    root.render(
      <SessionProvider value={session}>
        <App />
      </SessionProvider>
    )
  } catch (error) {
    root.render(<p role="alert">The workbench cannot reach its host: {error instanceof Error ? error.message : String(error)} Start Contrail again.</p>)
  }
}
