import { useEffect, useId, useRef, useState } from 'react'
import type { DiskUse } from '#shared/contract/help.ts'
import type { About } from '#shared/contract/host.ts'
import type { RunSummary } from '#shared/contract/run.ts'
import type { CheckReport, RecentSource } from '#shared/contract/source.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { describeDiskUse, formatDiskUse } from '#renderer/format/diskUse.ts'
import { formatDay } from '#renderer/format/format.ts'
import { isOnS3, shortPlace } from '#renderer/format/place.ts'
import type { Actions } from '#renderer/store/appStore.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import { Icon, type IconName } from '#renderer/theme/Icon.tsx'
import { ModalDialog } from '../ModalDialog.tsx'
import { ConnectDialog } from '../S3/ConnectDialog.tsx'
import { TitleBar } from '../TitleBar/TitleBar.tsx'
import { OpenFolder } from './OpenFolder.tsx'
import { SourceCheck } from './SourceCheck.tsx'
import { useDiskUse } from '../useDiskUse.ts'
import { Welcome } from './Welcome.tsx'
import './startScreen.css'

interface StartScreenProps {
  readonly actions: Actions
  /** A folder is being chosen. */
  readonly choosing: boolean
  readonly onChoosing: (choosing: boolean) => void
  /** A bucket is being connected: its address, as far as it is known. */
  readonly connecting: string | null
  readonly onConnecting: (address: string | null) => void
}

