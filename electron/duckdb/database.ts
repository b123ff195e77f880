import { Fault } from '#shared/engine/fault.ts'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resultCollector } from './collectResults.ts'
import { keepByteOrderMarks } from './exactTexts.ts'
import { memoryLimitOf } from './memoryLimit.ts'
import { copyResult, type QueryResult } from './queryResult.ts'

export interface DatabaseOptions {
  /** Default 1: sums of floats come out bit for bit the same each time. Work is spread over the connections instead. */
  readonly threads?: number
  /** Default 2. Each running query holds one of the four threads of libuv's pool, so keep the sum over all databases below that. */
  readonly connections?: number
  /** As DuckDB writes it. Default: what CONTRAIL_MEMORY_LIMIT says, else "2GB". */
  readonly memoryLimit?: string
  /** Where queries spill to. Default: a folder of its own below the system's temporary one, removed by `close`. */
  readonly tempDirectory?: string
  /** Default true. False saves memory where the order of rows does not matter. */
  readonly preserveInsertionOrder?: boolean
}

/** DuckDB in memory, over a fixed set of connections. Tables are seen by all of them. */
export interface Database {
  /** A folder of its own, which may not be there yet: queries spill to it. `close` removes it, unless it was given. */
  readonly tempDirectory: string
  /** Runs one or more statements and gives the answer of the last. Waits while all connections are busy. `onProgress`: the share of the rows to read that was read, 0 to 1. */
  query(sql: string, onProgress?: (share: number) => void): Promise<QueryResult>
  /** `query` for statements whose answer does not matter. */
  run(sql: string): Promise<void>
  /** Lends a connection, for what needs more than a statement (appending rows). Only within this folder. */
  use<Answer>(work: (connection: DuckDBConnection) => Promise<Answer>): Promise<Answer>
  /** Runs what is no query. The signal tells it when queries are interrupted; its failure then is Fault `interrupted`. */
  interruptible<Answer>(work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer>
  /** Stops what runs and what waits: their promises reject with Fault `interrupted`. Resolves when nothing runs any more. */
  interrupt(): Promise<void>
  /**
   * Interrupts, then closes; what is asked for from now on is refused with Fault `interrupted`. A worker must await this before it ends: DuckDB
   * aborts the whole process otherwise.
   */
  close(): Promise<void>
}

interface Waiting {
  readonly take: (connection: DuckDBConnection) => void
  readonly refuse: (reason: Fault) => void
}

export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  keepByteOrderMarks()
  const memoryLimit = options.memoryLimit ?? memoryLimitOf(process.env)
  const tempDirectory = options.tempDirectory ?? join(tmpdir(), `contrail-duckdb-${process.pid}-${randomUUID()}`)
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads ?? 1),
    memory_limit: memoryLimit,
    temp_directory: tempDirectory,
    preserve_insertion_order: String(options.preserveInsertionOrder ?? true),
    // Every file is read once or twice, soon after each other: the system's own cache does for that.
    enable_external_file_cache: 'false',
    // A stray s3:// or http:// path must fail at once, not try the network.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false'
  })
  const all: DuckDBConnection[] = []
  for (let count = options.connections ?? 2; count > 0; count--) {
    const connection = await instance.connect()
    await connection.run("SET TimeZone = 'UTC'")
    // A geometry column then reads as what the file stores, as Spark has it, and metadata of GeoParquet that DuckDB refuses
    // does no harm. While the instance is created, the option is not known yet.
    if (all.length === 0) await connection.run('SET GLOBAL enable_geoparquet_conversion = false')
    await connection.run('SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET progress_bar_time = 0')
    all.push(connection)
  }
  const free = [...all]
  const queue: Waiting[] = []
  const running = new Set<Promise<unknown>>()
  const interrupted = new WeakSet<Promise<unknown>>()
  const others = new Map<AbortController, Promise<unknown>>()
  const afterQuery = resultCollector()
  let closing: Promise<void> | undefined

  function waitForConnection(): Promise<DuckDBConnection> {
    return new Promise((take, refuse) => queue.push({ take, refuse }))
  }

  function giveBack(connection: DuckDBConnection): void {
    const next = queue.shift()
    if (next === undefined) free.push(connection)
    else next.take(connection)
  }

  async function use<Answer>(work: (connection: DuckDBConnection) => Promise<Answer>): Promise<Answer> {
    if (closing) throw new Fault('interrupted', 'the database is closed')
    // Taken without a pause where one is free: `interrupt` must see every call that has been made.
    const connection = free.pop() ?? (await waitForConnection())
    const pending = work(connection)
    running.add(pending)
    try {
      const answer = await pending
      if (!interrupted.has(pending)) return answer
    } catch (error) {
      if (!isInterrupt(error) && !interrupted.has(pending)) throw resourceFault(error, memoryLimit)
    } finally {
      running.delete(pending)
      giveBack(connection)
    }
    // Whatever came of it: rows that are streamed come to an early end as if that was all.
    throw new Fault('interrupted', 'the query was interrupted')
  }

  async function interruptible<Answer>(work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    if (closing) throw new Fault('interrupted', 'the database is closed')
    const stop = new AbortController()
    const pending = work(stop.signal)
    others.set(stop, pending)
    try {
      return await pending
    } catch (error) {
      throw stop.signal.aborted ? new Fault('interrupted', 'the work was interrupted', { cause: error }) : error
    } finally {
      others.delete(stop)
    }
  }

  async function interrupt(): Promise<void> {
    for (const stop of others.keys()) stop.abort()
    await Promise.allSettled(others.values())
    for (const waiting of queue.splice(0)) waiting.refuse(new Fault('interrupted', 'the query was interrupted before it began'))
    // Again and again: DuckDB forgets an interrupt that comes before the query has really begun.
    for (const pending of [...running]) {
      interrupted.add(pending)
      let settled = false
      const end = pending.then(
        () => (settled = true),
        () => (settled = true)
      )
      while (!settled) {
        for (const connection of all) if (!free.includes(connection)) connection.interrupt()
        await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 5))])
      }
    }
  }

  async function close(): Promise<void> {
    await interrupt()
    for (const connection of all) connection.closeSync()
    instance.closeSync()
    if (options.tempDirectory === undefined) await rm(tempDirectory, { recursive: true, force: true }).catch(ignoreNoFolder)
  }

  return {
    tempDirectory,
    async query(sql, onProgress) {
      const answer = await use(async (connection) => copyResult(await watched(connection, connection.run(sql), onProgress)))
      afterQuery(answer.rowCount * answer.names.length)
      return answer
    },
    async run(sql) {
      await use(async (connection) => void (await connection.run(sql)))
      afterQuery(0)
    },
    use,
    interruptible,
    interrupt,
    close: () => (closing ??= close())
  }
}

