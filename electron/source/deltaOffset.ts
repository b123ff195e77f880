import { Fault } from '#shared/engine/fault.ts'
import { parseObject } from '../storage/parseObject.ts'

/**
 * Spark's DeltaSourceOffset: everything up to and including file `index` of `reservoirVersion` is done; index -1 = nothing of that version yet.
 * SPEC O1
 */
export interface DeltaOffset {
  readonly reservoirId: string
  readonly reservoirVersion: number
  readonly index: number
  /** Inside the initial snapshot. */
  readonly isStartingVersion: boolean
}

/** Stored for "before all files of the version". */
export const beforeAllFiles = -1

/** The line as Spark writes it. */
export function formatDeltaOffset({ reservoirId, reservoirVersion, index, isStartingVersion }: DeltaOffset): string {
  return JSON.stringify({ sourceVersion: 1, reservoirId, reservoirVersion, index, isStartingVersion })
}

/** Fault `checkpoint` for anything else than what `formatDeltaOffset` or Spark writes. */
export function parseDeltaOffset(text: string): DeltaOffset {
  const value = parseObject(text)
  const { sourceVersion, reservoirId, reservoirVersion, index, isStartingVersion } = value
  if (sourceVersion !== 1) throw new Fault('checkpoint', `an offset of Delta source version ${String(sourceVersion)} cannot be continued; Contrail reads version 1: start with a new checkpoint`)
  if (typeof reservoirId !== 'string' || typeof isStartingVersion !== 'boolean' || !isVersion(reservoirVersion) || typeof index !== 'number' || !Number.isSafeInteger(index) || index < beforeAllFiles) {
    throw new Fault('checkpoint', `"${text}" is not an offset of a Delta source: the checkpoint is damaged, or belongs to another kind of source; start with a new one`)
  }
  return { reservoirId, reservoirVersion, index, isStartingVersion }
}

const isVersion = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

/** Negative when `a` comes before `b`. */
export function compareDeltaOffsets(a: DeltaOffset, b: DeltaOffset): number {
  return a.reservoirVersion - b.reservoirVersion || Number(b.isStartingVersion) - Number(a.isStartingVersion) || a.index - b.index
}
