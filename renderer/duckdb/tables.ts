import type { StreamTable } from '#shared/arrow/readStream.ts'
import type { BatchRecord, QueryName, RunSummary } from '#shared/contract/run.ts'
import { utcTimestampSql } from '#shared/query/microsSql.ts'
import { openFrameHub, type FrameHub } from '#renderer/store/frameHub.ts'
import { queryNames, type RunFeed, type RunStore } from '#renderer/store/runStore.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'
import { parameterRows } from './parameterRows.ts'
import { batchRows, problemRow, windowRow } from './tableRows.ts'
import { columnOf, columnsIn, emptyStream, isGold, shapeOf, streamOf, tableNames, type Appended, type AskedTable, type Cell, type TableColumn, type TableName } from './tableShapes.ts'
import { openWasm, type WasmConnection } from './wasmConnection.ts'

export type { AskedTable, TableColumn, TableName } from './tableShapes.ts'

/** The newest rows that a table keeps. */
export const keptRows = 1_000_000

/** What is waiting is put in this often at most. */
const flushEveryMs = 100

/** DuckDB starts this long after the page, so that the page is seen first. */
const warmUpAfterMs = 300

/** What a grid needs of the database that its table is in. */
export interface GridTables {
  readonly hub: { subscribe(table: string, listener: () => void): () => void }
  query(sql: string): Promise<StreamTable>
  count(table: string): number
  newest(table: string): number
  dropped(table: string): number
  isBehind(table: string): boolean
}

/** The open run as tables of DuckDB, each with a column `seq` that tells its rows apart. Times are TIMESTAMPs in UTC. */
export interface RunTables {
  readonly hub: FrameHub<TableName>
  query: WasmConnection['query']
  queryStream: WasmConnection['queryStream']
  /** Rows in a table. */
  count(table: TableName): number
  /** The highest `seq` of a table; -1 when it is empty. */
  newest(table: TableName): number
  /** Rows that were let go of because there were too many. */
  dropped(table: TableName): number
  /** Puts the answer of a question in place of the last one. The newest wins. */
  replace(table: 'what_if', rows: Uint8Array): void
  /** Puts rows of silver, in their order, in place of those before; null: none, and their room is given back. Instants become TIMESTAMPs in UTC, dates and truth values text. */
  putSilver(streams: readonly Uint8Array[] | null): Promise<void>
  /** True while rows of the table have come that it does not hold yet. */
  isBehind(table: TableName): boolean
  /** Columns as a person may ask for them: without `seq`. */
  columns(table: AskedTable): readonly TableColumn[]
  /**
   * Gives the rows of tables away as Arrow streams of at most 100,000 rows, all of one moment and with all that had come by then. Those that are as they were at
   * `known` are passed over. Nothing else is put into a table until `take` has taken them.
   */
  copy(names: readonly AskedTable[], known: ReadonlyMap<AskedTable, number>, take: (part: TablePart) => Promise<void>): Promise<CopiedTables>
  /** For tables beside those of the run. */
  insertFrom: WasmConnection['insertFrom']
}

export interface TablePart {
  readonly table: AskedTable
  readonly stream: Uint8Array
  readonly isFirst: boolean
}

export interface CopiedTables {
  /** Number of the newest batch that is in them; undefined before the first. */
  readonly trigger: number | undefined
  /** Rows, and what tells later whether a table has changed. */
  readonly tables: ReadonlyMap<AskedTable, { readonly rows: number; readonly version: number }>
}

/** Rows of a part of a copy. */
const copiedAtOnce = 100_000