/** TMPDIR may be a file: nothing was written below it then. */
function ignoreNoFolder(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOTDIR')) throw error
}

/** DuckDB tells how far a query is only when it is asked. */
async function watched<Answer>(connection: DuckDBConnection, query: Promise<Answer>, onProgress?: (share: number) => void): Promise<Answer> {
  if (!onProgress) return query
  const timer = setInterval(() => {
    const { percentage } = connection.progress
    if (percentage > 0) onProgress(Math.min(1, percentage / 100))
  }, 100)
  try {
    return await query
  } finally {
    clearInterval(timer)
  }
}

function isInterrupt(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('INTERRUPT Error')
}

/** What DuckDB says when the machine has run out of something; other errors come back as they are. */
function resourceFault(error: unknown, memoryLimit: string): unknown {
  if (!(error instanceof Error)) return error
  const said = error.message.split('\n')[0]
  if (/No space left on device|File too large|Disk quota exceeded/.test(error.message)) return new Fault('storage', `the disk is full or its limit is reached: make room, then start again (${said})`, { cause: error })
  if (/^Out of Memory Error|Failed to create directory/.test(error.message)) {
    return new Fault('storage', `DuckDB has used up the ${memoryLimit} of memory that it may take, or finds no room for what does not fit into them: set CONTRAIL_MEMORY_LIMIT to more, as in 4GB, or TMPDIR to a folder with room, then start again (${said})`, { cause: error })
  }
  return error
}
