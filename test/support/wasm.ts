import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createDuckDB, NODE_RUNTIME, VoidLogger } from '@duckdb/duckdb-wasm/blocking'
import { readStream, type StreamTable } from '#shared/arrow/readStream.ts'

/** DuckDB-WASM as the page has it, in this thread. */
export interface Wasm {
  query(sql: string): StreamTable
  /** As the console runs a statement: its parts, one after the other. */
  parts(sql: string): Uint8Array[]
  /** The answer as it comes: an Arrow file. */
  file(sql: string): Uint8Array
  insert(table: string, stream: Uint8Array, create: boolean): void
}

export async function openWasm(): Promise<Wasm> {
  const dist = dirname(createRequire(import.meta.url).resolve('@duckdb/duckdb-wasm'))
  const bundle = { mainModule: join(dist, 'duckdb-eh.wasm'), mainWorker: '' }
  const database = await createDuckDB({ mvp: bundle, eh: bundle }, new VoidLogger(), NODE_RUNTIME)
  await database.instantiate(() => undefined)
  database.open({ query: { castBigIntToDouble: false } })
  // Its own functions would give tables of another apache-arrow.
  const { _conn: conn } = database.connect() as unknown as { readonly _conn: number }
  for (const setting of ['autoinstall_known_extensions = false', 'autoload_known_extensions = false', 'enable_external_access = false', 'lock_configuration = true']) database.runQuery(conn, `SET ${setting}`)
  return {
    query: (sql) => readStream(database.runQuery(conn, sql)),
    parts(sql) {
      let part = database.startPendingQuery(conn, sql, true)
      while (part === null) part = database.pollPendingQuery(conn)
      const parts: Uint8Array[] = []
      while (part === null || part.byteLength > 0) {
        if (part !== null) parts.push(part)
        part = database.fetchQueryResults(conn)
      }
      return parts
    },
    file: (sql) => database.runQuery(conn, sql),
    insert(table, stream, create) {
      const [schema, name] = table.includes('.') ? table.split('.') : [undefined, table]
      database.insertArrowFromIPCStream(conn, stream, { name: name!, ...(schema !== undefined && { schema }), create })
    }
  }
}
