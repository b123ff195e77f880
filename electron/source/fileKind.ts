import type { Storage, StorageEntry } from '../storage/storage.ts'
import { isForeignName, isParquetName } from './dataFileNames.ts'
import { isWholeParquet } from './isWholeParquet.ts'

/**
 * `whole`: a Parquet file, whatever its name. `unfinished`: it may become one, or was one. `foreign`: it is something
 * else.
 */
export type FileKind = 'whole' | 'unfinished' | 'foreign'

const magic = 'PAR1'
/** Of a Parquet file whose footer is encrypted. */
const encryptedMagic = 'PARE'

/** What a file is by its bytes, and where they do not tell, by its name. Reads a few bytes, at most twice. */
export async function fileKind(storage: Storage, entry: StorageEntry): Promise<FileKind> {
  if (storage.isRemote) return objectKind(storage, entry)
  if (await isWholeParquet(storage, entry)) return 'whole'
  if (isParquetName(entry.path)) return 'unfinished'
  return kindByHead(storage, entry)
}

/**
 * Objects appear whole. One that is called Parquet is taken for it without a look, which would be a request; others are
 * known by their end.
 */
async function objectKind(storage: Storage, entry: StorageEntry): Promise<FileKind> {
  if (isParquetName(entry.path)) return 'whole'
  const { path, sizeBytes } = entry
  if (sizeBytes > magic.length && isMagic(await textOf(storage, path, sizeBytes - magic.length))) return 'whole'
  return kindByHead(storage, entry)
}

async function kindByHead(storage: Storage, { path, sizeBytes }: StorageEntry): Promise<FileKind> {
  if (sizeBytes === 0) return isForeignName(path) ? 'foreign' : 'unfinished'
  const head = await textOf(storage, path, 0)
  return isMagic(head) || magic.startsWith(head) ? 'unfinished' : 'foreign'
}

async function textOf(storage: Storage, path: string, offset: number): Promise<string> {
  return Buffer.from(await storage.readRange(path, offset, magic.length)).toString('latin1')
}

const isMagic = (text: string): boolean => text === magic || text === encryptedMagic
