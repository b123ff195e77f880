import { rowsIn } from '#shared/arrow/messages.ts'
import type { RunStore } from '#renderer/store/runStore.ts'
import { readStatement, type Place } from './readStatement.ts'
import { sqlFault } from './sqlFault.ts'
import { keepResult, type SqlResult } from './sqlResult.ts'
import { tableNames, type AskedTable } from './tableShapes.ts'
import type { RunTables } from './tables.ts'
import { openWasm, type WasmConnection } from './wasmConnection.ts'

/** Rows of an answer that are kept at most, and what they may weigh; of all answers together too. */
export const mostRows = 1_000_000
export const mostBytes = 256_000_000

/**
 * Statements of a person over a frozen copy of the run's tables, in a DuckDB of their own: a worker that can be ended in the middle of a statement without harm
 * to what the panels read. It starts with the first use and is locked: no files, no addresses, nothing is written. Answers are kept in the page's DuckDB.
 */
export interface SqlConsole {
  /** What is at work; null: nothing. */
  readonly running: Running | null
  /** Of a tab; undefined: nothing was run in it since this run was opened. */
  answer(tab: string): Answer | undefined
  /** One at a time: nothing happens while something runs. */
  run(tab: string, text: string, limitMs: number): Promise<void>
  cancel(): void
  /** A tab is gone. */
  forget(tab: string): void
  /** Starts the worker, for who is about to use it. */
  warmUp(): void
  subscribe(listener: () => void): () => void
  /** Grows with every change but for the rows of what is running. */
  readonly version: number
}

export interface Running {
  readonly tab: string
  /** `copying`: tables that changed since they were copied last. `keeping`: the answer is put where it is shown from. */
  readonly at: 'starting' | 'copying' | 'running' | 'keeping'
  /** `performance.now()` when what it is at began. */
  readonly sinceMs: number
  /** That have come so far. */
  readonly rows: number
}

export interface Answer {
  /** Of the statement that was run last. */
  readonly outcome: Outcome
  /** Of the last statement that gave rows; null: none did, or it was let go of for others. */
  readonly shown: ShownResult | null
}

export type Outcome =
  | { readonly kind: 'rows' }
  | { readonly kind: 'fault'; readonly message: string; readonly place?: Place }
  | { readonly kind: 'cancelled'; readonly elapsedMs: number }
  | { readonly kind: 'overtime'; readonly limitMs: number }

export interface ShownResult extends SqlResult {
  readonly statement: string
  readonly elapsedMs: number
  /** Rows of the tables that the statement names. */
  readonly rowsRead: number
  /** Of the frozen copy. */
  readonly trigger: number | undefined
  /** There was more: of rows, or of bytes. */
  readonly cut: 'rows' | 'bytes' | null
}

type Stop = Extract<Outcome, { readonly kind: 'cancelled' | 'overtime' }>

