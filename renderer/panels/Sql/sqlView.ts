import type { SavedQuery, SqlTab, SqlView } from '#renderer/store/viewStore.ts'
import { bundledQueries } from './bundledQueries.ts'

/** Letters that all texts together may have: they are saved with the view, which a host takes up to a megabyte of. */
export const mostText = 250_000

export const mostTabs = 20

const firstTab: SqlTab = { ...bundledQueries[0]!, id: 'first' }

/** Tabs as they are shown: never none. */
export const tabsOf = ({ tabs }: SqlView): readonly SqlTab[] => (tabs.length === 0 ? [firstTab] : tabs)

export const shownTab = (view: SqlView): SqlTab => tabsOf(view).find(({ id }) => id === view.shown) ?? tabsOf(view)[0]!

/** Letters that there is room for. */
export const roomFor = (view: SqlView): number => Math.max(0, mostText - [...tabsOf(view), ...view.saved].reduce((sum, { text }) => sum + text.length, 0))

export const changeTab = (view: SqlView, id: string, change: Partial<SqlTab>): SqlView => ({ ...view, tabs: tabsOf(view).map((tab) => (tab.id === id ? { ...tab, ...change } : tab)) })

/** Behind the others, or at a place, and shown. */
export function withTab(view: SqlView, tab: SqlTab, at = tabsOf(view).length): SqlView {
  return { ...view, tabs: tabsOf(view).toSpliced(at, 0, tab), shown: tab.id }
}

/** The neighbour is shown. The last one leaves an empty one behind. */
export function withoutTab(view: SqlView, id: string, empty: SqlTab): SqlView {
  const tabs = tabsOf(view)
  const at = tabs.findIndex((tab) => tab.id === id)
  const rest = tabs.filter((tab) => tab.id !== id)
  if (rest.length === 0) return { ...view, tabs: [empty], shown: empty.id }
  return { ...view, tabs: rest, shown: shownTab(view).id === id ? rest[Math.min(Math.max(at, 0), rest.length - 1)]!.id : view.shown }
}

/** "Query 2": a name that no tab has. */
export function freeName(view: SqlView): string {
  const taken = new Set([...tabsOf(view), ...view.saved, ...bundledQueries].map(({ name }) => name))
  for (let number = 1; ; number++) if (!taken.has(`Query ${number}`)) return `Query ${number}`
}

export const withSaved = (view: SqlView, query: SavedQuery, at = view.saved.length): SqlView => ({ ...view, saved: view.saved.toSpliced(at, 0, query) })

export const withoutSaved = (view: SqlView, id: string): SqlView => ({ ...view, saved: view.saved.filter((query) => query.id !== id) })

export const renameSaved = (view: SqlView, id: string, name: string): SqlView => ({ ...view, saved: view.saved.map((query) => (query.id === id ? { ...query, name } : query)) })
