import { Fault } from '#shared/engine/fault.ts'
import { millis, type Millis } from '#shared/engine/time.ts'
import type { OffsetText } from '../source/source.ts'
import { parseObject } from '../storage/parseObject.ts'

/** What a batch is about to do: offsets/N. SPEC R1 */
export interface OffsetEntry {
  /** What the batch evicts with. */
  readonly batchWatermarkMs: Millis
  readonly batchTimestampMs: number
  /** Free for us: what is needed to do the batch again as it was planned. */
  readonly conf: Readonly<Record<string, string>>
  readonly end: OffsetText
}

/** That a batch is done: commits/N. */
export interface CommitEntry {
  readonly nextBatchWatermarkMs: Millis
}

const header = 'v1'

/** Spark's OffsetSeqLog: version, metadata, one line per source; no newline at the end. */
export function formatOffsetEntry({ batchWatermarkMs, batchTimestampMs, conf, end }: OffsetEntry): string {
  return `${header}\n${JSON.stringify({ batchWatermarkMs, batchTimestampMs, conf })}\n${end}`
}

export function parseOffsetEntry(text: string, file: string): OffsetEntry {
  const [version, metadata, end, ...rest] = text.split('\n')
  checkVersion(version, file)
  const { batchWatermarkMs, batchTimestampMs, conf } = parseObject(metadata ?? '')
  if (typeof batchWatermarkMs !== 'number' || end === undefined || end === '-' || rest.some((line) => line !== '')) throw damaged(file)
  return {
    batchWatermarkMs: millis(batchWatermarkMs),
    batchTimestampMs: typeof batchTimestampMs === 'number' ? batchTimestampMs : 0,
    conf: typeof conf === 'object' && conf !== null ? (conf as Record<string, string>) : {},
    end
  }
}

/** Spark's CommitLog. */
export function formatCommitEntry({ nextBatchWatermarkMs }: CommitEntry): string {
  return `${header}\n${JSON.stringify({ nextBatchWatermarkMs })}`
}

export function parseCommitEntry(text: string, file: string): CommitEntry {
  const [version, metadata] = text.split('\n')
  checkVersion(version, file)
  const { nextBatchWatermarkMs } = parseObject(metadata ?? '')
  if (typeof nextBatchWatermarkMs !== 'number') throw damaged(file)
  return { nextBatchWatermarkMs: millis(nextBatchWatermarkMs) }
}

function checkVersion(version: string | undefined, file: string): void {
  if (version === header) return
  const newer = /^v(\d+)$/.exec(version ?? '')
  if (newer) throw new Fault('checkpoint', `${file} was written in format ${version}, which this version of Contrail does not know (it knows ${header}): use a newer Contrail, or start with a new checkpoint`)
  throw damaged(file)
}

function damaged(file: string): Fault {
  return new Fault('checkpoint', `${file} is damaged: restore it, remove it together with everything newer in offsets and commits to go back one batch, or start with a new checkpoint`)
}
