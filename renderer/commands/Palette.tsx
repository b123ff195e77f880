import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type SyntheticEvent } from 'react'
import { flushSync } from 'react-dom'
import type { Command } from './command.ts'
import { ranked } from './ranked.ts'
import './palette.css'

/** Every command by its name: what is typed narrows the list, arrows choose, Enter runs, Escape closes. The focus goes back to where it was. */
export function Palette({ commands, onClose }: { readonly commands: readonly Command[]; readonly onClose: () => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const found = useMemo(() => ranked(commands.filter((command) => command.id !== 'commandPalette'), text), [commands, text])
  const chosen = Math.min(at, found.length - 1)

  useEffect(() => {
    const before = document.activeElement
    const element = dialog.current
    element?.showModal()
    return () => {
      element?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen, found])

  function run(command: Command | undefined): void {
    if (!command || command.disabled) return
    // First back to where it began: what is run may move the focus elsewhere.
    flushSync(onClose)
    command.run()
  }

  function press(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') setAt((chosen + 1) % Math.max(1, found.length))
    else if (event.key === 'ArrowUp') setAt((chosen + found.length - 1) % Math.max(1, found.length))
    else if (event.key === 'Home' && text === '') setAt(0)
    else if (event.key === 'End' && text === '') setAt(found.length - 1)
    else if (event.key === 'PageDown') setAt(Math.min(found.length - 1, chosen + 10))
    else if (event.key === 'PageUp') setAt(Math.max(0, chosen - 10))
    else if (event.key === 'Enter') run(found[chosen])
    else return
    event.preventDefault()
  }

  /** At once: the dialog's own close is told later, when another may be open already. */
  function cancel(event: SyntheticEvent): void {
    event.preventDefault()
    onClose()
  }

  return (
    <dialog ref={dialog} className="palette" aria-label="Command palette" onCancel={cancel} onClose={onClose} onPointerDown={(event) => event.target === event.currentTarget && onClose()}>
      <input
        className="palette-input"
        role="combobox"
        aria-label="Search or run a command"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length > 0 ? `${id}-${chosen}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder="Search or run a command"
        autoFocus
        value={text}
        onChange={({ target }) => {
          setText(target.value)
          setAt(0)
        }}
        onKeyDown={press}
      />
      <ul className="palette-list" role="listbox" id={`${id}-list`} aria-label="Commands" ref={list}>
        {found.map((command, i) => (
          <li key={command.id} id={`${id}-${i}`} role="option" aria-selected={i === chosen} aria-disabled={command.disabled === true} className="palette-item" onPointerMove={() => setAt(i)} onClick={() => run(command)}>
            <span className="palette-mark" aria-hidden>
              {command.checked === true ? (command.many ? '✓' : '•') : ''}
            </span>
            <span>{command.title}</span>
            <span className="hint palette-menu" aria-hidden>
              {command.menu}
            </span>
            {command.keys !== undefined && <kbd aria-hidden>{command.keys}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="hint palette-empty">0 commands with “{text}”.</p>}
    </dialog>
  )
}
