import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { HelpDialogs } from './panels/Help/HelpDialogs.tsx'
import { HostGone } from './panels/HostGone.tsx'
import { StartScreen } from './panels/StartScreen/StartScreen.tsx'
import { Workbench } from './panels/Workbench/Workbench.tsx'
import { runActions } from './store/appStore.ts'
import { useSession } from './store/session.ts'
import { Icon } from './theme/Icon.tsx'

/** The start screen, or the workbench of the open run. A reload comes back to the run that was open. */
export function App() {
  const session = useSession()
  const [fault, setFault] = useState<string | null>(null)
  const [gone, setGone] = useState<string | null>(null)
  const [ready, setReady] = useState(false)
  /** The start screen begins with choosing a folder. */
  const [choosing, setChoosing] = useState(false)
  /** The start screen begins with connecting to a bucket: the address that is known of it, or none. */
  const [connecting, setConnecting] = useState<string | null>(null)
  const actions = useMemo(() => runActions(session, setFault, () => setChoosing(true), () => setConnecting('')), [session])
  // Its state changes with every batch, and that is no business of the whole screen.
  const runId = useSyncExternalStore(
    (listener) => session.run.hub.subscribe('run', listener),
    () => session.run.run?.id
  )

  useEffect(() => {
    const hear = (event: Event) => setGone(String((event as CustomEvent<unknown>).detail))
    window.addEventListener('contrail:gone', hear)
    return () => window.removeEventListener('contrail:gone', hear)
  }, [])

  useEffect(() => {
    const { lastRunId } = session.view.get()
    if (lastRunId === null) return setReady(true)
    session.run.open(lastRunId).then(
      () => setReady(true),
      (error: Error) => {
        session.view.set({ lastRunId: null })
        setFault(`The run that was open last cannot be opened: ${error.message}`)
        setReady(true)
      }
    )
  }, [session])

  return (
    <div className="app">
      {gone !== null && <HostGone reason={gone} />}
      {fault !== null && (
        <div className="app-banner" role="alert">
          <Icon name="cross" />
          <p>{fault}</p>
          <button className="button" onClick={() => setFault(null)}>
            Dismiss
          </button>
        </div>
      )}
      {ready && <div className="app-screen">{runId !== undefined ? <Workbench runId={runId} actions={actions} /> : <StartScreen actions={actions} choosing={choosing} onChoosing={setChoosing} connecting={connecting} onConnecting={setConnecting} />}</div>}
      <HelpDialogs actions={actions} />
    </div>
  )
}
