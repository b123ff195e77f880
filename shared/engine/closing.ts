/** A batch as it will be done: which files it reads. Without files it reads nothing, and only closes what the watermark has passed. */
export interface PlannedBatch {
  readonly batchId: number
  readonly files: readonly PlannedFile[]
}

export interface PlannedFile {
  readonly path: string
  /** Newest event time in whole milliseconds, cut downwards as the watermark cuts it (SPEC T2); null: not known. */
  readonly maxEventMs: number | null
}

/** What a query will read next: its batches from the next one on, without a gap. */
export interface PlannedBatches {
  readonly batches: readonly PlannedBatch[]
  /** What follows them: more files; a batch without data when the watermark has moved (SPEC B3); nothing at all. */
  readonly then: 'files' | 'cleanUp' | 'nothing'
}

/** A window that is not written yet, and where its query stands between two batches. */
export interface ClosingFacts {
  /** End of the window. Fractions where it does not end with a whole millisecond. */
  readonly endMs: number
  readonly delayMs: number
  /** Where the watermark stands: what the next batch evicts with. */
  readonly watermarkMs: number
  readonly nextBatch: number
  /** undefined: what comes is not known, as in a watch. */
  readonly ahead: PlannedBatches | undefined
}

/** What closes a window. `writtenBy`: undefined where no batch comes after the one that reads the event: its rows are never written. */
export type Closing =
  /** The watermark has passed its end. */
  | { readonly kind: 'passed'; readonly writtenBy: number | undefined }
  | { readonly kind: 'planned'; readonly file: string; readonly eventMs: number; readonly readBy: number; readonly writtenBy: number | undefined }
  /** No file that is left has an event that late: it stays open. SPEC E2 */
  | { readonly kind: 'never' }
  /** `files`: none of those that are known does, and more follow. `statistics`: a file comes first of which the log tells no times. `watch`: nothing is known of what comes. */
  | { readonly kind: 'unknown'; readonly because: 'files' | 'statistics' | 'watch' }

/** The event time that must be read for a window to close, in whole milliseconds: its end and the delay. SPEC T1 to T3 */
export const neededEventMs = ({ endMs, delayMs }: Pick<ClosingFacts, 'endMs' | 'delayMs'>): number => Math.ceil(endMs) + delayMs

/**
 * Tells which file moves the watermark past the end of a window, which batch reads it, and which writes the window: the one after, because a batch
 * evicts with the watermark of the batch before it (SPEC E1, T1). Right for every file that is read as the plan says.
 */
export function predictClosing(facts: ClosingFacts): Closing {
  const { watermarkMs, nextBatch, ahead } = facts
  const neededMs = neededEventMs(facts)
  if (watermarkMs >= neededMs - facts.delayMs) return { kind: 'passed', writtenBy: ahead ? batchAfter(ahead, -1, nextBatch) : nextBatch }
  if (!ahead) return { kind: 'unknown', because: 'watch' }
  for (const [i, { batchId, files }] of ahead.batches.entries()) {
    const carrier = files.find((file) => file.maxEventMs !== null && file.maxEventMs >= neededMs)
    // Whatever else is in its batch, that one moves the watermark far enough.
    if (carrier) return { kind: 'planned', file: carrier.path, eventMs: carrier.maxEventMs!, readBy: batchId, writtenBy: batchAfter(ahead, i, batchId + 1) }
    if (files.some((file) => file.maxEventMs === null)) return { kind: 'unknown', because: 'statistics' }
  }
  return ahead.then === 'files' ? { kind: 'unknown', because: 'files' } : { kind: 'never' }
}

/** The batch behind the one at a place of the plan. A watermark that has just passed the end of a window has moved, so the batch that cleans up comes. */
function batchAfter({ batches, then }: PlannedBatches, at: number, batchId: number): number | undefined {
  return at + 1 < batches.length || then !== 'nothing' ? batchId : undefined
}
