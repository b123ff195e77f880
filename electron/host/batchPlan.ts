import { Fault } from '#shared/engine/fault.ts'
import { parseBatchSettings, type BatchSettings } from '#shared/pipeline/batchSettings.ts'
import type { BoundQuery } from '#shared/pipeline/bindQuery.ts'
import type { OffsetEntry } from '../checkpoint/logEntry.ts'
import type { BatchNote } from '../sink/goldActions.ts'
import type { OffsetText } from '../source/source.ts'
import { parseObject } from '../storage/parseObject.ts'
import type { KnownRows, ReadBatch } from './readBatch.ts'
import { settingsKey } from './resume.ts'
import type { QueryRun } from './runQuery.ts'

/** A batch that is about to run. */
export interface PlannedBatch {
  readonly batchId: number
  readonly start: OffsetText
  readonly end: OffsetText
  /** Set when an earlier run planned it and did not finish. */
  readonly logged: OffsetEntry | undefined
}

/** How a planned batch is done: as it is in gold when gold has it, as it was logged when it was, as it was recorded but for the limits when it was, with today's settings otherwise. */
export interface BatchPlan extends PlannedBatch {
  readonly query: BoundQuery
  readonly settings: BatchSettings
  /** Set when its rows are known already, here or from the run that recorded it. */
  readonly known: KnownRows | undefined
}

/**
 * A batch that gold has, or that was logged, must come out as it did or would have: only then is its state the one that belongs to gold. Fault
 * `checkpoint` when gold has another batch in its place. SPEC R6, G4
 */
export async function howToDo(run: QueryRun, planned: PlannedBatch, watermarkMs: number): Promise<BatchPlan> {
  const { batchId, logged: entry } = planned
  if (entry && entry.batchWatermarkMs !== watermarkMs) throw otherWatermark(run, planned, watermarkMs)
  const inGold = await findInGold(run, planned)
  const logged = entry?.conf[settingsKey]
  const kept = inGold?.changes ? parseBatchSettings(inGold, `gold's commit of batch ${batchId}`) : logged === undefined ? undefined : parseBatchSettings(parseObject(logged), `offsets/${batchId} of the checkpoint`)
  const recorded = run.recorded?.[batchId]
  if (recorded && (recorded.range.start !== planned.start || recorded.watermarkMs !== watermarkMs)) throw otherThanRecorded(run, batchId)
  const settings = kept ?? (recorded ? { ...recorded.settings, limits: run.settings().limits } : run.settings())
  const known: KnownRows | undefined = inGold ? { setAside: inGold.setAside ?? [], where: 'gold' } : recorded && { setAside: recorded.setAside, where: 'the recorded run' }
  return { ...planned, known, settings, query: run.queryWith(settings) }
}

function otherThanRecorded(run: QueryRun, batchId: number): Fault {
  return new Fault('changed', `batch ${batchId} of ${run.query.spec.name} cannot be done as it was recorded: its rows are not those of then; silver has changed since; replay silver into a new run`)
}

function otherWatermark(run: QueryRun, { batchId, logged }: PlannedBatch, watermarkMs: number): Fault {
  return new Fault('checkpoint', `offsets/${batchId} of ${run.query.spec.name} holds the watermark ${logged?.batchWatermarkMs}, and the batch before it left ${watermarkMs}: restore the checkpoint, or remove offsets/${batchId} and everything newer in it`)
}

/** Gold may already have the batch (a crash, or offsets removed by hand): then it must be the very same one. SPEC G4 */
async function findInGold(run: QueryRun, planned: PlannedBatch): Promise<BatchNote | undefined> {
  const inGold = await run.gold.findBatch(planned.batchId)
  const range = rangeOf(planned)
  if (inGold?.note?.range === undefined || (inGold.note.range.start === range.start && inGold.note.range.end === range.end)) return inGold?.note
  if (!planned.logged) await run.checkpoint.refuseTaken(planned.batchId)
  throw new Fault(
    'checkpoint',
    `version ${inGold.version} of ${run.goldName} already holds batch ${planned.batchId} of this checkpoint, made of silver up to ${inGold.note.range.end}, and the batch planned now ends at ${range.end}: entries of the checkpoint were removed and silver or the file limits have changed since; start with a new checkpoint and a new gold folder`
  )
}

const rangeOf = ({ start, end }: PlannedBatch): BatchNote['range'] => ({ start, end })

export function noteOf(plan: BatchPlan, watermarkMs: number, { setAside }: ReadBatch): BatchNote {
  return { range: rangeOf(plan), watermarkMs, ...plan.settings, ...(setAside.length > 0 && { setAside: setAside.map(({ path, position }) => ({ path, position })) }) }
}
