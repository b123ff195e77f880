import type { SessionListing } from '#shared/contract/session.ts'
import { formatDay } from '#renderer/format/format.ts'
import { joined } from '#renderer/format/joined.ts'
import { Icon } from '#renderer/theme/Icon.tsx'

interface SessionFilesProps {
  /** null: it has not come yet. */
  readonly listing: SessionListing | null
  /** Path of the file that is meant so far. */
  readonly path: string
  readonly onFolder: (path: string) => void
  readonly onFile: (path: string) => void
  /** A file was pressed twice. */
  readonly onChoose: (path: string) => void
}

/** Folders and session files of the host: a folder is gone into, a file is taken. */
export function SessionFiles({ listing, path, onFolder, onFile, onChoose }: SessionFilesProps) {
  return (
    <ul className="open-folder-list" aria-label="Folders and sessions">
      {listing !== null && listing.parent !== null && (
        <li>
          <button type="button" onClick={() => onFolder(listing.parent!)}>
            <Icon name="left" size={13} /> Up to {listing.parent}
          </button>
        </li>
      )}
      {listing?.folders.map((name) => (
        <li key={`folder ${name}`}>
          <button type="button" onClick={() => onFolder(joined(listing.path, name))}>
            <Icon name="folder" size={13} /> {name}
          </button>
        </li>
      ))}
      {listing?.files.map(({ name, savedMs }) => (
        <li key={`file ${name}`}>
          <button type="button" aria-pressed={path === joined(listing.path, name)} onClick={() => onFile(joined(listing.path, name))} onDoubleClick={() => onChoose(joined(listing.path, name))}>
            <Icon name="list" size={13} /> {name} <span className="hint">{formatDay(savedMs)} UTC</span>
          </button>
        </li>
      ))}
      {listing?.files.length === 0 && <li className="hint">There are no sessions in {listing.path}.</li>}
    </ul>
  )
}
