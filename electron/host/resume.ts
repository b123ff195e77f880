import { Fault } from '#shared/engine/fault.ts'
import { initialState, restore, type EngineState } from '#shared/engine/state.ts'
import type { OffsetEntry } from '../checkpoint/logEntry.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { StateIdentity } from '../checkpoint/stateFile.ts'
import type { GoldTable } from '../sink/goldTable.ts'
import type { OffsetText } from '../source/source.ts'
import type { QueryRun } from './runQuery.ts'

/** Where a query stands between two batches. */
export interface Position {
  readonly nextBatchId: number
  readonly offset: OffsetText
  /** Where the stream began; kept so that a first batch can be read again whatever the start options are then. */
  readonly beginning: OffsetText
  readonly state: EngineState
  /** The next batches, begun by runs that did not finish them: they are done again as they were planned. */
  readonly unfinished: readonly OffsetEntry[]
}

/** Names in offsets/N's free map. */
export const beginningKey = 'contrail.beginning'
export const settingsKey = 'contrail.settings'

/** Goes back to the last finished batch. A restart is invisible: what comes next is what would have come next. SPEC R2, R3 */
export async function resume(run: Pick<QueryRun, 'query' | 'source' | 'stream' | 'checkpoint' | 'identity' | 'recorded'>): Promise<Position> {
  const { committed, unfinished } = run.checkpoint.found
  const logged = (unfinished[0] ?? committed?.offsets)?.conf[beginningKey]
  const beginning = logged ?? run.recorded?.[0]?.range.start ?? (await run.source.beginning())
  if (!committed) {
    for (const { end } of unfinished) run.stream.checkOffset(end)
    return { nextBatchId: 0, offset: beginning, beginning, state: initialState, unfinished }
  }
  const { batchId, offsets, commit } = committed
  const { header, state: saved } = await run.checkpoint.readState(batchId)
  refuseOther(header.identity, run)
  for (const { end } of [offsets, ...unfinished]) run.stream.checkOffset(end)
  const state = restore(run.query.spec, saved)
  if (state.watermarkMs !== commit.nextBatchWatermarkMs || state.closedMs !== offsets.batchWatermarkMs) {
    throw new Fault('checkpoint', `state, offsets and commits of batch ${batchId} of ${run.query.spec.name} do not belong together (watermarks ${state.closedMs} and ${state.watermarkMs}, ${offsets.batchWatermarkMs} and ${commit.nextBatchWatermarkMs}): restore them, or start with a new checkpoint`)
  }
  run.stream.recall(header.source)
  return { nextBatchId: batchId + 1, offset: offsets.end, beginning, state, unfinished }
}

/** Gold must hold what the checkpoint has done: rows that are gone from it would never be written again. */
export function refuseShortGold({ found }: Checkpoint, gold: Pick<GoldTable, 'newestBatch'>, goldName: string): void {
  const { committed } = found
  if (!committed || gold.newestBatch >= committed.batchId) return
  const has = gold.newestBatch < 0 ? 'none of its batches' : `its batches up to ${gold.newestBatch}`
  const goBack = gold.newestBatch < 0 ? 'all offsets and commits' : `offsets and commits after ${gold.newestBatch}`
  throw new Fault('checkpoint', `the checkpoint has done batch ${committed.batchId}, and ${goldName} has ${has}: restore gold, or remove ${goBack} from the checkpoint to do those again, or start with a new checkpoint`)
}

/** What a query must not change under its checkpoint. Delays, limits, source options and triggers may. */
function refuseOther(saved: StateIdentity, { identity, query, source }: Pick<QueryRun, 'identity' | 'query' | 'source'>): void {
  const fresh = 'start with a new checkpoint (and a new gold folder), or go back to what it was'
  const refuse = (what: string, was: string, is: string) => new Fault('checkpoint', `the checkpoint of ${query.spec.name} was made with ${what} ${was}, and now it is ${is}: ${fresh}`)
  if (saved.silver !== identity.silver) {
    throw new Fault('checkpoint', `[DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE] the checkpoint of ${query.spec.name} has read silver ${saved.silver}, and ${source.name} is ${identity.silver}: ${fresh}`)
  }
  for (const what of ['query', 'key', 'window', 'outputs'] as const) if (saved[what] !== identity[what]) throw refuse(`the ${what}`, saved[what], identity[what])
  for (const [column, is] of Object.entries(identity.columns)) {
    const was = saved.columns[column]
    if (was !== is) throw refuse(`column ${column} of silver as`, was ?? 'not used', is)
  }
}

/** The identity of a query over a source. */
export function identityOf({ spec, eventTime }: QueryRun['query'], columns: readonly string[], source: QueryRun['source']): StateIdentity {
  return {
    query: spec.name,
    silver: source.id,
    key: spec.key.name,
    window: `${spec.window.size} us every ${spec.window.slide} us over ${eventTime}`,
    outputs: spec.outputs.map(({ name, measure }) => `${name} ${measure.kind}`).join(', '),
    columns: Object.fromEntries(columns.map((column) => [column, source.columnIdentity(column)]))
  }
}
