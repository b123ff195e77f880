import { useEffect, useState } from 'react'
import { sessionExtension, type SessionListing } from '#shared/contract/session.ts'
import { fileNameOf } from '#renderer/format/fileName.ts'
import { joined } from '#renderer/format/joined.ts'
import type { Actions } from '#renderer/store/appStore.ts'
import { openSession, saveSession } from '#renderer/store/sessionFile.ts'
import { useSession } from '#renderer/store/session.ts'
import { ModalDialog } from '../ModalDialog.tsx'
import { SessionFiles } from './SessionFiles.tsx'
import './sessions.css'

interface SessionDialogProps {
  readonly mode: 'open' | 'save'
  readonly actions: Actions
  readonly onClose: () => void
}

const titles = { open: 'Open session', save: 'Save session' } as const

/** Opens or saves a session file: by the system's dialog in the desktop app, and in a browser by one over the folders of the host. */
export function SessionDialog(props: SessionDialogProps) {
  return window.contrailDesktop ? <SystemDialog {...props} /> : <PathDialog {...props} />
}

/** Nothing of its own to see, until there is something to say. */
function SystemDialog({ mode, actions, onClose }: SessionDialogProps) {
  const session = useSession()
  const [fault, setFault] = useState<string | null>(null)

  useEffect(() => {
    const { openFile, saveFile } = window.contrailDesktop!
    const name = `${fileNameOf(session.run.run?.name ?? 'session')}${ending}`
    const work = async () => {
      const path = mode === 'open' ? await openFile([sessionExtension]) : await saveFile(name, [sessionExtension])
      if (path === null) return
      if (mode === 'open') await openSession(session, actions, path)
      // The system has asked before a file of this very name is replaced.
      else await saveSession(session, path, { replace: path.endsWith(ending) })
    }
    work().then(onClose, (error: Error) => setFault(error.message))
    // Once, when it opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])

  if (fault === null) return null
  return (
    <ModalDialog title={titles[mode]} onClose={onClose}>
      <p role="alert">{fault}</p>
    </ModalDialog>
  )
}

function PathDialog({ mode, actions, onClose }: SessionDialogProps) {
  const session = useSession()
  const { host } = session
  const [path, setPath] = useState('')
  const [listing, setListing] = useState<SessionListing | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  /** The file that was refused because it is there. */
  const [existing, setExisting] = useState<string | null>(null)
  const [saved, setSaved] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const name = `${fileNameOf(session.run.run?.name ?? 'session')}${ending}`

  /** What is to be saved keeps its name in another folder; `typed` is what somebody has typed meanwhile. */
  const list = (folder?: string) =>
    host.listSessions(folder).then(
      (found) => {
        setListing(found)
        setFault(null)
        if (mode === 'save') setPath((typed) => (folder === undefined && typed !== '' ? typed : joined(found.path, typed.split(/[/\\]/).at(-1) || name)))
      },
      (error: Error) => setFault(error.message)
    )

  useEffect(() => {
    void list()
    // Once, when it opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])

  async function act(file: string, replace: boolean): Promise<void> {
    setFault(null)
    setExisting(null)
    setSaved(null)
    // A folder that was typed is looked into.
    if (mode === 'open' && !file.endsWith(ending)) return list(file)
    setBusy(true)
    try {
      if (mode === 'save') setSaved(await saveSession(session, file, { replace }))
      else {
        await openSession(session, actions, file)
        onClose()
      }
    } catch (error) {
      if (isFault(error) && error.code === 'exists') setExisting(file)
      setFault(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <ModalDialog
      title={titles[mode]}
      onClose={onClose}
      closeLabel={saved === null ? 'Cancel' : 'Close'}
      actions={
        <>
          {existing !== null && existing === path.trim() && (
            <button type="button" className="button" onClick={() => void act(existing, true)}>
              Replace the file
            </button>
          )}
          <button form="session-form" className="button button-primary" disabled={isBusy || path.trim() === ''}>
            {mode === 'open' ? 'Open' : 'Save'}
          </button>
        </>
      }
    >
      <form
        id="session-form"
        onSubmit={(event) => {
          event.preventDefault()
          void act(path.trim(), false)
        }}
      >
        <p className="hint">{mode === 'open' ? 'A session holds which run it was, and how it was looked at. Its run is opened, or made anew over the same silver.' : 'The layout, selection, range, filters, proposed limits and units, and which run: no rows and no credentials.'}</p>
        <label className="open-folder-label">
          File path
          <input className="field" value={path} placeholder={listing?.path} autoFocus spellCheck={false} onChange={({ target }) => setPath(target.value)} />
        </label>
        <SessionFiles listing={listing} path={path} onFolder={(folder) => void list(folder)} onFile={setPath} onChoose={(file) => mode === 'open' && void act(file, false)} />
        <p role="status" className="session-said">
          {saved !== null && `Saved to ${saved}`}
        </p>
        {fault !== null && (
          <p role="alert" className="session-said">
            {fault}
          </p>
        )}
      </form>
    </ModalDialog>
  )
}

const ending = `.${sessionExtension}`

const isFault = (error: unknown): error is { readonly code: string } => typeof error === 'object' && error !== null && 'code' in error
