import { useEffect, useState } from 'react'
import type { About } from '#shared/contract/host.ts'
import type { RunSummary } from '#shared/contract/run.ts'
import type { CheckReport, ColumnMapping, RecentSource } from '#shared/contract/source.ts'
import { formatDay } from '#renderer/format/format.ts'
import type { Actions } from '#renderer/store/appStore.ts'
import { useSession } from '#renderer/store/session.ts'
import { OpenFolder } from './OpenFolder.tsx'
import { SourceCheck } from './SourceCheck.tsx'
import './startScreen.css'

/** Where a run begins: a folder, the sample, a recent source, or a run that is there already. */
export function StartScreen({ actions }: { readonly actions: Actions }) {
  const { host } = useSession()
  const [about, setAbout] = useState<About | null>(null)
  const [recent, setRecent] = useState<readonly RecentSource[]>([])
  const [runs, setRuns] = useState<readonly RunSummary[]>([])
  const [choosing, setChoosing] = useState(false)
  const [path, setPath] = useState<string | null>(null)
  const [report, setReport] = useState<CheckReport | null>(null)
  const [busy, setBusy] = useState<string | null>(null)

  const refresh = () => {
    host.recentSources().then(setRecent, () => undefined)
    host.listRuns().then(setRuns, () => undefined)
  }
  useEffect(() => {
    host.about().then(setAbout, () => undefined)
    refresh()
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [host])

  const check = (folder: string, mapping?: ColumnMapping) => {
    setChoosing(false)
    setPath(folder)
    setReport(null)
    host.checkSource(folder, mapping).then(
      (found) => {
        setReport(found)
        refresh()
      },
      (error: Error) => setBusy(error.message)
    )
  }

  const openFolder = async () => {
    if (!window.contrailDesktop) return setChoosing(true)
    const folder = await window.contrailDesktop.openFolder()
    if (folder !== null) check(folder)
  }

  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'o') return
      event.preventDefault()
      void openFolder()
    }
    window.addEventListener('keydown', hear)
    return () => window.removeEventListener('keydown', hear)
  })

  return (
    <main
      className="start"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        const [file] = event.dataTransfer.files
        const dropped = file && window.contrailDesktop ? window.contrailDesktop.pathOfDrop(file) : ''
        if (dropped) check(dropped)
        else setBusy('A browser does not tell where a dropped folder is: use Open folder.')
      }}
    >
      <nav className="start-actions" aria-label="Start">
        <header className="start-title">
          <h1>Contrail</h1>
          <p>Event-time windows over flight observations</p>
        </header>
        <button className="start-action" onClick={() => void openFolder()} aria-label="Open folder">
          <span>Open folder</span>
          <span className="hint">Delta table or plain Parquet, local or network</span>
          <kbd aria-hidden>Ctrl O</kbd>
        </button>
        <button
          className="start-action"
          aria-label="Play the sample recording"
          onClick={() => {
            setBusy('Making the sample recording')
            void actions.playSample().then(() => setBusy(null))
          }}
        >
          <span>Play the sample recording</span>
          <span className="hint">Ten minutes with known anomalies, late files and one gap. Works offline.</span>
        </button>
        {busy !== null && (
          <p className="start-busy" role="status">
            {busy}
          </p>
        )}
        <h2>
          Recent <span className="hint">last opened, UTC</span>
        </h2>
        <ul className="start-list">
          {recent.length === 0 && <li className="hint">Nothing yet: open a folder.</li>}
          {recent.map((source) => (
            <li key={source.path}>
              <button onClick={() => check(source.path)} data-there={source.there}>
                <span className="start-name">{source.path}</span>
                <span className="start-when">{formatDay(source.openedMs)}</span>
                <span className="hint">{source.there ? source.text : 'Not found. The drive may be disconnected.'}</span>
              </button>
            </li>
          ))}
        </ul>
        {runs.length > 0 && <h2>Runs</h2>}
        <ul className="start-list" aria-label="Runs">
          {runs.map((run) => (
            <li key={run.id} className="start-run">
              <button onClick={() => void actions.openRun(run.id)}>
                <span className="start-name">{run.name}</span>
                <span className="start-when">{formatDay(run.createdMs)}</span>
                <span className="hint">
                  {run.mode}, {run.state === 'interrupted' ? 'interrupted, press Play to go on' : run.state}
                </span>
              </button>
              <button
                className="button button-quiet"
                aria-label={`Delete run ${run.name}`}
                onClick={() => {
                  if (confirm(`Delete the run ${run.name}? Its gold and checkpoints go too, where they lie in its own folder.`)) void host.deleteRun(run.id).then(refresh, (error: Error) => setBusy(error.message))
                }}
              >
                Delete
              </button>
            </li>
          ))}
        </ul>
      </nav>
      {path === null ? (
        <section className="start-empty">
          <p>Open a folder of observations, or play the sample recording.</p>
        </section>
      ) : (
        <SourceCheck path={path} report={report} onCheck={(mapping) => check(path, mapping)} onStart={(run) => void actions.startRun(run)} />
      )}
      <footer className="start-footer">
        <span>Contrail {about?.version ?? ''}</span>
        <span>Network: 127.0.0.1 only</span>
        <span className="start-spring" />
        <span>DuckDB and all extensions are built in</span>
        <span>UTC, m, km/h</span>
      </footer>
      {choosing && <OpenFolder onChoose={check} onClose={() => setChoosing(false)} />}
    </main>
  )
}
