import type { BatchRecord } from '#shared/contract/run.ts'

/** What batches tell of late rows and of files set aside: event times, each once. */
export interface BatchMarks {
  /** Starts of windows that rows came too late for. */
  readonly late: ReadonlySet<number>
  /** By path of a file that was set aside: the newest event before it, for what its own are is not known. */
  readonly setAside: ReadonlyMap<string, number>
}

export function openBatchMarks(): BatchMarks & { add(batch: BatchRecord): void } {
  const late = new Set<number>()
  const setAside = new Map<string, number>()
  let newestMs: number | undefined
  return {
    late,
    setAside,
    add({ dropped, files, maxEventMs }) {
      if (maxEventMs !== null) newestMs = Math.max(newestMs ?? -Infinity, maxEventMs)
      for (const { startMs } of dropped) late.add(startMs)
      for (const { path, setAside: why } of files) if (why !== undefined && newestMs !== undefined && !setAside.has(path)) setAside.set(path, newestMs)
    }
  }
}
