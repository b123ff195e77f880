import type { FileRead } from '#shared/contract/run.ts'
import type { TimeRange } from '#renderer/chart/timeRange.ts'

/** Times of files that were not read, where their table's log tells them. */
export function gapsOf(files: readonly FileRead[]): readonly TimeRange[] {
  return files.flatMap(({ minEventMs, maxEventMs }) => (minEventMs !== null && maxEventMs !== null ? [{ startMs: minEventMs, endMs: maxEventMs + 1 }] : []))
}

export const isShort = (column: TimeRange, gaps: readonly TimeRange[]): boolean => gaps.some(({ startMs, endMs }) => startMs < column.endMs && column.startMs < endMs)

/** "file 0121 set aside", "3 files set aside"; undefined when all were read. */
export function setAsideWords(files: readonly FileRead[]): string | undefined {
  if (files.length === 0) return undefined
  return files.length === 1 ? `file ${shortName(files[0]!.path)} set aside` : `${files.length} files set aside`
}

/** Of a part file its number, else the last name of the path. */
function shortName(path: string): string {
  const name = decodeURIComponent(path.split('/').at(-1) ?? path)
  return /^part-(\d+)/.exec(name)?.[1] ?? name
}
