/** How much one query reads at most: enough to outweigh its fixed cost, little enough to keep both cores busy and results small. */
const chunkBytes = 32 * 1024 * 1024
const chunkFileCount = 128

/**
 * Positions of files grouped for reading: neighbours together, a large file alone. The grouping depends on the files only, so the same batch is
 * summed in the same order each time.
 */
export function chunkFiles(files: readonly { readonly sizeBytes: number }[], only?: readonly number[]): number[][] {
  const chunks: number[][] = []
  let room = 0
  for (const position of only ?? files.keys()) {
    const size = files[position]!.sizeBytes
    const last = chunks.at(-1)
    if (!last || room < size || last.length >= chunkFileCount) {
      chunks.push([position])
      room = chunkBytes - size
    } else {
      last.push(position)
      room -= size
    }
  }
  return chunks
}
