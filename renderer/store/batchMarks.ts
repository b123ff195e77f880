import type { BatchRecord } from '#shared/contract/run.ts'

/** What batches tell of late rows and of files set aside: event times, each once. */
export interface BatchMarks {
  /** Rows that came too late for a window, by its start. */
  readonly late: ReadonlyMap<number, number>
  /** By path of a file that was set aside: the newest event before it, for what its own are is not known. */
  readonly setAside: ReadonlyMap<string, number>
}

export function openBatchMarks(): BatchMarks & { add(batch: BatchRecord): void } {
  const late = new Map<number, number>()
  const setAside = new Map<string, number>()
  let newestMs: number | undefined
  return {
    late,
    setAside,
    add({ dropped, files, maxEventMs }) {
      if (maxEventMs !== null) newestMs = Math.max(newestMs ?? -Infinity, maxEventMs)
      for (const { startMs, rows } of dropped) late.set(startMs, (late.get(startMs) ?? 0) + rows)
      for (const { path, setAside: why } of files) if (why !== undefined && newestMs !== undefined && !setAside.has(path)) setAside.set(path, newestMs)
    }
  }
}