/** Fills tables from what the store hears, a few times a second. */
export function openRunTables(run: RunStore): RunTables {
  const hub = openFrameHub<TableName>(requestAnimationFrame)
  let opening: Promise<WasmConnection> | undefined
  const opened = () => (opening ??= openWasm())
  const counts = new Map<TableName, number>()
  const lost = new Map<TableName, number>()
  const next = new Map<TableName, number>()
  const made = new Set<TableName>()
  /** Grows whenever what a table holds changes. */
  const versions = new Map<TableName, number>()
  const goldColumns = new Map<TableName, readonly TableColumn[]>()
  let parameters = ''
  let parametersMade = ''
  let trigger: number | undefined
  let gold = emptyGold()
  let small = emptySmall()
  let touched: Map<string, readonly [QueryName, number]> = new Map()
  const windowSeq = new Map<string, number>()
  const batches = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let working: Promise<unknown> = Promise.resolve()
  let isFlushing = false
  let generation = 0

  run.onFeed(hear)
  // A person reads the start screen meanwhile.
  setTimeout(() => void opened().catch(() => undefined), warmUpAfterMs)

  function hear(feed: RunFeed): void {
    switch (feed.kind) {
      case 'snapshot':
        clear()
        for (const query of queryNames) lost.set(`gold.${query}`, Math.max(0, (feed.snapshot.goldRows[query] ?? 0) - keptRows))
        for (const batch of feed.snapshot.batches) addBatch(batch)
        for (const problem of feed.snapshot.problems) small.problems.push(problemRow(problem))
        setParameters(feed.snapshot.run)
        break
      case 'run':
        if (!setParameters(feed.run)) return
        break
      case 'batch':
        addBatch(feed.batch)
        break
      case 'history':
        for (const batch of feed.batches) addBatch(batch)
        break
      case 'rows':
        gold[feed.query].push(feed.rows)
        hub.changed(`gold.${feed.query}`)
        break
      case 'problem':
        small.problems.push(problemRow(feed.problem))
        break
      case 'open':
        break
      case 'loaded':
        for (const table of tableNames) hub.changed(table)
        return
      default:
        return
    }
    soon()
  }

  function clear(): void {
    generation += 1
    gold = emptyGold()
    small = emptySmall()
    touched = new Map()
    windowSeq.clear()
    batches.clear()
    counts.clear()
    lost.clear()
    next.clear()
    goldColumns.clear()
    parameters = ''
    parametersMade = ''
    for (const table of tableNames) changed(table)
    const old = [...made]
    made.clear()
    working = working.then(async () => {
      const { query } = await opened()
      for (const table of old) await query(`DROP TABLE IF EXISTS ${table}`)
    }, () => undefined)
  }

  /** What a table holds is other than before. */
  function changed(table: TableName): void {
    versions.set(table, (versions.get(table) ?? 0) + 1)
    hub.changed(table)
  }

  /** False: they are the same. */
  function setParameters(of: RunSummary): boolean {
    const before = parameters
    parameters = JSON.stringify(parameterRows(of))
    return parameters !== before
  }

  function touch(query: QueryName, startMs: number): void {
    touched.set(`${query} ${startMs}`, [query, startMs])
  }

  function addBatch(batch: BatchRecord): void {
    const { query, batchId } = batch
    // Done again after a crash: it is the same.
    if (batches.has(`${query} ${batchId}`)) return
    batches.add(`${query} ${batchId}`)
    for (const { startMs } of [...batch.closed, ...batch.dropped]) touch(query, startMs)
    const rows = batchRows(batch)
    for (const row of rows.late_rows) small.late_rows.push(row)
    for (const row of rows.files) small.files.push(row)
    small.progress.push(rows.progress)
  }

  function soon(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      working = working.then(fill)
    }, flushEveryMs)
  }

  /** Puts in what is waiting. Never fails: it is told, and what comes later is put in all the same. */
  async function fill(): Promise<void> {
    isFlushing = true
    try {
      await flush()
    } catch (error) {
      console.error('a table could not be filled', error)
    }
    isFlushing = false
    for (const table of tableNames) hub.changed(table)
  }

  async function flush(): Promise<void> {
    const mine = generation
    const connection = await opened()
    if (mine !== generation) return
    const [rows, cells, windows] = [gold, small, touched]
    gold = emptyGold()
    small = emptySmall()
    touched = new Map()
    const ids = Object.values(run.lastBatch).map(({ batchId }) => batchId)
    trigger = ids.length === 0 ? undefined : Math.max(...ids)
    for (const query of queryNames) {
      if (rows[query].length > 0) await put(mine, connection, `gold.${query}`, rows[query], withInstants)
    }
    for (const name of ['late_rows', 'files', 'progress', 'problems'] as const) {
      if (cells[name].length > 0) await put(mine, connection, name, [streamOf(name, cells[name])], '*')
    }
    await putWindows(mine, connection, windows)
    if (parameters !== parametersMade) await putParameters(mine, connection, parameters)
  }

  async function putParameters(mine: number, connection: WasmConnection, rows: string): Promise<void> {
    if (mine !== generation) return
    const cells = JSON.parse(rows) as Cell[][]
    await connection.query('DROP TABLE IF EXISTS parameters')
    await connection.insertFrom('parameters', streamOf('parameters', cells), true)
    if (mine !== generation) return
    parametersMade = rows
    made.add('parameters')
    counts.set('parameters', cells.length)
    changed('parameters')
  }

  /** Adds rows; the oldest go when there are too many. */
  async function put(mine: number, connection: WasmConnection, table: TableName, streams: readonly Uint8Array[], columns: string): Promise<void> {
    if (mine !== generation) return
    await connection.query('DROP TABLE IF EXISTS incoming')
    for (const [i, stream] of streams.entries()) await connection.insertFrom('incoming', stream, i === 0)
    const from = next.get(table) ?? 0
    const select = `SELECT CAST(${from} + row_number() OVER () - 1 AS INTEGER) AS seq, ${columns} FROM incoming`
    if (table.startsWith('gold.')) await connection.query('CREATE SCHEMA IF NOT EXISTS gold')
    const { columns: answer } = await connection.query(made.has(table) ? `INSERT INTO ${table} ${select}` : `CREATE OR REPLACE TABLE ${table} AS ${select}`)
    if (mine !== generation) return
    if (isGold(table) && !goldColumns.has(table)) goldColumns.set(table, columnsIn(await connection.query(`DESCRIBE ${table}`)))
    made.add(table)
    const added = Number(answer[0]?.values[0] ?? 0)
    next.set(table, from + added)
    const total = (counts.get(table) ?? 0) + added
    counts.set(table, Math.min(total, keptRows))
    if (total > keptRows) {
      await connection.query(`DELETE FROM ${table} WHERE seq < ${from + added - keptRows}`)
      lost.set(table, (lost.get(table) ?? 0) + total - keptRows)
    }
    changed(table)
  }

  /** Windows that closed or dropped rows since, and all that are not closed, in place of what was there of them. */
  async function putWindows(mine: number, connection: WasmConnection, moved: ReadonlyMap<string, readonly [QueryName, number]>): Promise<void> {
    if (mine !== generation) return
    const rows: (readonly [number, QueryName, WindowEntry])[] = []
    const seqOf = (query: QueryName, { startMs }: WindowEntry): number => {
      const id = `${query} ${startMs}`
      const known = windowSeq.get(id)
      if (known !== undefined) return known
      windowSeq.set(id, windowSeq.size)
      return windowSeq.size - 1
    }
    for (const [query, startMs] of moved.values()) {
      const window = run.windows[query].find(startMs)
      if (window && window.closedBatch !== null) rows.push([seqOf(query, window), query, window])
    }
    for (const query of queryNames) {
      const { all } = run.windows[query]
      // Those that are open are the newest, or nearly.
      for (let i = all.length - 1; i >= Math.max(0, all.length - 500); i--) if (all[i]!.closedBatch === null) rows.push([seqOf(query, all[i]!), query, all[i]!])
    }
    if (rows.length === 0) return
    const cells = rows.map(([, query, window]) => windowRow(query, window))
    await connection.query('DROP TABLE IF EXISTS incoming')
    await connection.insertFrom('incoming', streamOf('windows', cells, rows.map(([seq]) => seq)), true)
    // Another run is open by now, and its own statements wait behind this one.
    if (mine !== generation) return
    if (!made.has('windows')) await connection.query('CREATE OR REPLACE TABLE windows AS SELECT * FROM incoming LIMIT 0')
    made.add('windows')
    // In one call: between two of them a grid could read a table without its open windows.
    await connection.query('DELETE FROM windows WHERE closed_batch IS NULL OR seq IN (SELECT seq FROM incoming); INSERT INTO windows SELECT * FROM incoming')
    const count = await countRows(connection, 'windows')
    if (mine !== generation) return
    counts.set('windows', count)
    changed('windows')
  }

  const newest = (table: TableName): number => (table === 'windows' ? windowSeq.size : (next.get(table) ?? 0)) - 1

  async function copyAll(names: readonly AskedTable[], known: ReadonlyMap<AskedTable, number>, take: (part: TablePart) => Promise<void>): Promise<CopiedTables> {
    await fill()
    const mine = generation
    const connection = await opened()
    const tables = new Map<AskedTable, { rows: number; version: number }>()
    for (const table of names) {
      const version = versions.get(table) ?? 0
      tables.set(table, { rows: counts.get(table) ?? 0, version })
      if (known.get(table) === version) continue
      if (!made.has(table)) {
        await take({ table, stream: emptyStream(table), isFirst: true })
        continue
      }
      const last = newest(table)
      const parts = table === 'parameters' ? ['FROM parameters'] : seqRanges(last, counts.get(table) ?? 0).map(([from, to]) => `SELECT * EXCLUDE (seq) FROM ${table} WHERE seq BETWEEN ${from} AND ${to}`)
      for (const [i, sql] of parts.entries()) {
        const stream = await connection.queryStream(sql)
        // Another run is open: its tables begin anew.
        if (mine !== generation) throw new Error('another run was opened meanwhile')
        await take({ table, stream, isFirst: i === 0 })
      }
    }
    return { trigger, tables }
  }

  let replacing: Uint8Array | undefined

  function replace(table: 'what_if', rows: Uint8Array): void {
    const isWaiting = replacing !== undefined
    replacing = rows
    if (isWaiting) return
    working = working
      .then(async () => {
        const mine = generation
        const stream = replacing!
        replacing = undefined
        const connection = await opened()
        if (mine !== generation) return
        await connection.query('DROP TABLE IF EXISTS incoming')
        // DuckDB takes buffers away, and these rows may be shown once more.
        await connection.insertFrom('incoming', stream.slice(), true)
        await connection.query(`CREATE OR REPLACE TABLE ${table} AS SELECT CAST(row_number() OVER () - 1 AS INTEGER) AS seq, ${withInstants} FROM incoming`)
        const count = await countRows(connection, table)
        if (mine !== generation) return
        made.add(table)
        counts.set(table, count)
        // Another answer is another table: rows are told apart across both.
        next.set(table, count)
        hub.changed(table)
      })
      .catch((error: unknown) => console.error('the changes could not be shown', error))
  }

  function putSilver(streams: readonly Uint8Array[] | null): Promise<void> {
    const mine = generation
    const done = working.then(async () => {
      const connection = await opened()
      if (mine !== generation) return
      await connection.query('DROP TABLE IF EXISTS silver_rows; DROP TABLE IF EXISTS incoming')
      counts.set('silver_rows', 0)
      next.set('silver_rows', 0)
      if (streams && streams.length > 0) {
        // Each in a buffer of its own: DuckDB takes buffers away, and those of one message share theirs.
        for (const [i, stream] of streams.entries()) await connection.insertFrom('incoming', stream.slice(), i === 0)
        const { columns } = await connection.query('SELECT * FROM incoming LIMIT 0')
        const select = columns.map(({ name, type }) => `${type.kind === 'timestamp' ? `${utcTimestampSql(quoted(name))}` : type.kind === 'date' || type.kind === 'boolean' ? `CAST(${quoted(name)} AS VARCHAR)` : quoted(name)} AS ${quoted(name)}`)
        await connection.query(`CREATE TABLE silver_rows AS SELECT CAST(row_number() OVER () - 1 AS INTEGER) AS seq, ${select.join(', ')} FROM incoming; DROP TABLE incoming`)
        const count = await countRows(connection, 'silver_rows')
        if (mine !== generation) return
        made.add('silver_rows')
        counts.set('silver_rows', count)
        next.set('silver_rows', count)
      }
      hub.changed('silver_rows')
    })
    working = done.catch(() => undefined)
    return done
  }

  return {
    hub,
    replace,
    putSilver,
    query: async (sql) => (await opened()).query(sql),
    queryStream: async (sql) => (await opened()).queryStream(sql),
    count: (table) => counts.get(table) ?? 0,
    newest,
    dropped: (table) => lost.get(table) ?? 0,
    isBehind(table) {
      // Answers to a question are put in whole, and nobody is told when the other tables are filled.
      if (table === 'silver_rows') return false
      if (table === 'what_if') return replacing !== undefined
      if (isFlushing || (run.run !== undefined && !run.loaded)) return true
      if (table === 'windows') return touched.size > 0
      if (table === 'parameters') return parameters !== parametersMade
      return isGold(table) ? gold[table.slice(5) as QueryName].length > 0 : small[table].length > 0
    },
    columns: (table) => goldColumns.get(table) ?? shapeOf(table).map(columnOf),
    copy(names, known, take) {
      const copied = working.then(() => copyAll(names, known, take))
      working = copied.catch(() => undefined)
      return copied
    },
    insertFrom: async (...parts) => (await opened()).insertFrom(...parts)
  }
}

/** Where `count` rows lie whose newest has `last`; at least one range, so that an empty table keeps its columns. */
function seqRanges(last: number, count: number): (readonly [number, number])[] {
  const from = Math.max(0, last - count + 1)
  return Array.from({ length: Math.max(1, Math.ceil((last + 1 - from) / copiedAtOnce)) }, (_, i) => [from + i * copiedAtOnce, Math.min(last, from + (i + 1) * copiedAtOnce - 1)])
}

/** Columns of rows that a query answered, their instants as TIMESTAMPs in UTC. */
const withInstants = `* REPLACE (${utcTimestampSql('window_start')} AS window_start, ${utcTimestampSql('window_end')} AS window_end)`

const countRows = async ({ query }: WasmConnection, table: TableName): Promise<number> => Number((await query(`SELECT count(*)::INTEGER AS n FROM ${table}`)).columns[0]?.values[0] ?? 0)

const emptyGold = (): Record<QueryName, Uint8Array[]> => ({ flight_phase_counts: [], anomaly_alerts: [] })

const emptySmall = (): Record<Appended, Cell[][]> => ({ late_rows: [], files: [], progress: [], problems: [] })

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
