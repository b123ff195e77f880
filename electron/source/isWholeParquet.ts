import type { Storage, StorageEntry } from '../storage/storage.ts'

const magic = 'PAR1'
const smallestFile = 12

/** Whether a file has both ends of a Parquet file and a footer that fits between them: a writer that is not done has not written the last of these. */
export async function isWholeParquet(storage: Storage, { path, sizeBytes }: StorageEntry): Promise<boolean> {
  if (sizeBytes < smallestFile) return false
  const head = Buffer.from(await storage.readRange(path, 0, magic.length)).toString('latin1')
  const tail = Buffer.from(await storage.readRange(path, sizeBytes - 8, 8))
  return head === magic && tail.toString('latin1', 4) === magic && tail.readUInt32LE(0) + smallestFile <= sizeBytes
}
