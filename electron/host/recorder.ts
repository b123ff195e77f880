import type { BatchRecord } from '#shared/contract/run.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import type { EngineState } from '#shared/engine/state.ts'
import type { WindowRows } from '#shared/engine/windows.ts'

/** Keeps and tells what a workbench shows of a query, besides its progress. */
export interface QueryRecorder {
  /** The query stands where its last run left off. */
  resumed(spec: QuerySpec, state: EngineState): void
  /** A batch is in gold and not yet committed: what must outlive a crash is kept now. One that is done again comes again. */
  keep(record: BatchRecord): Promise<void>
  /** The batch is committed. `closed`: its rows of gold. */
  tell(record: BatchRecord, spec: QuerySpec, state: EngineState, closed: WindowRows): void
}
