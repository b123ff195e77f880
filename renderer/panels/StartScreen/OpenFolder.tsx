import { useEffect, useRef, useState } from 'react'
import type { FolderListing } from '#shared/contract/source.ts'
import { joined } from '#renderer/format/joined.ts'
import { Icon } from '#renderer/theme/Icon.tsx'
import { useSession } from '#renderer/store/session.ts'

/** Chooses a folder on the host, where a browser has no dialog of its own. */
export function OpenFolder({ onChoose, onClose }: { readonly onChoose: (path: string) => void; readonly onClose: () => void }) {
  const { host } = useSession()
  const dialog = useRef<HTMLDialogElement>(null)
  const [path, setPath] = useState('')
  const [listing, setListing] = useState<FolderListing | null>(null)
  const [fault, setFault] = useState<string | null>(null)

  const list = (folder?: string) =>
    host.listFolder(folder).then(
      (found) => {
        setListing(found)
        // Where it begins is only a hint: somebody may be typing or pasting at this moment.
        if (folder !== undefined) setPath(found.path)
        setFault(null)
      },
      (error: Error) => setFault(error.message)
    )

  useEffect(() => {
    dialog.current?.showModal()
    void list()
    // Once, when it opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])

  return (
    <dialog ref={dialog} className="dialog open-folder" aria-labelledby="open-folder-title" onClose={onClose}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          const chosen = path.trim() || listing?.path
          if (chosen) onChoose(chosen)
        }}
      >
        <h2 id="open-folder-title">Open folder</h2>
        <p className="hint">A Delta table, or a folder of Parquet files, on the machine that runs Contrail.</p>
        <label className="open-folder-label">
          Folder path
          <input className="field" value={path} placeholder={listing?.path} onChange={(event) => setPath(event.target.value)} autoFocus spellCheck={false} />
        </label>
        {fault !== null && (
          <p role="alert" className="start-fault">
            {fault}
          </p>
        )}
        {listing?.table && listing.table.path !== listing.path && (
          <p className="hint">
            This folder lies inside the {listing.table.format} table {listing.table.path}
            {listing.table.format === 'Delta' ? ': open that one.' : ', which Contrail does not read.'}
          </p>
        )}
        <ul className="open-folder-list" aria-label="Folders">
          {listing !== null && listing.parent !== null && (
            <li>
              <button type="button" onClick={() => void list(listing.parent!)}>
                <Icon name="left" size={13} /> Up to {listing.parent}
              </button>
            </li>
          )}
          {listing?.folders.map(({ name, table }) => (
            <li key={name}>
              <button type="button" onClick={() => void (table !== null ? setPath(joined(listing.path, name)) : list(joined(listing.path, name)))} onDoubleClick={() => onChoose(joined(listing.path, name))}>
                <Icon name="folder" size={13} /> {name} {table !== null && <span className="hint">{table === 'Delta' ? 'Delta table' : `${table} table, not read by Contrail`}</span>}
              </button>
            </li>
          ))}
          {listing?.folders.length === 0 && <li className="hint">There are no folders in it.</li>}
        </ul>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" disabled={path.trim() === '' && listing === null}>
            Open
          </button>
        </div>
      </form>
    </dialog>
  )
}
