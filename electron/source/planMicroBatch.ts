import { beforeAllFiles } from './deltaOffset.ts'
import type { ReadLimits } from './source.ts'

/**
 * What a stream meets on its way through a Delta log: data files, and the end of each version. Ends cost nothing, so a batch that reads the last
 * file of a version also takes the empty versions behind it. SPEC O2, O3
 */
export type LogEntry<File> =
  | { readonly kind: 'file'; readonly version: number; readonly index: number; readonly isStartingVersion: boolean; readonly sizeBytes: number; readonly file: File }
  | { readonly kind: 'end'; readonly version: number }

export interface EntryOffset {
  readonly reservoirVersion: number
  readonly index: number
  readonly isStartingVersion: boolean
}

/** The offset that stands for "this entry is done". */
export function offsetAfter(entry: LogEntry<unknown>): EntryOffset {
  if (entry.kind === 'end') return { reservoirVersion: entry.version + 1, index: beforeAllFiles, isStartingVersion: false }
  return { reservoirVersion: entry.version, index: entry.index, isStartingVersion: entry.isStartingVersion }
}

/**
 * The entries of one micro-batch: as many as the limits admit. A file is admitted while room was left before it, so at least one is, and bytes
 * may overshoot. SPEC O5
 */
export async function planMicroBatch<File>(entries: AsyncIterable<LogEntry<File>>, limits: ReadLimits): Promise<readonly LogEntry<File>[]> {
  const batch: LogEntry<File>[] = []
  let files = limits.maxFiles ?? Infinity
  let bytes = limits.maxBytes ?? Infinity
  for await (const entry of entries) {
    if (entry.kind === 'file') {
      if (files <= 0 || bytes <= 0) break
      files -= 1
      bytes -= entry.sizeBytes
    }
    batch.push(entry)
  }
  return batch
}
