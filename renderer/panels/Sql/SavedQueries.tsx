import { useState } from 'react'
import type { SavedQuery } from '#renderer/store/viewStore.ts'
import { Icon } from '#renderer/theme/Icon.tsx'
import { bundledQueries } from './bundledQueries.ts'

interface SavedQueriesProps {
  readonly saved: readonly SavedQuery[]
  /** Name of the tab that is shown. */
  readonly shown: string
  readonly onOpen: (query: SavedQuery) => void
  /** Keeps the statement of the shown tab. */
  readonly onSave: (name: string) => void
  readonly onRename: (query: SavedQuery, name: string) => void
  readonly onRemove: (query: SavedQuery) => void
}

/** Queries to come back to: those that are built in, then the person's own. */
export function SavedQueries({ saved, shown, onOpen, onSave, onRename, onRemove }: SavedQueriesProps) {
  /** Id of the query that gets another name; '' for the one that is to be saved. */
  const [naming, setNaming] = useState<string | null>(null)
  return (
    <section className="sql-saved" aria-label="Saved queries">
      <header className="sql-head">
        <h2>Saved queries</h2>
        <button className="sql-icon" aria-label="Save this query" title="Save this query" onClick={() => setNaming('')}>
          <Icon name="plus" size={14} />
        </button>
      </header>
      <ul>
        {[...bundledQueries, ...saved].map((query) => (
          <li key={query.id} className="sql-query" data-on={query.name === shown}>
            {naming === query.id ? (
              <NameField
                label={`New name of ${query.name}`}
                name={query.name}
                onDone={(name) => {
                  setNaming(null)
                  if (name !== null && name !== query.name) onRename(query, name)
                }}
              />
            ) : (
              <>
                <button className="sql-name" onClick={() => onOpen(query)}>
                  <Brackets />
                  {query.name}
                </button>
                {saved.includes(query) && (
                  <span className="sql-own">
                    <button className="sql-icon" aria-label={`Rename ${query.name}`} title="Rename" onClick={() => setNaming(query.id)}>
                      <Pencil />
                    </button>
                    <button className="sql-icon" aria-label={`Delete ${query.name}`} title="Delete" onClick={() => onRemove(query)}>
                      <Icon name="close" size={10} />
                    </button>
                  </span>
                )}
              </>
            )}
          </li>
        ))}
        {naming === '' && (
          <li className="sql-query">
            <NameField
              label="Name of the query"
              name={shown}
              onDone={(name) => {
                setNaming(null)
                if (name !== null) onSave(name)
              }}
            />
          </li>
        )}
      </ul>
    </section>
  )
}

/** Enter keeps the name, Escape does not. */
function NameField({ label, name, onDone }: { readonly label: string; readonly name: string; readonly onDone: (name: string | null) => void }) {
  return (
    <input
      className="field sql-naming"
      aria-label={label}
      defaultValue={name}
      maxLength={80}
      autoFocus
      spellCheck={false}
      onFocus={({ target }) => target.select()}
      onBlur={() => onDone(null)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDone(null)
        else if (event.key === 'Enter' && event.currentTarget.value.trim() !== '') onDone(event.currentTarget.value.trim())
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
    />
  )
}

function Brackets() {
  return (
    <svg className="sql-brackets" width="12" height="12" viewBox="0 0 12 12" aria-hidden>
      <path d="M4 2.5.8 6 4 9.5M8 2.5 11.2 6 8 9.5" />
    </svg>
  )
}

function Pencil() {
  return (
    <svg className="sql-brackets" width="12" height="12" viewBox="0 0 12 12" aria-hidden>
      <path d="M1.5 10.5 2 8l6-6 2 2-6 6zM7 3l2 2" />
    </svg>
  )
}
