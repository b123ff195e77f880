import { openStorage } from '#electron/storage/openStorage.ts'
import type { Storage } from '#electron/storage/storage.ts'

/** A call of a storage that writes. */
export interface Writing {
  readonly kind: 'putIfAbsent' | 'replace' | 'stage'
  /** Below the storage's root. */
  readonly path: string
  readonly root: string
}

/**
 * Does something once, right before the first writing that is meant. Everything else goes on as ever. `roots`: how many storages must have come to it, so
 * that both queries stand at the same place; they wait for each other.
 */
export function beforeWriting(isMeant: (writing: Writing) => boolean, work: () => unknown, roots = 2): (uri: string) => Storage {
  const come = new Set<string>()
  let open: (() => void) | undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  const meet = async (writing: Writing): Promise<void> => {
    if (!isMeant(writing) || come.has(writing.root)) return
    come.add(writing.root)
    if (come.size < roots) return opened
    if (come.size === roots) await work()
    open?.()
  }
  return (uri) => {
    const storage = openStorage(uri)
    const { root } = storage
    return {
      ...storage,
      putIfAbsent: async (path, bytes) => (await meet({ kind: 'putIfAbsent', path, root }), storage.putIfAbsent(path, bytes)),
      replace: async (path, bytes) => (await meet({ kind: 'replace', path, root }), storage.replace(path, bytes)),
      stage: async (path) => (await meet({ kind: 'stage', path, root }), storage.stage(path))
    }
  }
}

/** Of a checkpoint: an entry as `offsets/4`; of a gold table: the commit of a version. */
export const writingOf = (path: string) => (writing: Writing) => writing.path === path
