import { AsyncDuckDB, VoidLogger } from '@duckdb/duckdb-wasm'
import workerUrl from '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url'
import moduleUrl from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url'
import { fileAsStream } from '#shared/arrow/messages.ts'
import { readStream, type StreamTable } from '#shared/arrow/readStream.ts'

/** DuckDB in the page: in memory, in a worker of its own, over Arrow streams only. One statement at a time, in the order in which they were asked for. */
export interface WasmConnection {
  query(sql: string): Promise<StreamTable>
  /** The answer as an Arrow stream. */
  queryStream(sql: string): Promise<Uint8Array>
  /** The answer part by part, while it is computed: an Arrow schema first, then batches of rows, each an Arrow message. It goes on while `onPart` says so, for as long as it takes. */
  stream(sql: string, onPart: (part: Uint8Array) => boolean): Promise<void>
  /** Adds an Arrow stream to a table, or makes one of it; its schema must be there. */
  insertFrom(table: string, stream: Uint8Array, create: boolean): Promise<void>
  /** Ends the worker at once, whatever it does: that is the only way to stop a statement. What waits for an answer is refused with `reason`. */
  end(reason: Error): void
}

export interface WasmOptions {
  /** For statements that a person wrote: no files, no addresses, no setting can be changed. */
  readonly locked: boolean
}

/** Without it a module that the content policy refuses would never answer. */
const patienceMs = 60_000

/** What a locked database may use of the page's memory. */
const lockedMemory = '2GB'

export async function openWasm({ locked }: WasmOptions = { locked: false }): Promise<WasmConnection> {
  const worker = new Worker(workerUrl)
  const database = new AsyncDuckDB(new VoidLogger(), worker)
  await inTime(database.instantiate(moduleUrl), 'DuckDB did not start in this page')
  await inTime(database.open({ query: { castBigIntToDouble: false } }), 'DuckDB did not open')
  const connection = await inTime(database.connectInternal(), 'DuckDB did not connect')
  let last: Promise<unknown> = Promise.resolve()
  let ended: Error | undefined
  let refuse: (reason: Error) => void
  const ending = new Promise<never>((_, reject) => (refuse = reject))
  ending.catch(() => undefined)
  /** One after the other; none begins after the end. */
  const oneByOne = <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    const next = last.then(() => (ended ? Promise.reject(ended) : Promise.race([work(), ending])))
    last = next.catch(() => undefined)
    return next
  }
  const inTurn = <Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> => oneByOne(() => inTime(work(), what))

  /** What fails after its first rows is told of without its reason, and leaves its transaction behind: another way through the same rows throws the reason. */
  async function streamAll(sql: string, onPart: (part: Uint8Array) => boolean): Promise<void> {
    try {
      await streamParts(sql, onPart)
    } catch (error) {
      if (ended || !String(error).includes('unsuccessful or closed pending query')) throw error
      await database.runQuery(connection, 'ROLLBACK').catch(() => undefined)
      await database.runQuery(connection, `SELECT bit_xor(hash(each_row)) FROM (${sql}\n) each_row`)
      throw error
    }
  }

  async function streamParts(sql: string, onPart: (part: Uint8Array) => boolean): Promise<void> {
    let part = await database.startPendingQuery(connection, sql, true)
    while (part === null && !ended) part = await database.pollPendingQuery(connection)
    while (!ended && part !== null && part.byteLength > 0) {
      if (!onPart(part)) return
      do part = await database.fetchQueryResults(connection)
      while (part === null && !ended)
    }
  }

  const queryFile = (sql: string) => inTurn(sql.slice(0, 80), () => database.runQuery(connection, sql))
  // Extensions would come from the network, which there is none of.
  for (const setting of ['autoinstall_known_extensions', 'autoload_known_extensions']) await queryFile(`SET ${setting} = false`)
  if (locked) for (const setting of [`memory_limit = '${lockedMemory}'`, 'enable_external_access = false', 'lock_configuration = true']) await queryFile(`SET ${setting}`)
  return {
    query: async (sql) => readStream(await queryFile(sql)),
    queryStream: async (sql) => fileAsStream(await queryFile(sql)),
    insertFrom: (table, stream, create) => inTurn(`fill ${table}`, () => database.insertArrowFromIPCStream(connection, stream, { ...nameOf(table), create })),
    stream: (sql, onPart) => oneByOne(() => streamAll(sql, onPart)),
    end(reason) {
      ended ??= reason
      refuse(reason)
      void database.terminate()
    }
  }
}

/** Of "schema.table", or of a table alone. */
function nameOf(table: string): { readonly name: string; readonly schema?: string } {
  const [schema, name] = table.split('.')
  return name === undefined ? { name: table } : { name, schema: schema! }
}

async function inTime<Answer>(work: Promise<Answer>, what: string): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`${what}: no answer within ${patienceMs / 1000} s; reload the page`)), patienceMs)))
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
