import type { ReadLimits } from './source.ts'

/** The first files that the limits admit: one is admitted while room was left before it, so at least one is. SPEC O5 */
export function planFiles<File extends { readonly sizeBytes: number }>(files: readonly File[], { maxFiles, maxBytes }: ReadLimits): File[] {
  const batch: File[] = []
  let bytes = maxBytes ?? Infinity
  for (const file of files) {
    if (batch.length >= (maxFiles ?? Infinity) || bytes <= 0) break
    bytes -= file.sizeBytes
    batch.push(file)
  }
  return batch
}
