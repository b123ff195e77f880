import type { KeyboardEvent } from 'react'
import type { SqlTab } from '#renderer/store/viewStore.ts'
import { Icon } from '#renderer/theme/Icon.tsx'

interface SqlTabsProps {
  readonly tabs: readonly SqlTab[]
  readonly shown: string
  readonly onShow: (id: string) => void
  readonly onClose: (id: string) => void
  readonly onAdd: () => void
}

/** Statements side by side. Arrows move between them, Delete closes one. */
export function SqlTabs({ tabs, shown, onShow, onClose, onAdd }: SqlTabsProps) {
  function press(event: KeyboardEvent<HTMLElement>): void {
    const at = tabs.findIndex(({ id }) => id === shown)
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key]
    if (event.key === 'Delete') onClose(shown)
    else if (to !== undefined) onShow(tabs.at(to % tabs.length)!.id)
    else return
    event.preventDefault()
    const list = event.currentTarget
    requestAnimationFrame(() => list.querySelector<HTMLElement>('[aria-selected="true"]')?.focus())
  }
  return (
    <div className="sql-tabs">
      <div role="tablist" aria-label="Queries" onKeyDown={press}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            role="tab"
            className="dock-tab sql-tab"
            aria-selected={tab.id === shown}
            aria-controls="sql-query"
            aria-keyshortcuts="Delete"
            title={`${tab.name}. Delete closes it.`}
            tabIndex={tab.id === shown ? 0 : -1}
            onClick={() => onShow(tab.id)}
            onAuxClick={(event) => event.button === 1 && onClose(tab.id)}
          >
            {tab.name}
            <span
              className="sql-close"
              aria-hidden
              onClick={(event) => {
                event.stopPropagation()
                onClose(tab.id)
              }}
            >
              <Icon name="close" size={9} />
            </span>
          </button>
        ))}
      </div>
      <button className="sql-icon" aria-label="New query" title="New query" onClick={onAdd}>
        <Icon name="plus" size={14} />
      </button>
    </div>
  )
}
