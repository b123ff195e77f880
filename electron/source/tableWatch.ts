import type { Storage, StorageEntry } from '../storage/storage.ts'
import { isHiddenPath } from './dataFileNames.ts'
import { emptyLogFault, refuseTables } from './refuseTables.ts'

/** Refuses a plain folder once tables are found in it. */
export interface TableWatch {
  /** `entries`: all that lies in the folder now. Fault `usage` the first time, later `changed`. */
  refuse(entries: readonly StorageEntry[]): Promise<void>
}

const foldersAtOnce = 64

export function openTableWatch(storage: Storage): TableWatch {
  /** Looked into for a log without a file, which no listing shows. */
  const known = new Set<string>()
  let since = false

  async function refuseEmptyLogs(entries: readonly StorageEntry[]): Promise<void> {
    const folders = new Set(entries.flatMap(({ path }) => (isHiddenPath(path) ? [] : folderOf(path))))
    const unknown = ['', ...new Set([...folders].filter((folder) => !known.has(folder)).flatMap(withParents))]
    for (let start = 0; start < unknown.length; start += foldersAtOnce) {
      const some = unknown.slice(start, start + foldersAtOnce)
      const hasLog = await Promise.all(
        some.map((folder) => storage.hasFolder(folder === '' ? '_delta_log' : `${folder}/_delta_log`))
      )
      const found = some.find((_, i) => hasLog[i])
      if (found !== undefined) throw emptyLogFault(storage.root, found, since)
    }
    for (const folder of unknown) if (folder !== '') known.add(folder)
  }

  return {
    async refuse(entries) {
      refuseTables(storage.root, entries, since)
      // Buckets have no empty folders.
      if (!storage.isRemote) await refuseEmptyLogs(entries)
      since = true
    }
  }
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** A folder and those that it lies in, without the root. */
function withParents(folder: string): string[] {
  const names = folder === '' ? [] : folder.split('/')
  return names.map((_, i) => names.slice(0, i + 1).join('/'))
}
