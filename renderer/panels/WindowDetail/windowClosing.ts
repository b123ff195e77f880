import type { ClosedBy } from '#shared/contract/silver.ts'
import type { QueryName } from '#shared/contract/run.ts'
import { neededEventMs, predictClosing, type Closing } from '#shared/engine/closing.ts'
import type { RunStore } from '#renderer/store/runStore.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'

/** A file that is not read yet, and its times as far as they are known. */
export interface FileAhead {
  readonly path: string
  readonly minEventMs: number
  readonly maxEventMs: number
}

/** Why a window is open and what will close it, or what closed it. */
export interface WindowClosing {
  readonly delayMs: number
  /** The event that is needed: the window's end and the delay. */
  readonly neededMs: number
  readonly watermarkMs: number | undefined
  /** Newest event that the query has read. */
  readonly newestMs: number | undefined
  /** undefined: it is written. */
  readonly prediction: Closing | undefined
  /** Of a window whose end the watermark has passed and that is not written: the batch and the file that brought the event. */
  readonly passedBy: { readonly readBy: number; readonly file: string | undefined } | undefined
  /** Of a written one; undefined until it has come. */
  readonly closedBy: ClosedBy | undefined
  /** What comes next, with times. */
  readonly ahead: readonly FileAhead[]
  /** Nothing is told of what comes: a watch, or a folder of plain files. */
  readonly isFolder: boolean
}

type Store = Pick<RunStore, 'run' | 'ahead' | 'windows' | 'lastBatch'>

/** `closedBy`: what the host has found in the files. */
export function closingOf(store: Store, query: QueryName, window: Pick<WindowEntry, 'endMs' | 'closedBatch'>, closedBy: ClosedBy | null | undefined): WindowClosing {
  const { run } = store
  const last = store.lastBatch[query]
  const delayMs = run?.queries[query]?.watermarkDelayMs ?? 0
  // Open windows are told a moment after their batch, with the watermark of then.
  const watermarkMs = last?.watermarkMs ?? store.windows[query].watermarkMs
  const told = store.ahead[query]
  const nextBatch = last ? last.batchId + 1 : (told?.batches[0]?.batchId ?? 0)
  const left = told?.batches.filter(({ batchId }) => batchId >= nextBatch) ?? []
  const isOver = run?.mode === 'replay' && run.state === 'done'
  const ahead = isOver ? { batches: [], then: 'nothing' as const } : told && { ...told, batches: left }
  const neededMs = neededEventMs({ endMs: window.endMs, delayMs })
  const prediction = window.closedBatch === null ? predictClosing({ endMs: window.endMs, delayMs, watermarkMs: watermarkMs ?? 0, nextBatch, ahead }) : undefined
  const newestMs = watermarkMs === undefined || watermarkMs <= 0 ? last?.maxEventMs : Math.max(watermarkMs + delayMs, last?.maxEventMs ?? -Infinity)
  return {
    delayMs,
    neededMs,
    watermarkMs: watermarkMs !== undefined && watermarkMs > 0 ? watermarkMs : undefined,
    newestMs: newestMs ?? undefined,
    prediction,
    passedBy: prediction?.kind === 'passed' && nextBatch > 0 ? { readBy: nextBatch - 1, file: carrierOf(store, query, nextBatch - 1, neededMs) } : undefined,
    closedBy: closedBy ?? undefined,
    ahead: left.flatMap(({ files }) => files).flatMap(({ path, minEventMs, maxEventMs }) => (minEventMs === null || maxEventMs === null ? [] : [{ path, minEventMs, maxEventMs }])),
    isFolder: told !== undefined && told.batches.length === 0 && told.then === 'files'
  }
}

/** The file of a batch that brought an event, as was told before it was read; a batch of one file needs no telling. */
function carrierOf({ ahead, lastBatch }: Store, query: QueryName, batchId: number, neededMs: number): string | undefined {
  const told = ahead[query]?.batches.find((batch) => batch.batchId === batchId)?.files.find(({ maxEventMs }) => maxEventMs !== null && maxEventMs >= neededMs)
  const files = lastBatch[query]?.batchId === batchId ? lastBatch[query].files : []
  return told?.path ?? (files.length === 1 ? files[0]!.path : undefined)
}
