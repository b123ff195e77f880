import type { BatchRecord } from '#shared/contract/run.ts'

/** What batches tell of late rows and of files set aside: event times, each once. */
export interface BatchMarks {
  /** Windows that rows came too late for, and how many: of each query for itself. */
  readonly late: Iterable<{ readonly startMs: number; readonly rows: number }>
  /** By path of a file that was set aside: the newest event before it, for what its own are is not known. */
  readonly setAside: ReadonlyMap<string, number>
}

export function openBatchMarks(): BatchMarks & { add(batch: BatchRecord): void } {
  const late = new Map<string, { readonly startMs: number; rows: number }>()
  const setAside = new Map<string, number>()
  const seen = new Set<string>()
  let newestMs: number | undefined
  return {
    get late() {
      return late.values()
    },
    setAside,
    add({ query, batchId, dropped, files, maxEventMs }) {
      const batch = `${query} ${batchId}`
      if (seen.has(batch)) return // Done again after a crash: the same as before.
      seen.add(batch)
      if (maxEventMs !== null) newestMs = Math.max(newestMs ?? -Infinity, maxEventMs)
      for (const { startMs, rows } of dropped) {
        const window = late.get(`${query} ${startMs}`)
        if (window) window.rows += rows
        else late.set(`${query} ${startMs}`, { startMs, rows })
      }
      for (const { path, setAside: why } of files) if (why !== undefined && newestMs !== undefined && !setAside.has(path)) setAside.set(path, newestMs)
    }
  }
}