export function openSqlConsole(tables: RunTables, run: RunStore): SqlConsole {
  const listeners = new Set<() => void>()
  const answers = new Map<string, Answer>()
  let opening: Promise<WasmConnection> | undefined
  let held = new Map<AskedTable, number>()
  let running: Running | null = null
  let stop: ((why: Stop) => void) | undefined
  let made = 0
  let version = 0

  run.onFeed((feed) => {
    if (feed.kind === 'snapshot') clear()
  })

  const changed = () => {
    version += 1
    for (const listener of listeners) listener()
  }

  /** Another run: what was asked of the one before is gone. */
  function clear(): void {
    stop?.({ kind: 'cancelled', elapsedMs: 0 })
    for (const { shown } of answers.values()) letGo(shown)
    answers.clear()
    // Its copies are those of the run before.
    if (held.size > 0) end()
    changed()
  }

  function letGo(shown: ShownResult | null): void {
    if (shown) void tables.query(`DROP TABLE IF EXISTS ${shown.table}`).catch(() => undefined)
  }

  /** The oldest answers make room for the newest. */
  function makeRoom(): void {
    let bytes = 0
    for (const [tab, answer] of [...answers].toReversed()) {
      bytes += answer.shown?.bytes ?? 0
      if (bytes <= mostBytes || bytes === answer.shown?.bytes) continue
      letGo(answer.shown)
      answers.set(tab, { ...answer, shown: null })
    }
  }

  function say(tab: string, outcome: Outcome, shown?: ShownResult): void {
    const before = answers.get(tab)?.shown ?? null
    if (shown) letGo(before)
    answers.delete(tab)
    answers.set(tab, { outcome, shown: shown ?? before })
    if (shown) makeRoom()
  }

  function opened(): Promise<WasmConnection> {
    if (opening) return opening
    const mine = openWasm({ locked: true }).then(async (connection) => {
      await connection.query('CREATE SCHEMA gold')
      return connection
    })
    opening = mine
    held = new Map()
    mine.catch(() => opening === mine && (opening = undefined))
    return mine
  }

  /** What it computes is of no use any more. A new one is started at once, for the next statement. */
  function end(): void {
    const old = opening
    opening = undefined
    void old?.then((connection) => connection.end(new Error('the statement was stopped')))
    warmUp()
  }

  const warmUp = (): void => void opened().catch(() => undefined)

  function enter(tab: string, at: Running['at']): void {
    running = { tab, at, sinceMs: performance.now(), rows: 0 }
    changed()
  }

  /** All tables are there from the beginning, as far as a statement can tell. */
  async function copy(worker: WasmConnection, names: ReadonlySet<string>, goOn: () => void): Promise<{ readonly rowsRead: number; readonly trigger: number | undefined }> {
    const named = tableNames.filter((table) => names.has(table.split('.').at(-1)!))
    const known = new Map([...held].filter(([table]) => named.includes(table)))
    const missing = tableNames.filter((table) => !held.has(table) && !named.includes(table))
    const copied = await tables.copy(named, known, async ({ table, stream, isFirst }) => {
      goOn()
      if (isFirst) {
        held.delete(table)
        await worker.query(`DROP TABLE IF EXISTS ${table}`)
      }
      await worker.insertFrom(table, stream, isFirst)
    })
    for (const [table, { version }] of copied.tables) held.set(table, version)
    for (const table of missing) {
      await worker.query(`CREATE TABLE IF NOT EXISTS ${table} (${tables.columns(table).map(({ name, type }) => `"${name}" ${type}`).join(', ')})`)
      held.set(table, -1)
    }
    return { rowsRead: [...copied.tables.values()].reduce((sum, { rows }) => sum + rows, 0), trigger: copied.trigger }
  }

  /** A table may be named by a text, too: then all are there. */
  const namesIn = ({ sql, names }: { readonly sql: string; readonly names: ReadonlySet<string> }): ReadonlySet<string> => (/\bquery(_table)?\s*\(/i.test(sql) ? new Set(tableNames.map((table) => table.split('.').at(-1)!)) : names)

  async function runOne(tab: string, text: string, limitMs: number): Promise<void> {
    const statement = readStatement(text)
    if (statement.kind === 'refused') {
      say(tab, { kind: 'fault', message: statement.fault, ...(statement.place && { place: statement.place }) })
      return
    }
    let stopped: Stop | undefined
    const stopping = new Promise<never>((_, reject) => {
      stop = (why) => {
        if (stopped) return
        stopped = why
        reject(new Error('stopped'))
        if (running?.at === 'running') end()
      }
    })
    stopping.catch(() => undefined)
    const goOn = () => {
      if (stopped) throw new Error('stopped')
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    try {
      enter(tab, 'starting')
      const worker = await Promise.race([opened(), stopping])
      enter(tab, 'copying')
      const { rowsRead, trigger } = await copy(worker, namesIn(statement), goOn)
      goOn()
      // From here on a stop ends the worker: also one that comes while the transaction begins.
      enter(tab, 'running')
      await Promise.race([worker.query('BEGIN TRANSACTION READ ONLY'), stopping])
      const startMs = performance.now()
      timer = setTimeout(() => stop?.({ kind: 'overtime', limitMs }), limitMs)
      const { parts, cut } = await Promise.race([partsOf(worker, statement.sql, (rows) => running && (running = { ...running, rows })), stopping])
      clearTimeout(timer)
      const elapsedMs = performance.now() - startMs
      enter(tab, 'keeping')
      await worker.query('ROLLBACK')
      const result = await keepResult(tables, `sql_result_${++made}`, parts, mostRows)
      if (stopped) letGo({ ...result, statement: text, elapsedMs, rowsRead, trigger, cut })
      goOn()
      say(tab, { kind: 'rows' }, { ...result, statement: text, elapsedMs, rowsRead, trigger, cut })
    } catch (error) {
      if (stopped) return say(tab, stopped)
      const said = error instanceof Error ? error.message : String(error)
      const isOver = await recover(said)
      say(tab, isOver ? { kind: 'fault', message: `DuckDB broke down over this statement and was started anew: ${sqlFault(statement.sql, said).message}` } : { kind: 'fault', ...sqlFault(statement.sql, said) })
    } finally {
      clearTimeout(timer)
      stop = undefined
    }
  }

  /** After an error the worker is as before; where it is not, there is a new one. True: it was not. */
  async function recover(said: string): Promise<boolean> {
    try {
      if (/RuntimeError|memory access out of bounds|table index is out of bounds|unreachable|Aborted/.test(said)) throw new Error(said)
      await (await opened()).query('ROLLBACK')
      return false
    } catch (error) {
      if (/no transaction is active/.test(String(error))) return false
      end()
      return true
    }
  }

  return {
    get running() {
      return running
    },
    get version() {
      return version
    },
    answer: (tab) => answers.get(tab),
    async run(tab, text, limitMs) {
      if (running) return
      try {
        await runOne(tab, text, limitMs)
      } finally {
        running = null
        changed()
      }
    },
    cancel() {
      if (running) stop?.({ kind: 'cancelled', elapsedMs: performance.now() - running.sinceMs })
    },
    forget(tab) {
      letGo(answers.get(tab)?.shown ?? null)
      answers.delete(tab)
      changed()
    },
    warmUp,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  }
}

/** The schema of an answer, then its rows, until there are more than are kept. */
async function partsOf(worker: WasmConnection, sql: string, onRows: (rows: number) => void): Promise<{ readonly parts: readonly Uint8Array[]; readonly cut: ShownResult['cut'] }> {
  const parts: Uint8Array[] = []
  let rows = 0
  let bytes = 0
  await worker.stream(sql, (part) => {
    const [schema] = parts
    parts.push(part)
    if (!schema) return true
    rows += rowsIn(schema, part)
    bytes += part.byteLength
    onRows(rows)
    return rows <= mostRows && bytes <= mostBytes
  })
  return { parts, cut: rows > mostRows ? 'rows' : bytes > mostBytes ? 'bytes' : null }
}
