import type { ByteRange } from '../storage.ts'

/** Ranges in order, those together that overlap or lie less than `gap` bytes apart: a request costs more than so many bytes. */
export function mergeRanges(ranges: readonly ByteRange[], gap: number): ByteRange[] {
  const merged: { start: number; end: number }[] = []
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (end <= start) continue
    if (last && start - last.end < gap) last.end = Math.max(last.end, end)
    else merged.push({ start, end })
  }
  return merged
}

/** What of the ranges is not in `known`. Both in order, each without overlaps. */
export function rangesWithout(ranges: readonly ByteRange[], known: readonly ByteRange[]): ByteRange[] {
  return ranges.flatMap((range) => {
    const left: ByteRange[] = []
    let start = range.start
    for (const hole of known) {
      if (hole.end <= start || hole.start >= range.end) continue
      if (hole.start > start) left.push({ start, end: hole.start })
      start = Math.max(start, hole.end)
    }
    return start < range.end ? [...left, { start, end: range.end }] : left
  })
}

export const bytesIn = (ranges: readonly ByteRange[]): number => ranges.reduce((sum, { start, end }) => sum + end - start, 0)
