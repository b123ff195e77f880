import type { Session } from '#renderer/store/session.ts'
import type { SavedQuery, SqlTab, SqlView } from '#renderer/store/viewStore.ts'
import { changeTab, freeName, mostTabs, renameSaved, roomFor, shownTab, tabsOf, withoutSaved, withoutTab, withSaved, withTab } from './sqlView.ts'

/** What a person does to tabs and saved queries. What can be taken back is in the Edit menu; a refusal comes back as a sentence. */
export interface SqlActions {
  show(id: string): void
  write(id: string, text: string): void
  change(id: string, change: Partial<SqlTab>): void
  setLimit(seconds: number): void
  /** A new, empty tab. */
  add(): string | undefined
  /** A saved query in a tab: in the one that has it already, where there is one. */
  open(query: SavedQuery): string | undefined
  close(id: string): void
  save(name: string): string | undefined
  rename(query: SavedQuery, name: string): void
  remove(query: SavedQuery): void
}

export function sqlActions({ view, undo }: Pick<Session, 'view' | 'undo'>): SqlActions {
  const get = (): SqlView => view.get().sql
  const set = (change: (now: SqlView) => SqlView): void => view.set({ sql: change(get()) })
  // Each step changes what is there then: what was typed since stays.
  const step = (name: string, redo: (now: SqlView) => SqlView, back: (now: SqlView) => SqlView): void => {
    set(redo)
    undo.done({ name, redo: () => set(redo), undo: () => set(back) })
  }
  const emptyTab = (): SqlTab => ({ id: crypto.randomUUID(), name: freeName(get()), text: '' })
  const refuse = (text: string): string | undefined =>
    tabsOf(get()).length >= mostTabs ? `There are ${mostTabs} queries open: close one first.` : roomFor(get()) < text.length ? 'There is no room for more text: close or delete a long query first.' : undefined

  function addTab(tab: SqlTab): string | undefined {
    const fault = refuse(tab.text)
    if (fault === undefined) step(`open ${tab.name}`, (now) => withTab(now, tab), (now) => withoutTab(now, tab.id, emptyTab()))
    return fault
  }

  return {
    show: (id) => set((now) => ({ ...now, shown: id })),
    write: (id, text) => set((now) => changeTab(now, id, { text })),
    change: (id, change) => set((now) => changeTab(now, id, change)),
    setLimit: (limitSeconds) => set((now) => ({ ...now, limitSeconds })),
    add: () => addTab(emptyTab()),
    open(query) {
      const same = tabsOf(get()).find(({ name, text }) => name === query.name && text === query.text)
      if (!same) return addTab({ id: crypto.randomUUID(), name: query.name, text: query.text })
      set((now) => ({ ...now, shown: same.id }))
      return undefined
    },
    close(id) {
      const tabs = tabsOf(get())
      const at = tabs.findIndex((tab) => tab.id === id)
      const empty = emptyTab()
      let closed = tabs[at]
      if (!closed) return
      step(
        `close ${closed.name}`,
        (now) => {
          closed = tabsOf(now).find((tab) => tab.id === id) ?? closed
          return withoutTab(now, id, empty)
        },
        (now) => withTab(now, closed!, at)
      )
    },
    save(name) {
      const { id, text } = shownTab(get())
      if (roomFor(get()) < text.length) return 'There is no room for more text: close or delete a long query first.'
      const query = { id: crypto.randomUUID(), name, text }
      const before = shownTab(get()).name
      step(`save ${name}`, (now) => changeTab(withSaved(now, query), id, { name }), (now) => changeTab(withoutSaved(now, query.id), id, { name: before }))
      return undefined
    },
    rename: (query, name) => step(`rename ${query.name}`, (now) => renameSaved(now, query.id, name), (now) => renameSaved(now, query.id, query.name)),
    remove(query) {
      const at = get().saved.findIndex(({ id }) => id === query.id)
      if (at >= 0) step(`delete ${query.name}`, (now) => withoutSaved(now, query.id), (now) => withSaved(now, query, at))
    }
  }
}
