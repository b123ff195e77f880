import { useEffect, useRef, useState } from 'react'
import type { GridTables } from '#renderer/duckdb/tables.ts'
import { openGridRows, type GridQuery, type GridRows } from './gridRows.ts'

/** A grid that nobody reads shows what is new this often at most. */
const refreshEveryMs = 250

export interface GridData {
  readonly rows: GridRows | undefined
  /** Rows that the table has got since; they wait while the grid is being read. */
  readonly waiting: number
  /** The table has not got all that has come, whether what is shown stands still or not. */
  readonly isFilling: boolean
  /** What is shown is about to change, because there is more. */
  readonly isBehind: boolean
  readonly fault: string | undefined
  showNew(): void
}

/** Keeps the rows of a query, the latest query wins. While it is `read` what is shown stays, and what is new is counted. */
export function useGridRows(tables: GridTables, query: GridQuery, read: boolean): GridData {
  const [rows, setRows] = useState<GridRows>()
  // Where no row is shown there is none to keep still: only a sentence, which new rows make untrue.
  const frozen = read && rows !== undefined && rows.length > 0
  const [, setPages] = useState(0)
  const [seen, setSeen] = useState(0)
  const [behind, setBehind] = useState(() => tables.isBehind(query.table))
  const [fault, setFault] = useState<string>()
  const turn = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const isFrozen = useRef(frozen)
  const isBehind = useRef(false)
  const latest = useRef(query)
  const shown = useRef<GridRows | undefined>(undefined)
  useEffect(
    () => () => {
      turn.current += 1 // Rows on their way are closed when they come.
      shown.current?.close()
    },
    []
  )

  const load = () => {
    const mine = ++turn.current
    isBehind.current = false
    openGridRows(tables, latest.current, () => mine === turn.current && setPages((before) => before + 1)).then(
      (found) => {
        if (mine !== turn.current) return found.close()
        shown.current?.close()
        shown.current = found
        setRows(found)
        setFault(undefined)
      },
      (error: Error) => mine === turn.current && setFault(error.message)
    )
  }

  useEffect(() => {
    latest.current = query
    load()
    // `load` is the same but for what the refs hold.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [tables, query])

  useEffect(() => {
    isFrozen.current = frozen
    if (!frozen && isBehind.current) load()
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [frozen])

  useEffect(() => {
    const stop = tables.hub.subscribe(query.table, () => {
      setBehind(tables.isBehind(query.table))
      setSeen(tables.count(query.table) + tables.dropped(query.table))
      // Windows and changes are replaced in place; to the others, rows are only added.
      if (query.table !== 'windows' && query.table !== 'what_if' && tables.count(query.table) + tables.dropped(query.table) === shown.current?.seen) return
      isBehind.current = true
      timer.current ??= setTimeout(() => {
        timer.current = undefined
        if (!isFrozen.current && isBehind.current) load()
      }, refreshEveryMs)
    })
    return () => {
      stop()
      clearTimeout(timer.current)
      timer.current = undefined
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [tables, query.table])

  return { rows, isFilling: behind, isBehind: (fault === undefined && rows?.query !== query) || (!frozen && (behind || seen > (rows?.seen ?? 0))), waiting: rows && frozen ? Math.max(0, seen - rows.seen) : 0, fault, showNew: load }
}
