import type { Ahead, AheadBatch, AheadFile } from '#shared/contract/run.ts'
import { lastWindowEndingBy } from '#shared/engine/windowSpec.ts'
import { millis, millisToMicros } from '#shared/engine/time.ts'
import type { OffsetRange, OffsetText, SourceFile } from '../source/source.ts'
import { hasOwnStats, spanOf } from './recordingOf.ts'
import type { Position } from './resume.ts'
import type { QueryRun } from './runQuery.ts'

/** No message tells of more files, but for the batch that it ends with. */
const filesAtOnce = 1000

/** Files whose times are looked up at once because the log is not exact enough. */
const readAtOnce = 100

/** Tells what a query reads next: all that is there up to the bound of its run, part by part. */
export interface FilesAhead {
  /** Before a batch: tells more when what was told is coming to its end. */
  tell(position: Position): Promise<void>
}

/** `bound`: the end of the run. undefined: what comes is not known, and nothing is told. */
export function openFilesAhead(run: QueryRun, bound: OffsetText | undefined): FilesAhead {
  let told: Ahead | undefined
  return {
    async tell(position) {
      if (!run.recorder || bound === undefined) return
      const left = told?.batches.filter(({ batchId }) => batchId >= position.nextBatchId).length ?? 0
      if (told && (told.then !== 'files' || told.batches.length === 0 || left > told.batches.length / 2)) return
      told = await planAhead(run, position, bound)
      run.publish({ kind: 'ahead', query: run.query.spec.name, ahead: told })
    }
  }
}

/** Before the batches that an earlier run has planned and not finished: what comes after them is looked for when they are done. SPEC B1 */
export async function tellUnfinished(run: QueryRun, { offset, nextBatchId, unfinished }: Position): Promise<void> {
  if (!run.recorder || unfinished.length === 0) return
  const batches: AheadBatch[] = []
  let start = offset
  for (const { end } of unfinished) {
    const files = start === end ? [] : await filesOf(run, { start, end }, { left: readAtOnce }).catch(() => undefined)
    if (!files) break
    batches.push({ batchId: nextBatchId + batches.length, files })
    start = end
  }
  run.publish({ kind: 'ahead', query: run.query.spec.name, ahead: { batches, then: 'files' } })
}

async function planAhead(run: QueryRun, position: Position, bound: OffsetText): Promise<Ahead> {
  const batches: AheadBatch[] = []
  if (!run.recorded && !run.stream.plansAhead) return { batches, then: 'files' }
  try {
    return { batches, then: await planInto(batches, run, position, bound) }
  } catch {
    return { batches, then: 'files' } // The query comes to what is wrong there when it is its turn, and says it then.
  }
}

async function planInto(batches: AheadBatch[], run: QueryRun, { nextBatchId, offset }: Position, bound: OffsetText): Promise<Ahead['then']> {
  const reads = { left: readAtOnce }
  let start = offset
  for (let files = 0, batchId = nextBatchId; files < filesAtOnce || batches.length < 2; batchId++) {
    const recorded = run.recorded?.[batchId]
    if (run.recorded && !recorded) return 'nothing'
    const end = recorded ? recorded.range.end : await run.stream.plan(start, run.limits, bound)
    if (end === start && !recorded) return 'cleanUp'
    const setAside = new Set(recorded?.setAside.map(({ position }) => position))
    const next = end === start ? [] : (await filesOf(run, recorded?.range ?? { start, end }, reads)).filter((_, position) => !setAside.has(position))
    batches.push({ batchId, files: next })
    files += Math.max(1, next.length)
    start = end
  }
  return 'files'
}

async function filesOf(run: QueryRun, range: OffsetRange, reads: { left: number }): Promise<AheadFile[]> {
  const files = await run.stream.files(range)
  const isPlain = hasOwnStats(run.source, run.query.eventTime)
  const ahead: AheadFile[] = []
  for (const [position, file] of files.entries()) ahead.push(isPlain ? await timesOf(run, range, file, position, reads) : unknown(file))
  return ahead
}

const unknown = ({ path }: SourceFile): AheadFile => ({ path, minEventMs: null, maxEventMs: null })

/**
 * Writers of Delta cut the newest time to its millisecond, or round it up to the next. Where that decides whether a window closes, the file itself is
 * asked; where rows are hidden, the statistics are those of all rows and tell too much.
 */
async function timesOf(run: QueryRun, range: OffsetRange, file: SourceFile, position: number, reads: { left: number }): Promise<AheadFile> {
  const span = file.hiddenRows > 0 ? undefined : spanOf(file.stats, run.query.eventTime)
  if (!span) return unknown(file)
  const { minMs, maxMs } = span
  const { window, delayMs } = run.query.spec
  const closes = (maxEventMs: number) => lastWindowEndingBy(window, millisToMicros(millis(maxEventMs - delayMs)))
  if (closes(maxMs) === closes(maxMs - 1)) return { path: file.path, minEventMs: minMs, maxEventMs: maxMs }
  if (reads.left === 0) return { path: file.path, minEventMs: minMs, maxEventMs: null }
  reads.left -= 1
  const [scan] = await run.stream.scans(range, [position]).catch(() => []) // Whether it can be read is seen when it is its turn.
  const times = scan && (await run.reader.eventTimes(run.query.eventTime, scan).catch(() => undefined))
  return { path: file.path, minEventMs: minMs, maxEventMs: times?.maxMs ?? null }
}
