import { lastWindowEndingBy, type WindowNumber } from '#shared/engine/windowSpec.ts'
import { millis, millisToMicros } from '#shared/engine/time.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import type { BoundQuery } from '#shared/pipeline/bindQuery.ts'
import { buildBlock, type Block } from '#shared/whatIf/block.ts'
import type { Range } from '#shared/whatIf/limitedColumns.ts'
import { openThresholdIndex, type ThresholdIndex } from '#shared/whatIf/thresholdIndex.ts'
import type { Database } from '../duckdb/database.ts'
import { readLimitedRows } from '../duckdb/readLimitedRows.ts'
import { positionsBut, refuseMoved } from '../host/readBatch.ts'
import type { SourceStream } from '../source/source.ts'
import type { RecordedBatch } from './recordedBatches.ts'
import type { RecordedQuery } from './recordedQuery.ts'

/** The newest window that a watermark has closed. SPEC T3 */
export const closedBy = ({ window }: QuerySpec, watermarkMs: number): WindowNumber => lastWindowEndingBy(window, millisToMicros(millis(watermarkMs)))

/** Reads the rows of a recorded batch from silver once more. `lateMs`: the watermark of the batch before. Faults name a file that is gone. */
export async function readBlocks(database: Database, query: BoundQuery, stream: SourceStream, { range, setAside }: RecordedBatch, lateMs: number): Promise<Block[]> {
  if (range.start === range.end) return []
  const files = await stream.files(range)
  refuseMoved(files, setAside)
  const lateUpTo = closedBy(query.spec, lateMs)
  const blocks: Block[] = []
  for (const scan of await stream.scans(range, positionsBut(files, setAside))) {
    await readLimitedRows(database, query, scan, (rows) => blocks.push(buildBlock(query.spec, rows, lateUpTo)))
  }
  return blocks
}

/** An index over all batches of a recorded query, counted with the proposed ranges. */
export async function indexRecorded(database: Database, { query, stream, rangesOf }: RecordedQuery, batches: readonly RecordedBatch[], proposed: readonly Range[]): Promise<ThresholdIndex> {
  const index = openThresholdIndex(query.spec, proposed)
  let lateMs = 0
  for (const batch of batches) {
    const blocks = await readBlocks(database, query, stream, batch, lateMs)
    index.addBatch({ blocks, ranges: rangesOf(batch.settings), closedUpTo: closedBy(query.spec, batch.watermarkMs) })
    lateMs = batch.watermarkMs
  }
  return index
}
