import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { flushSync } from 'react-dom'
import type { Command } from '#renderer/commands/command.ts'
import { ariaKeys } from '#renderer/commands/keys.ts'
import type { Menu } from './menus.ts'
import './menuBar.css'

/**
 * The menus of the page, where there are none of the system. As the ARIA practices describe a menubar: one tab stop, arrows move, Enter and Space choose,
 * Escape closes, letters jump. `menusOf`: what they hold at this moment. React Aria has no menubar, and its popovers make the rest of the page inert while one is open.
 */
export function MenuBar({ menusOf }: { readonly menusOf: () => readonly Menu[] }) {
  const menus = menusOf()
  const [open, setOpen] = useState<number | null>(null)
  const [current, setCurrent] = useState(0)
  const bar = useRef<HTMLUListElement>(null)

  useEffect(() => {
    if (open === null) return
    const hear = (event: PointerEvent) => {
      if (!(event.target instanceof Node && bar.current?.contains(event.target))) setOpen(null)
    }
    window.addEventListener('pointerdown', hear)
    return () => window.removeEventListener('pointerdown', hear)
  }, [open])

  const title = (at: number) => bar.current?.querySelectorAll<HTMLElement>(':scope > li > button')[at]
  const items = () => [...(bar.current?.querySelectorAll<HTMLElement>('.menu button') ?? [])]

  function goTo(at: number, focus: 'title' | 'first' | 'last'): void {
    const to = (at + menus.length) % menus.length
    flushSync(() => {
      setCurrent(to)
      setOpen(focus === 'title' && open === null ? null : to)
    })
    const target = focus === 'title' ? title(to) : focus === 'first' ? items()[0] : items().at(-1)
    target?.focus()
  }

  function close(): void {
    setOpen(null)
    title(current)?.focus()
  }

  function pressBar(event: KeyboardEvent, at: number): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'ArrowRight') goTo(at + 1, 'title')
    else if (event.key === 'ArrowLeft') goTo(at - 1, 'title')
    else if (event.key === 'Home') goTo(0, 'title')
    else if (event.key === 'End') goTo(menus.length - 1, 'title')
    else if (event.key === 'ArrowDown' || event.key === 'Enter' || event.key === ' ') goTo(at, 'first')
    else if (event.key === 'ArrowUp') goTo(at, 'last')
    else if (event.key === 'Escape') close()
    else if (isLetter(event)) {
      const found = next(menus.map((menu) => menu.title), at, event.key)
      if (found === undefined) return
      goTo(found, 'title')
    } else return
    event.preventDefault()
  }

  function pressItem(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const all = items()
    const at = all.indexOf(document.activeElement as HTMLElement)
    if (event.key === 'ArrowDown') all[(at + 1) % all.length]?.focus()
    else if (event.key === 'ArrowUp') all.at((at - 1) % all.length)?.focus()
    else if (event.key === 'Home') all[0]?.focus()
    else if (event.key === 'End') all.at(-1)?.focus()
    else if (event.key === 'ArrowRight') goTo(current + 1, 'first')
    else if (event.key === 'ArrowLeft') goTo(current - 1, 'first')
    else if (event.key === 'Escape') close()
    else if (event.key === 'Tab') return setOpen(null)
    else if (isLetter(event)) all[next(all.map((item) => item.textContent ?? ''), at, event.key) ?? at]?.focus()
    else return
    event.preventDefault()
  }

  function choose(item: Command): void {
    if (item.disabled) return
    // First back to where it began: what is chosen may move the focus elsewhere.
    flushSync(close)
    item.run()
  }

  return (
    <ul
      className="menu-bar"
      role="menubar"
      aria-label="Menu"
      ref={bar}
      onBlur={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)) && event.relatedTarget !== null) setOpen(null)
      }}
    >
      {menus.map((menu, at) => (
        <li key={menu.title} role="none">
          <button
            className="menu-title"
            role="menuitem"
            aria-haspopup="menu"
            aria-expanded={open === at}
            tabIndex={at === current ? 0 : -1}
            onFocus={() => setCurrent(at)}
            onClick={() => {
              setCurrent(at)
              setOpen(open === at ? null : at)
            }}
            onPointerEnter={() => {
              if (open !== null && open !== at) goTo(at, 'title')
            }}
            onKeyDown={(event) => pressBar(event, at)}
          >
            {menu.title}
          </button>
          {open === at && (
            <ul className="menu" role="menu" aria-label={menu.title} onKeyDown={pressItem}>
              {menu.items.map((item, i) =>
                item === 'separator' ? (
                  <li key={i} role="separator" className="menu-separator" />
                ) : (
                  <li key={item.id} role="none">
                    <button className="menu-item" role={item.checked === undefined ? 'menuitem' : item.many ? 'menuitemcheckbox' : 'menuitemradio'} aria-checked={item.checked} aria-disabled={item.disabled} tabIndex={-1} aria-keyshortcuts={item.keys && ariaKeys(item.keys)} onClick={() => choose(item)} onPointerMove={(event) => event.currentTarget.focus()}>
                      <span className="menu-mark" aria-hidden>
                        {item.checked === true ? (item.many ? '✓' : '•') : ''}
                      </span>
                      <span>{item.title}</span>
                      {item.keys !== undefined && <kbd aria-hidden>{item.keys}</kbd>}
                    </button>
                  </li>
                )
              )}
            </ul>
          )}
        </li>
      ))}
    </ul>
  )
}

const isLetter = (event: KeyboardEvent): boolean => event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey

/** The next name after `at` that begins with a letter. */
function next(names: readonly string[], at: number, letter: string): number | undefined {
  for (let step = 1; step <= names.length; step++) {
    const candidate = (at + step) % names.length
    if (names[candidate]!.trim().toLowerCase().startsWith(letter.toLowerCase())) return candidate
  }
  return undefined
}
