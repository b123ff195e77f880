import { formatCount } from '#renderer/format/format.ts'

/** "9 ms", "1.2 s", "2 min 5 s". */
export function tookText(ms: number): string {
  if (ms < 1000) return `${formatCount(ms)} ms`
  if (ms < 60_000) return `${(Math.round(ms / 100) / 10).toFixed(1)} s`
  return `${formatCount(Math.floor(ms / 60_000))} min ${formatCount(Math.floor((ms % 60_000) / 1000))} s`
}
