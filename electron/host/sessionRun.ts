import { join } from 'node:path'
import type { SessionRun } from '#shared/contract/session.ts'
import { parsePipeline, type PipelineFile } from '#shared/pipeline/parsePipeline.ts'
import type { SavedRun } from './runFiles.ts'
import { withoutUser } from './withoutCredentials.ts'

/** What a session keeps of a run. */
export function sessionRunOf({ id, name, mode, pipeline }: SavedRun): SessionRun {
  const { uri, ...silver } = pipeline.silver
  const { anomaly_alerts: alerts, ...others } = pipeline.queries ?? {}
  const { thresholds, ...windows } = alerts ?? {}
  const limits = parsePipeline(pipeline, name).queries.anomaly_alerts?.thresholds ?? null
  return {
    id,
    name,
    mode,
    silver: withoutUser(uri),
    settings: { silver, trigger: pipeline.trigger ?? { kind: 'availableNow' }, queries: { ...others, ...((alerts ?? thresholds) && { anomaly_alerts: windows }) } },
    limits
  }
}

/** The pipeline of a session's run, with gold and checkpoints in a folder of ours. What its settings have that no setting is, or of another type, is a Fault that names it. */
export function pipelineOfSession({ silver, settings, limits }: SessionRun, folder: string, file = 'the session'): PipelineFile {
  const { anomaly_alerts: alerts, ...others } = settings.queries
  const pipeline = {
    silver: { ...settings.silver, uri: silver },
    gold: { uri: join(folder, 'gold') },
    checkpoints: { uri: join(folder, 'checkpoints') },
    trigger: settings.trigger,
    queries: { ...others, ...(alerts !== undefined && { anomaly_alerts: typeof alerts === 'object' ? { ...alerts, ...(limits && { thresholds: { ...limits } }) } : alerts }) }
  }
  parsePipeline(pipeline, file)
  return pipeline as PipelineFile // As was found.
}
