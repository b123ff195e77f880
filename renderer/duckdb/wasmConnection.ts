import { AsyncDuckDB, VoidLogger } from '@duckdb/duckdb-wasm'
import workerUrl from '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url'
import moduleUrl from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url'
import { readStream, type StreamTable } from '#shared/arrow/readStream.ts'

/** DuckDB in the page: in memory, in a worker of its own, over Arrow streams only. One statement at a time, in the order in which they were asked for. */
export interface WasmConnection {
  query(sql: string): Promise<StreamTable>
  /** The answer as it comes: an Arrow stream. */
  queryStream(sql: string): Promise<Uint8Array>
  /** Adds an Arrow stream to a table, or makes one of it. */
  insertFrom(table: string, stream: Uint8Array, create: boolean): Promise<void>
  close(): Promise<void>
}

/** Without it a module that the content policy refuses would never answer. */
const patienceMs = 60_000

export async function openWasm(): Promise<WasmConnection> {
  const worker = new Worker(workerUrl)
  const database = new AsyncDuckDB(new VoidLogger(), worker)
  await inTime(database.instantiate(moduleUrl), 'DuckDB did not start in this page')
  await inTime(database.open({ query: { castBigIntToDouble: false } }), 'DuckDB did not open')
  const connection = await inTime(database.connectInternal(), 'DuckDB did not connect')
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> => {
    const next = last.then(
      () => inTime(work(), what),
      () => inTime(work(), what)
    )
    last = next.catch(() => undefined)
    return next
  }
  const queryStream = (sql: string) => inTurn(sql.slice(0, 80), () => database.runQuery(connection, sql))
  // Extensions would come from the network, which there is none of.
  for (const setting of ['autoinstall_known_extensions', 'autoload_known_extensions']) await queryStream(`SET ${setting} = false`)
  return {
    query: async (sql) => readStream(await queryStream(sql)),
    queryStream,
    insertFrom: (table, stream, create) => inTurn(`fill ${table}`, () => database.insertArrowFromIPCStream(connection, stream, { name: table, create })),
    close: () => database.terminate()
  }
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
