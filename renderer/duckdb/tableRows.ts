import type { BatchRecord, Problem, QueryName } from '#shared/contract/run.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'
import type { Cell } from './tableShapes.ts'

/** What a batch adds to the tables that only grow; cells in the order of `shapes`. */
export interface BatchRows {
  readonly late_rows: readonly Cell[][]
  readonly files: readonly Cell[][]
  readonly progress: Cell[]
}

export function batchRows({ query, batchId, finishedMs, progress, late, files, watermarkMs }: BatchRecord): BatchRows {
  const [state] = progress.stateOperators
  const batch = BigInt(batchId)
  return {
    late_rows: late.map(({ file, paneMs, key, rows, missedWindows }) => [query, file, micros(paneMs), key, BigInt(rows), BigInt(missedWindows), batch]),
    files: files.map(({ path, sizeBytes, rows, minEventMs, maxEventMs, lateRows, setAside }) => [query, path, BigInt(sizeBytes), BigInt(rows), micros(minEventMs), micros(maxEventMs), BigInt(lateRows), batch, micros(finishedMs), setAside ?? null]),
    progress: [query, batch, micros(Date.parse(progress.timestamp)), BigInt(progress.numInputRows), BigInt(progress.contrail.numInputFiles), BigInt(progress.sink.numOutputRows), BigInt(state?.numRowsTotal ?? 0), BigInt(state?.numRowsDroppedByWatermark ?? 0), BigInt(progress.contrail.lateRows), progress.durationMs.triggerExecution ?? 0, micros(watermarkMs)]
  }
}

export const problemRow = ({ severity, atMs, query, file, message }: Problem): Cell[] => [severity, micros(atMs), query, file, message]

export const windowRow = (query: QueryName, { startMs, endMs, state, keysOver, rows, keys, droppedRows, closedBatch }: WindowEntry): Cell[] => [query, micros(startMs), micros(endMs), state, keysOver > 0, BigInt(Math.round(rows)), BigInt(keys), BigInt(keysOver), BigInt(droppedRows), closedBatch === null ? null : BigInt(closedBatch)]

/** Milliseconds as a column of instants takes them; null where there is no instant. */
const micros = (ms: number | null): bigint | null => (ms === null || !Number.isFinite(ms) ? null : BigInt(Math.round(ms * 1000)))
