import type { BoundQuery } from '#shared/pipeline/bindQuery.ts'
import type { Source } from '../source/source.ts'
import type { FileTally } from './batchRecord.ts'
import type { ReadBatch } from './readBatch.ts'
import { hasOwnStats } from './recordingOf.ts'

/** Rows of a batch that have no event time: they belong to no window. */
export function rowsWithoutTime({ eventTime }: Pick<ReadBatch, 'eventTime'>, { rows }: FileTally): number {
  return (eventTime?.rows ?? 0) - rows.reduce((sum, inFile) => sum + inFile, 0)
}

export interface TimelessBatch {
  readonly id: number
  readonly rows: number
  /** Of its rows: those without an event time. */
  readonly without: number
}

/**
 * What to say of such rows where the event time is mapped: they may come of a mapping that does not fit. Rows that were
 * written without a time are counted, and are no reason to warn.
 */
export function timelessWarning(source: Source, query: BoundQuery, batch: TimelessBatch): string | undefined {
  if (batch.without === 0 || hasOwnStats(source, query.eventTime)) return undefined
  const [rows, without] = [batch.rows.toLocaleString('en-US'), batch.without.toLocaleString('en-US')]
  const isAll = batch.without === batch.rows
  const what = isAll ? `none of the ${rows} rows has an event time` : `${without} of ${rows} rows have no event time`
  const next = 'contrail check shows what it cannot read'
  return `batch ${batch.id}: ${what} as ${query.eventTime} is mapped, and such rows count for no window; ${next}`
}
