import type { Recording } from '#shared/contract/run.ts'
import { micros, microsToMillis } from '#shared/engine/time.ts'
import { parseTime } from '#shared/time/parseTime.ts'
import type { Source, SourceFile } from '../source/source.ts'

const parts = 480

/** What files hold together, as far as Delta's statistics of them tell. */
export function recordingOf(files: readonly SourceFile[], eventTime: string, source: Identities): Recording {
  const known = hasOwnStats(source, eventTime) ? files.flatMap(({ stats }) => spanOf(stats, eventTime) ?? []) : []
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  // Of some files only: they would tell of a recording that is another.
  if (known.length === 0 || known.length < files.length) return { files: files.length, bytes, minEventMs: null, maxEventMs: null, volume: [] }
  const minEventMs = known.reduce((min, span) => Math.min(min, span.minMs), Infinity)
  const maxEventMs = known.reduce((max, span) => Math.max(max, span.maxMs), -Infinity)
  return { files: files.length, bytes, minEventMs, maxEventMs, volume: volumeOf(known, minEventMs, maxEventMs) }
}

type Identities = Pick<Source, 'columnIdentity'>

/** Statistics are by the name in the files: a column that is mapped, or found in another way, has none of its own. */
export function hasOwnStats(source: Identities, eventTime: string): boolean {
  return source.columnIdentity(eventTime) === 'timestamp'
}

export interface Span {
  readonly rows: number
  readonly minMs: number
  readonly maxMs: number
}

/** Rows of a file are spread evenly over its time. */
function volumeOf(spans: readonly Span[], minMs: number, maxMs: number): number[] {
  const volume = new Array<number>(parts).fill(0)
  const width = Math.max(maxMs - minMs, 1) / parts
  const partOf = (ms: number) => Math.min(parts - 1, Math.floor((ms - minMs) / width))
  for (const span of spans) {
    const first = partOf(span.minMs)
    const last = partOf(span.maxMs)
    for (let part = first; part <= last; part++) volume[part]! += span.rows / (last - first + 1)
  }
  return volume
}

/** Rows and event times of a file; undefined where its statistics do not tell them. */
export function spanOf(stats: string | undefined, column: string): Span | undefined {
  if (stats === undefined) return undefined
  try {
    const { numRecords, minValues, maxValues } = JSON.parse(stats) as { numRecords?: unknown; minValues?: Record<string, unknown>; maxValues?: Record<string, unknown> }
    const [min, max] = [parseTime(String(minValues?.[column])), parseTime(String(maxValues?.[column]))]
    if (typeof numRecords !== 'number' || 'fault' in min || 'fault' in max || min.us > max.us) return undefined
    return { rows: numRecords, minMs: microsToMillis(micros(min.us)), maxMs: microsToMillis(micros(max.us)) }
  } catch {
    return undefined // Statistics are a help, nothing more.
  }
}
