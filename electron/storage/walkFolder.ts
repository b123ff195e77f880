import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A file below a folder, or a link: to whatever it leads, and to nowhere. */
export interface FoundFile {
  readonly path: string
  readonly isLink: boolean
}

/**
 * Files and links below a folder, as paths that begin with `path`, in no particular order. No link is followed: what one to a folder of the same tree
 * leads to is found where it is.
 */
export async function walkFolder(folder: string, path: string): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  const open: { folder: string; path: string }[] = [{ folder, path }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { folder: current, path: prefix } = next
    for (const entry of await readdir(current, { withFileTypes: true })) {
      const child = { folder: join(current, entry.name), path: prefix === '' ? entry.name : `${prefix}/${entry.name}` }
      if (entry.isDirectory()) open.push(child)
      else if (entry.isFile() || entry.isSymbolicLink()) found.push({ path: child.path, isLink: entry.isSymbolicLink() })
    }
  }
  return found
}