/** Where a run begins: a folder, the sample, a recent source, or a run that is there already. */
export function StartScreen({ actions, choosing, onChoosing, connecting, onConnecting }: StartScreenProps) {
  const { host } = useSession()
  const { zone, altitudeUnit, velocityUnit } = useView((state) => state)
  const [about, setAbout] = useState<About | null>(null)
  const [recent, setRecent] = useState<readonly RecentSource[]>([])
  const [runs, setRuns] = useState<readonly RunSummary[]>([])
  const [path, setPath] = useState<string | null>(null)
  const [report, setReport] = useState<CheckReport | null>(null)
  const [said, setSaid] = useState<string | null>(null)
  const [deleting, setDeleting] = useState<RunSummary | null>(null)
  const checks = useRef(0)
  const diskUses = useDiskUse(runs)

  const refresh = () => {
    host.recentSources().then(setRecent, () => undefined) // Lists are a help; what they cannot show is told where it is used.
    host.listRuns().then(setRuns, () => undefined)
  }
  useEffect(() => {
    host.about().then(setAbout, () => undefined)
    refresh()
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [host])

  const check = (folder: string, mapping?: ColumnMapping) => {
    const mine = ++checks.current
    onChoosing(false)
    onConnecting(null)
    setSaid(null)
    setPath(folder)
    setReport(null)
    host.checkSource(folder, mapping).then(
      (found) => {
        if (mine === checks.current) setReport(found)
        refresh()
      },
      (error: Error) => setSaid(error.message)
    )
  }

  // The desktop app has a dialog of its own; it is asked for once.
  useEffect(() => {
    if (!choosing || !window.contrailDesktop) return
    window.contrailDesktop.openFolder().then(
      (folder) => {
        onChoosing(false)
        if (folder !== null) check(folder)
      },
      () => onChoosing(false)
    )
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [choosing])

  return (
    <div
      className="start"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        const [file] = event.dataTransfer.files
        const dropped = file && window.contrailDesktop ? window.contrailDesktop.pathOfDrop(file) : ''
        if (dropped) check(dropped)
        else setSaid('A browser does not tell where a dropped folder is: use Open folder.')
      }}
    >
      <TitleBar actions={actions} />
      <nav className="start-actions" aria-label="Start">
        <header className="start-title">
          <h1>Contrail</h1>
          <p>Event-time windows over flight observations</p>
        </header>
        <div className="start-choices">
          <StartAction icon="folder" name="Open folder" hint="Delta table or plain Parquet, local or network" keys="Ctrl O" current={path !== null && !isOnS3(path)} onChoose={() => onChoosing(true)} />
          <StartAction icon="cloud" name="Connect to S3" hint="Bucket and folder, with a profile or keys" current={path !== null && isOnS3(path)} onChoose={() => onConnecting('')} />
          <StartAction
            icon="film"
            name="Play the sample recording"
            hint="Forty minutes with known anomalies, a late file and one gap. Works offline."
            onChoose={() => {
              setSaid('Making the sample recording, a few seconds the first time')
              void actions.playSample().then(() => setSaid(null))
            }}
          />
        </div>
        {said !== null && (
          <p className="start-busy" role="status">
            {said}
          </p>
        )}
        <h2>
          Recent <span className="hint">last opened, UTC</span>
        </h2>
        <ul className="start-list" aria-label="Recent">
          {recent.length === 0 && <li className="hint">Nothing yet: open a folder.</li>}
          {recent.map((source) => (
            <li key={source.path}>
              <button className="start-item" onClick={() => check(source.path)} data-there={source.there} aria-current={source.path === path || undefined}>
                <Icon name={!source.there ? 'dotted' : isOnS3(source.path) ? 'cloud' : 'folder'} size={14} />
                <span className="start-name" title={source.path}>
                  {shortPlace(source.path)}
                </span>
                <span className="start-when">{formatDay(source.openedMs)}</span>
                <span className="start-detail">{source.there ? `${isOnS3(source.path) ? 'S3' : 'Local'}, ${source.text}` : 'Not found. The drive may be disconnected.'}</span>
              </button>
            </li>
          ))}
        </ul>
        {runs.length > 0 && (
          <>
            <h2>
              Runs <span className="hint">made, UTC</span>
            </h2>
            <ul className="start-list" aria-label="Runs">
              {runs.map((run) => (
                <li key={run.id} className="start-run">
                  <button className="start-item" onClick={() => void actions.openRun(run.id)}>
                    <Icon name={runIcons[run.state]} size={14} />
                    <span className="start-name">{run.name}</span>
                    <span className="start-when">{formatDay(run.createdMs)}</span>
                    <span className="start-detail" title={run.fault?.message}>
                      {run.mode}, {run.state === 'interrupted' ? 'interrupted, press Play to go on' : run.state}
                      {run.fault && `: ${run.fault.message}`}
                    </span>
                    <DiskUseOf use={diskUses.get(run.id)} />
                  </button>
                  <button className="button button-quiet" aria-label={`Delete run ${run.name}`} onClick={() => setDeleting(run)}>
                    Delete
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
        <p className="start-drop">{window.contrailDesktop ? 'Or drop a folder in this window.' : ''}</p>
      </nav>
      <main className="start-main">
        {path === null ? <Welcome /> : <SourceCheck path={path} report={report} onCheck={(mapping) => check(path, mapping)} onOther={() => onChoosing(true)} onConnection={() => onConnecting(path)} onStart={(run, speed) => void actions.startRun(run, speed)} />}
      </main>
      <footer className="start-footer">
        <span>Contrail {about?.version ?? ''}</span>
        <span>Network: {report?.s3 ? `${report.s3.server.replace(/^https?:\/\//, '')} only` : 'this machine only'}</span>
        <span className="start-spring" />
        <span className="start-built-in">DuckDB and all extensions are built in</span>
        <span>
          {zone === 'UTC' ? 'UTC' : 'local time'}, {altitudeUnit}, {velocityUnit}
        </span>
      </footer>
      {choosing && !window.contrailDesktop && <OpenFolder onChoose={check} onClose={() => onChoosing(false)} />}
      {connecting !== null && (
        <ConnectDialog
          address={connecting}
          onClose={() => onConnecting(null)}
          onConnected={(connected, warning) => {
            check(connected)
            if (warning !== null) setSaid(`The keys are not kept: ${warning}.`)
          }}
        />
      )}
      {deleting && (
        <ModalDialog
          title={`Delete the run ${deleting.name}?`}
          onClose={() => setDeleting(null)}
          actions={
            <button
              type="button"
              className="button button-primary"
              onClick={() => {
                setDeleting(null)
                void host.deleteRun(deleting.id).then(refresh, (error: Error) => setSaid(error.message))
              }}
            >
              Delete run
            </button>
          }
        >
          <p>Its gold and checkpoints go too, where they lie in the folder of the run. Silver, and folders that were chosen for it, stay as they are.</p>
        </ModalDialog>
      )}
    </div>
  )
}

/** Comes a moment after its run. */
function DiskUseOf({ use }: { readonly use: DiskUse | undefined }) {
  if (!use) return null
  return (
    <span className="start-disk" title={`Disk used by the run: ${describeDiskUse(use)}`}>
      {formatDiskUse(use)}
    </span>
  )
}

const runIcons = { new: 'list', running: 'loop', paused: 'pause', interrupted: 'pause', done: 'tick', failed: 'cross' } as const satisfies Record<RunSummary['state'], IconName>

interface StartActionProps {
  readonly icon: IconName
  readonly name: string
  readonly hint: string
  readonly keys?: string
  /** What is looked at came by it. */
  readonly current?: boolean
  readonly onChoose: () => void
}

/** A button as large as its row, whose name is its words alone. */
function StartAction({ icon, name, hint, keys, current = false, onChoose }: StartActionProps) {
  const id = useId()
  return (
    <div className="start-action" data-current={current}>
      <Icon name={icon} size={18} />
      <button className="start-action-name" onClick={onChoose} aria-describedby={id}>
        {name}
      </button>
      <span className="start-detail" id={id}>
        {hint}
      </span>
      {keys !== undefined && <kbd aria-hidden>{keys}</kbd>}
    </div>
  )
}
