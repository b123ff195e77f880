import type { Storage, StorageEntry } from '../storage/storage.ts'

/** The second is of files whose footer is encrypted: they are whole, and whoever reads one says what it is. */
const marks = ['PAR1', 'PARE']
const smallestFile = 12

/** Whether a file has both ends of a Parquet file and a footer that fits between them: a writer that is not done has not written the last of these. */
export async function isWholeParquet(storage: Storage, { path, sizeBytes }: StorageEntry): Promise<boolean> {
  if (sizeBytes < smallestFile) return false
  const head = Buffer.from(await storage.readRange(path, 0, 4)).toString('latin1')
  const tail = Buffer.from(await storage.readRange(path, sizeBytes - 8, 8))
  return marks.includes(head) && tail.toString('latin1', 4) === head && tail.readUInt32LE(0) + smallestFile <= sizeBytes
}
