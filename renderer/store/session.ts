import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Host } from '#shared/contract/host.ts'
import type { RunTables } from '#renderer/duckdb/tables.ts'
import type { RunStore } from './runStore.ts'
import type { UndoStore } from './undoStore.ts'
import type { WhatIfStore } from './whatIfStore.ts'
import type { ViewState, ViewStore } from './viewStore.ts'

/** What every panel is given: the host, the open run, its tables, the view. */
export interface Session {
  readonly host: Host
  readonly run: RunStore
  readonly tables: RunTables
  readonly view: ViewStore
  readonly undo: UndoStore
  readonly whatIf: WhatIfStore
}

const SessionContext = createContext<Session | null>(null)

export const SessionProvider = SessionContext.Provider

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('a panel lies outside the session')
  return session
}

/** One value of the view; pick a primitive or an object of the state, not a new one. */
export function useView<Value>(pick: (view: ViewState) => Value): Value {
  const { view } = useSession()
  return useSyncExternalStore(view.subscribe, () => pick(view.get()))
}
