import { Fault } from '#shared/engine/fault.ts'
import { parseBatchSettings, type BatchSettings } from '#shared/pipeline/batchSettings.ts'
import { commitPath, listLog, readCommit } from '../delta/log.ts'
import { noteOf } from '../sink/goldTable.ts'
import type { BatchNote } from '../sink/goldActions.ts'
import type { OffsetRange } from '../source/source.ts'
import type { Storage } from '../storage/storage.ts'

/** A batch as gold's commit of it tells: enough to read the very same rows again, and to know which of them were late. */
export interface RecordedBatch {
  readonly batchId: number
  readonly range: OffsetRange
  readonly settings: BatchSettings
  /** Files of the range that could not be read then. */
  readonly setAside: NonNullable<BatchNote['setAside']>
  /** What the batch evicted with. Windows that ended by the one of the batch before were late for it. SPEC L1 */
  readonly watermarkMs: number
}

/** Batches of a query that gold has, ascending, from `fromBatch` on. A gold table that is not there has none. Faults name the commit that does not tell what is needed. */
export async function readRecordedBatches(gold: Storage, queryId: string, fromBatch = 0): Promise<RecordedBatch[]> {
  if (!(await gold.hasFolder('_delta_log'))) return []
  // A version a batch, but for commits of others in between: no batch has a version below its own number.
  const { commits } = await listLog(gold, fromBatch)
  const batches: RecordedBatch[] = []
  for (const version of [...commits].sort((a, b) => a - b)) {
    const commit = await readCommit(gold, version)
    const txn = commit.actions.find((action) => action.kind === 'txn' && action.txn.appId === queryId)
    if (txn?.kind !== 'txn' || txn.txn.version < BigInt(fromBatch)) continue
    const where = `${gold.root}/${commitPath(version)}`
    const batchId = Number(txn.txn.version)
    const expected = batches.length === 0 ? fromBatch : batches.at(-1)!.batchId + 1
    if (batchId !== expected) throw new Fault('corrupt', `${gold.root} has no commit of batch ${expected}, and one of batch ${batchId}: restore its log`)
    batches.push(recordedBatch(batchId, noteOf(commit), where))
  }
  return batches
}

function recordedBatch(batchId: number, note: BatchNote | undefined, where: string): RecordedBatch {
  if (note?.range === undefined || typeof note.watermarkMs !== 'number') throw new Fault('unsupported', `${where} does not tell what its batch was made of (it was written by an older Contrail, or by another program): replay silver into a new gold folder`)
  const { range, setAside = [] } = note
  const settings = parseBatchSettings(note, where)
  return { batchId, range: { start: range.start ?? '', end: range.end, changes: settings.changes }, settings, setAside, watermarkMs: note.watermarkMs }
}
