import { useEffect, useMemo, useState } from 'react'
import { StartScreen } from './panels/StartScreen/StartScreen.tsx'
import { Workbench } from './panels/Workbench/Workbench.tsx'
import { runActions } from './store/appStore.ts'
import { useRunTopic, useSession } from './store/session.ts'

/** The start screen, or the workbench of the open run. A reload comes back to the run that was open. */
export function App() {
  const session = useSession()
  useRunTopic('run')
  const [fault, setFault] = useState<string | null>(null)
  const [gone, setGone] = useState<string | null>(null)
  const [ready, setReady] = useState(false)
  const actions = useMemo(() => runActions(session, setFault), [session])

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
      () => {
        session.view.set({ lastRunId: null })
        setReady(true)
      }
    )
  }, [session])

  return (
    <>
      {gone !== null && (
        <div className="app-gone" role="alert">
          <span>The host has stopped ({gone}). What is in gold is safe: start Contrail again, then press Reconnect.</span>
          <button className="button" onClick={() => location.reload()}>
            Reconnect
          </button>
        </div>
      )}
      {fault !== null && (
        <div className="app-fault" role="alert">
          <span>{fault}</span>
          <button className="button button-quiet" onClick={() => setFault(null)}>
            Dismiss
          </button>
        </div>
      )}
      {ready && (session.run.run ? <Workbench actions={actions} /> : <StartScreen actions={actions} />)}
    </>
  )
}
