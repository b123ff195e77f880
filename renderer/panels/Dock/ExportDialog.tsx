import { useEffect, useRef, useState } from 'react'
import type { About, ExportDone, ExportFormat, ExportProgress } from '#shared/contract/host.ts'
import type { QueryName } from '#shared/contract/run.ts'
import type { RunTables } from '#renderer/duckdb/tables.ts'
import { fileNameOf } from '#renderer/format/fileName.ts'
import { formatCount } from '#renderer/format/format.ts'
import { joined } from '#renderer/format/joined.ts'
import type { GridHandle } from '#renderer/grid/Grid.tsx'
import { useSession } from '#renderer/store/session.ts'

/** Rows that are shown travel in one frame. */
const mostShownBytes = 60_000_000

interface ExportDialogProps {
  readonly title: string
  /** Begins the name of the file. */
  readonly subject: string
  /** Of the whole gold table that may be exported instead; null: the rows are of none. */
  readonly query: QueryName | null
  readonly filter: string
  readonly shown: ReturnType<GridHandle['shown']>
  readonly tables: RunTables
  readonly onClose: () => void
}

/** Writes gold, or the rows that a grid shows, to a file on the host. */
export function ExportDialog({ title, subject, query, filter, shown, tables, onClose }: ExportDialogProps) {
  const { host, run, view } = useSession()
  const [format, setFormat] = useState<ExportFormat>('parquet')
  const [rows, setRows] = useState<'all' | 'shown'>(query ? 'all' : 'shown')
  const [to, setTo] = useState('')
  const [edited, setEdited] = useState(false)
  /** The file that may be replaced, as was agreed in the system's dialog. */
  const [agreed, setAgreed] = useState<string | null>(null)
  /** The file that was refused because it is there. */
  const [existing, setExisting] = useState<string | null>(null)
  const [progress, setProgress] = useState<ExportProgress | null>(null)
  const [done, setDone] = useState<ExportDone | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const [about, setAbout] = useState<About | null>(null)
  const dialog = useRef<HTMLDialogElement>(null)

  useEffect(() => {
    dialog.current?.showModal()
    host.about().then(setAbout, (error: Error) => setFault(error.message))
    return host.onExportProgress(setProgress)
  }, [host])

  const name = `${fileNameOf(run.run?.name ?? 'run')}-${query ?? fileNameOf(subject)}.${format}`
  const proposed = about === null ? '' : joined(about.documentsFolder, name)
  const path = edited ? to : proposed

  /** Of the desktop app: the system's dialog, which asks before a file is replaced. */
  async function choose(): Promise<void> {
    const file = await window.contrailDesktop!.saveFile(name, [format])
    if (file === null) return
    setTo(file)
    setEdited(true)
    setAgreed(file)
  }

  /** Into a folder that the browser is given files from, and from there. */
  async function download(): Promise<void> {
    const file = await write(joined(joined(about!.dataFolder, 'downloads'), name.replaceAll(/[^\w.-]/g, '-')), true)
    for (const each of file ? [file.file, file.sideFile] : []) {
      if (each === null) continue
      const link = document.createElement('a')
      link.download = each.split(/[/\\]/).at(-1)!
      link.href = `/downloads/${link.download}${location.search}`
      link.click()
    }
  }

  async function write(path: string, force: boolean): Promise<ExportDone | undefined> {
    setFault(null)
    setDone(null)
    setProgress({ file: path, rows: 0, of: rows === 'shown' ? (shown?.rows ?? 0) : 0 })
    try {
      const source = rows === 'all' && query ? ({ kind: 'gold', query } as const) : await shownRows()
      const { zone } = view.get()
      const written = await host.exportRows({ runId: run.run!.id, format, to: path, force, rows: source, timeZone: zone === 'UTC' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone })
      setDone(written)
      setExisting(null)
      return written
    } catch (error) {
      setExisting(isFault(error) && error.code === 'exists' ? path : null)
      setFault(error instanceof Error ? error.message : String(error))
      return undefined
    } finally {
      setProgress(null)
    }
  }

  async function shownRows() {
    if (!shown || shown.rows === 0) throw new Error('There are no rows to export: change the filter, or export all.')
    const arrow = await tables.queryStream(shown.sql)
    if (arrow.byteLength > mostShownBytes) throw new Error(`${formatCount(shown.rows)} rows are too many to export as shown: show fewer${query ? ', or export all' : ''}.`)
    return { kind: 'shown', title, filter, arrow, of: shown.of } as const
  }

  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="export-title" onClose={onClose}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          void write(path, path === agreed)
        }}
      >
        <h2 id="export-title">Export {title.toLowerCase()}</h2>
        <div className="export-fields">
          <label>
            Format
            <select className="field" value={format} onChange={({ target }) => setFormat(target.value as ExportFormat)}>
              <option value="parquet">Parquet</option>
              <option value="csv">CSV</option>
              <option value="arrow">Arrow</option>
            </select>
          </label>
          <label>
            Rows
            <select className="field" value={rows} onChange={({ target }) => setRows(target.value as typeof rows)}>
              {query && <option value="all">all rows of gold</option>}
              <option value="shown">
                shown: {formatCount(shown?.rows ?? 0)} of {formatCount(shown?.of ?? 0)}
              </option>
            </select>
          </label>
          <label className="export-wide">
            Save to
            <input
              className="field"
              value={path}
              spellCheck={false}
              onChange={({ target }) => {
                setTo(target.value)
                setEdited(true)
              }}
            />
          </label>
        </div>
        <p className="hint">
          {format === 'csv' ? 'Limits, source and time zone go into a file beside it. Cells that a spreadsheet would run are guarded.' : 'Limits, source and time zone go into the metadata of the file.'} Times are in UTC, values exact.
        </p>
        <p className="export-said" role="status">
          {progress && `exporting ${formatCount(progress.rows)} of ${progress.of > 0 ? formatCount(progress.of) : 'all'} rows`}
          {done && `Exported ${formatCount(done.rows)} rows to ${done.file}${done.sideFile === null ? '' : `, with ${done.sideFile}`}`}
        </p>
        {fault !== null && <p role="alert">{fault}</p>}
        <div className="dialog-actions">
          {done && (
            <button type="button" className="button" onClick={() => void host.revealFile(done.file).catch((error: Error) => setFault(error.message))}>
              Reveal in folder
            </button>
          )}
          {window.contrailDesktop && (
            <button type="button" className="button" onClick={() => void choose()}>
              Choose file
            </button>
          )}
          <span className="dock-spring" />
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            {done ? 'Close' : 'Cancel'}
          </button>
          {existing === path && (
            <button type="button" className="button" onClick={() => void write(path, true)}>
              Replace the file
            </button>
          )}
          {about?.platform === 'browser' && (
            <button type="button" className="button" disabled={progress !== null} onClick={() => void download()}>
              Download
            </button>
          )}
          <button className="button button-primary" disabled={progress !== null || path.trim() === ''}>
            Export
          </button>
        </div>
      </form>
    </dialog>
  )
}

const isFault = (error: unknown): error is { readonly code: string } => typeof error === 'object' && error !== null && 'code' in error
