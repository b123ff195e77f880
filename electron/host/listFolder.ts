import { readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FolderListing } from '#shared/contract/source.ts'
import { Fault } from '#shared/engine/fault.ts'
import { localTableAround, localTableAt } from '../source/tableFormats.ts'
import { homeFolder } from '../storage/homeFolder.ts'
import { errorCode, storageFault } from '../storage/storageFault.ts'
import { wholePath } from '../storage/workingDirectory.ts'

const mostFolders = 2000
const foldersAtOnce = 64

/** Folders in a folder, links to folders too, by name as people sort; names that begin with a dot are left out. At most 2,000. Faults name the folder. */
export async function listFolder(path?: string): Promise<FolderListing> {
  const folder = path === undefined || path.trim() === '' ? (homeFolder() ?? '/') : wholePath(path)
  const names = await folderNames(folder)
  const folders: FolderListing['folders'][number][] = []
  for (let start = 0; start < names.length && folders.length < mostFolders; start += foldersAtOnce) {
    const some = await Promise.all(names.slice(start, start + foldersAtOnce).map((name) => lookAt(folder, name)))
    folders.push(...some.filter((found) => found !== undefined))
  }
  const parent = dirname(folder)
  const around = await localTableAround([folder, await realpath(folder).catch(() => folder)])
  const table = around ? { format: around.format, path: around.root } : null
  return { path: folder, parent: parent === folder ? null : parent, table, folders: folders.slice(0, mostFolders) }
}

async function folderNames(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const { compare } = new Intl.Collator('en', { numeric: true })
    return entries
      .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isSymbolicLink()))
      .map((entry) => entry.name)
      .sort((a, b) => compare(a, b) || (a < b ? -1 : 1))
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR' && (await isFile(folder))) throw new Fault('usage', `${folder} is a file: choose the folder that holds it`, { cause: error })
    throw storageFault(error, 'list', folder)
  }
}

/** undefined: it is no folder, or a link to nothing. */
async function lookAt(folder: string, name: string): Promise<FolderListing['folders'][number] | undefined> {
  const path = join(folder, name)
  return (await isFolder(path)) ? { name, table: (await localTableAt(path)) ?? null } : undefined
}

// What may not be looked into is still listed by its parent, and is no table that could be opened.
const isFolder = (path: string): Promise<boolean> => stat(path).then((found) => found.isDirectory(), () => false)
const isFile = (path: string): Promise<boolean> => stat(path).then((found) => found.isFile(), () => false)
