import { useSyncExternalStore } from 'react'
import { openSqlConsole, type SqlConsole } from '#renderer/duckdb/sqlConsole.ts'
import { useSession, type Session } from '#renderer/store/session.ts'

/** One a session, from its first use on: what was answered outlives the panel. */
const consoles = new WeakMap<Session['tables'], SqlConsole>()

export function useSqlConsole(): SqlConsole {
  const { tables, run } = useSession()
  let found = consoles.get(tables)
  if (!found) consoles.set(tables, (found = openSqlConsole(tables, run)))
  const opened = found
  useSyncExternalStore(opened.subscribe, () => opened.version)
  return opened
}
