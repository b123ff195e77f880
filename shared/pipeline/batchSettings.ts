import { z } from 'zod'
import { Fault } from '#shared/engine/fault.ts'
import type { Pipeline, SilverSettings } from './pipeline.ts'
import type { QueryDefinition } from './queryDefinition.ts'

/** How commits of silver that change data are treated. */
export type ChangeOptions = Pick<SilverSettings, 'skipChangeCommits' | 'ignoreDeletes' | 'ignoreChanges'>

/**
 * Settings that shape a batch and that may change under a checkpoint. They are kept with the batch, in offsets/N and in gold's commit, because a
 * batch that is done again must come out as it was planned. SPEC R6
 */
export interface BatchSettings {
  /** Of the query's measures, as the pipeline names them. Empty for a query without limits. */
  readonly limits: Readonly<Record<string, number>>
  readonly watermarkDelayMs: number
  readonly changes: ChangeOptions
}

/** The settings that a pipeline's query has for its next batch. */
export function batchSettings({ silver, queries }: Pipeline, { name, watermarkDelayMs }: QueryDefinition): BatchSettings {
  const { skipChangeCommits, ignoreDeletes, ignoreChanges } = silver
  return {
    limits: name === 'anomaly_alerts' ? { ...queries.anomaly_alerts?.thresholds } : {},
    watermarkDelayMs,
    changes: { skipChangeCommits, ignoreDeletes, ignoreChanges }
  }
}

/** The pipeline as it was when a batch of the query of that name was planned. */
export function withBatchSettings(pipeline: Pipeline, query: string, { limits, watermarkDelayMs, changes }: BatchSettings): Pipeline {
  const { flight_phase_counts: phases, anomaly_alerts: alerts } = pipeline.queries
  return {
    ...pipeline,
    silver: { ...pipeline.silver, ...changes },
    queries: {
      flight_phase_counts: query === 'flight_phase_counts' && phases ? { ...phases, watermarkDelayMs } : phases,
      anomaly_alerts: query === 'anomaly_alerts' && alerts ? { ...alerts, watermarkDelayMs, thresholds: { ...alerts.thresholds, ...limits } } : alerts
    }
  }
}

const shape = z.object({
  limits: z.record(z.string(), z.number()),
  watermarkDelayMs: z.number().int().nonnegative(),
  changes: z.object({ skipChangeCommits: z.boolean(), ignoreDeletes: z.boolean(), ignoreChanges: z.boolean() })
})

/** Settings as JSON gave them; other keys are passed over. Fault `checkpoint` for anything else; `file` is for the message. */
export function parseBatchSettings(value: unknown, file: string): BatchSettings {
  const settings = shape.safeParse(value)
  if (settings.success) return settings.data
  throw new Fault('checkpoint', `the settings of its batch in ${file} are not what Contrail writes: restore it, or start with a new checkpoint and a new gold folder`)
}
