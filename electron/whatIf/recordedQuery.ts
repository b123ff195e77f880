import { Fault } from '#shared/engine/fault.ts'
import { withBatchSettings, type BatchSettings } from '#shared/pipeline/batchSettings.ts'
import { bindQuery, type BoundQuery } from '#shared/pipeline/bindQuery.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { rangesOf, type Range } from '#shared/whatIf/limitedColumns.ts'
import { readQueryId } from '../checkpoint/checkpoint.ts'
import { openSource, type SourceParts } from '../source/openSource.ts'
import type { Source, SourceStream } from '../source/source.ts'
import type { Storage } from '../storage/storage.ts'
import { readRecordedBatches, type RecordedBatch } from './recordedBatches.ts'

/** A query of a pipeline that has run, over the silver that it read. */
export interface RecordedQuery {
  readonly query: BoundQuery
  readonly source: Source
  readonly stream: SourceStream
  /** Its gold table. */
  readonly gold: Storage
  /** Batches from `fromBatch` on; none before the first is in gold. */
  batches(fromBatch: number): Promise<readonly RecordedBatch[]>
  /** The limits of a batch, as the what-if index takes them. */
  rangesOf(settings: BatchSettings): readonly Range[]
}

/** Opens what a query of the pipeline has recorded. Reads only. Fault `usage` when the pipeline has no such query. */
export async function openRecordedQuery(pipeline: Pipeline, name: string, parts: SourceParts): Promise<RecordedQuery> {
  const definition = builtinQueries(pipeline).find((candidate) => candidate.name === name)
  if (!definition) throw new Fault('usage', `the pipeline does not run ${name}: choose one that does`)
  // Files that wait to be finished are no concern of what was recorded before.
  const source = await openSource({ silver: pipeline.silver, trigger: { kind: 'processingTime', intervalMs: null } }, parts)
  const query = bindQuery(definition, source.columns, source.name)
  const gold = parts.openStorage(`${pipeline.gold.uri}/${name}`)
  const checkpoint = parts.openStorage(`${pipeline.checkpoints.uri}/${definition.checkpointFolder}`)
  let queryId: string | undefined
  return {
    query,
    source,
    stream: source.stream(query.columns),
    gold,
    async batches(fromBatch) {
      queryId ??= await readQueryId(checkpoint)
      const batches = queryId === undefined ? [] : await readRecordedBatches(gold, queryId, fromBatch)
      // What those batches have read may be newer than what was there when silver was opened.
      if (batches.length > 0) await source.refresh()
      return batches
    },
    rangesOf(settings) {
      const as = builtinQueries(withBatchSettings(pipeline, name, settings)).find((candidate) => candidate.name === name)
      return rangesOf(bindQuery(as ?? definition, source.columns, source.name).spec)
    }
  }
}
